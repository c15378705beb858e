//! Which class a column is of: numbers and words in names, wherever the columns stand.

use crate::class_columns::{examples, norms, norms_are, table};
use crate::{report_of, run};

/// The commands that a question offers, as flags.
#[track_caller]
fn answers(csv: &str) -> Vec<Vec<String>> {
    let ran = run("a.csv", csv, &[]);
    assert_eq!(ran.code, 2, "{csv}\n{}", ran.stdout);
    let lines = ran.stderr.lines();
    let commands = lines.filter_map(|line| line.split_once("a.csv ")?.1.into());
    let flags = commands.map(|flags| {
        // Names with spaces are quoted whole.
        let parts = flags.split('\'').enumerate();
        let words = parts.flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        words.collect()
    });
    flags.collect()
}

/// That the file has one answer, and these norms with it.
#[track_caller]
fn one_answer(csv: &str, expected: &[f64]) -> Vec<String> {
    let answers = answers(csv);
    let [flags] = answers.as_slice() else {
        panic!("one answer is expected: {answers:?}\n{csv}");
    };
    let borrowed: Vec<&str> = flags.iter().map(String::as_str).collect();
    norms_are("a.csv", csv, &borrowed, expected);
    flags.clone()
}

/// How well the positive class is ranked.
#[track_caller]
fn average_precision(csv: &str, flags: &[&str]) -> f64 {
    let report = report_of(csv, flags);
    let value = &report["metrics"]["average_precision"];
    value
        .as_f64()
        .or(value["value"].as_f64())
        .expect("a number")
}

#[test]
fn the_number_in_a_name_is_the_class_wherever_its_column_stands() {
    let two = examples::<2>(60);
    for names in [
        "class_1,class_0",
        "LABEL_1,LABEL_0",
        "out1,out0",
        "C1,C0",
        "Class 1,Class 0",
        "Pr(1),Pr(0)",
        "1_prob,0_prob",
        "class 1.0,class 0.0",
        "C2,C1",
    ] {
        let csv = table(&format!("label,{names}"), &two, ["0", "1"], |p| {
            vec![p[1], p[0]]
        });
        one_answer(&csv, &norms(&two));
        // The label has a name of which nothing is known.
        let flags = one_answer(&csv.replacen("label", "outcome", 1), &norms(&two));
        assert!(flags.contains(&"outcome=label".to_owned()), "{flags:?}");
        // Labels from 1 on.
        let csv = table(&format!("label,{names}"), &two, ["1", "2"], |p| {
            vec![p[1], p[0]]
        });
        one_answer(&csv, &norms(&two));
    }
    let three = examples::<3>(90);
    let other_order = |p: &[f64; 3]| vec![p[2], p[0], p[1]];
    let logits = |p: &[f64; 3]| other_order(p).iter().map(|p| p.ln() + 2.0).collect();
    for (first, last) in [
        ("class_", ""),
        ("s", ""),
        ("", "_prob"),
        ("RawFormulaVal:Class=", ""),
        ("softmax[", "]"),
    ] {
        let names = ["2", "0", "1"].map(|class| format!("{first}{class}{last}"));
        for csv in [
            table(
                &format!("label,{}", names.join(",")),
                &three,
                ["0", "1", "2"],
                other_order,
            ),
            table(
                &format!("label,{}", names.join(",")),
                &three,
                ["0", "1", "2"],
                logits,
            ),
            table(
                &format!("label,{}", names.join(",")),
                &three,
                ["1", "2", "3"],
                other_order,
            ),
        ] {
            one_answer(&csv, &norms(&three));
        }
    }
    // Numbers that do not follow one another are those of the labels.
    let csv = table("label,s9,s2,s5", &three, ["2", "5", "9"], other_order);
    one_answer(&csv, &norms(&three));
    // Behind a word for probabilities no question is left.
    let csv = table(
        "label,p_class_2,p_class_0,p_class_1",
        &three,
        ["0", "1", "2"],
        other_order,
    );
    norms_are("a.csv", &csv, &[], &norms(&three));
}

#[test]
fn words_that_say_yes_and_no_are_the_classes_and_others_are_asked_about() {
    let two = examples::<2>(60);
    for names in [
        "Yes,No",
        "positive,negative",
        "positive_score,negative_score",
        "pos_prob,neg_prob",
        "true,false",
        "fraud,not_fraud",
        "spam,non-spam",
    ] {
        for labels in [["0", "1"], ["-1", "1"], ["no", "yes"], ["neg", "Pos"]] {
            let csv = table(&format!("label,{names}"), &two, labels, |p| {
                vec![p[1], p[0]]
            });
            one_answer(&csv, &norms(&two));
        }
    }
    for (labels, first) in [
        (["0", "1"], "--map spam=p_0 --map ham=p_1"),
        (["1", "2"], "--map spam=p_1 --map ham=p_2"),
        (["-1", "1"], "--map spam=p_-1 --map ham=p_1"),
    ] {
        for name in ["label", "outcome"] {
            let csv = table(&format!("{name},spam,ham"), &two, labels, |p| {
                vec![p[1], p[0]]
            });
            let answers = answers(&csv);
            assert_eq!(answers.len(), 2, "{answers:?}");
            assert!(answers[0].join(" ").starts_with(first), "{answers:?}");
            let second: Vec<&str> = answers[1].iter().map(String::as_str).collect();
            norms_are("a.csv", &csv, &second, &norms(&two));
            let said = run("a.csv", &csv, &[]).stderr;
            let says = format!(
                "label {} is \"spam\", label {} is \"ham\"",
                labels[1], labels[0]
            );
            assert!(said.contains(&says), "{said}");
        }
    }
    let three = examples::<3>(90);
    let csv = table("label,fox,cat,dog", &three, ["0", "1", "2"], |p| {
        vec![p[2], p[0], p[1]]
    });
    let answers = answers(&csv);
    assert_eq!(answers.len(), 2, "{answers:?}");
    let second: Vec<&str> = answers[1].iter().map(String::as_str).collect();
    norms_are("a.csv", &csv, &second, &norms(&three));
    // Words that the labels are called are of these.
    let csv = table(
        "label,fox_out,cat_out,dog_out",
        &three,
        ["cat", "dog", "fox"],
        |p| vec![p[2], p[0], p[1]],
    );
    one_answer(&csv, &norms(&three));
}

