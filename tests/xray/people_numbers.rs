//! Numbers that depended on the format, or stood for something else than was said.

use std::fmt::Write as _;

use super::people::{Case, measure, near, three};
use crate::run;

#[test]
fn the_same_model_has_the_same_measures_in_every_format() {
    let case = Case::new();
    let mut random = 12345_u32;
    let mut one = ["label,p\n", "label,logit\n"].map(str::to_owned);
    let mut two = ["label,prob_0,prob_1\n", "label,logit_0,logit_1\n"].map(str::to_owned);
    for i in 0..300 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let label = i32::from(i % 7 == 0);
        let x = f64::from(random >> 8) / f64::from(1 << 22) - 3.0 + 2.0 * f64::from(label);
        let x = (x * 64.0).round() / 64.0;
        let p = (1e6 / (1.0 + (-x).exp())).round() / 1e6;
        writeln!(one[0], "{label},{p}").expect("text");
        writeln!(two[0], "{label},{:.6},{p}", 1.0 - p).expect("text");
        writeln!(one[1], "{label},{x}").expect("text");
        writeln!(two[1], "{label},{},{}", 0.5, x + 0.5).expect("text");
    }
    for (one, two) in one.iter().zip(&two) {
        let [a, b] = [one, two].map(|csv| case.report("same.csv", csv, &[]));
        for name in [
            "average_precision",
            "roc_auc",
            "best_f1",
            "expected_calibration_error",
            "accuracy",
        ] {
            near(measure(&a, name), measure(&b, name));
        }
        let threshold = |of: &serde_json::Value| of["metrics"]["best_f1"]["threshold"].as_f64();
        assert_eq!(threshold(&a), threshold(&b));
        assert_eq!(a["counts"], b["counts"]);
        assert_eq!(b["metrics"]["decided_by"]["positive"], "1");
        let words = case.said("same.csv", two, &[]);
        assert!(words.contains("class 1 is the positive one"), "{words}");
        assert!(!words.contains("ean average precision"), "{words}");
    }
    // Of more than two classes it is said what the means go over.
    let csv = three("label,p_0,p_1,p_2", |class| class.to_string(), |p| p);
    let words = case.said("three.csv", &csv, &[]);
    assert!(words.contains("Mean average precision"), "{words}");
    assert!(
        words.contains("calibration error of the highest probability"),
        "{words}"
    );
    let decided = &case.report("three.csv", &csv, &[])["metrics"]["decided_by"];
    assert!(
        decided["average_precision"]
            .to_string()
            .contains("mean over the classes")
    );
    let pets = "label,p_cat,p_dog\ncat,0.75,0.25\ndog,0.5,0.5\ncat,0.9,0.1\n";
    let got = case.report("pets.csv", pets, &["--positive", "dog"]);
    assert_eq!(got["metrics"]["decided_by"]["positive"], "dog");
    near(measure(&got, "average_precision"), 1.0);
    near(
        measure(&got, "expected_calibration_error"),
        (0.25 + 0.5 + 0.1) / 3.0,
    );
    // Both classes must be there.
    let words = case.said("none.csv", "label,p_0,p_1\n0,0.5,0.5\n0,0.9,0.1\n", &[]);
    assert!(words.contains("No example is positive"), "{words}");
}

#[test]
fn a_wrong_certainty_counts_the_same_at_both_ends() {
    let case = Case::new();
    for (csv, wrong) in [
        ("label,p\n0,1.0\n0,0.5\n", 1),
        ("label,p\n1,0\n0,0.5\n", 1),
        ("label,p\n1,1e-320\n0,0.5\n", 1),
        ("label,p_0,p_1\n0,0,1\n1,0.5,0.5\n", 1),
        ("label,p_0,p_1,p_2\n2,1,0,0\n1,0.25,0.5,0.25\n", 1),
        ("label,logit_0,logit_1\n0,-inf,1\n1,2,2\n", 1),
    ] {
        let got = case.report("certain.csv", csv, &[]);
        let mean = got["losses"]["ce"]["mean"].as_f64().expect("a mean");
        near(mean, (100.0 + std::f64::consts::LN_2) / 2.0);
        let words = case.said("certain.csv", csv, &[]);
        assert!(
            words.contains(&format!("of their class: {wrong}.")),
            "{words}"
        );
        assert!(words.contains("counts as 100"), "{words}");
        assert!(
            !words.contains("nearest float") && !words.contains("744"),
            "{words}"
        );
    }
    // One that is right costs nothing, and small probabilities are what they are.
    let right = case.report("right.csv", "label,p\n1,1\n0,0\n", &[]);
    assert_eq!(right["losses"]["ce"]["mean"], 0.0);
    let small = case.report("small.csv", "label,p\n1,1e-30\n", &[]);
    let mean = small["losses"]["ce"]["mean"].as_f64().expect("a mean");
    near(mean, 30.0 * std::f64::consts::LN_10);
}

