//! Scores beside decisions: p of the positive class, or the confidence in the class that was decided.

use std::fmt::Write as _;

use ghm_lab::data::predictions::{Input, Options, Outputs, Question, Refusal, Rows};

use crate::{read_all, reading, report, run, text, write, xray};

fn read(content: &str, options: Options) -> Result<Rows, Refusal> {
    let input = Input::bytes("a.csv", content.as_bytes());
    let (predictions, rows) = read_all(vec![input], options, 1 << 14)?;
    assert_eq!(
        predictions.header().outputs,
        Outputs::Probabilities,
        "{content}"
    );
    Ok(rows)
}

#[track_caller]
fn asked(content: &str, options: Options) -> Box<Question> {
    let shown = &content[..content.len().min(200)];
    match read(content, options) {
        Err(Refusal::Ask(question)) => question,
        Err(Refusal::Error(why)) => panic!("{shown}: {why}"),
        Ok(_) => panic!("{shown}: it was read"),
    }
}

/// A header, with its columns of truth, score and decision, and how true and false are spelled in both.
type Headed = (&'static str, [&'static str; 3], [[&'static str; 2]; 2]);

const HEADERS: [Headed; 10] = [
    (
        "Target,Prediction,Probability,Confidence",
        ["Target", "Probability", "Prediction"],
        [["0", "1"]; 2],
    ),
    // ML.NET
    (
        "Score,PredictedLabel,Probability,Label",
        ["Label", "Probability", "PredictedLabel"],
        [["False", "True"]; 2],
    ),
    (
        "Score,PredictedLabel,Probability,Label",
        ["Label", "Probability", "PredictedLabel"],
        [["0", "1"], ["false", "true"]],
    ),
    (
        "file,target,prediction,probability",
        ["target", "probability", "prediction"],
        [["0", "1"], ["0.0", "1.0"]],
    ),
    (
        "y_true,y_pred,y_prob",
        ["y_true", "y_prob", "y_pred"],
        [["-1", "1"]; 2],
    ),
    // PyCaret
    (
        "id,y,prediction_label,prediction_score",
        ["y", "prediction_score", "prediction_label"],
        [["no", "yes"]; 2],
    ),
    (
        "index,label,score,prediction",
        ["label", "score", "prediction"],
        [["0", "1"], ["-1", "1"]],
    ),
    (
        "y_true,yhat,confidence",
        ["y_true", "confidence", "yhat"],
        [["0", "1"]; 2],
    ),
    (
        "gold,predicted,prob_1",
        ["gold", "prob_1", "predicted"],
        [["F", "T"], ["f", "t"]],
    ),
    (
        "actual,pred,model_score",
        ["actual", "model_score", "pred"],
        [["0", "1"]; 2],
    ),
];

/// Truth, decision and p of the positive class.
const ROWS: [(usize, usize, f64); 5] = [
    (1, 1, 0.875),
    (0, 0, 0.25),
    (1, 0, 0.375),
    (0, 1, 0.625),
    (0, 0, 0.0625),
];

/// A file under a header, of p or of the confidence.
fn file(header: &str, columns: [&str; 3], spelled: [[&str; 2]; 2], is_confidence: bool) -> String {
    let mut csv = format!("{header}\n");
    for (row, (truth, decided, p)) in ROWS.into_iter().enumerate() {
        let confidence = if decided == 1 { p } else { 1.0 - p };
        let score = if is_confidence { confidence } else { p };
        let cells = header.split(',').map(|name| match name {
            _ if name == columns[0] => spelled[0][truth].to_owned(),
            _ if name == columns[1] => score.to_string(),
            _ if name == columns[2] => spelled[1][decided].to_owned(),
            "Confidence" => confidence.to_string(),
            _ => format!("{row}.5"),
        });
        writeln!(csv, "{}", cells.collect::<Vec<_>>().join(",")).expect("text");
    }
    csv
}

#[test]
fn scores_that_agree_with_decisions_are_p_and_others_are_asked_about() {
    let truth = ROWS.map(|(truth, ..)| truth as f64);
    let p = ROWS.map(|(.., p)| p);
    for (header, columns, spelled) in HEADERS {
        let content = file(header, columns, spelled, false);
        let rows = read(&content, Options::default()).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(
            (&rows.outputs[..], &rows.targets[..]),
            (&p[..], &truth[..]),
            "{content}"
        );

        let content = file(header, columns, spelled, true);
        let question = asked(&content, Options::default());
        assert!(
            question.why.contains("nowhere below 0.5"),
            "{}",
            question.why
        );
        let [as_confidence, as_p] = question.candidates.as_slice() else {
            panic!("{content}: {} readings", question.candidates.len());
        };
        let flags = as_confidence.options.flags();
        assert_eq!(
            flags,
            format!(
                "--map {}=confidence --map {}=decision",
                columns[1], columns[2]
            )
        );
        let rows = read(&content, as_confidence.options.clone());
        let rows = rows.unwrap_or_else(|why| panic!("{content}: {why}"));
        assert_eq!(
            (&rows.outputs[..], &rows.targets[..]),
            (&p[..], &truth[..]),
            "{content}"
        );
        let rows = read(&content, as_p.options.clone());
        let rows = rows.unwrap_or_else(|why| panic!("{content}: {why}"));
        assert_eq!(rows.outputs[..2], [0.875, 0.75], "{content}");
    }
}

#[test]
fn flags_and_json_say_what_was_made_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, columns, spelled) = HEADERS[1];
    let [plain, odd] = [false, true].map(|odd| {
        let content = file(header, columns, spelled, odd);
        write(&folder, if odd { "odd.csv" } else { "plain.csv" }, content)
    });
    let ran = xray(&[text(&odd)]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    let flags = "--map Probability=confidence --map PredictedLabel=decision";
    assert!(ran.stderr.contains(flags), "{}", ran.stderr);
    let arguments: Vec<&str> = [text(&odd)].into_iter().chain(flags.split(' ')).collect();
    assert_eq!(report(&arguments), report(&[text(&plain)]));
    let got = reading(&arguments);
    assert_eq!(got["columns"][0]["role"], "confidence");
    assert_eq!(got["columns"][2]["role"], "decision");
    assert!(
        got["notes"][0]
            .as_str()
            .is_some_and(|note| note.contains("1 minus it")),
        "{got}"
    );
    // The only decisions there are need no flag; where there are none, one is missing.
    let ran = xray(&[text(&odd), "--map", "Probability=confidence"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let none = write(&folder, "none.csv", "label,confidence\n1,0.9\n0,0.8\n");
    let ran = xray(&[text(&none), "--map", "confidence=confidence"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("no column of decisions") && ran.stderr.contains("--map NAME=decision"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_confidence_has_to_be_one_in_every_row() {
    for (row, says) in [
        (
            "1,0,0.25",
            "line 4, column \"confidence\": 0.25 is no confidence",
        ),
        (
            "1,2,0.75",
            "line 4, column \"y_pred\": \"2\" is none of the two classes",
        ),
        (
            "1,,0.75",
            "line 4, column \"y_pred\": \"\" is none of the two classes",
        ),
        (
            "1,1,1.5",
            "line 4, column \"confidence\": 1.5 is no probability",
        ),
    ] {
        let content = format!("y_true,y_pred,confidence\n1,1,0.9\n0,0,0.8\n{row}\n");
        let roles = ["confidence", "decision"].map(|role| role.parse().expect("a role"));
        let names = ["confidence", "y_pred"].map(str::to_owned);
        let options = Options {
            maps: names.into_iter().zip(roles).collect(),
            ..Options::default()
        };
        let why = read(&content, options.clone())
            .expect_err("it is none")
            .to_string();
        assert!(why.contains(says), "{why}");
        let skipping = Options {
            skip_bad_rows: true,
            ..options
        };
        let rows = read(&content, skipping).expect("the others");
        assert_eq!((rows.outputs[0], rows.len()), (0.9, 2));
        assert!((rows.outputs[1] - 0.2).abs() < 1e-15);
    }
}

/// So many rows that a look at the first ones does not see the last.
fn long(last: &str, rows: impl Fn(usize) -> String) -> String {
    let mut csv = "y_true,y_pred,score\n".to_owned();
    for row in 0..30_000 {
        csv += &rows(row);
    }
    csv + last
}

#[test]
fn late_rows_decide_as_well() {
    let confident = |row: usize| format!("{0},{0},0.{1}\n", row % 2, 6 + row % 4);
    // All of it is a confidence.
    assert!(
        asked(&long("", confident), Options::default())
            .why
            .contains("nowhere below 0.5")
    );
    // One row cannot be one of two classes, and no threshold tells what was decided in the others.
    let question = asked(&long("0,0,0.125\n", confident), Options::default());
    assert!(question.why.contains("no threshold"), "{}", question.why);
    let p = question.candidates[0].options.clone();
    let rows = read(&long("0,0,0.125\n", confident), p).expect("p");
    assert_eq!(rows.outputs.last(), Some(&0.125));
    // Of one class in all rows but the last.
    let positive = |_: usize| "1,1,0.75\n".to_owned();
    assert!(
        asked(&long("0,0,0.625\n", positive), Options::default())
            .why
            .contains("nowhere below")
    );
    assert!(read(&long("", positive), Options::default()).is_ok());
    // Decisions that are none.
    let question = asked(&long("0,5,0.625\n", positive), Options::default());
    assert!(question.why.contains("in every row"), "{}", question.why);
    let rows = read(&long("0,5,0.25\n", positive), Options::default()).expect("p");
    assert_eq!(rows.len(), 30_001);
}

#[test]
fn a_score_of_the_other_class_is_asked_about() {
    for (content, flags) in [
        (
            "y_true,y_pred,p\n1,1,0.1\n0,0,0.7\n1,0,0.6\n",
            "--map p=p --positive 0",
        ),
        (
            "y_true,y_pred,logit\n1,1,-2\n0,0,3\n0,1,-0.5\n",
            "--map logit=logit --positive 0",
        ),
        (
            "y_true,y_pred,score\nyes,yes,0.1\nno,no,0.7\nyes,no,0.6\n",
            "--map score=p --positive no",
        ),
    ] {
        let input = vec![Input::bytes("a.csv", content.as_bytes())];
        let Err(Refusal::Ask(question)) = read_all(input.clone(), Options::default(), 10) else {
            panic!("{content}: it is asked about");
        };
        assert!(
            question.why.contains("is higher wherever"),
            "{}",
            question.why
        );
        assert_eq!(question.candidates[0].options.flags(), flags, "{content}");
        for candidate in &question.candidates {
            let (_, rows) =
                read_all(input.clone(), candidate.options.clone(), 10).expect("a reading");
            let positives: f64 = rows.targets.iter().sum();
            assert!((1.0..=2.0).contains(&positives), "{content}");
        }
        let (_, rows) =
            read_all(input, question.candidates[0].options.clone(), 10).expect("a reading");
        assert_eq!(rows.targets[..2], [0.0, 1.0], "{content}");
    }
}

#[test]
fn what_says_nothing_is_not_asked_about() {
    for content in [
        // Another threshold than 0.5.
        "y_true,y_pred,p\n1,1,0.3\n0,0,0.1\n1,1,0.2\n",
        "y_true,y_pred,p\n1,1,0.9\n0,0,0.4\n1,0,0.6\n",
        // Decisions of another model.
        "y_true,y_pred,p\n1,0,0.9\n0,1,0.4\n1,1,0.6\n0,0,0.3\n",
        // Decided by nobody.
        "y_true,y_pred,p\n1,,0.9\n0,,0.7\n1,,0.6\n",
        "y_true,y_pred,p\n1,cat,0.9\n0,dog,0.3\n1,dog,0.6\n",
        // All positive, or exactly at the threshold.
        "y_true,y_pred,p\n1,1,0.9\n0,1,0.7\n1,1,0.6\n",
        "y_true,y_pred,p\n1,1,0.9\n0,0,0.5\n1,1,0.5\n",
        // Rows that are ignored.
        "y_true,y_pred,p,valid\n1,1,0.9,1\n0,0,0.3,1\n1,0,0.99,0\n",
    ] {
        let rows =
            read(content, Options::default()).unwrap_or_else(|why| panic!("{content}: {why}"));
        assert_eq!(rows.targets[..2], [1.0, 0.0]);
    }
    // A threshold above 0.5 that nothing is below: a confidence as well.
    asked(
        "y_true,y_pred,p\n1,1,0.9\n0,0,0.7\n1,1,0.8\n",
        Options::default(),
    );
    // A mask hides the one row that tells.
    asked(
        "y_true,y_pred,p,valid\n1,1,0.9,1\n0,0,0.7,1\n1,0,0.1,0\n",
        Options::default(),
    );
    // A name of which that is meant, without decisions.
    let question = asked("label,Confidence\n1,0.9\n0,0.7\n", Options::default());
    assert!(
        question.to_string().contains("--map NAME=decision"),
        "{question}"
    );
    assert!(read("label,Confidence\n1,0.9\n0,0.3\n", Options::default()).is_ok());
}

#[test]
fn a_confidence_in_one_of_three_classes_says_what_is_needed() {
    for [a, b, c] in [["0", "1", "2"], ["cat", "dog", "bird"]] {
        let csv =
            format!("confidence,pred,label\n0.9,{a},{a}\n0.8,{b},{b}\n0.7,{c},{c}\n0.6,{a},{b}\n");
        let parts = [
            "\"confidence\" is the confidence in one class",
            "p_0, p_1, …",
            a,
            b,
            c,
        ];
        let given = ["--map", "confidence=confidence", "--map", "pred=decision"];
        for flags in [&[][..], &given] {
            run("a.csv", &csv, flags).is_refused(&csv, &parts);
        }
        // Without the third, it is one of two.
        let flags = [&given[..], &["--ignore-label", c, "--positive", b]].concat();
        let ran = run("a.csv", &csv, &flags);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}
