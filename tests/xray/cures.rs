//! What is read without a question, and cures that work when they are pasted as they stand.

use ghm_lab::data::predictions::{Input, Options, Rows};

use super::{read_all, run};

/// Rows of a text.
#[track_caller]
fn rows(text: &str) -> Rows {
    let input = Input::bytes("a.csv", text.as_bytes());
    read_all(vec![input], Options::default(), 1000)
        .expect("it is read")
        .1
}

/// Outputs of two classes of so many rows, and the label.
fn pairs() -> Vec<([f64; 2], usize)> {
    let p = |k: usize| (k as f64 * 0.37).fract() * 0.98 + 0.01;
    (0..40).map(|k| ([1.0 - p(k), p(k)], k % 3 / 2)).collect()
}

#[test]
fn a_cell_that_is_a_list_of_numbers_is_a_column_for_each() {
    let pairs = pairs();
    let plain = |with: &dyn Fn(&[f64; 2]) -> String, header: &str| {
        let rows = pairs.iter();
        let rows = rows.map(|(p, label)| format!("{label},{}\n", with(p)));
        format!("{header}\n{}", rows.collect::<String>())
    };
    let expected = rows(&plain(&|[a, b]| format!("{a},{b}"), "label,p_0,p_1"));
    assert_eq!(expected.outputs[2..4], pairs[1].0);
    type Way = fn(&[f64; 2]) -> String;
    let ways: [Way; 8] = [
        |[a, b]| format!("\"[{a},{b}]\""),
        |[a, b]| format!("\"[{a}, {b}]\""),
        |[a, b]| format!("[{a} {b}]"),
        |[a, b]| format!("\"[ {a}\n  {b} ]\""),
        |[a, b]| format!("\"DenseVector([{a}, {b}])\""),
        |[a, b]| format!("\"array([{a}, {b}], dtype=float32)\""),
        |[a, b]| format!("\"tensor([{a}, {b}], device='cuda:0')\""),
        |[a, b]| format!("\"[np.float64({a}), tensor({b})]\""),
    ];
    for way in ways {
        let text = plain(&way, "label,probs");
        assert_eq!(rows(&text), expected, "{text}");
    }
    // Columns behind and in front of it keep their places and their signs.
    let text: String = pairs
        .iter()
        .map(|([a, b], label)| format!("\"[7 8 9]\",\"[{a} {b}]\",{}%,{label}\n", b * 100.0))
        .collect();
    let parted = rows(&format!("x,probs,rate,label\n{text}"));
    assert_eq!(parted.outputs, expected.outputs);
    assert_eq!(parted.targets, expected.targets);
}

#[test]
fn a_list_of_another_length_is_told_where_it_is_needed() {
    let text = |tokens: &str| {
        format!(
            "label,tokens,probs\n1,[1 2],[0.2 0.8]\n0,[1 2],[0.7 0.3]\n0,[1 2],[0.9 0.1]\n1,{tokens}\n"
        )
    };
    let bad = text("[1 2],[0.2 0.3 0.5]");
    run("a.csv", &bad, &[]).is_refused(
        "three",
        &["a.csv, line 5, column \"probs_0\": a list of 3 values; 2 are expected"],
    );
    run("a.csv", text("[1 2],"), &[]).is_refused("none", &["line 5, column \"probs_0\": \"\" is"]);
    assert_eq!(rows(&text("[1 2 3],[0.4 0.6]")).outputs[6..], [0.4, 0.6]);
    assert_eq!(rows(&text("[],[0.4 0.6]")).outputs[6..], [0.4, 0.6]);
}
