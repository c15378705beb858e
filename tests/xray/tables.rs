//! The tables of names, values and formats that people have, line by line.

use ghm_lab::data::predictions::{Input, Options, Outputs, Predictions, Refusal, Rows};
use ghm_lab::ghm::Task;

mod values;

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
