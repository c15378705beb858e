//! Distributions that were counted elsewhere: empty bins without a row, rounded centres, edges, values.

use std::fmt::Write as _;

use ghm_lab::data::predictions::{Histogram, Input, PAPER, read_histogram};

use crate::{numbers, report, text, write, xray};

fn of(rows: &[(&str, f64)]) -> Result<Histogram, String> {
    let mut text = "gradient_norm,count\n".to_owned();
    for (centre, count) in rows {
        writeln!(text, "{centre},{count}").expect("text");
    }
    read_histogram(&Input::bytes("h.csv", text.as_bytes())).map_err(|why| why.0)
}

#[test]
fn bins_without_a_row_are_empty() {
    let got = of(&[("0.05", 100.0), ("0.15", 50.0), ("0.95", 40.0)]).expect("ten bins");
    assert_eq!(
        got.counts,
        [100.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0]
    );
    assert!(
        got.reading.notes[0].contains("10 bins; taken as empty, having no row: 7"),
        "{:?}",
        got.reading.notes
    );
    // The first and the last may be among them.
    let got = of(&[("0.15", 1.0), ("0.25", 2.0), ("0.55", 3.0)]).expect("ten bins");
    assert_eq!(
        got.counts,
        [0.0, 1.0, 2.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0]
    );
    let got = of(&[("0.35", 1.0), ("0.95", 3.0)]).expect("ten bins");
    assert_eq!(
        (got.counts.len(), got.counts[3], got.counts[9]),
        (10, 1.0, 3.0)
    );
    let whole = of(&[("0.25", 1.0), ("0.75", 0.0)]).expect("two bins");
    assert_eq!(
        (whole.counts, whole.reading.notes),
        (vec![1.0, 0.0], vec![])
    );

    let folder = tempfile::tempdir().expect("a folder");
    let sparse = write(
        &folder,
        "h.csv",
        "gradient_norm,count\n0.05,100\n0.15,50\n0.95,40\n",
    );
    let got = report(&["--histogram", text(&sparse)]);
    assert_eq!(got["examples"], 190.0);
    // As with the zeros written out.
    let zeros = ["0.25", "0.35", "0.45", "0.55", "0.65", "0.75", "0.85"]
        .map(|centre| format!("{centre},0\n"));
    let rows = format!(
        "gradient_norm,count\n0.05,100\n0.15,50\n{}0.95,40\n",
        zeros.concat()
    );
    let dense = write(&folder, "dense.csv", rows);
    assert_eq!(got, report(&["--histogram", text(&dense)]));
    let said = xray(&["--histogram", text(&sparse)]).stdout;
    assert!(said.contains("having no row: 7"), "{said}");
}

#[test]
fn centres_may_be_rounded() {
    for (bins, digits) in [
        (30, 3),
        (30, 4),
        (15, 2),
        (10, 2),
        (12, 3),
        (100, 3),
        (256, 4),
        (7, 2),
    ] {
        let centre = |j: i32| format!("{:.*}", digits, (f64::from(j) + 0.5) / f64::from(bins));
        let rows: Vec<(String, f64)> = (0..bins).map(|j| (centre(j), f64::from(j + 1))).collect();
        let all: Vec<(&str, f64)> = rows.iter().map(|(c, n)| (c.as_str(), *n)).collect();
        let got = of(&all).unwrap_or_else(|why| panic!("{bins} bins, {digits} digits: {why}"));
        let want: Vec<f64> = all.iter().map(|(_, n)| *n).collect();
        assert_eq!(got.counts, want);
    }
    // Sparse and rounded, where neighbours tell the width.
    let got = of(&[
        ("0.017", 1.0),
        ("0.050", 2.0),
        ("0.083", 3.0),
        ("0.983", 9.0),
    ])
    .expect("30 bins");
    assert_eq!((got.counts.len(), got.counts[29]), (30, 9.0));
}

#[test]
fn edges_and_values_are_told() {
    let edges: Vec<String> = (0..10).map(|j| format!("0.{j}")).collect();
    let left: Vec<(&str, f64)> = edges.iter().map(|edge| (edge.as_str(), 1.0)).collect();
    let why = of(&left).expect_err("left edges");
    assert!(
        why.contains("look like the left edges of 10 bins") && why.contains("(left + right) / 2"),
        "{why}"
    );
    let with_last = [&left[..], &[("1.0", 0.0)]].concat();
    assert!(
        of(&with_last)
            .expect_err("eleven edges")
            .contains("left edges"),
        "eleven"
    );
    let right = [&left[1..], &[("1.0", 0.0)]].concat();
    assert!(of(&right).expect_err("right edges").contains("right edges"));
    for values in [
        vec![("0.123", 1.0), ("0.456", 1.0), ("0.789", 2.0)],
        vec![
            ("0.0012", 3.0),
            ("0.0013", 1.0),
            ("0.45", 1.0),
            ("0.999", 1.0),
        ],
        vec![("0.01", 1.0), ("0.02", 1.0), ("0.03", 2.0), ("0.05", 2.0)],
    ] {
        let why = of(&values).expect_err("values");
        assert!(
            why.contains("values must be counted in bins first"),
            "{why}"
        );
    }
}

#[test]
fn the_papers_distribution_has_a_row_for_every_bin() {
    let got = read_histogram(&Input::bytes("paper", PAPER.as_bytes())).expect("it is read");
    assert_eq!((got.counts.len(), got.reading.notes.len()), (100, 0));
    let shown = numbers(&report(&["--preset", "paper"])["counts"]);
    assert_eq!(shown, got.counts);
}
