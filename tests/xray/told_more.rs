//! What is said of files that cannot be read as they are: what is there, what is expected, and the cure.

use crate::formats::{npy, npz};
use crate::run;

/// An NPY array of zeros of this shape.
fn zeros(shape: &str, count: usize) -> Vec<u8> {
    npy("<f4", shape, false, &vec![0; 4 * count])
}

#[test]
fn shapes_of_arrays_have_their_own_sentences() {
    for (shape, count, parts) in [
        ("(2, 3, 4)", 24, ["(2, 3, 4)", "a.reshape(-1, a.shape[-1])"]),
        ("(2, 3, 0)", 0, ["(2, 3, 0)", "holds nothing"]),
        ("(3, 0)", 0, ["(3, 0)", "holds nothing"]),
        (
            "(2, 70000)",
            140_000,
            ["(2, 70000)", "at most 65536 columns"],
        ),
        ("()", 1, ["one number", "for each example"]),
    ] {
        run("a.npy", zeros(shape, count), &[]).is_refused(shape, &parts);
    }
}

#[test]
fn outputs_of_three_dimensions_are_told_and_nothing_else_is_taken() {
    let (predictions, labels) = (zeros("(2, 3, 4)", 24), zeros("(2, 3)", 6));
    let tokens = npz(&[("predictions", &predictions), ("label_ids", &labels)]);
    let ran = run("a.npz", &tokens, &[]);
    ran.is_refused("tokens", &["predictions", "a.reshape(-1, a.shape[-1])"]);
    assert!(!ran.stderr.contains("ghm-lab xray"), "{}", ran.stderr);
    // Beside outputs that can be read they are not needed.
    let (p, label) = (zeros("(6,)", 6), zeros("(6,)", 6));
    let both = npz(&[("output", &predictions), ("logit", &p), ("label", &label)]);
    let ran = run("a.npz", &both, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_decimal_comma_among_commas_is_told() {
    for (content, parts) in [
        (
            "label,p\n0,0,6354\n0,0,1234\n",
            [
                "line 2",
                "it has 3 fields; as many as in the header are expected: 2",
            ],
        ),
        (
            "p,label\n0,6354,0\n0,1234,1\n",
            [
                "line 2",
                "it has 3 fields; as many as in the header are expected: 2",
            ],
        ),
    ] {
        let cure = "semicolons between cells";
        run("a.csv", content, &[]).is_refused(content, &[parts[0], parts[1], cure]);
    }
    let ran = run("a.csv", "p,label\n0.5,1\n0.25,0,cat\n", &[]);
    assert!(!ran.stderr.contains("semicolons"), "{}", ran.stderr);
}

#[test]
fn notes_stand_behind_a_question_and_not_in_it() {
    let ran = run(
        "a.csv",
        "# made by hand\nscore;label\n0,5;7\n0,25;3\n12,5;5\n37,5;2\n",
        &[],
    );
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("; lines that begin with #"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("?;"), "{}", ran.stderr);
}

#[test]
fn a_column_without_a_name_is_named_by_quotes() {
    let ran = run("a.csv", ",p,label\n0,0.5,1\n1,0.25,0\n", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("Not read: \"\""), "{said}");
}
