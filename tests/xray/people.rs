//! Files as people bring them whose numbers were once wrong without an error, or told otherwise by another
//! format.

use std::fmt::Write as _;

use super::{report, text, write, xray};

/// Three classes: the label and probabilities, none of which is at the edge of a bin.
const THREE: [(usize, [f64; 3]); 6] = [
    (0, [0.71, 0.19, 0.1]),
    (1, [0.2, 0.52, 0.28]),
    (2, [0.1, 0.31, 0.59]),
    (0, [0.52, 0.28, 0.2]),
    (1, [0.61, 0.28, 0.11]),
    (2, [0.26, 0.33, 0.41]),
];

/// A table of the rows of [`THREE`]: label, and what is made of each probability.
pub fn three(header: &str, label: fn(usize) -> String, output: fn(f64) -> f64) -> String {
    let mut csv = format!("{header}\n");
    for (class, p) in THREE {
        let cells = p.map(|p| output(p).to_string()).join(",");
        writeln!(csv, "{},{cells}", label(class)).expect("text");
    }
    csv
}

pub struct Case {
    pub folder: tempfile::TempDir,
}

impl Case {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    pub fn report(&self, name: &str, content: &str, flags: &[&str]) -> serde_json::Value {
        let path = write(&self.folder, name, content);
        report(&[&[text(&path)], flags].concat())
    }

    pub fn said(&self, name: &str, content: &str, flags: &[&str]) -> String {
        let path = write(&self.folder, name, content);
        let ran = xray(&[&[text(&path)], flags].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    }

    /// It is asked about, with these words; each of the flags reads it.
    fn asked(&self, name: &str, content: &str, says: &[&str], ways: &[(&str, &str, u64)]) {
        let path = write(&self.folder, name, content);
        let ran = xray(&[text(&path)]);
        ran.is_refused(content, says);
        for (flags, task, classes) in ways {
            assert!(ran.stderr.contains(flags), "{flags} in {}", ran.stderr);
            let flags: Vec<&str> = flags.split(' ').collect();
            let got = self.report(name, content, &flags);
            assert_eq!(got["task"], *task, "{flags:?}");
            let of = got["classes"].as_u64().unwrap_or(1);
            assert_eq!(of, *classes, "{flags:?}");
        }
    }
}

pub fn measure(report: &serde_json::Value, name: &str) -> f64 {
    let value = &report["metrics"][name];
    let value = value.get("value").unwrap_or(value);
    value.as_f64().unwrap_or_else(|| panic!("{name}: {report}"))
}

pub fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} {b}");
}

/// Whether it is as the file with plain names says.
fn is_three(got: &serde_json::Value) {
    let case = Case::new();
    let csv = three("label,p_0,p_1,p_2", |class| class.to_string(), |p| p);
    let want = case.report("plain.csv", &csv, &[]);
    assert_eq!(got["task"], "classes");
    assert_eq!(got["counts"], want["counts"]);
    let [a, b] = [got, &want].map(|of| of["losses"]["ghm-c"]["mean"].as_f64().expect("a mean"));
    near(a, b);
    assert_eq!(got["metrics"]["accuracy"], want["metrics"]["accuracy"]);
}

#[test]
fn probabilities_of_classes_under_names_of_a_regression_are_of_classes() {
    let case = Case::new();
    for header in [
        "target,pred_0,pred_1,pred_2",
        "y_true,y_pred_0,y_pred_1,y_pred_2",
        "targets,preds_0,preds_1,preds_2",
        "actual,prediction_0,prediction_1,prediction_2",
    ] {
        let csv = three(header, |class| class.to_string(), |p| p);
        is_three(&case.report("classes.csv", &csv, &[]));
    }
    let labels = THREE.map(|(class, _)| class.to_string()).join(",");
    let rows = THREE.map(|(_, p)| format!("{p:?}")).join(",");
    let from_one = three(
        "target,pred_0,pred_1,pred_2",
        |class| (class + 1).to_string(),
        |p| p,
    );
    is_three(&case.report("from_one.csv", &from_one, &[]));
    let texts = three(
        "y_true,y_pred_0,y_pred_1,y_pred_2",
        |class| ["ant", "bee", "cow"][class].to_owned(),
        |p| p,
    );
    let got = case.report("texts.csv", &texts, &[]);
    is_three(&got);
    assert_eq!(got["by_class"][2]["name"], "cow");
    for (pred, target) in [("pred", "target"), ("y_pred", "y_true"), ("preds", "y")] {
        let json = format!("{{\"{pred}\":[{rows}],\"{target}\":[{labels}]}}");
        is_three(&case.report("classes.json", &json, &[]));
    }
}

