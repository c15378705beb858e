//! The tables of names, values and formats that people have, line by line.

use ghm_lab::data::predictions::{Input, Options, Outputs, Predictions, Refusal, Rows};
use ghm_lab::ghm::Task;

use crate::read_all;

const LABEL: &str = "label, labels, y, y_true, true, true_label, target, gt, ground_truth, gold, actual, class, class_id";
const LOGIT: &str = "logit, logits, x, raw_score, decision_function";
const PROBABILITY: &str = "p, prob, proba, probability, y_prob, y_proba, y_probability, p1, prob_1, proba_1, p(1), probability_positive";
const BY_VALUES: &str =
    "score, y_score, y_pred, pred, prediction, predict, output, model_score, confidence";
const REGRESSION: &str = "pred, prediction, y_pred";
const TARGETS: &str = "target, y_true, y, actual";
const OFFERED: &str = "step, epoch, id, image_id, split, fold, site, device, level";

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(", ")
}

/// As people write a name: case, spaces, `-` and `_` make no difference.
fn spellings(name: &str) -> Vec<String> {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    let mut all = vec![
        name.to_owned(),
        name.to_uppercase(),
        name.replace('_', "-"),
        name.replace('_', " "),
        name.replace('_', ""),
        name.split('_').map(capital).collect::<Vec<_>>().concat(),
        format!(" {name} "),
    ];
    all.sort();
    all.dedup();
    all
}

fn read(file: &str, content: &str, options: Options) -> Result<(Predictions, Rows), Refusal> {
    read_all(
        vec![Input::bytes(file, content.as_bytes())],
        options,
        1 << 14,
    )
}

