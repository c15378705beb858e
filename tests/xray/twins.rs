//! Probabilities beside the logits that they are of, compared in every row.

use std::fmt::Write as _;

use ghm_lab::data::predictions::{Input, Options, Outputs, Refusal};

use crate::{read_all, report, text, write, xray};

const ROWS: usize = 9000;

/// Rows of logit, p and label, of which one has another p.
fn binary(odd: Option<(usize, &str)>) -> String {
    let mut csv = "logit,p,label\n".to_owned();
    for row in 0..ROWS {
        let x = row as f64 % 7.0 - 3.0;
        let p = format!("{:.6}", 1.0 / (1.0 + (-x).exp()));
        let p = odd
            .filter(|(at, _)| *at == row)
            .map_or(p.as_str(), |(_, p)| p);
        writeln!(csv, "{x},{p},{}", row % 2).expect("text");
    }
    csv
}

fn asked(content: &str) -> Box<ghm_lab::data::predictions::Question> {
    let input = Input::bytes("a.csv", content.as_bytes());
    match read_all(vec![input], Options::default(), 1 << 14) {
        Err(Refusal::Ask(question)) => question,
        Err(Refusal::Error(why)) => panic!("{why}"),
        Ok(_) => panic!("it was read"),
    }
}

#[test]
fn a_mismatch_in_a_late_row_is_told_with_the_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = write(&folder, "good.csv", binary(None));
    assert_eq!(report(&[text(&good)])["examples"], ROWS as f64);
    // In the first rows, behind those that are kept, behind those that are looked at, and the last.
    for row in [3, 1500, 5000, ROWS - 1] {
        let path = write(&folder, "odd.csv", binary(Some((row, "0.615"))));
        let ran = xray(&[text(&path)]);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        let place = format!("line {}, column \"p\" (0.615, and 0.", row + 2);
        for said in [&place, "by \"logit\"", "--map logit=logit", "--map p=p"] {
            assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        }
        for (flag, outputs) in [("logit=logit", "logits"), ("p=p", "probabilities")] {
            let ran = xray(&[text(&path), "--map", flag]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            assert!(ran.stdout.contains(&format!("two classes, {outputs}")));
        }
    }
    // What is no number says nothing, and is not needed.
    let path = write(&folder, "gap.csv", binary(Some((5000, ""))));
    assert_eq!(report(&[text(&path)])["examples"], ROWS as f64);
}

#[test]
fn rows_that_are_ignored_may_differ() {
    for (column, ignored) in [("valid", "0"), ("label", "-100"), ("label", "cat")] {
        let mut csv = "logit,p,label,valid\n".to_owned();
        for row in 0..6000 {
            let is_odd = row == 5500 || row == 2;
            let is = |name: &str| is_odd && column == name;
            let label = if is("label") {
                ignored
            } else if row % 2 == 1 {
                "1"
            } else {
                "0"
            };
            let valid = if is("valid") { "0" } else { "1" };
            let p = if is_odd { "0.125" } else { "0.5" };
            writeln!(csv, "0,{p},{label},{valid}").expect("text");
        }
        let options = Options {
            ignore_labels: vec!["cat".to_owned()],
            ..Options::default()
        };
        let input = Input::bytes("a.csv", csv.as_bytes());
        let (predictions, rows) =
            read_all(vec![input], options, 1 << 14).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(predictions.header().outputs, Outputs::Logits);
        assert_eq!(
            rows.valid.iter().filter(|valid| !**valid).count(),
            2,
            "{column}"
        );
    }
}

#[test]
fn several_classes_and_several_files() {
    let rows = |odd: usize| {
        let mut csv = "logit_0,logit_1,logit_2,p_0,p_1,p_2,label\n".to_owned();
        for row in 0..5000 {
            let p = if row == odd {
                "0.6,0.2,0.2"
            } else {
                "0.2,0.2,0.6"
            };
            writeln!(csv, "0,0,1.0986122886681098,{p},{}", row % 3).expect("text");
        }
        csv
    };
    let question = asked(&rows(4990));
    assert!(
        question
            .why
            .contains("line 4992, column \"p_0\" (0.6, and 0.2000 by \"logit_0\")"),
        "{}",
        question.why
    );
    assert_eq!(question.candidates.len(), 2);
    // The second of two files is looked at, too, and named.
    let inputs = [("a.csv", 9999), ("b.csv", 7)]
        .map(|(name, odd)| Input::bytes(name, rows(odd).as_bytes()))
        .to_vec();
    let why = read_all(inputs, Options::default(), 100)
        .err()
        .expect("they differ");
    assert!(why.to_string().contains("b.csv, line 9,"), "{why}");
    // As JSON.
    let json = r#"{"logit": [0, 1, 2], "label": [0, 1, 0], "p": [0.5, 0.73, 0.12]}"#;
    assert!(
        asked(json)
            .why
            .contains("array \"p\", index 2 (0.12, and 0.8808"),
        "{}",
        asked(json).why
    );
}
