//! Files that cannot be used: one sentence with file, place, value and what was expected, exit code 2,
//! and outputs as they were.

use crate::formats::{npy, npz};
use crate::{report, text, write, xray};

/// What is wrong, under which name, and the sentence after the file's name.
fn bad_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let csv = |text: &str| text.as_bytes().to_vec();
    let long = [
        b"logit,label\n1,".to_vec(),
        vec![b'0'; 3 << 20],
        b"\n".to_vec(),
    ]
    .concat();
    let unclosed = [b"logit,label\n\"1,".to_vec(), b"0,1\n".repeat(1 << 19)].concat();
    let numbers = npy(
        "<f8",
        "(3,)",
        false,
        &[1.0_f64, 2.0, 3.0].map(f64::to_le_bytes).concat(),
    );
    let two = npy(
        "<f8",
        "(2,)",
        false,
        &[0.0_f64, 1.0].map(f64::to_le_bytes).concat(),
    );
    vec![
        (
            "empty.csv",
            csv(""),
            ": it is empty; a header and rows are expected",
        ),
        (
            "blank.csv",
            csv("\n \n"),
            ": it is empty; a header and rows are expected",
        ),
        (
            "rows.csv",
            csv("1.5,0\n2,1\n"),
            ": there is no header; the first line should name the columns, and it is \"1.5,0\"",
        ),
        ("only.csv", csv("logit,label\n"), ": it has no rows"),
        (
            "rows.csv.gz",
            b"\x1f\x8b\x08\x00".to_vec(),
            ": its gzip stream ends too early: it is truncated",
        ),
        (
            "label.csv",
            csv("logit,z\n1,0\n"),
            ": there is no column \"label\". It has \"logit\" (logit?), \"z\".",
        ),
        (
            "doubled.csv",
            csv("logit,label,label\n1,0,0\n"),
            ": there are two columns \"label\"; one is expected",
        ),
        (
            "outputs.csv",
            csv("a,label\n1,0\n"),
            ": there is no column of outputs; \"logit\" or \"p\", \"logit_0\", … or \"p_0\", …, or \"pred\" is expected (--map NAME=ROLE says what a column is for, as label, p or p_CLASS). It has \"a\", \"label\" (label?).",
        ),
        (
            "both.csv",
            csv("p,logit,label\n1,0,1\n"),
            ": there are outputs of more than one kind among",
        ),
        (
            "gap.csv",
            csv("p_0,p_2,label\n1,0,1\n"),
            ": there is no column \"p_1\" for label 1, and columns are of the classes \"0\", \"2\" (--map NAME=p_1 says which it is, --ignore-label 1 leaves out its rows)",
        ),
        (
            "word.csv",
            csv("logit,label\n1,0\nabc,1\n"),
            ", line 3, column \"logit\": \"abc\" is not a number",
        ),
        (
            "void.csv",
            csv("logit,label\n,0\n"),
            ", line 2, column \"logit\": \"\" is not a number",
        ),
        (
            "nan.csv",
            csv("logit,label\nNaN,0\n"),
            ", line 2, column \"logit\": NaN is not a finite number",
        ),
        (
            "inf.csv",
            csv("logit,label\n-inf,0\n"),
            ", line 2, column \"logit\": -inf is not a finite number",
        ),
        (
            "p.csv",
            csv("p,label\n0.5,1\n1.01,0\n"),
            ", line 3, column \"p\": 1.01 is no probability; 0 to 1 is expected",
        ),
        (
            "sum.csv",
            csv("p_0,p_1,label\n0.5,0.6,0\n"),
            ", line 2, column \"p_0\": 1.1 is the sum of the row's probabilities; 1 is expected",
        ),
        (
            "two.csv",
            csv("logit,label\n1,2\n"),
            ", line 2, column \"label\": 2 is not 0 or 1",
        ),
        (
            "class.csv",
            csv("logit_0,logit_1,label\n1,2,2\n"),
            ", line 2, column \"label\": 2 is no class; 0 to 1 is expected",
        ),
        (
            "half.csv",
            csv("logit_0,logit_1,label\n1,2,0.5\n"),
            ", line 2, column \"label\": 0.5 is no class; 0 to 1 is expected",
        ),
        (
            "valid.csv",
            csv("logit,label,valid\n1,1,3\n"),
            ", line 2, column \"valid\": 3 is not 0 or 1",
        ),
        (
            "fields.csv",
            csv("logit,label\n1,0\n1\n"),
            ", line 3: it has one field; 2 are expected, as in the header",
        ),
        (
            "back.csv",
            csv("logit,label,batch\n1,0,a\n1,0,b\n1,0,a\n"),
            ", line 4, column \"batch\": mini-batch \"a\" comes back; its rows should stand together",
        ),
        (
            "utf8.csv",
            b"logit,label\n\xff1,0\n".to_vec(),
            ", line 2, column \"logit\": \"\u{fffd}1\" is not UTF-8 text; a number is expected",
        ),
        (
            "ignored.csv",
            csv("logit,label,valid\n1,1,0\n"),
            ": there is no example among the rows that is not ignored",
        ),
        (
            "long.csv",
            long,
            "is longer than 1048576 bytes, or a quote is never closed",
        ),
        (
            "unclosed.csv",
            unclosed,
            ", line 2: the quote that opens a field here is never closed",
        ),
        (
            "picture.csv",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            ": it is an image",
        ),
        (
            "short.npy",
            numbers[..numbers.len() - 4].to_vec(),
            ": array \"short\" is truncated: its header promises a length of 3, and 20 bytes are there",
        ),
        (
            "head.npy",
            numbers[..30].to_vec(),
            ": it ends too early: it is truncated",
        ),
        (
            "objects.npy",
            npy("|O", "(3,)", false, &[0; 24]),
            ": elements of type \"|O\" are Python objects, which are never loaded; numbers are expected",
        ),
        (
            "complex.npy",
            npy("<c16", "(3,)", false, &[0; 48]),
            ": elements of type \"<c16\" cannot be read; numbers are expected",
        ),
        (
            "huge.npy",
            npy("<f8", "(18446744073709551615,)", false, &[0; 8]),
            ": array \"huge\" is truncated: its header promises a length of 18446744073709551615, and 8 bytes are there",
        ),
        (
            "deep.npy",
            npy("<f8", "(2, 2, 2)", false, &[0; 64]),
            ": the array has the shape (2, 2, 2); one or two dimensions are expected: np.save(\"logit.npy\", \
             a.reshape(-1, a.shape[-1])) makes rows where the last is of the classes (a = np.moveaxis(a, 1, -1) before it where \
             the second is), and labels go with .reshape(-1)",
        ),
        (
            "three.npy",
            numbers.clone(),
            ": there is no column of outputs",
        ),
        (
            "nest.npy",
            npy("<f8", &"(".repeat(10_000), false, &[]),
            ": its NPY header cannot be understood",
        ),
        (
            "unequal.npz",
            npz(&[("logit", &numbers), ("label", &two)]),
            ": array \"label\" has length 2 and array \"logit\" 3; equal lengths are expected",
        ),
        (
            "cut.npz",
            npz(&[("logit", &numbers), ("label", &numbers)])[..100].to_vec(),
            ": its zip archive cannot be read",
        ),
        (
            "bad.npz",
            npz(&[("logit", b"not an array at all"), ("label", &numbers)]),
            ", array \"logit\": it is no NPY array",
        ),
        (
            "array.json",
            csv("[1, 2]"),
            ": it is a JSON array of values without names",
        ),
        (
            "cut.json",
            csv("{\"logit\": [1, 2"),
            ", line 1, character 16: the file ends where a comma or the end of an array is expected: it is truncated",
        ),
        (
            "unequal.json",
            csv("{\"logit\": [1, 2], \"label\": [0]}"),
            ": array \"label\" has 1 elements and array \"logit\" has 2 elements; equal lengths are expected",
        ),
        (
            "text.json",
            csv("{\"logit\": [1, \"x\"], \"label\": [0, 1]}"),
            ", array \"logit\", index 1: \"x\" is not a number",
        ),
        (
            "null.json",
            csv("{\"logit\": [1, null], \"label\": [0, 1]}"),
            ", array \"logit\", index 1: null is not a number",
        ),
        (
            "one.json",
            csv("{\"logit\": [1, 2], \"label\": [0, 7]}"),
            ", array \"label\", index 1: 7 is not 0 or 1",
        ),
    ]
}

