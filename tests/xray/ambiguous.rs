//! Files with more than one reading: the lab asks or refuses, and what an answer says is done.

use serde_json::Value as Json;

use crate::{reading, report_of, run, text, write};

/// It is refused, and the sentence has all of these words.
fn refused(content: &str, flags: &[&str], words: &[&str]) {
    let name = if content.starts_with(['{', '[']) {
        "a.json"
    } else {
        "a.csv"
    };
    let shown: String = content.chars().take(300).collect();
    run(name, content, flags).is_refused(&format!("{shown} {flags:?}"), words);
}

fn reading_of(content: &str, flags: &[&str]) -> Json {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "a.csv", content);
    reading(&[&[text(&path)], flags].concat())
}

/// It is read as the plain file is.
fn same(content: &str, flags: &[&str], plain: &str) {
    let [got, expected] = [report_of(content, flags), report_of(plain, &[])];
    for key in ["examples", "ignored", "classes"] {
        assert_eq!(got[key], expected[key], "{content} {flags:?}: {key}");
    }
    let mean = |of: &Json| of["losses"]["ce"]["mean"].as_f64().expect("a mean");
    let off = (mean(&got) - mean(&expected)).abs();
    assert!(off < 1e-9, "{content} {flags:?}: {off}");
}

fn notes(content: &str, flags: &[&str]) -> String {
    reading_of(content, flags)["notes"].to_string()
}

const TWO: &str = "label,p_0,p_1\n0,0.9,0.1\n1,0.25,0.75\n1,0.6,0.4\n";

#[test]
fn a_positive_label_does_not_turn_columns_round() {
    let named = "label,p_cat,p_dog\ncat,0.9,0.1\ndog,0.25,0.75\ndog,0.6,0.4\n";
    for positive in ["cat", "dog"] {
        same(named, &["--positive", positive], TWO);
    }
    for positive in ["0", "1"] {
        same(TWO, &["--positive", positive], TWO);
    }
    // Names of columns that are none of the labels: the second column is of the positive class.
    let numbered = "label,p_0,p_1\ncat,0.9,0.1\ndog,0.25,0.75\ndog,0.6,0.4\n";
    same(numbered, &["--positive", "dog"], TWO);
    let turned = "label,p_0,p_1\n1,0.9,0.1\n0,0.25,0.75\n0,0.6,0.4\n";
    same(numbered, &["--positive", "cat"], turned);
    let words = "label,p_pos,p_neg\ncat,0.1,0.9\ndog,0.75,0.25\ndog,0.4,0.6\n";
    same(words, &["--positive", "dog"], TWO);
    refused(TWO, &["--positive", "7"], &["no label is \"7\""]);
    refused(
        "label,p_a,p_b\ncat,0.9,0.1\ndog,0.2,0.8\n",
        &["--positive", "dog"],
        &["which column is of which class"],
    );
}

#[test]
fn minus_one_and_one_are_two_classes_of_two_columns() {
    let signs = "label,p_0,p_1\n-1,0.9,0.1\n1,0.25,0.75\n1,0.6,0.4\n";
    same(signs, &[], TWO);
    assert!(notes(signs, &[]).contains("-1 and 1"));
    same(&signs.replace("p_0,p_1", "p_-1,p_1"), &[], TWO);
    same(&signs.replace("p_0,p_1", "p_neg,p_pos"), &[], TWO);
    let from_one = signs.replace("p_0,p_1", "p_1,p_2");
    refused(&from_one, &[], &["--map p_1=p_0 --map p_2=p_1"]);
    same(
        &signs.replace("-1,", "0,").replace("p_0,p_1", "p_neg,p_pos"),
        &[],
        TWO,
    );
}

