//! Questions where a file has two readings, and what answers them.

use ghm_lab::data::predictions::{Input, Options, Predictions, Refusal, Rows};

use crate::{read_all, reading, text, write, xray};

/// All rows of a file.
fn read(name: &str, bytes: &[u8], options: Options) -> Result<(Predictions, Rows), Refusal> {
    read_all(vec![Input::bytes(name, bytes)], options, 1 << 14)
}

/// Content, what the question says, and flags to paste, each of which goes on.
const ASKED: [(&str, &str, &[&str]); 9] = [
    (
        "logit,label\n1,-1\n2,0\n3,1\n",
        "is -1 ignored",
        &["--ignore-label=-1"],
    ),
    (
        "p,label\n0.3,cat\n0.6,dog\n",
        "which is positive",
        &["--positive=cat", "--positive=dog"],
    ),
    (
        "p,label\n0.3,1\n0.6,2\n",
        "which is positive",
        &["--positive=1", "--positive=2"],
    ),
    (
        "prob,label\n95.0,1\n12.5,0\n",
        "percent",
        &["--map=prob=percent", "--map=prob=logit"],
    ),
    (
        "p,logit,label\n0.9,-3,1\n0.5,1,0\n",
        "more than one kind",
        &["--map=p=p", "--map=logit=logit"],
    ),
    (
        "guid,logits_epoch_0,logits_epoch_1,gold\na,0.1,2,1\nb,-1,-2,0\n",
        "several runs",
        &["--map=logits_epoch_0=logit", "--map=logits_epoch_1=logit"],
    ),
    (
        "logit_0,logit_1,label\n0.25,0.75,1\n0.5,0.5,0\n",
        "sums to 1",
        &["--map=logit_0=p_0"],
    ),
    (
        "pred,target\n0.25,1\n0.5,0\n",
        "or a regression",
        &["--map=pred=p", "--map=pred=pred"],
    ),
    (
        "y,gold,p\n0,1,0.5\n1,0,0.25\n",
        "more than one column may be the label",
        &["--map=y=label"],
    ),
];

#[test]
fn two_readings_are_asked_about() {
    let folder = tempfile::tempdir().expect("a folder");
    for (content, says, flags) in ASKED {
        let path = write(&folder, "asked.csv", content);
        let ran = xray(&[text(&path)]);
        assert_eq!(ran.code, 2, "{content}{}", ran.stdout);
        assert!(ran.stderr.contains(says), "{content}{}", ran.stderr);
        let name = content.split(',').next().expect("a name");
        assert!(
            ran.stderr.contains(&format!("\"{name}\"")),
            "{}",
            ran.stderr
        );
        for flag in flags {
            let shown = flag.replacen('=', " ", 1);
            assert!(ran.stderr.contains(&shown), "{shown} in {}", ran.stderr);
        }
        // Each candidate is whole: its options open the file.
        let Err(Refusal::Ask(question)) = read("asked.csv", content.as_bytes(), Options::default())
        else {
            panic!("{content}: it is asked about");
        };
        assert!(question.candidates.len() >= flags.len(), "{content}");
        assert!(!question.rows.is_empty());
        let mut readable = 0;
        for candidate in &question.candidates {
            readable += usize::from(
                read("asked.csv", content.as_bytes(), candidate.options.clone()).is_ok(),
            );
        }
        assert_eq!(readable, question.candidates.len(), "{content}");
    }
}

#[test]
fn decisions_are_refused_and_scores_beside_them_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    for content in [
        "label,y_pred\n1,1\n0,0\n1,0\n",
        "y_true,score\n1,1\n0,0\n",
        "pred,target\n1,2\n2,2\n0,1\n",
        "PredictedLabel,Label\n1,1\n0,1\n",
    ] {
        let ran = xray(&[text(&write(&folder, "hard.csv", content))]);
        assert_eq!(ran.code, 2, "{content}{}", ran.stdout);
        assert!(
            ran.stderr.contains("decisions, which have no gradient"),
            "{}",
            ran.stderr
        );
    }
    for (content, column) in [
        ("y_true,y_pred,y_prob\n1,1,0.9\n0,0,0.25\n", "y_prob"),
        ("case_id,y_true,y_score\na,1,0.9\nb,0,0.25\n", "y_score"),
        (
            "index,label,score,prediction\n0,1,0.9,1\n1,0,0.25,0\n",
            "score",
        ),
        (
            "file,target,prediction,probability\na,1,1,0.9\nb,0,0,0.25\n",
            "probability",
        ),
        (
            "Target,Prediction,Probability,Confidence\n1,1,0.9,0.9\n0,0,0.25,0.75\n",
            "Probability",
        ),
        (
            "image_id,y_true,y_pred,y_probability,split,site,device\n1,1,1,0.9,a,b,c\n2,0,0,0.25,a,b,c\n",
            "y_probability",
        ),
        ("actual,model_score\n1,0.9\n0,0.25\n", "model_score"),
        (
            "Score,PredictedLabel,Probability,Label\n2,1,0.9,1\n-1,0,0.25,0\n",
            "Probability",
        ),
    ] {
        let path = write(&folder, "soft.csv", content);
        let got = reading(&[text(&path)]);
        assert_eq!(got["columns"][0]["name"], column, "{content}");
        assert_eq!(got["columns"][0]["role"], "p", "{content}");
    }
    let path = write(
        &folder,
        "both.csv",
        "subject_id,true_label,pred_label,prob_0,prob_1\na,1,1,0.1,0.9\nb,0,0,0.75,0.25\n",
    );
    assert_eq!(reading(&[text(&path)])["columns"][1]["name"], "prob_1");
}

#[test]
fn maps_say_what_columns_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "a.csv", "a,b,step\n0.25,1,x\n0.5,0,y\n");
    let two = write(&folder, "two.csv", "a,b\n0.25,1\n0.5,0\n");
    let why = xray(&[text(&two)]).stderr;
    assert!(why.contains("--map a=p --map b=label"), "{why}");
    let why = xray(&[text(&two), "--columns", "p,label"]).stderr;
    assert!(
        why.contains("--columns is for files without names"),
        "{why}"
    );
    let got = reading(&[
        text(&path),
        "--map",
        "A=p",
        "--map",
        "b=label",
        "--map",
        "step=group",
    ]);
    let roles: Vec<&str> = got["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .filter_map(|of| of["role"].as_str())
        .collect();
    assert_eq!(roles, ["p", "label", "group"]);
    for (flag, says) in [
        ("c=p", "there is no column \"c\""),
        ("a", "NAME=ROLE is expected"),
        ("a=what", "one of label, logit, p"),
    ] {
        let ran = xray(&[text(&path), "--map", flag]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
}
