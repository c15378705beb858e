//! Files whose names say one thing and whose values another: each is asked about, or a note says it.

use std::fmt::Write as _;

use ghm_lab::data::predictions::{Input, Options, Question, Refusal};

use crate::{numbers, read_all, reading, report_of, run, text, write, xray};

#[track_caller]
fn asked(content: &str, flags: &[(&str, &str)], positive: Option<&str>) -> Box<Question> {
    let maps = flags.iter();
    let maps = maps.map(|(name, role)| ((*name).to_owned(), role.parse().expect("a role")));
    let options = Options {
        maps: maps.collect(),
        positive: positive.map(str::to_owned),
        ..Options::default()
    };
    let input = Input::bytes("a.csv", content.as_bytes());
    match read_all(vec![input], options, 1 << 14) {
        Err(Refusal::Ask(question)) => question,
        Err(Refusal::Error(why)) => panic!("{content}: {why}"),
        Ok(_) => panic!("{content}: it was read"),
    }
}

/// Outputs and targets as read with the answer of that place.
#[track_caller]
fn answered(content: &str, question: &Question, place: usize) -> (Vec<f64>, Vec<f64>) {
    let input = Input::bytes("a.csv", content.as_bytes());
    let options = question.candidates[place].options.clone();
    let (_, rows) = read_all(vec![input], options, 1 << 14).expect("a reading");
    (rows.outputs, rows.targets)
}

/// All commands that a question offers read the file.
#[track_caller]
fn commands_work(content: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "a.csv", content);
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 2, "{content}: {}", ran.stdout);
    let commands = ran.stderr.lines();
    let commands = commands.filter_map(|line| line.trim().strip_prefix("ghm-lab xray "));
    let mut count = 0;
    for command in commands {
        count += 1;
        let ran = xray(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, 0, "{command}: {}", ran.stderr);
    }
    assert!(count > 0, "{}", ran.stderr);
}

/// A header, and rows of what a function of their number says.
fn rows(header: &str, count: usize, row: impl Fn(usize) -> String) -> String {
    let mut csv = format!("{header}\n");
    for at in 0..count {
        writeln!(csv, "{}", row(at)).expect("text");
    }
    csv
}

#[test]
fn a_class_that_is_the_decision_in_every_row_is_asked_about() {
    let one = |count| {
        rows("SampleId,RawFormulaVal,Probability,Class", count, |at| {
            let p = (at % 7 + 1) as f64 / 8.5;
            format!(
                "{at},{:.6},{p:.6},{}",
                (p / (1.0 - p)).ln(),
                u8::from(p > 0.5)
            )
        })
    };
    let three = |last: &str| {
        rows("class,p_0,p_1,p_2", 9, |at| {
            let mut p = [0.2; 3];
            p[at % 3] = 0.6;
            format!("{},{},{},{}", at % 3, p[0], p[1], p[2])
        }) + last
    };
    for content in [one(12), three("")] {
        let question = asked(&content, &[], None);
        assert!(
            question.why.contains("what the model decided"),
            "{}",
            question.why
        );
        commands_work(&content);
    }
    // Of few rows it may be chance, and one that is wrong is none that was decided.
    assert_eq!(run("a.csv", one(6), &[]).code, 0);
    assert_eq!(run("a.csv", three("0,0.2,0.5,0.3\n"), &[]).code, 0);
    // A name that says more, and many rows: a note.
    let said = |count| {
        let content = one(count).replace("Class", "label");
        let notes = report_of(&content, &[])["notes"].to_string();
        notes.contains("not the model's own decisions")
    };
    assert_eq!([said(19), said(20)], [false, true]);
}

#[test]
fn boxes_of_a_detector_have_no_labels() {
    let header = "image,xmin,ymin,xmax,ymax,confidence,class,name";
    let content = rows(header, 3, |at| format!("a.jpg,1,2,3,4,0.{},0,cat", 5 + at));
    let parts = ["boxes of a detector", "\"class\" is what it decided"];
    run("a.csv", &content, &[]).is_refused(header, &parts);
    let known = content.replace(",class,", ",label,");
    let ran = run("a.csv", known, &[]);
    assert!(
        !ran.stderr.contains("boxes of a detector"),
        "{}",
        ran.stderr
    );
}

/// Truth, decision and p of the positive class.
const ROWS: [(u8, bool, f64); 4] = [
    (0, true, 0.6354),
    (1, true, 0.875),
    (0, false, 0.25),
    (1, false, 0.375),
];

fn spelled(header: &str, words: [&str; 2], is_confidence: bool) -> String {
    rows(header, ROWS.len(), |at| {
        let (truth, decided, p) = ROWS[at];
        let score = if decided || !is_confidence {
            p
        } else {
            1.0 - p
        };
        format!("{truth},{},{score}", words[usize::from(decided)])
    })
}

