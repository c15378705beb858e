//! Which delimiter it is where several part the header, and delimiters at the ends of lines.

use ghm_lab::data::predictions::Options;

use crate::text::{read, read_as};

#[track_caller]
fn is(text: &str, outputs: &[f64], targets: &[f64]) -> Vec<String> {
    let got = read(text.as_bytes()).unwrap_or_else(|why| panic!("{text}: {why}"));
    assert_eq!(
        (&got.outputs[..], &got.targets[..]),
        (outputs, targets),
        "{text}"
    );
    got.groups
}

#[track_caller]
fn refused(text: &str, said: &[&str]) {
    let why = read(text.as_bytes()).expect_err("it is refused");
    assert!(said.iter().all(|said| why.contains(said)), "{text}: {why}");
}

#[test]
fn the_delimiter_that_makes_known_names_and_parts_the_rows_wins() {
    for text in [
        // A decimal comma.
        "logit;label\n1,5;1\n-2,25;0\n",
        "logit;label;a,b\n1,5;1;x\n-2,25;0;y\n",
        "logit\tlabel\n1,5\t1\n-2,25\t0\n",
        "logit|label\n1,5|1\n-2,25|0\n",
        // Names with delimiters in quotes.
        "\"logit\",\"label\",\"a;b|c\"\n1.5,1,x\n-2.25,0,y\n",
        "\"a, b, c\";logit;label\nx;1.5;1\ny;-2.25;0\n",
        "\"label, again\";logit;label\nx;1.5;1\ny;-2.25;0\n",
        "\"x|y|p\"\tlogit\tlabel\nx\t1.5\t1\ny\t-2.25\t0\n",
        // And without.
        "logit;label;size, m\n1.5;1;2\n-2.25;0;3\n",
        "raw score,true label\n1.5,1\n-2.25,0\n",
        "raw score;true label\n1,5;1\n-2,25;0\n",
        "my id,raw score,true label\na b,1.5,1\nc d,-2.25,0\n",
        "split|raw score|true label\na, b|1.5|1\nc, d|-2.25|0\n",
        // Cells with other delimiters.
        "logit,label,note\n1.5,1,a;b;c\n-2.25,0,d;e;f\n",
        "logit;label;note\n1.5;1;a, b, c\n-2.25;0;d, e, f\n",
        "logit label\n1.5 1\n-2.25 0\n",
    ] {
        is(text, &[1.5, -2.25], &[1.0, 0.0]);
    }
}

#[test]
fn names_that_nobody_knows_are_parted_as_the_rows_are() {
    for (text, columns) in [
        ("a;b\n0,5;1\n0,25;0\n", "\"a\", \"b\""),
        ("a,b\n0.5,1\n0.25,0\n", "\"a\", \"b\""),
        ("a|b\n0.5|1\n0.25|0\n", "\"a\", \"b\""),
        ("a\tb\n0.5\t1\n0.25\t0\n", "\"a\", \"b\""),
        ("a, m;b, s\n0.5;1\n0.25;0\n", "\"a, m\", \"b, s\""),
        ("a;m,b;s\n0.5,1\n0.25,0\n", "\"a;m\", \"b;s\""),
        ("a b,c d\n0.5,1\n0.25,0\n", "\"a b\", \"c d\""),
        ("what\n0.5\n0.25\n", "\"what\""),
    ] {
        refused(text, &[columns, "--map "]);
    }
    // One column alone, of a known name.
    for text in ["logit\n1\n2\n", "logit\n1;0\n2;1\n", "\"logit\"\n1\n"] {
        refused(text, &["logit"]);
    }
}