#[test]
fn classes_keep_their_names() {
    let case = Case::new();
    const NAMES: [&str; 3] = ["bird", "cat", "dog"];
    for header in [
        "label,p_bird,p_cat,p_dog",
        "label,bird,cat,dog",
        "label,p_0,p_1,p_2",
    ] {
        let csv = three(header, |class| NAMES[class].to_owned(), |p| p);
        let got = case.report("names.csv", &csv, &[]);
        let names = (0..3).map(|k| got["by_class"][k]["name"].clone());
        assert_eq!(names.collect::<Vec<_>>(), NAMES, "{header}");
        let words = case.said("names.csv", &csv, &[]);
        assert!(
            NAMES
                .iter()
                .all(|name| words.contains(&format!("\n{name} "))),
            "{words}"
        );
    }
    let absent = "label,p_bird,p_cat,p_dog\nbird,0.5,0.3,0.2\ncat,0.5,0.3,0.2\n";
    let words = case.said("absent.csv", absent, &[]);
    assert!(words.contains("without an example (dog)"), "{words}");
    let hot = "y_0,y_1,p_yes,p_no\n1,0,0.5,0.5\n0,1,0.25,0.75\n";
    let got = case.report("hot.csv", hot, &[]);
    // Of yes and no, yes is class 1 wherever its column stands.
    assert_eq!(got["by_class"][1]["name"], "yes");
    let numbers = three("label,p_0,p_1,p_2", |class| (class + 1).to_string(), |p| p);
    let got = case.report("numbers.csv", &numbers, &[]);
    assert_eq!(got["by_class"][2]["name"], "2");
}

#[test]
fn an_effective_sample_size_is_rounded() {
    let case = Case::new();
    let mut csv = "p,label\n".to_owned();
    for i in 0..200 {
        writeln!(csv, "{},{}", f64::from(i % 50) / 50.0, u8::from(i % 3 == 0)).expect("text");
    }
    let got = case.report("size.csv", &csv, &[]);
    let losses = got["losses"].as_object().expect("losses");
    let size = |of: &serde_json::Value| of["effective_sample_size"].as_f64().expect("a size");
    let words = case.said("size.csv", &csv, &[]);
    let above = losses.values().map(size).filter(|size| size.fract() > 0.5);
    let above: Vec<f64> = above.collect();
    assert!(!above.is_empty(), "{losses:?}");
    for size in above {
        assert!(
            words.contains(&format!(" {}  ", size.round())),
            "{size}: {words}"
        );
    }
}

#[test]
fn labels_that_are_always_the_highest_score_are_doubted() {
    let case = Case::new();
    let rows = |n: usize, wrong: bool| {
        let mut csv = "labels 0 1\n".to_owned();
        for i in 0..n {
            let p = (i % 10) as f64 / 10.0 + 0.025;
            let label = i32::from(p > 0.5) ^ i32::from(wrong && i == 3);
            writeln!(csv, "{label} {:.3} {p:.3}", 1.0 - p).expect("text");
        }
        csv
    };
    let doubt = "not the model's own decisions";
    assert!(
        case.said("libsvm.txt", &rows(150, false), &[])
            .contains(doubt)
    );
    assert!(
        !case
            .said("libsvm.txt", &rows(150, true), &[])
            .contains(doubt)
    );
    assert!(
        !case
            .said("libsvm.txt", &rows(19, false), &[])
            .contains(doubt)
    );
}

#[test]
fn percent_signs_are_read_where_all_have_them() {
    let case = Case::new();
    let plain = case.report("a.csv", "p,label\n0.0919,0\n0.8,1\n", &[]);
    for (content, flags) in [
        ("p,label\n9.19%,0\n80%,1\n", &[][..]),
        ("score,label\n9.19 %,0\n80 %,1\n", &[]),
        ("p;label\n9,19%;0\n80,0%;1\n", &[]),
        ("foo,label\n9.19%,0\n80%,1\n", &["--map", "foo=p"]),
        ("foo,label\n9.19%,0\n80%,1\n", &["--map", "foo=percent"]),
        ("p,label\n9.19%,0\n80,1\n", &["--map", "p=percent"]),
    ] {
        let got = case.report("a.csv", content, flags);
        assert_eq!(got["losses"], plain["losses"], "{content}");
    }
    let three = "p_a,p_b,label\n9.19%,90.81%,a\n80%,20%,b\n";
    let said = case.said("a.csv", three, &["--positive", "b"]);
    assert!(
        said.contains("values of \"p_a\", \"p_b\" have the sign % and were divided by 100"),
        "{said}"
    );
    for (content, parts) in [
        (
            "p,label\n9.19%,0\n0.8,1\n",
            ["line 2", "\"9.19%\"", "behind none"],
        ),
        (
            "logit,label\n9.19%,0\n8%,1\n",
            ["line 2", "\"9.19%\"", "behind none"],
        ),
    ] {
        run("a.csv", content, &[]).is_refused(content, &parts);
    }
    // Behind what was looked at.
    let late = format!("p,label\n{}0.8,1\n", "9.19%,0\n".repeat(20_000));
    let parts = ["line 20002", "column \"p\"", "\"0.8\" has no %"];
    run("a.csv", &late, &[]).is_refused("late", &parts);
    // A group may be called so.
    let groups = case.report("a.csv", "p,label,group\n0.2,0,5%\n0.8,1,10%\n", &[]);
    assert_eq!(groups["by_group"][0]["name"], "5%");
}