/// The same cells in every format of text; what is not a number of JSON is a text in it.
fn written(columns: &[(&str, Vec<String>)]) -> Vec<(&'static str, String)> {
    let rows = columns[0].1.len();
    let line = |mark: &str, cells: Vec<&str>| cells.join(mark) + "\n";
    let delimited = |mark: &str| {
        let header = line(mark, columns.iter().map(|(name, _)| *name).collect());
        let lines =
            (0..rows).map(|row| line(mark, columns.iter().map(|of| of.1[row].as_str()).collect()));
        header + &lines.collect::<String>()
    };
    let name = |name: &str| serde_json::Value::from(name.trim()).to_string();
    let cell = |text: &str| match text {
        "true" | "false" => text.to_owned(),
        _ if text.parse::<f64>().is_ok_and(f64::is_finite) && !text.starts_with('+') => {
            text.to_owned()
        }
        _ => serde_json::Value::from(text).to_string(),
    };
    let list = |cells: &[String]| {
        cells
            .iter()
            .map(|of| cell(of))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let record = |row: usize| {
        let cells = columns
            .iter()
            .map(|of| format!("{}: {}", name(of.0), cell(&of.1[row])));
        format!("{{{}}}", cells.collect::<Vec<_>>().join(", "))
    };
    let arrays = columns
        .iter()
        .map(|(of, cells)| format!("{}: [{}]", name(of), list(cells)));
    let records: Vec<String> = (0..rows).map(record).collect();
    let by_index = |cells: &[String]| {
        let cells = cells
            .iter()
            .enumerate()
            .map(|(row, of)| format!("\"{row}\": {}", cell(of)));
        cells.collect::<Vec<_>>().join(", ")
    };
    let maps = columns
        .iter()
        .map(|(of, cells)| format!("{}: {{{}}}", name(of), by_index(cells)));
    let data = (0..rows).map(|row| {
        let cells: Vec<String> = columns.iter().map(|of| cell(&of.1[row])).collect();
        format!("[{}]", cells.join(", "))
    });
    let index = records
        .iter()
        .enumerate()
        .map(|(row, of)| format!("\"{row}\": {of}"));
    let split = format!(
        "{{\"columns\": [{}], \"index\": [{}], \"data\": [{}]}}",
        columns
            .iter()
            .map(|of| name(of.0))
            .collect::<Vec<_>>()
            .join(", "),
        (0..rows)
            .map(|row| row.to_string())
            .collect::<Vec<_>>()
            .join(", "),
        data.collect::<Vec<_>>().join(", ")
    );
    vec![
        ("a.csv", delimited(",")),
        ("a.tsv", delimited("\t")),
        ("semicolon.csv", delimited(";")),
        ("pipe.txt", delimited("|")),
        ("bom.csv", format!("\u{feff}{}", delimited(","))),
        (
            "excel.csv",
            format!("sep=;\r\n{}", delimited(";").replace('\n', "\r\n")),
        ),
        ("mac.csv", delimited(",").replace('\n', "\r")),
        (
            "comment.csv",
            format!("# made by a model\n{}", delimited(",")),
        ),
        ("savetxt.csv", format!("# {}", delimited(","))),
        (
            "arrays.json",
            format!(
                "{{\"meta\": \"v1\", {}}}",
                arrays.collect::<Vec<_>>().join(", ")
            ),
        ),
        (
            "columns.json",
            format!("{{{}}}", maps.collect::<Vec<_>>().join(", ")),
        ),
        (
            "index.json",
            format!("{{{}}}", index.collect::<Vec<_>>().join(", ")),
        ),
        ("split.json", split),
        ("records.json", format!("[{}]", records.join(", "))),
        ("lines.jsonl", records.join("\n")),
    ]
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}

/// Reads columns in every format and compares with what they are.
#[track_caller]
fn all_are(
    columns: &[(&str, Vec<String>)],
    options: &Options,
    outputs: &[f64],
    targets: &[f64],
    kind: (Task, Outputs),
) -> usize {
    let all = written(columns);
    for (file, content) in &all {
        let case = format!("{file}: {content}");
        let got = read(file, content, options.clone());
        let (predictions, rows) = got.unwrap_or_else(|why| panic!("{case}\n{why}"));
        let header = predictions.header();
        assert_eq!((header.task, header.outputs), kind, "{case}");
        assert_eq!(rows.outputs, outputs, "{case}");
        let valid = rows
            .targets
            .iter()
            .zip(&rows.valid)
            .filter(|(_, valid)| **valid);
        assert_eq!(
            valid.map(|(target, _)| *target).collect::<Vec<_>>(),
            targets,
            "{case}"
        );
    }
    all.len()
}

const SHARES: [f64; 4] = [0.9, 0.2, 0.75, 0.4];
const BEYOND: [f64; 4] = [1.5, -2.25, 0.25, 3.0];
const TRUTH: [f64; 4] = [1.0, 0.0, 1.0, 0.0];

#[test]
fn every_name_of_a_label_in_every_spelling_and_format() {
    let mut tried = 0;
    for label in names(LABEL) {
        for spelled in spellings(label) {
            let columns = [("p", texts(&SHARES)), (spelled.as_str(), texts(&TRUTH))];
            let kind = (Task::Binary, Outputs::Probabilities);
            tried += all_are(&columns, &Options::default(), &SHARES, &TRUTH, kind);
        }
    }
    assert!(tried >= 600, "{tried}");
}

#[test]
fn every_name_of_an_output_in_every_spelling_and_format() {
    let mut tried = 0;
    let kinds = [
        (LOGIT, &BEYOND, Outputs::Logits),
        (PROBABILITY, &SHARES, Outputs::Probabilities),
        (BY_VALUES, &SHARES, Outputs::Probabilities),
        (BY_VALUES, &BEYOND, Outputs::Logits),
    ];
    for (list, values, outputs) in kinds {
        for name in names(list) {
            for spelled in spellings(name) {
                let columns = [
                    (spelled.as_str(), texts(values)),
                    ("label", texts(&[1, 0, 1, 0])),
                ];
                let kind = (Task::Binary, outputs);
                tried += all_are(&columns, &Options::default(), values, &TRUTH, kind);
            }
        }
    }
    assert!(tried >= 1000, "{tried}");
}

#[test]
fn every_name_of_a_regression() {
    let values = [1.5, 2.25, -3.0, 10.125];
    let truth = [1.25, 2.5, -3.5, 9.0];
    for name in names(REGRESSION) {
        for target in names(TARGETS) {
            let columns = [(name, texts(&values)), (target, texts(&truth))];
            let kind = (Task::Regression, Outputs::Values);
            all_are(&columns, &Options::default(), &values, &truth, kind);
        }
    }
}

#[test]
fn classes_stand_behind_every_name() {
    let p = [0.75, 0.125, 0.125, 0.25, 0.5, 0.25];
    let logits = p.map(|value| 8.0 * value - 2.0);
    let column = |values: &[f64; 6], class: usize| texts(&[values[class], values[3 + class]]);
    let families = [
        (
            names(LOGIT).filter(|name| *name != "x").collect::<Vec<_>>(),
            true,
        ),
        (
            names(PROBABILITY)
                .filter(|name| !name.contains('1'))
                .collect(),
            false,
        ),
        (names(BY_VALUES).collect(), false),
        (vec!["logits_epoch_3"], true),
    ];
    for (names, of_logits) in families {
        for name in names {
            let values = if of_logits { &logits } else { &p };
            for classes in [["0", "1", "2"], ["cat", "dog", "owl"]] {
                let made = classes.map(|class| format!("{name}_{class}"));
                let mut columns: Vec<(&str, Vec<String>)> = (made.iter().enumerate())
                    .map(|(class, name)| (name.as_str(), column(values, class)))
                    .collect();
                columns.push(("gold", texts(&[classes[2], classes[0]])));
                let outputs = if of_logits {
                    Outputs::Logits
                } else {
                    Outputs::Probabilities
                };
                let kind = (Task::Classes, outputs);
                all_are(&columns, &Options::default(), values, &[2.0, 0.0], kind);
            }
        }
    }
    // As they stand in the table, and columns of the classes' own names.
    for made in [
        ["p_0", "p_1", "p_2"],
        ["p0", "p1", "p2"],
        ["prob_0", "prob_1", "prob_2"],
        ["cat", "dog", "owl"],
    ] {
        let labels = if made[0] == "cat" {
            ["owl", "cat"]
        } else {
            ["2", "0"]
        };
        let mut columns: Vec<(&str, Vec<String>)> = (0..3)
            .map(|class| (made[class], column(&p, class)))
            .collect();
        columns.push(("label", texts(&labels)));
        if made[0] == "cat" {
            // Every class has to occur to be known by its label.
            columns.iter_mut().for_each(|(name, cells)| {
                cells.push(match *name {
                    "cat" => "0.25".to_owned(),
                    "dog" => "0.5".to_owned(),
                    "owl" => "0.25".to_owned(),
                    _ => "dog".to_owned(),
                })
            });
            let values = [&p[..], &[0.25, 0.5, 0.25]].concat();
            all_are(
                &columns,
                &Options::default(),
                &values,
                &[2.0, 0.0, 1.0],
                (Task::Classes, Outputs::Probabilities),
            );
        } else {
            all_are(
                &columns,
                &Options::default(),
                &p,
                &[2.0, 0.0],
                (Task::Classes, Outputs::Probabilities),
            );
        }
    }
}

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