#[test]
fn columns_of_classes_from_minus_one_are_all_read() {
    let plain = "y,logit_0,logit_1,logit_2\n0,1.5,0.5,-1\n1,0.25,2,0\n2,0,1,3\n";
    let signs = plain
        .replace("\n0,", "\n-1,")
        .replace("\n1,", "\n0,")
        .replace("\n2,", "\n1,");
    let own = signs.replace("logit_0,logit_1,logit_2", "logit_-1,logit_0,logit_1");
    same(&own, &[], plain);
    let mapped = signs.replace("logit_0,logit_1,logit_2", "a,b,c");
    let flags = [
        "--map",
        "a=logit_-1",
        "--map",
        "b=logit_0",
        "--map",
        "c=logit_1",
    ];
    same(&mapped, &flags, plain);
    // Both readings are offered, and each is what it says.
    refused(
        &signs,
        &[],
        &[
            "--ignore-label -1",
            "--map logit_0=logit_-1 --map logit_1=logit_0 --map logit_2=logit_1",
        ],
    );
    let flags = [
        "--map",
        "logit_0=logit_-1",
        "--map",
        "logit_1=logit_0",
        "--map",
        "logit_2=logit_1",
    ];
    same(&signs, &flags, plain);
    // What a person named is never dropped.
    let words = "y,a,b,c\n0,1.5,0.5,-1\n1,0.25,2,0\ncat,0,1,3\n";
    let flags = [
        "--map",
        "a=logit_0",
        "--map",
        "b=logit_1",
        "--map",
        "c=logit_cat",
    ];
    same(words, &flags, plain);
    // What a name alone says gives way, and that is said.
    let beside = "label,p_0,p_1,p_value\n0,0.9,0.1,3\n1,0.25,0.75,4\n1,0.6,0.4,5\n";
    same(beside, &[], TWO);
    assert!(notes(beside, &[]).contains("p_value"));
}

#[test]
fn ignored_rows_do_not_say_what_outputs_are() {
    let plain = "p,label\n0.9,1\n0.25,0\n0.75,1\n0.4,0\n";
    let scores = plain.replace("p,", "score,");
    let with = |rows: &str| format!("{plain}{rows}").replace("p,label", "score,label");
    for content in [
        with("-1,255\n-1,255\n-1,-100\n"),
        scores
            .replace("label\n", "label,weight\n")
            .replace(",1\n", ",1,1\n")
            .replace(",0\n", ",0,1\n")
            + "-1,1,0\n-7,0,0\n",
        scores
            .replace("label\n", "label,mask\n")
            .replace(",1\n", ",1,1\n")
            .replace(",0\n", ",0,1\n")
            + "-1,1,0\n-7,0,0\n",
    ] {
        let got = report_of(&content, &[]);
        assert_eq!(got["losses"], report_of(plain, &[])["losses"], "{content}");
        assert_eq!(
            reading_of(&content, &[])["columns"][0]["role"],
            "p",
            "{content}"
        );
    }
    // The same beyond the first rows.
    let many = format!("score,label\n{}-1,255\n", "0.9,1\n0.25,0\n".repeat(4000));
    assert_eq!(reading_of(&many, &[])["columns"][0]["role"], "p");
    // Said by a person.
    let said = with("-3,none\n-3,none\n");
    let flags = ["--ignore-label", "none", "--positive", "1"];
    assert_eq!(reading_of(&said, &flags)["columns"][0]["role"], "p");
}

#[test]
fn a_few_scores_beyond_are_asked_about() {
    for rows in [10, 10_000] {
        let content = format!(
            "score,label\n{}1.5,1\n{}",
            "0.9,1\n0.25,0\n".repeat(rows),
            "0.8,1\n".repeat(rows)
        );
        let row = format!("row {}", 2 * rows + 1);
        refused(
            &content,
            &[],
            &[
                "1.5",
                &row,
                "--map score=logit",
                "--map score=p --skip-bad-rows",
            ],
        );
        let got = reading_of(&content, &["--map", "score=p", "--skip-bad-rows"]);
        assert_eq!(got["skipped"], 1);
    }
    let content = format!(
        "score_a,score_b,label\n{}1.5,-0.5,a\n",
        "0.75,0.25,a\n0.25,0.75,b\n".repeat(20)
    );
    refused(&content, &[], &["row 41"]);
}