#[test]
fn decisions_that_are_spelled_otherwise_than_labels_are_asked_about() {
    let header = "label,predicted_label,score";
    let p: Vec<f64> = ROWS.iter().map(|(.., p)| *p).collect();
    let truth: Vec<f64> = ROWS.iter().map(|(truth, ..)| f64::from(*truth)).collect();
    // Words whose meaning is known need no more.
    let known = spelled(header, ["NEGATIVE", "POSITIVE"], true);
    let question = asked(&known, &[], None);
    assert_eq!(question.candidates.len(), 2);
    assert_eq!(answered(&known, &question, 0), (p.clone(), truth.clone()));
    commands_work(&known);
    let flags = [
        "--map",
        "score=confidence",
        "--map",
        "predicted_label=decision",
    ];
    let said = [&flags[..], &["--positive", "POSITIVE"]].concat();
    assert_eq!(report_of(&known, &flags), report_of(&known, &said));
    // Others are of either class.
    for words in [["ham", "spam"], ["LABEL_0", "LABEL_1"]] {
        let content = spelled(header, words, true);
        let question = asked(&content, &[], None);
        let place = question
            .candidates
            .iter()
            .position(|way| way.options.positive.as_deref() == Some(words[1]));
        let place = place.expect("the positive one");
        assert_eq!(
            answered(&content, &question, place),
            (p.clone(), truth.clone())
        );
        assert_eq!(question.candidates.len(), 3);
        commands_work(&content);
        // What was said of the columns alone leaves it open.
        let roles = [("score", "confidence"), ("predicted_label", "decision")];
        assert_eq!(asked(&content, &roles, None).candidates.len(), 2);
        // p of the positive class is below one half somewhere.
        assert_eq!(run("a.csv", spelled(header, words, false), &[]).code, 0);
    }
    // Labels have names of their own: decisions have to be spelled as they are.
    let content = spelled(header, ["A", "B"], true)
        .replace("\n0,", "\ncat,")
        .replace("\n1,", "\ndog,");
    let question = asked(&content, &[], Some("dog"));
    assert!(
        question
            .to_string()
            .contains("write decisions as labels are"),
        "{question}"
    );
    run(
        "a.csv",
        &content,
        &["--map", "score=p", "--positive", "bird"],
    )
    .is_refused(&content, &["no label is \"bird\""]);
}

#[test]
fn a_score_that_no_threshold_divides_as_was_decided_is_asked_about() {
    // p of the class that happened, whatever was decided.
    let content = rows("label,pred,prob", 40, |at| {
        let (truth, p) = (at % 2, (at % 9 + 1) as f64 / 10.5);
        let decided = usize::from(p > 0.5);
        format!("{truth},{decided},{}", if truth == 1 { p } else { 1.0 - p })
    });
    let question = asked(&content, &[], None);
    assert!(
        question.why.contains("no threshold of \"prob\""),
        "{}",
        question.why
    );
    commands_work(&content);
    // Another threshold, and one row of twenty.
    let fits = |odd: usize| {
        rows("label,pred,prob", 40, |at| {
            let p = (at % 9 + 1) as f64 / 10.5;
            let decided = usize::from(p > 0.3) ^ usize::from(at % 20 == odd);
            format!("{},{decided},{p}", at % 2)
        })
    };
    for odd in [99, 5] {
        assert_eq!(run("a.csv", fits(odd), &[]).code, 0);
    }
}

#[test]
fn a_score_that_is_nowhere_below_one_half_is_asked_about() {
    for name in ["score", "prob", "p"] {
        let file = |count| {
            rows(&format!("label,{name}"), count, |at| {
                format!("{},0.{}", at % 2, 55 + at)
            })
        };
        let question = asked(&file(10), &[], None);
        assert!(
            question.why.contains("0.5 or more in every row"),
            "{}",
            question.why
        );
        assert!(
            question.to_string().contains("--map NAME=decision"),
            "{question}"
        );
        commands_work(&file(10));
        assert_eq!(run("a.csv", file(9), &[]).code, 0);
        assert_eq!(run("a.csv", file(10) + "0,0.4\n", &[]).code, 0);
        let of_one = file(10).replace("\n0,", "\n1,");
        assert_eq!(run("a.csv", of_one, &[]).code, 0);
    }
    // The label and the score that tell come late.
    let late = |last: &str| rows("label,p", 30_000, |at| format!("1,0.{}", 6 + at % 3)) + last;
    asked(&late("0,0.7\n"), &[], None);
    assert_eq!(run("a.csv", late("0,0.2\n"), &[]).code, 0);
}

#[test]
fn points_of_a_scale_are_no_logits_without_a_word() {
    let scale = |name: &str, from: f64| {
        rows(&format!("label,{name}"), 12, |at| {
            format!("{},{}", at % 2, from + 0.75 * at as f64)
        })
    };
    let content = scale("score", 0.0);
    let question = asked(&content, &[], None);
    assert!(
        question.why.contains("divided by its highest"),
        "{}",
        question.why
    );
    let [way] = question.candidates.as_slice() else {
        panic!("{question}");
    };
    assert_eq!(way.options.flags(), "--map score=logit");
    commands_work(&content);
    for content in [scale("logit", 0.0), scale("score", -1.0)] {
        assert_eq!(run("a.csv", content, &[]).code, 0);
    }
}