#[test]
fn yes_is_the_positive_class_and_of_other_names_it_is_asked() {
    let two = examples::<2>(60);
    let plain = table("label,p", &two, ["0", "1"], |p| vec![p[1]]);
    let wanted = average_precision(&plain, &[]);
    let is_wanted = |csv: &str, flags: &[&str]| {
        norms_are("a.csv", csv, flags, &norms(&two));
        let got = average_precision(csv, flags);
        assert!((got - wanted).abs() < 1e-9, "{got}, {wanted}: {csv}");
    };
    for labels in [
        ["No", "Yes"],
        ["Negative", "Positive"],
        ["neg", "pos"],
        ["not_fraud", "fraud"],
    ] {
        let [no, yes] = labels;
        for header in [
            format!("label,{yes},{no}"),
            format!("label,prob_{yes},prob_{no}"),
        ] {
            is_wanted(&table(&header, &two, labels, |p| vec![p[1], p[0]]), &[]);
        }
        is_wanted(
            &table(&format!("label,{no},{yes}"), &two, labels, |p| p.to_vec()),
            &[],
        );
    }
    for header in ["label,malignant,benign", "label,prob_malignant,prob_benign"] {
        let csv = table(header, &two, ["benign", "malignant"], |p| vec![p[1], p[0]]);
        let mut answers: Vec<String> = answers(&csv).iter().map(|flags| flags.join(" ")).collect();
        answers.sort();
        assert_eq!(answers, ["--positive benign", "--positive malignant"]);
        is_wanted(&csv, &["--positive", "malignant"]);
    }
}

#[test]
fn columns_that_are_called_as_the_values_of_another_are_its_classes() {
    let three = examples::<3>(90);
    let labels = ["setosa", "versicolor", "virginica"];
    let csv = table("Species,setosa,versicolor,virginica", &three, labels, |p| {
        p.to_vec()
    });
    assert_eq!(one_answer(&csv, &norms(&three)), ["--map", "Species=label"]);
    let two = examples::<2>(60);
    let labels = ["benign", "malignant"];
    let csv = table("diagnosis,malignant,benign", &two, labels, |p| {
        vec![p[1], p[0]]
    });
    assert_eq!(answers(&csv), [["--map", "diagnosis=label"]]);
    let flags = ["--map", "diagnosis=label", "--positive", "malignant"];
    norms_are("a.csv", &csv, &flags, &norms(&two));
    // Parts of one sum predict nothing of each other.
    let csv = table("diagnosis,first,second", &two, labels, |p| p.to_vec());
    assert_eq!(answers(&csv), Vec::<Vec<String>>::new());
}

#[test]
fn numbers_as_names_are_read_in_any_order() {
    let two = examples::<2>(60);
    let csv = table("label,1,0", &two, ["0", "1"], |p| vec![p[1], p[0]]);
    norms_are("a.csv", &csv, &[], &norms(&two));
    let three = examples::<3>(90);
    let csv = table("label,2,0,1", &three, ["0", "1", "2"], |p| {
        vec![p[2], p[0], p[1]]
    });
    norms_are("a.csv", &csv, &[], &norms(&three));
}

#[test]
fn classes_that_boosters_and_clouds_name_are_those_of_the_labels() {
    let three = examples::<3>(90);
    for (of, labels) in [
        (["cat", "wild dog", "c++"], ["cat", "wild dog", "c++"]),
        (["0", "1", "2"], ["0", "1", "2"]),
    ] {
        for (first, last) in [
            ("Probability:Class=", ""),
            ("\"Scored Probabilities for Class \"\"", "\"\"\""),
        ] {
            let [a, b, c] = of.map(|class| format!("{first}{class}{last}"));
            let csv = table(&format!("label,{c},{a},{b}"), &three, labels, |p| {
                vec![p[2], p[0], p[1]]
            });
            norms_are("a.csv", &csv, &[], &norms(&three));
        }
    }
}

#[test]
fn a_label_called_true_beside_numbered_classes_is_a_name() {
    let two = examples::<2>(60);
    let three = examples::<3>(90);
    let csv = table("true,0,1,2", &three, ["0", "1", "2"], |p| p.to_vec());
    norms_are("a.csv", &csv, &[], &norms(&three));
    let csv = table("true,1,0", &two, ["0", "1"], |p| vec![p[1], p[0]]);
    norms_are("a.csv", &csv, &[], &norms(&two));
    // An index without a name before one output.
    let mut csv = ",0,true\n".to_owned();
    for (row, (class, p)) in two.iter().enumerate() {
        csv += &format!("{row},{},{class}\n", p[1]);
    }
    assert_eq!(answers(&csv)[0], ["--map", "0=p"]);
    norms_are("a.csv", &csv, &["--map", "0=p"], &norms(&two));
    // Rows of labels that are true and false are no names.
    for csv in [
        "true,0,1\nfalse,1,0\ntrue,0.25,0.75\n",
        "0,true\n0.25,false\n",
    ] {
        run("a.csv", csv, &[]).is_refused(csv, &["there is no header"]);
    }
}
