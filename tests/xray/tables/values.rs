//! What stands under the names: spellings of labels, values that are mended, and columns that are only offered.

use ghm_lab::data::predictions::{Options, Outputs};
use ghm_lab::ghm::Task;

use super::*;

#[test]
fn every_spelling_of_labels() {
    let plain = Options::default();
    let cat = Options {
        positive: Some("cat".to_owned()),
        ..Options::default()
    };
    let nine = Options {
        ignore_labels: vec!["9".to_owned()],
        ..Options::default()
    };
    let minus = Options {
        ignore_labels: vec!["-1".to_owned()],
        ..Options::default()
    };
    let both: [(&str, [&str; 4], &Options, &[f64]); 14] = [
        ("0 and 1", ["1", "0", "1", "0"], &plain, &TRUTH),
        ("floats", ["1.0", "0.0", "1.0", "0.0"], &plain, &TRUTH),
        ("true", ["true", "false", "true", "false"], &plain, &TRUTH),
        (
            "Python's",
            ["True", "False", "True", "False"],
            &plain,
            &TRUTH,
        ),
        ("t", ["t", "f", "t", "f"], &plain, &TRUTH),
        ("R's", ["T", "F", "T", "F"], &plain, &TRUTH),
        ("yes", ["yes", "no", "yes", "no"], &plain, &TRUTH),
        ("-1 and 1", ["1", "-1", "1", "-1"], &plain, &TRUTH),
        ("names", ["cat", "dog", "cat", "dog"], &cat, &TRUTH),
        ("-2", ["1", "-2", "1", "0"], &plain, &[1.0, 1.0, 0.0]),
        ("-100", ["1", "0", "-100", "0"], &plain, &[1.0, 0.0, 0.0]),
        ("255", ["255", "0", "1", "0"], &plain, &[0.0, 1.0, 0.0]),
        ("9", ["1", "0", "1", "9"], &nine, &[1.0, 0.0, 1.0]),
        ("-1", ["1", "0", "1", "-1"], &minus, &[1.0, 0.0, 1.0]),
    ];
    for (what, labels, options, truth) in both {
        let kept = |row: usize| {
            truth.len() == 4 || !["-2", "-100", "255", "9", "-1"].contains(&labels[row])
        };
        let outputs: Vec<f64> = (0..4)
            .map(|row| if kept(row) { SHARES[row] } else { 0.0 })
            .collect();
        let columns = [("p", texts(&SHARES)), ("label", texts(&labels))];
        let tried = all_are(
            &columns,
            options,
            &outputs,
            truth,
            (Task::Binary, Outputs::Probabilities),
        );
        assert!(tried >= 15, "{what}");
    }
    for labels in [["-1", "0", "1"], ["cat", "dog", "dog"], ["1", "2", "2"]] {
        let columns = [("p", texts(&SHARES[..3])), ("label", texts(&labels))];
        for (file, content) in written(&columns) {
            let got = read(file, &content, Options::default());
            assert!(matches!(got, Err(Refusal::Ask(_))), "{content}");
        }
    }
}

#[test]
fn what_is_offered_is_taken_when_named_and_never_by_itself() {
    for name in names(OFFERED) {
        let columns = [
            ("p", texts(&SHARES)),
            ("label", texts(&[1, 0, 1, 0])),
            (name, texts(&["u", "u", "v", "v"])),
        ];
        for (file, content) in written(&columns) {
            let (predictions, rows) = read(file, &content, Options::default())
                .unwrap_or_else(|why| panic!("{content}: {why}"));
            assert!(rows.group.is_empty() && rows.batch.is_empty(), "{content}");
            assert_eq!(predictions.reading().left, [name], "{content}");
            for role in ["group", "batch"] {
                let options = Options {
                    maps: vec![(name.to_owned(), role.parse().expect("a role"))],
                    ..Options::default()
                };
                let (_, rows) =
                    read(file, &content, options).unwrap_or_else(|why| panic!("{content}: {why}"));
                let taken = if role == "group" {
                    &rows.group
                } else {
                    &rows.batch
                };
                assert_eq!(taken[..], [0, 0, 1, 1], "{content}");
            }
        }
    }
    for (name, cells) in [
        ("valid", ["1", "0", "1", "1"]),
        ("mask", ["1", "0", "1", "1"]),
        ("weight", ["1", "0", "1", "1"]),
        ("batch", ["a", "a", "b", "b"]),
        ("group", ["a", "a", "b", "b"]),
    ] {
        let columns = [
            ("p", texts(&SHARES)),
            ("label", texts(&[1, 0, 1, 0])),
            (name, texts(&cells)),
        ];
        for (file, content) in written(&columns) {
            let (_, rows) = read(file, &content, Options::default())
                .unwrap_or_else(|why| panic!("{content}: {why}"));
            match name {
                "batch" => assert_eq!(rows.batch, [0, 0, 1, 1], "{content}"),
                "group" => assert_eq!(rows.group, [0, 0, 1, 1], "{content}"),
                _ => assert_eq!(rows.valid, [true, false, true, true], "{content}"),
            }
        }
    }
}

