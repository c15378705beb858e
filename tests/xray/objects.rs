//! The shapes in which tables come as JSON.

use ghm_lab::data::predictions::{Input, Options, Predictions, Rows};

use crate::text::{read, read_as};
use crate::{report, text, write, xray};

#[track_caller]
fn is(text: &str, outputs: &[f64], targets: &[f64]) {
    let got = read(text.as_bytes()).unwrap_or_else(|why| panic!("{text}: {why}"));
    assert_eq!(got.outputs, outputs, "{text}");
    assert_eq!(got.targets, targets, "{text}");
}

#[track_caller]
fn refused(text: &str, said: &[&str]) {
    let why = read(text.as_bytes()).expect_err(text);
    for said in said {
        assert!(why.contains(said), "{text}: {why}");
    }
}

/// What pandas writes, each with its name there.
const OF_PANDAS: [(&str, &str); 7] = [
    (
        "columns",
        r#"{"logit":{"0":1.5,"1":-2.0,"2":0.3},"label":{"0":1,"1":0,"2":0},"note":{"0":"a","1":null,"2":"c"}}"#,
    ),
    (
        "index",
        r#"{"0":{"logit":1.5,"label":1},"1":{"logit":-2.0,"label":0},"2":{"logit":0.3,"label":0}}"#,
    ),
    (
        "index by name",
        r#"{"a.png":{"logit":1.5,"label":1},"b.png":{"logit":-2.0,"label":0},"c.png":{"logit":0.3,"label":0}}"#,
    ),
    (
        "records",
        r#"[{"logit":1.5,"label":1},{"logit":-2.0,"label":0},{"label":0,"logit":0.3}]"#,
    ),
    (
        "lines",
        "{\"logit\":1.5,\"label\":1}\n{\"logit\":-2.0,\"label\":0}\n\n{\"logit\":0.3,\"label\":0,\"note\":\"late\"}\n",
    ),
    (
        "split",
        r#"{"columns":["logit","label"],"index":[0,1,2],"data":[[1.5,1],[-2.0,0],[0.3,0]]}"#,
    ),
    (
        "table",
        r#"{"schema":{"fields":[{"name":"index","type":"integer"},{"name":"logit","type":"number"}],"primaryKey":["index"],"pandas_version":"1.4.0"},"data":[{"index":0,"logit":1.5,"label":1},{"index":1,"logit":-2.0,"label":0},{"index":2,"logit":0.3,"label":0}]}"#,
    ),
];

#[test]
fn every_orient_of_pandas_is_read() {
    for (orient, document) in OF_PANDAS {
        is(document, &[1.5, -2.0, 0.3], &[1.0, 0.0, 0.0]);
        let marked = format!("\u{feff}{document}");
        assert!(read(marked.as_bytes()).is_ok(), "{orient} with a mark");
        let spaced = document.replace(':', " :\t").replace(',', "\r\n , ");
        is(&spaced, &[1.5, -2.0, 0.3], &[1.0, 0.0, 0.0]);
    }
    // orient="values" has no names.
    let named = Options {
        columns: Some(vec!["logit".to_owned(), "label".to_owned()]),
        ..Options::default()
    };
    let got = read_as("file", b"[[1.5,1],[-2,0]]", &named).expect("named");
    assert_eq!(
        (got.outputs, got.targets),
        (vec![1.5, -2.0], vec![1.0, 0.0])
    );
    refused("[1, 2]", &["array of values without names"]);
}