#[test]
fn labels_of_two_classes_in_many_spellings_are_of_a_confidence() {
    let spellings: [(&[&str], &[&str]); 4] = [
        (&["True", "False", "TRUE"], &[]),
        (&["yes", "no", "Yes", "NO"], &[]),
        (&["0", "1", "NA"], &["--skip-bad-rows"]),
        (&["0", "1", "2.0"], &["--ignore-label", "2"]),
    ];
    for (labels, flags) in spellings {
        let content = rows("label,confidence", 12, |at| {
            format!("{},0.{}", labels[at % labels.len()], 35 + 4 * at)
        });
        let ran = run("a.csv", &content, flags);
        assert_eq!(ran.code, 0, "{content}: {}", ran.stderr);
    }
    let three = "label,confidence\n0,0.4\n1,0.9\n2.0,0.8\n";
    run("a.csv", three, &["--ignore-label", "3"])
        .is_refused(three, &["is the confidence in one class"]);
}

#[test]
fn probabilities_beside_decisions_are_read_under_the_names_of_scikit_learn() {
    for [truth, decision, p] in [
        ["y_test", "y_pred", "y_pred_proba"],
        ["y_true", "y_pred", "y_pred_prob"],
        ["y_true", "y_pred", "y_pred_probability"],
        ["y", "yhat", "phat"],
        ["y", "yhat", "yhat_prob"],
    ] {
        let content = format!("{truth},{decision},{p}\n1,1,0.75\n0,0,0.25\n1,0,0.125\n");
        let plain = "label,p\n1,0.75\n0,0.25\n1,0.125\n";
        assert_eq!(report_of(&content, &[]), report_of(plain, &[]), "{content}");
    }
    let content = "y_true,y_pred,y_pred_proba_0,y_pred_proba_1\n1,1,0.25,0.75\n0,0,0.75,0.25\n";
    let plain = "label,p_0,p_1\n1,0.25,0.75\n0,0.75,0.25\n";
    assert_eq!(report_of(content, &[]), report_of(plain, &[]));
}

#[test]
fn what_a_model_decided_is_not_offered_as_the_truth() {
    for (content, name) in [
        ("predict,p0,p1\n1,0.2,0.8\n0,0.7,0.3\n", "predict"),
        ("predict,No,Yes\nYes,0.2,0.8\nNo,0.7,0.3\n", "predict"),
        ("pred,p\n1,0.8\n0,0.3\n", "pred"),
    ] {
        let ran = run("a.csv", content, &[]);
        let says = format!("\"{name}\" is what the model decided");
        ran.is_refused(content, &["no column \"label\"", &says, "--map NAME=label"]);
        assert!(!ran.stderr.contains("ghm-lab xray"), "{}", ran.stderr);
    }
}

#[test]
fn the_positive_one_of_two_named_columns_is_the_second_class() {
    let rows = [
        ("spam", 0.75),
        ("ham", 0.5625),
        ("spam", 0.625),
        ("ham", 0.25),
        ("spam", 0.375),
    ];
    let mut named = "prob_spam,prob_ham,label\n".to_owned();
    let mut plain = "p_0,p_1,label\n".to_owned();
    for (label, p) in rows {
        writeln!(named, "{p},{},{label}", 1.0 - p).expect("text");
        writeln!(plain, "{},{p},{}", 1.0 - p, u8::from(label == "spam")).expect("text");
    }
    let measures = |got: &serde_json::Value| {
        ["average_precision", "best_f1", "roc_auc"].map(|of| got["metrics"][of].clone())
    };
    let spam = report_of(&named, &["--positive", "spam"]);
    assert_eq!(measures(&spam), measures(&report_of(&plain, &[])));
    let ham = report_of(&named, &["--positive", "ham"]);
    assert_ne!(measures(&spam), measures(&ham));
    run("a.csv", &named, &[]).is_refused(&named, &["which is positive", "--positive ham"]);
    // Numbers, too.
    let zero = report_of(&plain, &["--positive", "0"]);
    assert_eq!(measures(&zero), measures(&ham));
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "a.csv", &named);
    let got = reading(&[text(&path), "--positive", "spam"]);
    assert_eq!(got["labels"][0]["class"], 1, "{got}");
    assert!(
        got["notes"]
            .to_string()
            .contains("label \\\"spam\\\" is positive"),
        "{got}"
    );
    assert_eq!(
        numbers(&serde_json::json!([got["columns"]
            .as_array()
            .map_or(0, Vec::len)])),
        [3.0]
    );
}

#[test]
fn probabilities_rounded_to_two_digits_may_sum_to_99_hundredths() {
    let content = "p_0,p_1,label\n0.2,0.79,1\n0.21,0.8,1\n0.71,0.3,0\n";
    assert_eq!(run("a.csv", content, &[]).code, 0);
    run("a.csv", "p_0,p_1,label\n0.2,0.78,1\n", &[]).is_refused(content, &["is the sum"]);
}