#[test]
fn whole_numbers_beside_a_target_are_no_regression_of_themselves() {
    let rows = |pairs: &[(i64, i64)]| -> String {
        let rows = pairs
            .iter()
            .map(|(target, pred)| format!("{target},{pred}\n"));
        format!("y_true,y_pred\n{}", rows.collect::<String>())
    };
    let percent: Vec<(i64, i64)> = (0..101).map(|k| (i64::from(k > 50), k)).collect();
    refused(
        &rows(&percent),
        &[],
        &["percent", "--map y_pred=pred", "--map y_pred=percent"],
    );
    let classes: Vec<(i64, i64)> = (0..300).map(|k| (k % 100, (k * 7) % 100)).collect();
    refused(
        &rows(&classes),
        &[],
        &["decisions", "--map y_pred=pred --map y_true=target"],
    );
    let logits: Vec<(i64, i64)> = (0..60).map(|k| (k % 2, k - 30)).collect();
    refused(
        &rows(&logits),
        &[],
        &["--map y_pred=logit", "--map y_pred=pred"],
    );
    for sign in [0, -1] {
        let few: Vec<(i64, i64)> = (0..8).map(|k| ([sign, 1][k as usize % 2], k - 4)).collect();
        refused(&rows(&few), &[], &["y_pred"]);
    }
    // Ignored labels, or one of two classes alone, are no targets.
    for labels in [["0", "1", "255"], ["0", "1", "-100"], ["0", "0", "0"]] {
        let content = format!(
            "y_true,y_pred\n{},0.25\n{},0.75\n{},0.5\n",
            labels[0], labels[1], labels[2]
        );
        assert_eq!(
            reading_of(&content, &[])["columns"][0]["role"],
            "p",
            "{content}"
        );
    }
    // A regression is one still.
    let content = "y_true,y_pred\n3,2.5\n7,6.25\n12,11\n";
    assert_eq!(reading_of(content, &[])["columns"][0]["role"], "pred");
}

#[test]
fn decisions_are_no_logits() {
    for content in [
        "label,prediction\n0,-1\n1,1\n1,-1\n",
        "label,prediction\n0,0\n1,2\n1,1\n",
        "label,score\n0,-1\n1,1\n1,1\n",
        "label,score\ncat,2\ndog,1\n",
    ] {
        refused(
            content,
            &["--positive", "1"],
            &["decisions, which have no gradient"],
        );
    }
    let scores: String = (0..50).map(|k| format!("{},{}\n", k % 2, k - 25)).collect();
    refused(
        &format!("label,score\n{scores}"),
        &[],
        &["whole numbers", "--map score=logit"],
    );
    refused(
        "label,score_0,score_1\n0,3,7\n1,2,8\n",
        &[],
        &["whole numbers"],
    );
}

#[test]
fn a_class_without_examples_is_not_lost() {
    let content = "label,cat,dog,emu\ncat,1.5,0.5,-1\ndog,0.25,2,0.5\n";
    refused(
        content,
        &[],
        &[
            "\"emu\"",
            "--map cat=logit_cat --map dog=logit_dog --map emu=logit_emu",
        ],
    );
    let shares = "label,cat,dog,emu\ncat,0.5,0.25,0.25\ndog,0.25,0.5,0.25\n";
    let plain = "label,p_0,p_1,p_2\n0,0.5,0.25,0.25\n1,0.25,0.5,0.25\n";
    same(shares, &[], plain);
    let other = "label,cat,dog,seconds\ncat,0.75,0.25,1.5\ndog,0.25,0.75,2.5\n";
    same(
        other,
        &["--positive", "dog"],
        "label,p_0,p_1\n0,0.75,0.25\n1,0.25,0.75\n",
    );
    let index = "id,label,cat,dog\n7,cat,0.75,0.25\n8,dog,0.25,0.75\n";
    same(
        index,
        &["--positive", "dog"],
        "label,p_0,p_1\n0,0.75,0.25\n1,0.25,0.75\n",
    );
}

#[test]
fn numbers_are_no_names_of_columns() {
    let content = "label,proba_dog,proba_cat\n0,0.9,0.1\n1,0.25,0.75\n1,0.6,0.4\n";
    refused(
        content,
        &[],
        &[
            "--map proba_dog=p_0 --map proba_cat=p_1",
            "--map proba_dog=p_1 --map proba_cat=p_0",
        ],
    );
    same(
        content,
        &["--map", "proba_dog=p_0", "--map", "proba_cat=p_1"],
        TWO,
    );
    let sorted = "label,proba_cat,proba_dog\n0,0.9,0.1\n1,0.25,0.75\n1,0.6,0.4\n";
    same(sorted, &[], TWO);
    assert!(notes(sorted, &[]).contains("cat"));
}

#[test]
fn two_label_columns_are_compared_in_every_row() {
    let content = |last: &str| {
        let rows = "1,1,1.5\n0,0.0,-2\n".repeat(3000);
        format!("label,gold,logit\n{rows}{last}")
    };
    refused(
        &content("1,0,0.5\n"),
        &[],
        &["more than one column may be the label"],
    );
    let got = reading_of(&content("1,1,0.5\n"), &[]);
    assert_eq!(got["columns"][1]["name"], "label");
    refused(
        &content("1,0,0.5\n").replacen("3000", "1", 1),
        &[],
        &["\"gold\""],
    );
}
