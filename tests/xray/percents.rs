//! Percent signs: where values are divided, and what is said where they are not.

use crate::{report_of, run, text, write, xray};

#[test]
fn of_a_regression_both_columns_are_divided_or_none() {
    let both = report_of("pred,target\n50%,50%\n41%,37.5%\n62%,70%\n", &[]);
    let plain = report_of("pred,target\n0.5,0.5\n0.41,0.375\n0.62,0.7\n", &[]);
    assert_eq!(both["regression"], plain["regression"]);
    assert_eq!(both["losses"], plain["losses"]);
    let said = report_of(
        "a,b\n50%,50%\n41%,37.5%\n62%,70%\n",
        &["--map", "a=pred", "--map", "b=target"],
    );
    assert_eq!(said["losses"], plain["losses"]);
    for (content, with, without) in [
        ("pred,target\n50%,50\n41%,37.5\n62%,70\n", "pred", "target"),
        ("pred,target\n50,50%\n41,37.5%\n62,70%\n", "target", "pred"),
    ] {
        let with = format!("values of \"{with}\" have the sign %");
        let parts = [&with, without, "behind both, or behind none"];
        run("a.csv", content, &[]).is_refused(content, &parts);
    }
    // Of classes only the prediction has it.
    let classes = report_of("pred,label\n95%,1\n12%,0\n", &[]);
    let plain = report_of("p,label\n0.95,1\n0.12,0\n", &[]);
    assert_eq!(classes["losses"], plain["losses"]);
}

#[test]
fn cells_without_a_number_do_not_make_a_column_mixed() {
    let plain = report_of("p,label\n0.95,1\n0.12,0\n", &[]);
    for hole in ["NaN", "NA", "None", "-", "nan"] {
        let masked = format!("p,label,valid\n95%,1,1\n{hole},1,0\n12%,0,1\n");
        assert_eq!(report_of(&masked, &[])["losses"], plain["losses"], "{hole}");
        let rows = format!("p,label\n95%,1\n{hole},1\n12%,0\n");
        let skipped = report_of(&rows, &["--skip-bad-rows"]);
        assert_eq!(skipped["losses"], plain["losses"], "{hole}");
        let ran = run("a.csv", &rows, &[]);
        let parts = ["line 3", "column \"p\""];
        ran.is_refused(hole, &parts);
        assert!(!ran.stderr.contains("95%"), "{}", ran.stderr);
    }
}

#[test]
fn the_sign_may_stand_behind_a_space_that_does_not_break() {
    let plain = report_of("p,label\n0.95,1\n0.12,0\n", &[]);
    for space in ["\u{a0}", "\u{202f}", " \u{a0}"] {
        let content = format!("p,label\n95{space}%,1\n12{space}%,0\n");
        assert_eq!(report_of(&content, &[])["losses"], plain["losses"]);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "a.csv", b"p,label\n95\xa0%,1\n12\xa0%,0\n");
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn what_is_no_number_is_shown_as_it_stands() {
    for (content, shown) in [
        ("p,label\n95%,1\n1e2x%,0\n", "\"1e2x%\""),
        ("p,label\n95%,1\n\"63,54%\",0\n", "\"63,54%\""),
    ] {
        let ran = run("a.csv", content, &[]);
        ran.is_refused(content, &["line 3", shown]);
        assert!(!ran.stderr.contains("e-2"), "{}", ran.stderr);
    }
    // What a person is asked shows no signs of ours, too.
    let asked = run("a.csv", "score,p,label\n1e2%,5%,1\n12%,3%,0\n", &[]);
    assert!(!asked.stderr.contains("e-2"), "{}", asked.stderr);
}

#[test]
fn where_signs_are_not_read_it_says_where_they_are() {
    let told = "% is read in text files, where all values of a column of probabilities, scores or predictions have it";
    for (name, content, flags) in [
        ("a.csv", "logit,label\n95%,1\n12%,0\n", &[][..]),
        (
            "a.csv",
            "score,label\n95%,1\n12%,0\n",
            &["--map", "score=logit"],
        ),
        ("a.csv", "p,label,valid\n0.5,1,100%\n0.25,0,0%\n", &[]),
        (
            "a.json",
            r#"[{"p":"95%","label":1},{"p":"12%","label":0}]"#,
            &[],
        ),
    ] {
        run(name, content, flags).is_refused(content, &[told, "behind none"]);
    }
}

#[test]
fn columns_called_as_classes_are_divided() {
    let signs = report_of(
        "cat,dog,label\n95%,5%,cat\n12%,88%,dog\n",
        &["--positive", "dog"],
    );
    let plain = report_of(
        "cat,dog,label\n0.95,0.05,cat\n0.12,0.88,dog\n",
        &["--positive", "dog"],
    );
    assert_eq!(signs["losses"], plain["losses"]);
    // Beside outputs they are features.
    let ran = run("a.csv", "p,rate,label\n0.5,95%,1\n0.25,5%,0\n", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("divided"), "{}", ran.stderr);
}