#[test]
fn logits_of_classes_under_names_of_a_regression_are_asked_about() {
    let case = Case::new();
    let csv = three(
        "target,pred_0,pred_1,pred_2",
        |class| class.to_string(),
        f64::ln,
    );
    let logits = "--map pred_0=logit_0 --map pred_1=logit_1 --map pred_2=logit_2";
    let ways = [
        (logits, "classes", 3),
        ("--map pred_1=pred --map target=target", "regression", 1),
    ];
    case.asked("logits.csv", &csv, &["\"target\""], &ways);
    is_three(&case.report("logits.csv", &csv, &logits.split(' ').collect::<Vec<_>>()));
    // Rows that are ignored change nothing.
    let ignored = format!("{csv}-100,1.5,2,-3\n");
    case.asked("ignored.csv", &ignored, &["scores of the classes"], &ways);
    // Two outputs of two classes.
    let pairs = "{\"pred\":[[0.9,0.1],[0.4,0.6],[0.7,0.3],[0.2,0.8]],\"target\":[0,1,1,1]}";
    let got = case.report("pairs.json", pairs, &[]);
    near(measure(&got, "accuracy"), 0.75);
    assert_eq!(got["classes"], 2);
    let pairs = "{\"pred\":[[9,-1],[-4,6],[7,3.5],[2,8]],\"target\":[0,1,1,1]}";
    let ways = [
        ("--map pred_0=logit_0 --map pred_1=logit_1", "classes", 2),
        ("--map pred_0=pred --map target=target", "regression", 1),
    ];
    case.asked("pairs.json", pairs, &["which"], &ways);
}

#[test]
fn of_several_predictions_none_is_taken() {
    let case = Case::new();
    for (content, first, other) in [
        (
            "target,pred_std,pred_mean\n3.1,0.2,2.9\n5.5,0.1,5\n",
            "pred_std",
            "pred_mean",
        ),
        (
            "y_true,pred_lower,pred_upper\n3,2.5,3.5\n15,4,6\n8,7,9\n",
            "pred_lower",
            "pred_upper",
        ),
        (
            "y_true,y_pred_0,y_pred_1\n3.1,2.9,3.3\n5.5,5,5.1\n",
            "y_pred_0",
            "y_pred_1",
        ),
        (
            "label,prediction_a,prediction_b\n3.1,2.9,3.3\n5.5,5,5.1\n",
            "prediction_a",
            "prediction_b",
        ),
    ] {
        let target = content.split(',').next().expect("a name");
        let ways = [first, other].map(|of| format!("--map {of}=pred --map {target}=target"));
        let ways = ways.each_ref().map(|way| (way.as_str(), "regression", 1));
        case.asked("several.csv", content, &["which column is it"], &ways);
    }
}

#[test]
fn letters_behind_a_name_are_models_or_classes() {
    let case = Case::new();
    let models = "label,prob_a,prob_b\n0,0.2,0.3\n1,0.9,0.6\n0,0.4,0.1\n";
    let ways = [
        ("--map prob_a=p --map label=label", "binary", 2),
        ("--map prob_b=p --map label=label", "binary", 2),
    ];
    case.asked("models.csv", models, &["do not sum to 1"], &ways);
    let classes = "label,prob_a,prob_b\na,0.8,0.2\nb,0.1,0.9\na,0.4,0.6\n";
    let got = case.report("classes.csv", classes, &["--positive", "b"]);
    assert_eq!(got["by_class"][0]["name"], "a");
    near(measure(&got, "accuracy"), 2.0 / 3.0);
    for (content, first) in [
        (models.replace("prob", "y_prob"), "y_prob_a"),
        (
            models
                .replace("prob_a", "score_s")
                .replace("prob_b", "score_r"),
            "score_s",
        ),
    ] {
        let way = format!("--map {first}=p --map label=label");
        case.asked(
            "models.csv",
            &content,
            &["do not sum to 1"],
            &[(&way, "binary", 2)],
        );
    }
    // Without its like it is the name that it was.
    let alone = case.report("alone.csv", "label,prob_a\n0,0.2\n1,0.9\n", &[]);
    assert_eq!(alone["task"], "binary");
    for (names, columns) in [("rf_prob,xgb_prob", 2), ("model_a,model_b,model_c", 3)] {
        let mut csv = format!("y_true,{names}\n");
        for (y, p) in [(0, 0.25), (1, 0.75), (0, 0.5), (1, 0.3)] {
            let cells: Vec<String> = (1..=columns)
                .map(|k| (p / f64::from(k)).to_string())
                .collect();
            writeln!(csv, "{y},{}", cells.join(",")).expect("text");
        }
        let ways: Vec<String> = names
            .split(',')
            .map(|name| format!("--map {name}=p --map y_true=label"))
            .collect();
        let ways: Vec<_> = ways.iter().map(|way| (way.as_str(), "binary", 2)).collect();
        case.asked("unnamed.csv", &csv, &[], &ways);
        let path = write(&case.folder, "unnamed.csv", &csv);
        assert!(!xray(&[text(&path)]).stderr.contains("logit_1"));
    }
}