#[test]
fn every_bad_file_gets_one_sentence_and_leaves_outputs_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let figure = write(&folder, "out.svg", "as it was");
    let mut failures = Vec::new();
    for (name, content, sentence) in bad_files() {
        let path = write(&folder, name, content);
        let ran = xray(&[text(&path), "--figure", text(&figure)]);
        let kept = std::fs::read(&figure).expect("it is there") == b"as it was";
        // Below a question stand commands that answer it.
        let mut below = ran.stderr.lines().skip(1);
        let one_line = below.all(|line| line.starts_with("  ")) && ran.stdout.is_empty();
        let named = ran.stderr.contains(name) || sentence.starts_with("there is no example");
        if ran.code != 2 || !ran.stderr.contains(sentence) || !kept || !one_line || !named {
            failures.push(format!("{name}: exit code {}, {:?}", ran.code, ran.stderr));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_no_file_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    // Large on paper only.
    let path = write(&folder, "large.json", "{\"logit\": [");
    let file = std::fs::OpenOptions::new().write(true).open(&path);
    let file = file.expect("it is there");
    file.set_len(10 << 30).expect("a file with a hole");
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("line 1, character 12: \"\\x00\" stands where a value is expected"),
        "{}",
        ran.stderr
    );
    for (path, said) in [
        (folder.path().to_owned(), "it is a folder"),
        (folder.path().join("none.csv"), "there is no such file"),
    ] {
        let ran = xray(&[text(&path)]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    let ran = xray(&[]);
    assert_eq!(ran.code, 2);
}

#[test]
fn wrong_settings_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "good.csv", "logit,label\n1,0\n2,1\n");
    for (flag, said) in [
        ("--bins=0", "bins: 0 is outside 1 to 256"),
        ("--momentum=1", "momentum: 1 is outside 0 to 0.999"),
        (
            "--loss=ghm-r",
            "--loss: \"ghm-r\" cannot be had of these predictions: all, ghm-c, ohem, focal, class-balanced, ce can",
        ),
        ("--figure=out.txt", "must end in .svg or .png"),
    ] {
        let ran = xray(&[text(&path), flag]);
        assert_eq!(ran.code, 2, "{flag}");
        assert!(ran.stderr.contains(said), "{flag}: {}", ran.stderr);
    }
}

