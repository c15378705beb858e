//! What a person is told of files that cannot be read, and of rows that cannot be used.

use crate::asked::{are, roles, said, says};
use crate::{text, write, xray};

#[test]
fn errors_of_rows_say_how_rows_are_skipped() {
    for row in [
        "NA,1", "NaN,1", ",1", "#N/A,1", "0.3,1.7", "0.3", "0.3,1,1", "1.01,1",
    ] {
        let content = format!("p,label\n0.5,1\n0.25,0\n{row}\n0.75,0\n");
        says(&content, &[], &["line 4", "--skip-bad-rows"]);
        let folder = tempfile::tempdir().expect("a folder");
        let path = write(&folder, "preds.csv", &content);
        let ran = xray(&[text(&path), "--skip-bad-rows"]);
        assert!(
            ran.stdout.contains("Skipped 1 row that"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
    }
    says(
        "p,label\n0.5,1\n0.5\n",
        &[],
        &["it has one field; 2 are expected"],
    );
}

#[test]
fn a_quote_that_never_closes_is_named_by_its_line() {
    let spark = "\"He said \\\"hi\\\", then\",0,0.25\n";
    let plain = "plain,1,0.5\n";
    let content = format!(
        "text,label,p\n{}\"open,1,0.5\n{plain}",
        format!("{spark}{plain}").repeat(20)
    );
    says(&content, &[], &["line 42", "never closed"]);
    let doubled = "\"He said \"\"hi\"\", then\",0,0.25\n";
    let content = format!(
        "text,label,p\n{}\"open,1,0.5\n{plain}",
        format!("{doubled}{plain}").repeat(20)
    );
    says(&content, &[], &["line 42", "never closed"]);
    says(
        "text,label,p\n\"open,1,0.4\nb,0,0.3\n",
        &[],
        &["line 2", "never closed"],
    );
    // Between tabs a quote is a character.
    let inches = "text\tlabel\tp\n\"5 inch\t1\t0.5\nb\t0\t0.25\n";
    are(inches, &[], &[("label", "label"), ("p", "p")]);
}

#[test]
fn quotes_with_a_backslash_in_the_first_row() {
    let rows = "\"He said \\\"hi, 0\\\"\",0,0.1\nplain,1,0.75\n\"x, y\",1,0.5\n";
    are(
        rows,
        &["--columns", "text,label,p"],
        &[("label", "label"), ("p", "p")],
    );
}

#[test]
fn what_is_no_predictions_is_named_for_what_it_is() {
    let result = |rest: &str| {
        format!("[{{\"image_id\": 1, \"category_id\": 3, \"bbox\": [1.0, 2.0, 3.0, 4.0]{rest}}}]")
    };
    let results = said("results.json", result(", \"score\": 0.5"), &[]);
    assert!(
        results.contains("easy negatives") && results.contains("anchors"),
        "{results}"
    );
    let annotations = format!(
        "{{\"images\": [{{\"id\": 1}}], \"annotations\": {}}}",
        result(", \"area\": 12.0")
    );
    let annotations = said("instances.json", annotations, &[]);
    assert!(
        annotations.contains("annotations in COCO's format"),
        "{annotations}"
    );
    // A label makes predictions of them.
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(
        &folder,
        "preds.json",
        result(", \"score\": 0.5, \"label\": 1"),
    );
    assert_eq!(roles(&[text(&path)]).len(), 2);
    let elf = [
        &b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0"[..],
        &[0; 64],
    ]
    .concat();
    let elf = said("a.out", elf, &[]);
    assert!(
        elf.contains("it is not text") && !elf.contains("UTF-16"),
        "{elf}"
    );
    says(
        "'label','p'\n'0','0.1'\n'1','0.8'\n",
        &[],
        &["single quotes", "tr "],
    );
    let latin = said("preds.csv", b"label,p,\xd0\xd5\xc3\xfb\nx,0.5,a\n", &[]);
    assert!(latin.contains("iconv -f GBK -t UTF-8"), "{latin}");
}

#[test]
fn probabilities_by_the_names_of_classes_in_records() {
    let row = |label: &str, p: [f64; 3]| {
        format!(
            "{{\"label\": \"{label}\", \"probs\": {{\"bird\": {}, \"cat\": {}, \"dog\": {}}}}}",
            p[0], p[1], p[2]
        )
    };
    let rows = [
        row("dog", [0.25, 0.5, 0.25]),
        row("cat", [0.125, 0.75, 0.125]),
        row("bird", [0.5, 0.25, 0.25]),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for content in [format!("[{}]", rows.join(", ")), rows.join("\n")] {
        let path = write(&folder, "preds.json", content);
        let got = roles(&[text(&path)]);
        let pair = |name: &str, role: &str| (name.to_owned(), role.to_owned());
        for class in ["bird", "cat", "dog"] {
            assert!(
                got.contains(&pair(&format!("probs_{class}"), &format!("p_{class}"))),
                "{got:?}"
            );
        }
    }
}

#[test]
fn one_is_said_as_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(
        &folder,
        "preds.json",
        "{\"label\": [0], \"p\": [0.5], \"epoch\": 3}",
    );
    let ran = xray(&[text(&path)]);
    assert!(
        ran.stdout.contains("\"epoch\" is no column"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("1 example\n"), "{}", ran.stdout);
}
