//! What a person says is done or refused, and what is said to a person is so.

use ghm_lab::data::predictions::{Input, Options, Predictions, Refusal};

use crate::{reading, report, run, text, write, xray};

fn refused(name: &str, content: impl AsRef<[u8]>, flags: &[&str], words: &[&str]) {
    run(name, content, flags).is_refused(&format!("{name} {flags:?}"), words);
}

fn mean(path: &str, flags: &[&str], loss: &str) -> f64 {
    let got = report(&[&[path], flags].concat());
    got["losses"][loss]["mean"].as_f64().expect("a mean")
}

#[test]
fn ignored_labels_are_those_of_a_regression_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "a.csv", "pred,target\n1.5,1\n2.5,-999\n3.5,4\n");
    let ignore = ["--ignore-label", "-999"];
    let got = report(&[&[text(&path)], &ignore[..]].concat());
    assert_eq!(
        (&got["examples"], &got["ignored"]),
        (&2.0.into(), &1.into())
    );
    let named = ["--ignore-label", "none"];
    refused(
        "a.csv",
        "pred,target\n1.5,1\n2.5,2\n",
        &named,
        &["--ignore-label none", "number"],
    );
    let positive = ["--positive", "1"];
    refused(
        "a.csv",
        "pred,target\n1.5,1\n2.5,2.5\n",
        &positive,
        &["--positive"],
    );
    let hot = "p_0,p_1,p_2,y_0,y_1,y_2\n0.5,0.25,0.25,0,1,0\n0.5,0.5,0,1,0,0\n";
    refused(
        "a.csv",
        hot,
        &["--ignore-label", "1"],
        &["--ignore-label", "one-hot"],
    );
    refused("a.csv", hot, &positive, &["--positive"]);
}

#[test]
fn a_row_of_zeros_is_no_probability_of_however_many_classes() {
    for classes in [3, 200, 1000] {
        let names: Vec<String> = (0..classes).map(|k| format!("p_{k}")).collect();
        let row = |value: f64| vec![value.to_string(); classes].join(",");
        let good = row(1.0 / classes as f64);
        let content = format!("label,{}\n0,{good}\n1,{}\n", names.join(","), row(0.0));
        refused(
            "a.csv",
            content,
            &[],
            &["line 3", "sum of the row's probabilities"],
        );
    }
}

#[test]
fn percent_is_read_as_percent_when_it_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = write(&folder, "plain.csv", "p,label\n0.95,1\n0.125,0\n0.4,1\n");
    for name in ["p", "prob", "score", "y_pred"] {
        let content = format!("{name},label\n95,1\n12.5,0\n40,1\n");
        let path = write(&folder, "percent.csv", &content);
        let flag = format!("{name}=percent");
        let ran = xray(&[text(&path)]);
        assert!(
            ran.stderr.contains(&format!("--map {flag}")),
            "{}",
            ran.stderr
        );
        let [got, expected] = [
            mean(text(&path), &["--map", &flag], "ce"),
            mean(text(&plain), &[], "ce"),
        ];
        assert!((got - expected).abs() < 1e-12, "{name}");
        // What is chosen already in the window is right.
        let input = Input::bytes("a.csv", content.into_bytes());
        let Err(Refusal::Ask(question)) = Predictions::open(vec![input], Options::default()) else {
            panic!("{name}: it is asked about");
        };
        let first = question.candidates.first().expect("there are readings");
        assert_eq!(first.options.maps[0].1.to_string(), "percent");
    }
    let classes = write(&folder, "c.csv", "a,b,label\n75,25,1\n40,60,0\n");
    let of_classes = write(&folder, "d.csv", "p_0,p_1,label\n0.75,0.25,1\n0.4,0.6,0\n");
    let flags = ["--map", "a=percent_0", "--map", "b=percent_1"];
    let [got, expected] = [
        mean(text(&classes), &flags, "ce"),
        mean(text(&of_classes), &[], "ce"),
    ];
    assert!((got - expected).abs() < 1e-12);
    let too = "p,label\n95,1\n150,0\n";
    refused(
        "a.csv",
        too,
        &["--map", "p=percent"],
        &["line 3", "150", "0 to 100"],
    );
}

#[test]
fn a_weight_that_comes_late_is_no_mask() {
    let folder = tempfile::tempdir().expect("a folder");
    for last in ["0.5", "3", "x"] {
        let content = format!(
            "logit,label,weight\n{}2,0,{last}\n",
            "1.5,1,1.0\n".repeat(20_000)
        );
        let path = write(&folder, "late.csv", &content);
        let got = reading(&[text(&path)]);
        assert_eq!(got["skipped"], 0, "{last}");
        assert!(
            got["notes"].to_string().contains("weights of examples"),
            "{got}"
        );
    }
    let half = "logit,label,valid\n1,0,1\n2,1,0.5\n";
    refused(
        "a.csv",
        half,
        &[],
        &["line 3", "is not 0 or 1", "--map valid=ignore"],
    );
}