#[test]
fn values_that_are_mended_are_counted_and_others_named() {
    let labels = || ("label", texts(&[1, 0, 1, 0]));
    let over = ["1.0000000000000002", "1.0000001", "-1e-17", "0.5"];
    let clamped = [1.0, 1.0, 0.0, 0.5];
    let columns = [("p", texts(&over)), labels()];
    for (file, content) in written(&columns) {
        let (predictions, rows) = read(file, &content, Options::default())
            .unwrap_or_else(|why| panic!("{content}: {why}"));
        assert_eq!(rows.outputs, clamped, "{content}");
        let reading = predictions.reading();
        assert_eq!((reading.clamped, reading.certain), (3, 3), "{content}");
    }
    for bad in ["NaN", "Infinity", "", "what", "1.05"] {
        let cells = ["0.5", "0.25", bad, "0.75"];
        for (file, content) in written(&[("p", texts(&cells)), labels()]) {
            let why = read(file, &content, Options::default())
                .err()
                .map(|why| why.to_string());
            let why = why.unwrap_or_else(|| panic!("{content}: {bad} is refused"));
            assert!(why.contains("\"p\""), "{content}: {why}");
            let place = ["line 4", "line 5", "record 2", "index 2"];
            assert!(
                place.iter().any(|place| why.contains(place)),
                "{content}: {why}"
            );
            let options = Options {
                skip_bad_rows: true,
                ..Options::default()
            };
            let (predictions, rows) =
                read(file, &content, options).unwrap_or_else(|why| panic!("{content}: {why}"));
            assert_eq!(rows.outputs, [0.5, 0.25, 0.75], "{content}");
            assert_eq!(predictions.reading().skipped, 1, "{content}");
        }
    }
    for (file, content) in written(&[("prob", texts(&["95.0", "12.5", "99.0", "3.0"])), labels()]) {
        let got = read(file, &content, Options::default());
        assert!(matches!(got, Err(Refusal::Ask(_))), "{content}");
    }
    // Decisions, beside a label and as a regression.
    for names in [
        ["y_pred", "label"],
        ["pred", "target"],
        ["score", "y_true"],
        ["prediction", "actual"],
    ] {
        let columns = [
            (names[0], texts(&[1, 0, 0, 0])),
            (names[1], texts(&[1, 0, 1, 0])),
        ];
        for (file, content) in written(&columns) {
            let why = read(file, &content, Options::default())
                .err()
                .map(|why| why.to_string());
            assert!(
                why.is_some_and(|why| why.contains("decisions, which have no gradient")),
                "{content}"
            );
        }
    }
}

#[test]
fn labels_are_listed_once_each() {
    let csv = "cat_score,dog_score,animal\n0.9,0.1,cat\n0.2,0.8,dog\n";
    let roles = [
        ("cat_score", "p_cat"),
        ("dog_score", "p_dog"),
        ("animal", "label"),
    ];
    let maps = roles.map(|(name, role)| (name.to_owned(), role.parse().expect("a role")));
    let options = Options {
        maps: maps.to_vec(),
        positive: Some("dog".to_owned()),
        ..Options::default()
    };
    let (predictions, rows) = read("a.csv", csv, options).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(rows.targets, [0.0, 1.0]);
    let labels = [("cat".to_owned(), 0), ("dog".to_owned(), 1)];
    assert_eq!(predictions.reading().labels, labels);
    // As the file spells them, where that is another way.
    let csv = "p_cat,p_wild dog,label\n0.9,0.1,Cat\n0.2,0.8,wild_dog\n0.2,0.8,wild dog\n";
    let (predictions, rows) =
        read("a.csv", csv, Options::default()).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(rows.targets, [0.0, 1.0, 1.0]);
    let listed: Vec<&str> = predictions
        .reading()
        .labels
        .iter()
        .map(|(label, _)| label.as_str())
        .collect();
    assert_eq!(listed, ["cat", "wild dog", "Cat", "wild_dog"]);
}