#[test]
fn bad_rows_are_skipped_where_that_is_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(
        &folder,
        "some.csv",
        "logit,label\n1,0\nx,1\n2,1\n3,9\n-1,0\n",
    );
    let got = report(&[text(&path), "--skip-bad-rows"]);
    assert_eq!(got["examples"], 3.0);
    assert_eq!(got["skipped"], 2);
    let ran = xray(&[text(&path), "--skip-bad-rows"]);
    for said in [
        "Skipped 2 rows",
        "line 3, column \"logit\": \"x\" is not a number",
        "line 5, column \"label\": 9 is not 0 or 1",
    ] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    assert_eq!(xray(&[text(&path)]).code, 2);
    // Rows of another length, also where there are mini-batches and groups.
    let path = write(
        &folder,
        "lengths.csv",
        "logit,label,batch,group\n1,0,a,x\n1\n2,1,a,y\n1,0,b,x,more\n-1,0,b,x\n",
    );
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("line 3: it has one field; 4 are expected"),
        "{}",
        ran.stderr
    );
    let got = report(&[text(&path), "--skip-bad-rows"]);
    assert_eq!(
        (&got["examples"], &got["skipped"]),
        (&3.0.into(), &2.into())
    );
    assert_eq!(got["batches"], 2);
    assert_eq!(got["by_group"].as_array().map(Vec::len), Some(2));
}

#[test]
fn rows_that_are_all_bad_say_how_many_and_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "bad.csv", "logit,label\nx,0\n2,7\n");
    let ran = xray(&[text(&path), "--skip-bad-rows"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("none of its rows can be used (2), the first since"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("\"x\" is not a number"),
        "{}",
        ran.stderr
    );
}