#[test]
fn a_delimiter_at_the_end_of_every_row() {
    for (mark, end) in [
        (",", "\n"),
        (";", "\r\n"),
        ("\t", "\n"),
        ("|", "\n"),
        (" ", "\n"),
    ] {
        let text = |lines: &[&str]| -> String {
            let lines = lines.iter().map(|line| line.replace(',', mark) + end);
            lines.collect()
        };
        // Of the rows, of the header, and of both.
        is(
            &text(&["logit,label", "1.5,1,", "-2,0,"]),
            &[1.5, -2.0],
            &[1.0, 0.0],
        );
        is(
            &text(&["label,logit", "1,1.5,", "0,-2,"]),
            &[1.5, -2.0],
            &[1.0, 0.0],
        );
        is(
            &text(&["logit,label,", "1.5,1", "-2,0"]),
            &[1.5, -2.0],
            &[1.0, 0.0],
        );
        is(
            &text(&["logit,label,", "1.5,1,", "-2,0,"]),
            &[1.5, -2.0],
            &[1.0, 0.0],
        );
        // A number or a name in front is a cell like any other.
        is(
            &text(&["id,logit,label", "1,1.5,1,", "2,-2,0,"]),
            &[1.5, -2.0],
            &[1.0, 0.0],
        );
        let groups = is(
            &text(&["group,logit,label", "a,1.5,1,", "b,-2,0,"]),
            &[1.5, -2.0],
            &[1.0, 0.0],
        );
        assert_eq!(groups, ["a", "b"]);
    }
    // Quoted cells, and rows far down.
    is(
        "\"logit\",\"label\"\n\"1.5\",\"1\",\n\"-2\",\"0\",\n",
        &[1.5, -2.0],
        &[1.0, 0.0],
    );
    let long = format!("logit,label\n{}", "1,0,\n".repeat(40_000));
    assert_eq!(
        read(long.as_bytes()).expect("readable").outputs.len(),
        40_000
    );
    // Names that stand elsewhere.
    is("# logit,label\n1.5,1,\n-2,0,\n", &[1.5, -2.0], &[1.0, 0.0]);
    let named = Options {
        columns: Some(["logit", "label"].map(str::to_owned).to_vec()),
        ..Options::default()
    };
    let got = read_as("file", b"1.5,1,\n-2,0,\n", &named).expect("they are named");
    assert_eq!(
        (got.outputs, got.targets),
        (vec![1.5, -2.0], vec![1.0, 0.0])
    );
    refused("1.5,1,\n-2,0,\n", &["there is no header", "--columns"]);
}

#[test]
fn rows_that_end_in_other_ways_are_named() {
    let rows = "1,0,\n".repeat(40_000);
    for (text, line) in [
        ("logit,label\n1.5,1,\n-2,0\n".to_owned(), 2),
        ("logit,label\n1.5,1\n-2,0,\n".to_owned(), 3),
        ("logit,label\n1.5,1,\n-2,0,7\n".to_owned(), 2),
        ("logit,label,\n1.5,1\n-2,0,\n".to_owned(), 2),
        ("logit,label\n1.5,1,,\n-2,0,,\n".to_owned(), 2),
        (format!("logit,label\n{rows}2,1\n"), 40_002),
        (format!("logit,label\n{rows}2,1,5\n"), 40_002),
        (
            format!("logit,label,\n{}2,1,\n", "1,0\n".repeat(40_000)),
            40_002,
        ),
    ] {
        let why = read(text.as_bytes()).expect_err("it is refused");
        assert!(why.contains(&format!("line {line}: it has ")), "{why}");
    }
    // Skipped as other bad rows are.
    let lenient = Options {
        skip_bad_rows: true,
        ..Options::default()
    };
    let text = format!("logit,label\n{rows}2,1\n");
    let got = read_as("file", text.as_bytes(), &lenient).expect("the others");
    assert_eq!((got.outputs.len(), got.skipped), (40_000, 1));
    // The first cell may name the row, or the last be left over.
    refused(
        "logit,label,note\n1,0.5,1,\n2,-0.25,0,\n",
        &[
            "a cell more than its header has names",
            "write a name for every cell",
        ],
    );
    // R's, with something behind the last delimiter.
    is(
        "logit,label,note\n1,0.5,1,\n2,-0.25,0,x\n",
        &[0.5, -0.25],
        &[1.0, 0.0],
    );
}