#[test]
fn other_keys_are_no_columns() {
    for document in [
        r#"{"model":"resnet50","epoch":3,"logit":[1.5,-2],"label":[1,0]}"#,
        r#"{"logit":[1.5,-2],"label":[1,0],"comment":null,"config":{"lr":0.1,"p":{"deep":[1,{"x":[]}]}}}"#,
        r#"{"args":{"data":["a"],"n":[[1],[2,3]]},"logit":[1.5,-2],"label":[1,0],"classes":["cat","dog","cow"]}"#,
        r#"{"predictions":[{"logit":1.5,"label":1},{"logit":-2,"label":0}],"classes":["cat","dog"],"count":2}"#,
        r#"{"logit":[[1.5],[-2]],"label":[1,0]}"#,
        r#"{"logit":[[1.5,-2]],"label":[[1,0]],"x_":[0,0]}"#
            .replace("[[1,0]]", "[1,0]")
            .as_str(),
        r#"{"logit":[1.5,-2],"label":[true,false]}"#,
    ] {
        is(document, &[1.5, -2.0], &[1.0, 0.0]);
    }
    refused(r#"{"error":"not found","code":404}"#, &["\"error\""]);
    refused("{}", &["it has no rows"]);
}

#[test]
fn matrices_are_columns_of_classes() {
    let want = [1.5, 0.0, -1.0, 0.0, 1.0, 0.2, 0.1, 0.3, 0.2];
    for document in [
        r#"{"logit":[[1.5,0,-1],[0,1,0.2],[0.1,0.3,0.2]],"label":[0,1,2]}"#,
        r#"{"logits":[[1.5,0,-1],[0,1,0.2],[0.1,0.3,0.2]],"label":[0,1,2]}"#,
        r#"[{"logits":[1.5,0,-1],"label":0},{"logits":[0,1,0.2],"label":1},{"logits":[0.1,0.3,0.2],"label":2}]"#,
        "{\"id\":1,\"logits\":[1.5,0,-1],\"label\":0}\n{\"id\":2,\"logits\":[0,1,0.2],\"label\":1}\n{\"id\":3,\"logits\":[0.1,0.3,0.2],\"label\":2}",
        r#"{"logits":{"0":[1.5,0,-1],"1":[0,1,0.2],"2":[0.1,0.3,0.2]},"label":{"0":0,"1":1,"2":2}}"#,
    ] {
        is(document, &want, &[0.0, 1.0, 2.0]);
    }
    // A row of another length is that row's fault alone.
    let ragged = r#"{"logit":[[1,0],[0,1,5],[2]],"label":[0,1,0]}"#;
    refused(ragged, &["array \"logit_0\", index 1", "another length"]);
    let lenient = Options {
        skip_bad_rows: true,
        ..Options::default()
    };
    let got = read_as("file", ragged.as_bytes(), &lenient).expect("one row is good");
    assert_eq!((got.outputs, got.skipped), (vec![1.0, 0.0], 2));
}

#[test]
fn what_python_writes_for_no_number() {
    let lenient = Options {
        skip_bad_rows: true,
        ..Options::default()
    };
    for (token, said) in [
        ("NaN", "NaN is not a finite number"),
        ("-Infinity", "-inf is not a finite number"),
        ("Infinity", "inf is not a finite number"),
        ("null", "null is not a number"),
        ("\"x\"", "\"x\" is not a number"),
        ("[1]", "an array is not a number"),
        ("{}", "an object is not a number"),
    ] {
        let document = format!("{{\"logit\":[1.5,{token},-2],\"label\":[1,0,0]}}");
        refused(&document, &["array \"logit\", index 1", said]);
        let got = read_as("file", document.as_bytes(), &lenient).expect("the others");
        assert_eq!((got.outputs, got.skipped), (vec![1.5, -2.0], 1), "{token}");
        let records = format!("[{{\"logit\":1.5,\"label\":1}},{{\"logit\":{token},\"label\":0}}]");
        if token != "[1]" {
            refused(&records, &["record 1", "logit", said]);
        }
    }
    // A key that a record does not have.
    refused(
        r#"[{"logit":1,"label":0},{"label":1}]"#,
        &["record 1", "null is not a number"],
    );
    refused(
        r#"[{"label":0},{"logit":1,"label":1}]"#,
        &["record 0", "null is not a number"],
    );
    refused(r#"[{"logit":1,"label":0,"logit":2}]"#, &["twice"]);
}

#[test]
fn ids_stay_exact() {
    let batches = |document: &str| {
        let inputs = vec![Input::bytes("file", document.as_bytes())];
        let mut predictions = Predictions::open(inputs, Options::default()).expect("it opens");
        let mut rows = Rows::default();
        let _ = predictions.read(&mut rows, 100).expect("it is read");
        (rows.batch, predictions.groups().to_vec())
    };
    let (batch, groups) = batches(
        r#"{"logit":[1,2,3,4],"label":[0,1,0,1],"batch":[9007199254740992,9007199254740993,-9007199254740993,18446744073709551617],"group":[9007199254740993,123456789012345678901234567890,7,true]}"#,
    );
    assert_eq!(batch, [0, 1, 2, 3]);
    assert_eq!(
        groups,
        [
            "9007199254740993",
            "123456789012345678901234567890",
            "7",
            "true"
        ]
    );
    let (_, groups) = batches(
        "{\"logit\":[1,2],\"label\":[0,1],\"group\":[\"\\u00fc\\ud83d\\ude00\\n\\\"\",\"\\\\\\/\"]}",
    );
    assert_eq!(groups.len(), 2);
    assert!(groups[0].starts_with("ü😀"), "{groups:?}");
    // As a number it is the nearest.
    is(
        r#"{"logit":[9007199254740993,-0],"label":[1,0]}"#,
        &[9007199254740992.0, 0.0],
        &[1.0, 0.0],
    );
}

#[test]
fn what_is_broken_is_named_by_line_and_character() {
    for (document, said) in [
        (
            "{\"logit\": [1, 2",
            "line 1, character 16: the file ends where a comma or the end of an array is expected",
        ),
        (
            "{\"logit\": [1, 2],\n \"lab",
            "the file ends where the closing quote of a text is expected",
        ),
        (
            "{\"logit\": [1, 2],\n \"label\" [1]}",
            "line 2, character 10: \"[\" stands where a colon is expected",
        ),
        (
            "{\"logit\": [1,, 2]}",
            "line 1, character 14: \",\" stands where a value is expected",
        ),
        ("{\"logit\": [1.2.3]}", "\"1.2.3\" is not a number"),
        (
            "{\"logit\": [1], \"label\": [0]} x",
            "\"x\" stands where the end of the file is expected",
        ),
        (
            "{\"logit\":1,\"label\":0}\n[1]",
            "stands where the end of the file is expected",
        ),
        (
            "{\"logit\":1,\"label\":0}\n{\"logit\":1,",
            "line 2, character 12: the file ends",
        ),
        ("{\"logit\": [\"\\ud800\"]}", "no character"),
        (
            "{\"logit\":{\"0\":1,\"1\":2},\"label\":{\"0\":1,\"2\":0}}",
            "the rows of \"logit\" and \"label\" have different names",
        ),
        (
            "{\"logit\":[1,2],\"label\":[0]}",
            "equal lengths are expected",
        ),
    ] {
        refused(document, &[said]);
    }
    let deep = format!("{{\"x\":{}", "[".repeat(1 << 20));
    refused(&deep, &["nested too deeply"]);
}

#[test]
fn memory_is_bounded_by_what_is_kept() {
    // Every record brings a name: cells would be the square of its length.
    let records: Vec<String> = (0..30_000).map(|i| format!("{{\"k{i}\":1}}")).collect();
    refused(
        &format!("[{}]", records.join(",")),
        &["more than 1 GiB of memory"],
    );
}

#[test]
fn the_binary_reads_them() {
    let folder = tempfile::tempdir().expect("a folder");
    for (i, (orient, document)) in OF_PANDAS.iter().enumerate() {
        let path = write(&folder, &format!("{i}.json"), document);
        assert_eq!(report(&[text(&path)])["examples"], 3.0, "{orient}");
    }
    let path = write(
        &folder,
        "nan.json",
        r#"{"logit":[1.5,NaN,-2],"label":[1,0,0]}"#,
    );
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("index 1: NaN is not a finite number"),
        "{}",
        ran.stderr
    );
    assert_eq!(report(&[text(&path), "--skip-bad-rows"])["skipped"], 1);
}
