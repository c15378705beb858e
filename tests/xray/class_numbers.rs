//! Columns of classes whose numbers are their names.

use std::fmt::Write as _;

use parquet::file::properties::WriterProperties;

use crate::class_columns::{examples, norms, norms_are, table};
use crate::formats::{npy, npz};
use crate::parquet::{Column, parquet};
use crate::run;

/// Three classes with these numbers, of which the columns stand in another order.
const NUMBERS: [&str; 3] = ["2", "5", "9"];

#[test]
fn numbers_that_do_not_follow_one_another_are_names_of_classes() {
    let two = examples::<2>(60);
    let csv = table("label,p_3,p_7", &two, ["3", "7"], |p| p.to_vec());
    norms_are("a.csv", &csv, &[], &norms(&two));
    let csv = table("label,p_0,p_2", &two, ["0", "2"], |p| p.to_vec());
    norms_are("a.csv", &csv, &[], &norms(&two));
    let flags = ["--map", "first=p_3", "--map", "second=p_7"];
    let csv = table("label,first,second", &two, ["3", "7"], |p| p.to_vec());
    norms_are("a.csv", &csv, &flags, &norms(&two));

    let three = examples::<3>(90);
    let other_order = |p: &[f64; 3]| vec![p[1], p[2], p[0]];
    let logits = |p: &[f64; 3]| other_order(p).iter().map(|p| p.ln() + 2.0).collect();
    let logs = |p: &[f64; 3]| other_order(p).iter().map(|p| p.ln()).collect();
    for csv in [
        table("label,p_5,p_9,p_2", &three, NUMBERS, other_order),
        table(
            "label,p_5,p_9,p_2",
            &three,
            ["2.0", "5.0", "9.0"],
            other_order,
        ),
        table("label,logit_5,logit_9,logit_2", &three, NUMBERS, logits),
        table("label,score_5,score_9,score_2", &three, NUMBERS, logits),
        table("label,logp_5,logp_9,logp_2", &three, NUMBERS, logs),
    ] {
        norms_are("a.csv", &csv, &[], &norms(&three));
        norms_are("a.txt", csv.replace(',', " "), &[], &norms(&three));
        let ran = run("a.csv", &csv, &[]);
        let note = "classes are those of the columns: \"2\", \"5\", \"9\"";
        assert!(ran.stdout.contains(note), "{}", ran.stdout);
        assert!(ran.stdout.contains("\n9    "), "{}", ran.stdout);
        let ignored = format!("{csv}-100,0.25,0.25,0.5\n");
        let said = run("a.csv", &ignored, &[]).stdout;
        assert!(
            said.contains("rows whose label is -100 are ignored"),
            "{said}"
        );
    }
    let mut lines = String::new();
    for (class, [two, five, nine]) in &three {
        let label = NUMBERS[*class];
        writeln!(
            lines,
            r#"{{"label":{label},"p_2":{two},"p_5":{five},"p_9":{nine}}}"#
        )
        .expect("text");
    }
    norms_are("a.jsonl", &lines, &[], &norms(&three));
}

#[test]
fn numbers_are_names_of_classes_in_arrays_and_parquet() {
    let three = examples::<3>(90);
    let labels: Vec<i64> = three
        .iter()
        .map(|(class, _)| NUMBERS[*class].parse().expect("a number"))
        .collect();
    let of = |class: usize| {
        three
            .iter()
            .map(move |(_, p)| p[class])
            .collect::<Vec<f64>>()
    };
    let bytes = labels.iter().flat_map(|of| of.to_le_bytes());
    let label = npy("<i8", "(90,)", false, &bytes.collect::<Vec<u8>>());
    let arrays = [0, 1, 2].map(|class| {
        let bytes = of(class).into_iter().flat_map(f64::to_le_bytes);
        npy("<f8", "(90,)", false, &bytes.collect::<Vec<u8>>())
    });
    let [two, five, nine] = &arrays;
    let archive = npz(&[
        ("p_2", two),
        ("p_9", nine),
        ("label", &label),
        ("p_5", five),
    ]);
    norms_are("a.npz", archive, &[], &norms(&three));
    let columns = [
        ("label", Column::Long(labels)),
        ("p_9", Column::Double(of(2))),
        ("p_2", Column::Double(of(0))),
        ("p_5", Column::Double(of(1))),
    ];
    let file = parquet(&columns, 40, WriterProperties::builder().build());
    norms_are("a.parquet", file, &[], &norms(&three));
}

#[test]
fn a_label_that_is_none_of_the_names_is_told() {
    let two = examples::<2>(20_000);
    let csv = table("label,p_3,p_7", &two, ["3", "7"], |p| p.to_vec());
    // Behind all that is looked at first.
    let csv = format!("{csv}4,0.5,0.5\n");
    let parts = [
        "no column \"p_4\" for label 4",
        "\"3\", \"7\"",
        "--ignore-label 4",
    ];
    run("a.csv", &csv, &[]).is_refused("late", &parts);
    let ran = run("a.csv", &csv, &["--ignore-label", "4"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let few = examples::<2>(20);
    for labels in [["0", "1"], ["1", "2"], ["3", "8"]] {
        let csv = table("label,p_3,p_7", &few, labels, |p| p.to_vec());
        run("a.csv", &csv, &[]).is_refused(&csv, &["for label", "--map NAME=p_"]);
    }
    let csv = table("label,p_3,p_7", &few, ["cat", "dog"], |p| p.to_vec());
    run("a.csv", &csv, &[]).is_refused(&csv, &["2 classes need \"p_1\" to \"p_2\""]);
    // Classes from 1 on have always been numbers.
    let csv = table("label,p_1,p_2", &few, ["1", "2"], |p| p.to_vec());
    let said = run("a.csv", &csv, &[]).stdout;
    assert!(said.contains("labels 1 to 2 are classes 0 to 1"), "{said}");
}
