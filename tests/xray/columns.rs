//! Files of columns as others write them (`files/make.py`): Arrow and Parquet of polars, pandas and pyarrow, with names
//! as lists that cells point into, numbers as texts, and lists as many columns.

use ghm_lab::data::predictions::{Options, Outputs, Predictions, Rows};
use ghm_lab::ghm::Task;

use crate::written_arrow::{Column, arrow, listed};
use crate::{Input, read_all, reading, text, xray};

fn file(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests/xray/files").join(name)
}

/// All rows of a file, a few at a time.
fn read(name: &str) -> (Predictions, Rows) {
    let bytes = std::fs::read(file(name)).expect("it is there");
    let inputs = vec![Input::bytes(name, bytes)];
    read_all(inputs, Options::default(), 24).unwrap_or_else(|why| panic!("{why}"))
}

/// The forty examples of two classes.
fn are_the_two(name: &str) {
    let (predictions, rows) = read(name);
    let logits = (0..40).map(|i| f64::from((i * 11) % 29 - 14) / 16.0);
    assert_eq!(rows.outputs, logits.collect::<Vec<f64>>(), "{name}");
    let labels = (0..40).map(|i| f64::from(u8::from(i % 3 == 0)));
    assert_eq!(rows.targets, labels.collect::<Vec<f64>>(), "{name}");
    let groups: Vec<&str> = (rows.group.iter())
        .map(|&group| predictions.groups()[group as usize].as_str())
        .collect();
    let expected = (0..40).map(|i| ["g0", "g1", "g2", "g3"][i % 4]);
    assert_eq!(groups, expected.collect::<Vec<&str>>(), "{name}");
}

#[test]
fn two_classes_of_every_writer_are_read() {
    for name in [
        "polars-plain.arrow",
        "polars-lz4.arrow",
        "polars-zstd.arrow",
        "polars-oldest.arrow",
        "polars-plain.arrows",
        "polars-zstd.arrows",
        "polars-categorical.arrow",
        "polars-categorical.arrows",
        "polars-categorical.parquet",
        "polars-types.arrow",
        "polars-words.arrow",
        "pandas.feather",
        "pandas-index.parquet",
        "pyarrow-large.feather",
        "pyarrow-views.feather",
        "pyarrow-names.feather",
        "pyarrow-yes.feather",
        "pyarrow-delta.arrow",
        "pyarrow-delta.arrows",
        "pyarrow-replaced.arrows",
    ] {
        are_the_two(name);
    }
}

#[test]
fn lists_are_as_many_columns() {
    let p = (0..40).flat_map(|i| {
        let (a, b) = (1 + i % 7, 1 + i % 5);
        [a, b, 16 - a - b].map(f64::from)
    });
    let sixteenths: Vec<f64> = p.collect();
    let p: Vec<f64> = sixteenths.iter().map(|p| p / 16.0).collect();
    let classes: Vec<f64> = (0..40).map(|i| f64::from(i % 3)).collect();
    for writer in [
        "pyarrow-list",
        "pyarrow-large",
        "pyarrow-fixed",
        "pyarrow-whole",
        "polars-list",
        "polars-array",
    ] {
        for ending in ["parquet", "arrow", "feather"] {
            let name = format!("{writer}-lists.{ending}");
            if ending != "parquet" && writer.starts_with("polars") != (ending == "arrow") {
                continue;
            }
            let (predictions, rows) = read(&name);
            let header = predictions.header();
            assert_eq!((header.task, header.classes), (Task::Classes, 3), "{name}");
            let is_whole = writer == "pyarrow-whole";
            assert_eq!(header.outputs == Outputs::Logits, is_whole, "{name}");
            let expected = if is_whole { &sixteenths } else { &p };
            assert_eq!(
                (&rows.outputs, &rows.targets),
                (expected, &classes),
                "{name}"
            );
            let got = reading(&[text(&file(&name))]);
            let column = if is_whole { "logit_2" } else { "probs_2" };
            assert_eq!(got["columns"][2]["name"], column, "{name}");
        }
    }
}

#[test]
fn a_row_with_another_list_is_named_and_can_be_skipped() {
    for (name, what) in [
        (
            "short",
            "column \"probs\", index 5: a list of length 2; 3 is expected",
        ),
        ("hole", "index 5: null is not a number"),
        ("none", "column \"probs\", index 5: null is not a number"),
    ] {
        for ending in ["parquet", "feather"] {
            let name = format!("pyarrow-{name}-lists.{ending}");
            let path = file(&name);
            let ran = xray(&[text(&path)]);
            assert_eq!(ran.code, 2, "{name}{}", ran.stdout);
            assert!(ran.stderr.contains(what), "{name}: {}", ran.stderr);
            let got = reading(&[text(&path), "--skip-bad-rows"]);
            assert_eq!(got["skipped"], 1, "{name}: {got}");
        }
    }
}

#[test]
fn damaged_files_are_sentences() {
    for name in [
        "polars-plain.arrow",
        "polars-categorical.arrow",
        "pyarrow-delta.arrows",
        "pyarrow-short-lists.feather",
        "pyarrow-fixed-lists.parquet",
        "pyarrow-list-lists.parquet",
    ] {
        let bytes = std::fs::read(file(name)).expect("it is there");
        let sentence = |bytes: &[u8]| {
            let inputs = vec![Input::bytes(name, bytes)];
            let read = read_all(inputs, Options::default(), 24).map(|_| ());
            let why = read.err().map(|why| why.to_string());
            assert!(why.iter().all(|why| why.starts_with(name)), "{why:?}");
            why
        };
        for end in (8..bytes.len()).step_by(5) {
            let is_refused = sentence(&bytes[..end]).is_some();
            // A stream may end behind any of its messages.
            assert!(
                is_refused || name.ends_with(".arrows"),
                "{name} up to {end}"
            );
        }
        for at in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= change;
                sentence(&bytes);
            }
        }
    }
}

fn refused(bytes: Vec<u8>) -> String {
    let inputs = vec![Input::bytes("made.arrow", bytes)];
    let read = read_all(inputs, Options::default(), 24).map(|_| ());
    read.expect_err("it is refused").to_string()
}

#[test]
fn what_is_made_to_do_harm_is_refused() {
    let columns = |group: Column| {
        [
            ("logit", Column::Numbers(vec![0.5, 1.5])),
            ("label", Column::Bools(vec![true, false])),
            ("group", group),
        ]
    };
    let short = || Column::Texts(vec!["a".to_owned(), "b".to_owned()]);
    let inputs = vec![Input::bytes("made.arrow", arrow(&columns(short()), 2))];
    let (_, rows) = read_all(inputs, Options::default(), 24).expect("it is as it should be");
    assert_eq!(rows.outputs, [0.5, 1.5]);
    // A few bytes are many rows where they are listed over and over.
    let why = refused(listed(&columns(short()), 2, 2));
    assert!(why.contains("contradict themselves"), "{why}");
    let long = Column::Texts(vec!["a".repeat(5000), "b".to_owned()]);
    let why = refused(arrow(&columns(long), 2));
    let expected = "column \"group\", index 0: a text of more than 4096 bytes";
    assert!(why.contains(expected), "{why}");
    // No byte stands for all these rows.
    let nothing = [("logit", Column::Nulls), ("label", Column::Nulls)];
    let why = refused(arrow(&nothing, 1 << 39));
    assert!(why.contains("neither numbers nor text"), "{why}");
}