#[test]
fn what_is_not_read_is_said() {
    let ran = run(
        "a.csv",
        "logit,label,colour,seed\n1,0,red,7\n-1,1,blue,8\n",
        &[],
    );
    assert_eq!(ran.code, 0);
    let all = ran.stdout + &ran.stderr;
    assert!(all.contains("Not read: colour, seed"), "{all}");
    let ran = run("a.csv", "logit,label\n1,0\n-1,1\n", &[]);
    assert!(!(ran.stdout + &ran.stderr).contains("Not read"));
}

#[test]
fn flags_that_do_nothing_are_refused() {
    let json = "{\"logit\": [1.5, -2], \"label\": [1, 0]}";
    let records = "[{\"logit\": 1.5, \"label\": 1}, {\"logit\": -2, \"label\": 0}]";
    for content in [json, records] {
        refused(
            "a.json",
            content,
            &["--decimal", ","],
            &["--decimal", "text"],
        );
        refused(
            "a.json",
            content,
            &["--columns", "p,label"],
            &["--columns", "--map NAME=ROLE"],
        );
        assert_eq!(
            run("a.json", content, &["--columns", "logit,label"]).code,
            0
        );
    }
    let matrix = "[[1.5, 1], [-2, 0]]";
    assert_eq!(run("a.json", matrix, &["--columns", "logit,label"]).code, 0);
    let csv = "a,label\n0.25,1\n0.5,0\n";
    let both = ["--map", "a=p", "--map", "A=logit"];
    refused("a.csv", csv, &both, &["--map", "\"a\"", "twice"]);
    assert_eq!(run("a.csv", csv, &["--map", "a=p", "--map", "a=p"]).code, 0);
}

#[test]
fn options_to_paste_are_whole() {
    let ran = run("a.csv", "p;label\n0,25;cat\n0,5;dog\n", &["--decimal", ","]);
    assert!(
        ran.stderr.contains("--decimal , --positive cat"),
        "{}",
        ran.stderr
    );
}

#[test]
fn labels_that_do_not_fit_come_with_a_cure() {
    let csv = "logit,label\n1,0\n2,2\n";
    refused("a.csv", csv, &[], &["line 3", "--positive 2"]);
    assert_eq!(run("a.csv", csv, &["--positive", "2"]).code, 0);
    let csv = "logit,label\n1,0\n2,1\n3,2\n";
    refused(
        "a.csv",
        csv,
        &[],
        &["line 4", "is not 0 or 1", "--ignore-label 2"],
    );
    let folder = tempfile::tempdir().expect("a folder");
    let one = write(&folder, "one.csv", "logit,label\n1,0\n2,1\n");
    let other = write(&folder, "other.csv", "score,label\n1,0\n2,1\n");
    let ran = xray(&[text(&one), text(&other)]);
    assert!(ran.stderr.contains("no column \"logit\""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("\"score\", \"label\""),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_lone_column_of_a_class_does_not_hide_good_ones() {
    let plain = "p,label\n0.75,1\n0.25,0\n";
    let folder = tempfile::tempdir().expect("a folder");
    let plain = write(&folder, "plain.csv", plain);
    for lone in ["prob_5", "logit_0", "logit_3"] {
        let path = write(
            &folder,
            "a.csv",
            format!("p,{lone},label\n0.75,7,1\n0.25,8,0\n"),
        );
        assert_eq!(mean(text(&path), &[], "ce"), mean(text(&plain), &[], "ce"));
        assert!(reading(&[text(&path)])["notes"].to_string().contains(lone));
    }
    refused("a.csv", "prob_5,label\n0.5,1\n0.25,0\n", &[], &["prob_"]);
}

#[test]
fn a_row_is_no_header() {
    for first in ["img_1.png,0.93,1", "cat,-1.5e-1,1", "1,0.5,cat"] {
        let content = format!("{first}\nimg_2.png,0.21,0\nimg_3.png,0.5,1\n");
        refused("a.csv", content, &[], &["there is no header", "--columns"]);
    }
    let content = "img_1.png,0.93,1\nimg_2.png,0.21,0\n";
    assert_eq!(
        run("a.csv", content, &["--columns", "image,p,label"]).code,
        0
    );
}

#[test]
fn what_a_column_may_be_for_is_offered() {
    let content = "step,image_id,p,label\n1,a,0.5,cat\n2,b,0.25,dog\n";
    refused(
        "a.csv",
        content,
        &[],
        &["\"step\" (batch?)", "\"image_id\" (group?)"],
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "b.csv", "step,p,label\n1,0.5,1\n1,0.25,0\n");
    assert_eq!(reading(&[text(&path)])["not_read"][0], "step");
}

#[test]
fn what_is_said_of_logits_is_said_of_what_was_seen() {
    let content = format!("logit,label\n{}7.5,1\n", "0.25,0\n".repeat(20_000));
    let ran = run("a.csv", content, &[]);
    let all = ran.stdout + &ran.stderr;
    assert!(!all.contains("all logits"), "{all}");
}
