//! Columns of classes by their names: one class of two, and logs of probabilities.

use std::fmt::Write as _;

use ghm_lab::data::Random;

use crate::formats::{npy, npz};
use crate::{per_example, reading, run, text, write};

/// Probabilities of classes, with the place of the class that happened.
pub fn examples<const K: usize>(n: usize) -> Vec<(usize, [f64; K])> {
    let mut random = Random::named(n as u32, "classes");
    let mut example = |_| {
        let parts = [(); K].map(|()| f64::from(1 + random.below(99)));
        let sum: f64 = parts.iter().sum();
        (
            random.below(K as u32) as usize,
            parts.map(|part| part / sum),
        )
    };
    let mut all: Vec<_> = (0..n).map(&mut example).collect();
    // Each class happens.
    (0..K).for_each(|class| all[class].0 = class);
    all
}

/// The gradient norms of the examples of a file, which are 1 minus the probability of what happened.
#[track_caller]
pub fn norms_are(name: &str, content: impl AsRef<[u8]>, flags: &[&str], expected: &[f64]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, name, content);
    let got = per_example(&[&[text(&path)], flags].concat());
    assert_eq!(got.len(), expected.len(), "{name}");
    for (row, expected) in got.iter().zip(expected) {
        let norm = row.as_ref().expect("an example")[0];
        assert!((norm - expected).abs() < 1e-6, "{name}: {norm}, {expected}");
    }
}

/// What makes a norm of the examples of K classes.
pub fn norms<const K: usize>(examples: &[(usize, [f64; K])]) -> Vec<f64> {
    examples.iter().map(|(class, p)| 1.0 - p[*class]).collect()
}

/// A table of labels, as they are spelled, and columns of what is made of the probabilities.
pub fn table<const K: usize>(
    header: &str,
    examples: &[(usize, [f64; K])],
    labels: [&str; K],
    cells: impl Fn(&[f64; K]) -> Vec<f64>,
) -> String {
    let mut csv = format!("{header}\n");
    for (class, p) in examples {
        let cells: Vec<String> = cells(p).iter().map(f64::to_string).collect();
        writeln!(csv, "{},{}", labels[*class], cells.join(",")).expect("text");
    }
    csv
}