#[test]
fn decisions_that_contradict_the_order_of_scores_are_asked_about() {
    let case = Case::new();
    const NAMES: [&str; 3] = ["dog", "bird", "cat"];
    let highest = |p: [f64; 3]| (0..3).fold(0, |best, k| if p[k] > p[best] { k } else { best });
    for header in [
        "Label,PredictedLabel,Score.0,Score.1,Score.2",
        "y_true,y_pred,prob_0,prob_1,prob_2",
        "label,prediction,proba_0,proba_1,proba_2",
    ] {
        let mut csv = format!("{header}\n");
        for (class, p) in THREE {
            let [a, b, c] = p;
            writeln!(csv, "{},{},{a},{b},{c}", NAMES[class], NAMES[highest(p)]).expect("text");
        }
        let names: Vec<&str> = header.split(',').collect();
        let map = |classes: [&str; 3]| {
            let flags = (2..5).map(|k| format!("--map {}=p_{}", names[k], classes[k - 2]));
            flags.collect::<Vec<_>>().join(" ")
        };
        let (right, as_they_stand) = (map(NAMES), map(["bird", "cat", "dog"]));
        let ways = [
            (right.as_str(), "classes", 3),
            (as_they_stand.as_str(), "classes", 3),
        ];
        case.asked(
            "order.csv",
            &csv,
            &["another class than the highest"],
            &ways,
        );
        let got = case.report("order.csv", &csv, &right.split(' ').collect::<Vec<_>>());
        near(measure(&got, "accuracy"), 5.0 / 6.0);
        assert_eq!(got["by_class"][0]["name"], "dog");
    }
    // Decisions that agree, and those of another threshold, are no question.
    let agree = "label,prediction,p_0,p_1,p_2\n0,0,0.7,0.2,0.1\n1,1,0.2,0.5,0.3\n2,1,0.1,0.5,0.4\n";
    near(
        measure(&case.report("agree.csv", agree, &[]), "accuracy"),
        2.0 / 3.0,
    );
    let bold = "label,prediction,p_0,p_1\n0,0,0.9,0.1\n1,1,0.7,0.3\n1,1,0.2,0.8\n0,1,0.65,0.35\n";
    near(
        measure(&case.report("bold.csv", bold, &[]), "accuracy"),
        0.75,
    );
}

#[test]
fn a_regression_under_names_of_labels_is_one() {
    let case = Case::new();
    for header in [
        "true,pred",
        "gt,pred",
        "ground_truth,pred",
        "label,prediction",
        "target,output",
        "actual,model_score",
        "y,score",
    ] {
        let csv = format!("{header}\n3.1,2.9\n5.5,5\n-2,1.5\n");
        let got = case.report("regression.csv", &csv, &[]);
        assert_eq!(got["task"], "regression", "{header}");
        near(measure(&got, "mean_absolute_error"), 4.2 / 3.0);
        let words = case.said("regression.csv", &csv, &[]);
        let name = header.split(',').next().expect("a name");
        assert!(
            words.contains(&format!("{name} as target")) || name == "target",
            "{words}"
        );
    }
    // Whole numbers may be classes; shares may be soft labels.
    for content in [
        "label,prediction\n31,29.5\n55,50\n12,15.25\n",
        "true,pred\n0.25,0.5\n0.75,1.5\n0.1,0.2\n",
        "target,output\n3,2.75\n1,4\n4,2\n",
    ] {
        let names: Vec<&str> = content
            .lines()
            .next()
            .expect("a header")
            .split(',')
            .collect();
        let way = format!("--map {}=pred --map {}=target", names[1], names[0]);
        case.asked(
            "ask.csv",
            content,
            &["a regression"],
            &[(&way, "regression", 1)],
        );
    }
    // One slip among labels is no regression.
    let mut csv = "label,score\n".to_owned();
    for i in 0..100 {
        let label = if i == 50 { "0.5" } else { ["0", "1"][i % 2] };
        writeln!(csv, "{label},{}", i as f64 / 10.0 - 4.0).expect("text");
    }
    let path = write(&case.folder, "slip.csv", csv);
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("0.5 is not 0 or 1"), "{}", ran.stderr);
}