#[test]
fn numbers_of_named_classes_are_those_of_one_order_or_asked_about() {
    // Yes is the positive class wherever its column stands, with labels of numbers and of words.
    for (columns, labels) in [
        ("p_no,p_yes", ["0", "1"]),
        ("prob_neg,prob_pos", ["0", "1"]),
        ("score_False,score_True", ["0", "1"]),
        ("proba_negative,proba_positive", ["0", "1"]),
        ("p_no,p_yes", ["no", "yes"]),
    ] {
        let rows = [["0.75", "0.25", labels[0]], ["0.125", "0.875", labels[1]]];
        let (first, second) = columns.split_once(',').expect("two");
        for is_turned in [false, true] {
            let mut csv = if is_turned {
                format!("{second},{first},label\n")
            } else {
                format!("{columns},label\n")
            };
            for [no, yes, label] in rows {
                csv += &if is_turned {
                    format!("{yes},{no},{label}\n")
                } else {
                    format!("{no},{yes},{label}\n")
                };
            }
            let (_, rows) = read("a.csv", &csv, Options::default())
                .unwrap_or_else(|why| panic!("{csv}: {why}"));
            assert_eq!(rows.outputs, [0.75, 0.25, 0.125, 0.875], "{csv}");
            assert_eq!(rows.targets, [0.0, 1.0], "{csv}");
        }
    }
    // The order of the alphabet is that of the columns: said.
    let csv = "p_cat,p_dog,p_owl,label\n0.5,0.25,0.25,0\n0.25,0.25,0.5,2\n";
    let (predictions, rows) =
        read("a.csv", csv, Options::default()).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(rows.targets, [0.0, 2.0]);
    let notes = &predictions.reading().notes;
    assert!(notes.iter().any(|note| {
        note.contains("labels 0 to 2 are the classes of the columns in their order: \"cat\"")
    }));
    // It is not: asked.
    for from in [0, 1] {
        let csv = format!(
            "logit_low,logit_medium,logit_high,label\n5,2,1,{from}\n1,2,7,{}\n1,2,3,{}\n",
            from + 1,
            from + 2
        );
        let Err(Refusal::Ask(question)) = read("a.csv", &csv, Options::default()) else {
            panic!("{csv}: it is asked about");
        };
        let outputs: Vec<Vec<f64>> = (question.candidates.iter())
            .map(|candidate| {
                let (predictions, rows) = read("a.csv", &csv, candidate.options.clone())
                    .unwrap_or_else(|why| panic!("{}: {why}", candidate.options.flags()));
                assert_eq!(predictions.header().outputs, Outputs::Logits);
                assert_eq!(rows.targets, [0.0, 1.0, 2.0]);
                rows.outputs[..3].to_vec()
            })
            .collect();
        assert_eq!(outputs, [[5.0, 2.0, 1.0], [1.0, 5.0, 2.0]]);
    }
}

#[test]
fn two_tables_in_one_document_are_no_one_table() {
    let rows = r#"[{"logit": 1.5, "label": 1}, {"logit": -2, "label": 0}]"#;
    for json in [
        format!("{{\"train\": {rows}, \"test\": {rows}}}"),
        format!("{{\"meta\": 1, \"a\": {rows}, \"b\": {rows}, \"c\": {rows}}}"),
    ] {
        let why = read("a.json", &json, Options::default()).err();
        let why = why
            .unwrap_or_else(|| panic!("{json}: it was read"))
            .to_string();
        assert!(
            why.contains("are tables of their own; one is expected"),
            "{why}"
        );
    }
    let json = format!("{{\"results\": {rows}, \"curve\": [{{\"x_axis\": 1}}]}}");
    let (_, rows) = read("a.json", &json, Options::default()).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(rows.outputs, [1.5, -2.0]);
}