/// The flags of the only command that a question offers.
#[track_caller]
fn only_answer(csv: &str) -> Vec<String> {
    let ran = run("a.csv", csv, &[]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    let commands = ran
        .stderr
        .lines()
        .filter(|line| line.contains("ghm-lab xray"));
    let commands: Vec<&str> = commands.collect();
    assert_eq!(commands.len(), 1, "{}", ran.stderr);
    let flags = commands[0].split_whitespace().skip(3);
    flags.map(str::to_owned).collect()
}

#[test]
fn the_class_that_is_not_the_positive_one_is_offered_as_itself() {
    let examples = examples::<2>(60);
    // The labels as they are spelled, the name, and the answer.
    for (labels, name, answer) in [
        (["0", "1"], "prob_0", "--map prob_0=p --positive 0"),
        (["no", "yes"], "prob_no", "--map prob_no=p --positive no"),
        (["No", "Yes"], "prob_no", "--map prob_no=p --positive No"),
        (["no", "yes"], "p0", "--map p0=p --positive no"),
        (["0", "1"], "prob_false", "--map prob_false=p --positive 0"),
        (["-1", "1"], "p_neg", "--map p_neg=p --positive -1"),
        (
            ["neg", "pos"],
            "p_negative",
            "--map p_negative=p --positive neg",
        ),
        (
            ["cat", "dog"],
            "prob_cat",
            "--map prob_cat=p --positive cat",
        ),
        (["2", "1"], "p_2", "--map p_2=p --positive 2"),
        (
            ["0", "1"],
            "probability_negative",
            "--map probability_negative=p --positive 0",
        ),
    ] {
        let csv = table(&format!("label,{name}"), &examples, labels, |p| vec![p[0]]);
        let flags = only_answer(&csv);
        assert_eq!(flags.join(" "), answer, "{csv}");
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        norms_are("a.csv", &csv, &flags, &norms(&examples));
        // What a name says is asked about as well where a person said it.
        let class = format!("--map={name}=p_{}", labels[0]);
        let ran = run("a.csv", &csv, &[&class]);
        ran.is_refused(&csv, &[answer]);
        // A person who said which class is positive is not asked.
        let flags = [flags[2], flags[3]];
        norms_are("a.csv", &csv, &flags, &norms(&examples));
    }
}

#[test]
fn the_positive_class_is_read_by_itself_and_said() {
    let examples = examples::<2>(60);
    for (labels, name) in [
        (["no", "yes"], "prob_yes"),
        (["0", "1"], "probability_yes"),
        (["f", "t"], "p_t"),
        (["-1", "1"], "prob_yes"),
        (["neg", "pos"], "prob_yes"),
    ] {
        let csv = table(&format!("label,{name}"), &examples, labels, |p| vec![p[1]]);
        norms_are("a.csv", &csv, &[], &norms(&examples));
        let note = format!("\"{name}\" is of \"{}\", the positive class", labels[1]);
        let said = run("a.csv", &csv, &[]).stdout;
        assert!(said.contains(&note), "no {note} in {said}");
    }
    // What the labels say of themselves is what the name says.
    let csv = table("label,prob_pos", &examples, ["neg", "pos"], |p| vec![p[1]]);
    norms_are("a.csv", &csv, &[], &norms(&examples));
}

#[test]
fn a_label_that_has_another_name_is_in_the_answer() {
    let examples = examples::<2>(60);
    for (labels, name, of, answer) in [
        (
            ["no", "yes"],
            "prob_yes",
            1,
            "--map churn=label --map prob_yes=p",
        ),
        (
            ["0", "1"],
            "prob_yes",
            1,
            "--map churn=label --map prob_yes=p",
        ),
        (
            ["no", "yes"],
            "prob_no",
            0,
            "--map churn=label --map prob_no=p --positive no",
        ),
        (
            ["0", "1"],
            "prob_0",
            0,
            "--map churn=label --map prob_0=p --positive 0",
        ),
    ] {
        let csv = table(&format!("churn,{name}"), &examples, labels, |p| vec![p[of]]);
        let flags = only_answer(&csv);
        assert_eq!(flags.join(" "), answer, "{csv}");
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        norms_are("a.csv", &csv, &flags, &norms(&examples));
    }
}

#[test]
fn what_is_called_a_probability_is_not_offered_as_a_logit() {
    let examples = examples::<2>(60);
    for header in [
        "label,prob_churn",
        "churned,prob_churn",
        "label,proba_of_churn",
    ] {
        let csv = table(header, &examples, ["0", "1"], |p| vec![p[1]]);
        let flags = only_answer(&csv);
        assert!(flags[1].ends_with("=p"), "{flags:?}");
    }
    // A class that is none of the labels' is none of two.
    let csv = table("label,prob_0", &examples, ["cat", "dog"], |p| vec![p[0]]);
    run("a.csv", &csv, &[]).is_refused(&csv, &["the number of columns \"prob_…\" is 1"]);
    let examples = self::examples::<3>(60);
    let csv = table("label,prob_0", &examples, ["0", "1", "2"], |p| vec![p[0]]);
    run("a.csv", &csv, &[]).is_refused(&csv, &["the number of columns \"prob_…\" is 1"]);
}

#[test]
fn one_class_in_percent_or_beside_scores_is_asked_about() {
    let examples = examples::<2>(60);
    let csv = table("label,prob_no", &examples, ["no", "yes"], |p| {
        vec![100.0 * p[0]]
    });
    let flags = only_answer(&csv);
    assert_eq!(flags.join(" "), "--map prob_no=percent --positive no");
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    norms_are("a.csv", &csv, &flags, &norms(&examples));
    // Either is an answer.
    let csv = table("label,prob_0,score", &examples, ["0", "1"], |p| {
        vec![p[0], p[1]]
    });
    let answers = ["--map prob_0=p --positive 0", "--map prob_0=ignore"];
    run("a.csv", &csv, &[]).is_refused(&csv, &answers);
    for answer in answers {
        let flags: Vec<&str> = answer.split(' ').collect();
        norms_are("a.csv", &csv, &flags, &norms(&examples));
    }
}

#[test]
fn logs_of_the_probabilities_of_all_classes_are_logits() {
    let examples = examples::<3>(90);
    let logs = |p: &[f64; 3]| p.map(f64::ln).to_vec();
    for name in [
        "log_prob_",
        "logprob_",
        "Log-Proba ",
        "logp",
        "log_p_",
        "log_softmax_",
        "logSoftmax",
    ] {
        let header = format!("label,{name}0,{name}1,{name}2");
        let csv = table(&header, &examples, ["0", "1", "2"], logs);
        norms_are("a.csv", &csv, &[], &norms(&examples));
        let folder = tempfile::tempdir().expect("a folder");
        let path = write(&folder, "a.csv", &csv);
        let read = reading(&[text(&path)]);
        assert_eq!(read["columns"][1]["role"], "logit_1", "{read}");
        assert!(
            read["notes"]
                .to_string()
                .contains("are logs of probabilities"),
            "{read}"
        );
    }
    let header = "label,log_prob_a,log_prob_b,log_prob_c";
    let csv = table(header, &examples, ["a", "b", "c"], logs);
    norms_are("a.csv", &csv, &[], &norms(&examples));
    // An array has them without names.
    let rows = examples.iter().flat_map(|(_, p)| logs(p));
    let values: Vec<u8> = rows.flat_map(f64::to_le_bytes).collect();
    let labels: Vec<u8> = examples.iter().map(|(class, _)| *class as u8).collect();
    let values = npy("<f8", "(90, 3)", false, &values);
    let labels = npy("|u1", "(90,)", false, &labels);
    let arrays = npz(&[("log_probs", &values), ("label", &labels)]);
    norms_are("a.npz", arrays, &[], &norms(&examples));
}

#[test]
fn logs_of_probabilities_give_way_and_are_asked_about_where_they_are_none() {
    let examples = examples::<2>(60);
    let twice = |p: &[f64; 2]| [p.as_slice(), &p.map(|p| 2.0 * p.ln())].concat();
    // Others that say what they are do not need them.
    let csv = table("label,p_0,p_1,logp_0,logp_1", &examples, ["0", "1"], twice);
    norms_are("a.csv", &csv, &[], &norms(&examples));
    let said = run("a.csv", &csv, &[]).stdout;
    assert!(
        said.contains("\"p_0\" to \"p_1\" is taken, not \"logp_0\""),
        "{said}"
    );
    // A measure that is called so is no output beside one.
    let csv = table("label,logP,score", &examples, ["0", "1"], |p| {
        vec![3.5, p[1]]
    });
    norms_are("a.csv", &csv, &[], &norms(&examples));
    // Those of models that answer for each class alone are not those of a softmax.
    let csv = table("label,logp_0,logp_1", &examples, ["0", "1"], |p| {
        p.map(|p| (0.5 * p).ln()).to_vec()
    });
    let ran = run("a.csv", &csv, &[]);
    ran.is_refused(
        &csv,
        &[
            "do not sum to 1",
            "--map logp_0=logit_0 --map logp_1=logit_1",
        ],
    );
}

#[test]
fn the_log_of_one_probability_is_refused_with_the_line_that_makes_p_of_it() {
    let examples = examples::<2>(60);
    for (name, p, of) in [
        ("log_prob", "p", 1),
        ("logp_1", "p_1", 1),
        ("log_proba_0", "p_0", 0),
    ] {
        let csv = table(&format!("label,{name}"), &examples, ["0", "1"], |p| {
            vec![p[of].ln()]
        });
        let ran = run("a.csv", &csv, &[]);
        let line = format!("d[\"{p}\"] = numpy.exp(d[\"{name}\"])");
        ran.is_refused(&csv, &[&line]);
        assert!(!ran.stderr.contains("ghm-lab xray"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("logit?"), "{}", ran.stderr);
        // With the line the file is read, or its class asked about.
        let csv = table(&format!("label,{name},{p}"), &examples, ["0", "1"], |p| {
            vec![p[of].ln(), p[of]]
        });
        let flags: &[&str] = if of == 0 { &["--positive", "0"] } else { &[] };
        norms_are("a.csv", &csv, flags, &norms(&examples));
    }
    // Nor is it offered beside a column of which nothing is known.
    let csv = table("label,prob_churn,log_prob", &examples, ["0", "1"], |p| {
        vec![p[1], p[1].ln()]
    });
    assert_eq!(only_answer(&csv), ["--map", "prob_churn=p"]);
}
