//! A distribution that was counted elsewhere, the paper's above all.

use crate::{numbers, report, text, write, xray};

#[test]
fn the_papers_distribution_gives_the_papers_figure() {
    let folder = tempfile::tempdir().expect("a folder");
    let got = report(&["--preset", "paper", "--convention=paper", "--momentum=0"]);
    let counts = numbers(&got["counts"]);
    assert_eq!(counts.len(), 100);
    assert!((counts[0].log10() - 10.1).abs() < 1e-9, "a spike at 0");
    let least = counts.iter().copied().fold(f64::MAX, f64::min);
    assert!((600.0..800.0).contains(&least), "a floor of {least}");
    let of = |loss: &str| numbers(&got["losses"][loss]["contribution"]);
    // The straight line: the mean gradient norm of every bin.
    for (j, c) in of("ghm-c").into_iter().enumerate() {
        let g = (j as f64 + 0.5) / 100.0;
        assert!((c / g - 1.0).abs() < 1e-12, "bin {j}: {c}");
    }
    // Cross-entropy falls from its spike and rises at 1; focal loss has two ends.
    let ce = of("ce");
    assert!(ce[0] > 1e3 * ce[50] && ce[99] > 10.0 * ce[50]);
    let focal = of("focal");
    assert!(focal[0] > 2.0 * focal[1] && focal[99] > 10.0 * focal[50]);
    assert!(got["left_out"]["class-balanced"].is_string());

    let figure = folder.path().join("paper.svg");
    let ran = xray(&["--preset", "paper", "--figure", text(&figure)]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let svg = std::fs::read_to_string(&figure).expect("written");
    for said in [
        "Gradient statistics",
        "Reformulated gradient norm",
        "Harmonized gradients",
        "Focal",
    ] {
        assert!(svg.contains(said), "{said}");
    }
}

#[test]
fn the_preset_is_the_file() {
    let preset = report(&["--preset", "paper"]);
    let file = report(&[
        "--histogram",
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/data/predictions/paper_gradient_norms.csv"
        ),
    ]);
    assert_eq!(preset, file);
}

#[test]
fn counts_stay_as_they_are_and_bins_must_divide_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let centres: Vec<String> = (0..20)
        .map(|j| format!("{},{}", (f64::from(j) + 0.5) / 20.0, j * j))
        .collect();
    let path = write(
        &folder,
        "h.csv",
        format!("gradient_norm,count\n{}\n", centres.join("\n")),
    );
    let whole = report(&["--histogram", text(&path)]);
    let want: Vec<f64> = (0..20).map(|j| f64::from(j * j)).collect();
    assert_eq!(numbers(&whole["counts"]), want);
    let coarse = report(&["--histogram", text(&path), "--bins=5"]);
    let want: Vec<f64> = want.chunks(4).map(|four| four.iter().sum()).collect();
    assert_eq!(numbers(&coarse["counts"]), want);
    let refused = xray(&["--histogram", text(&path), "--bins=7"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .stderr
            .contains("bins: 7 does not divide the 20 bins"),
        "{}",
        refused.stderr
    );
}

#[test]
fn what_is_no_histogram_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (content, said) in [
        (
            "gradient_norm,counts\n0.5,1\n",
            "one column \"count\" or \"log10_count\"",
        ),
        ("norm,count\n0.5,1\n", "no column \"gradient_norm\""),
        (
            "gradient_norm,count\n0.25,1\n0.5,1\n",
            "not the centres of bins of equal width",
        ),
        (
            "gradient_norm,count\n0.75,1\n0.25,1\n",
            "line 3, column \"gradient_norm\": 0.25 does not come after 0.75",
        ),
        (
            "gradient_norm,count\n1.5,1\n",
            "line 2, column \"gradient_norm\": \"1.5\" is not a number from 0 to 1",
        ),
        (
            "gradient_norm,count\n0.5,-1\n",
            "column \"count\": \"-1\" is not a number from 0 on",
        ),
        ("gradient_norm,count\n", "not the centres"),
    ] {
        let path = write(&folder, "h.csv", content);
        let ran = xray(&["--histogram", text(&path)]);
        assert_eq!(ran.code, 2, "{content}");
        assert!(ran.stderr.contains(said), "{content}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1);
    }
}
