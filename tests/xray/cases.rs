//! Files as people have them, each of which once came out wrong, with its right outcome. Where two
//! outcomes are right (read as meant, or refused with the cause and the cure), the test says which it is.

mod hostile;

use std::path::Path;

use serde_json::Value;

use crate::{numbers, reading, report, text, write, xray};

/// The path of a file under `cases/`.
fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xray/cases");
    text(&path.join(name)).to_owned()
}

fn of(name: &str) -> Value {
    report(&[&case(name)])
}

/// Asserts that a file is refused with a sentence that has all these parts.
fn refused(arguments: &[&str], parts: &[&str]) {
    xray(arguments).is_refused(&arguments.join(" "), parts);
}

fn near(got: &Value, want: f64) {
    let got = got.as_f64().unwrap_or(f64::NAN);
    assert!(
        (got - want).abs() < 1e-6 * want.abs().max(1.0),
        "{got:e} is not {want:e}"
    );
}

/// Asserts the numbers of examples read, ignored and skipped.
fn has(report: &Value, [examples, ignored, skipped]: [u64; 3]) {
    near(&report["examples"], examples as f64);
    near(&report["ignored"], ignored as f64);
    near(&report["skipped"], skipped as f64);
}

fn cross_entropy(report: &Value, want: f64) {
    near(&report["losses"]["ce"]["mean"], want);
}

fn average_precision(report: &Value, want: f64) {
    near(&report["metrics"]["average_precision"]["value"], want);
}

/// The mean of ln(1 + exp(-z)), z being the logit, with its sign changed for a negative.
fn by_margins(margins: &[f64]) -> f64 {
    let sum: f64 = margins.iter().map(|z| (-z).exp().ln_1p()).sum();
    sum / margins.len() as f64
}

/// The six rows that many of the files hold.
fn are_the_six(report: &Value) {
    has(report, [6, 0, 0]);
    average_precision(report, 1.0);
    cross_entropy(report, by_margins(&[1.5, 2.0, -0.3, 2.2, 1.0, 0.7]));
}

/// The first two of them.
fn are_the_two(report: &Value) {
    has(report, [2, 0, 0]);
    cross_entropy(report, by_margins(&[1.5, 2.0]));
}

fn groups(report: &Value) -> Vec<(String, u64)> {
    let groups = report["by_group"].as_array().expect("groups");
    let group = |of: &Value| {
        let name = of["name"].as_str().expect("a name").to_owned();
        (name, of["examples"].as_u64().expect("a count"))
    };
    groups.iter().map(group).collect()
}

#[test]
fn c01_a_calibrated_model_has_no_calibration_error() {
    near(
        &of("C01/knn5.csv")["metrics"]["expected_calibration_error"],
        0.0,
    );
}

#[test]
fn c02_a_quote_that_never_closes_swallows_no_rows() {
    has(&of("C02/preds.tsv"), [301, 0, 0]);
}

#[test]
fn c03_bins_without_a_row_are_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let mean = |content: &str| {
        let path = write(&folder, "h.csv", format!("gradient_norm,count\n{content}"));
        let got = report(&["--histogram", text(&path)]);
        got["losses"]["ghm-c"]["mean"].clone()
    };
    let sparse = report(&["--histogram", &case("C03/h.csv")]);
    near(&sparse["examples"], 190.0);
    let counts = [100.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0];
    assert_eq!(numbers(&sparse["counts"]), counts);
    let full: String = (0..10)
        .map(|bin| format!("0.{bin}5,{}\n", counts[bin]))
        .collect();
    // GHM-C gives each hit bin an equal share.
    let loss = |g: f64| -(1.0 - g).ln();
    let want = (loss(0.05) + loss(0.15) + loss(0.95)) / 3.0;
    near(&sparse["losses"]["ghm-c"]["mean"], want);
    near(&mean(&full), want);
    // The mean that was given with the case is that of the first and the last bin only.
    near(&mean("0.05,100\n0.15,0\n0.95,40\n"), 1.523_512_783_970_77);
}

#[test]
fn c07_columns_without_names_are_asked_about() {
    let path = case("C07/preds.npy");
    refused(&[&path], &["--map 'column 0=p' --map 'column 1=label'"]);
    for names in [
        &["--columns", "p,label"][..],
        &["--map", "column 0=p", "--map", "column 1=label"],
    ] {
        let got = report(&[&[path.as_str()], names].concat());
        cross_entropy(&got, 0.423_942_732_364_926_9);
        near(&got["metrics"]["accuracy"], 0.833_333_333_333_333_4);
    }
    let path = case("C07c/preds.npy");
    refused(&[&path], &["--map 'column 0=p_0'", "'column 3=label'"]);
    let got = report(&[&path, "--columns", "p_0,p_1,p_2,label"]);
    cross_entropy(&got, 1.730_367_276_295_406_5);
}

#[test]
fn c08_of_equal_classes_the_first_is_chosen() {
    let got = of("C08/a.csv");
    near(&got["metrics"]["accuracy"], 0.7);
    let want = (1.0_f64 / 3.0 - 0.7).abs();
    near(&got["metrics"]["expected_calibration_error"], want);
}

#[test]
fn c09_one_half_is_negative_and_it_is_said() {
    let got = of("C09/a.csv");
    near(&got["metrics"]["accuracy"], 0.99);
    assert_eq!(got["metrics"]["decided_by"]["accuracy"], "logit > 0");
    let ran = xray(&[&case("C09/a.csv")]);
    assert!(
        ran.stdout.contains("positive where logit > 0"),
        "{}",
        ran.stdout
    );
}

#[test]
fn c11_quotes_after_backslashes_swallow_no_rows() {
    let got = of("C11/part-00000.csv");
    has(&got, [4, 0, 0]);
    near(&got["metrics"]["accuracy"], 1.0);
}

#[test]
fn c18_rows_that_are_ignored_may_hold_anything() {
    for name in ["C18/minus1.csv", "C18/nan.csv"] {
        let got = of(name);
        has(&got, [2, 1, 0]);
        average_precision(&got, 1.0);
        cross_entropy(&got, by_margins(&[1.5, 2.0]));
    }
    let got = of("C18/c255.csv");
    has(&got, [2, 1, 0]);
    cross_entropy(&got, by_margins(&[-0.5, 2.0]));
}

#[test]
fn c20_json_with_a_byte_order_mark_is_read() {
    are_the_two(&of("C20/a.json"));
}

#[test]
fn c21_arrays_that_nobody_needs_are_ignored() {
    for name in ["scalar", "names", "features", "meta"] {
        are_the_six(&of(&format!("C21/{name}.npz")));
    }
}

#[test]
fn c22_keys_that_nobody_needs_are_ignored_and_matrices_read() {
    for name in ["meta", "null", "column"] {
        are_the_two(&of(&format!("C22/{name}.json")));
    }
    let got = of("C22/matrix.json");
    has(&got, [3, 0, 0]);
    assert_eq!(got["classes"], 3);
    near(&got["metrics"]["accuracy"], 2.0 / 3.0);
}

#[test]
fn c23_json_of_data_frames_is_read() {
    for name in ["columns.json", "records.json", "lines.jsonl", "split.json"] {
        let got = of(&format!("C23/{name}"));
        has(&got, [4, 0, 0]);
        average_precision(&got, 1.0);
        cross_entropy(&got, by_margins(&[1.5, 2.0, -0.3, 2.2]));
    }
}

#[test]
fn c24_numbers_of_json_that_are_not_finite_can_be_skipped() {
    for (name, value) in [("C24/nan.json", "NaN"), ("C24/inf.json", "-inf")] {
        let why = format!("index 1: {value} is not a finite number");
        refused(&[&case(name)], &[&why]);
        let got = report(&[&case(name), "--skip-bad-rows"]);
        has(&got, [2, 0, 1]);
        cross_entropy(&got, by_margins(&[1.5, 2.0]));
    }
}

#[test]
fn c25_probabilities_beside_the_ends_by_a_rounding_are_taken_as_the_ends() {
    let got = of("C25/a.csv");
    has(&got, [4, 0, 0]);
    cross_entropy(&got, -(0.8_f64.ln() + 0.7_f64.ln()) / 4.0);
    let got = of("C25/f32.csv");
    has(&got, [2, 0, 0]);
    cross_entropy(&got, -0.8_f64.ln() / 2.0);
}

#[test]
fn c27_headers_in_comments_and_comments_above_headers_are_read() {
    are_the_six(&of("C27/savetxt.csv"));
    are_the_two(&of("C27/comment.csv"));
}

#[test]
fn c30_text_of_spreadsheets_is_read() {
    for name in ["de", "utf16", "excel"] {
        are_the_two(&of(&format!("C30/{name}.csv")));
    }
}

#[test]
fn c31_other_archives_are_named_for_what_they_are() {
    for (name, parts) in [
        ("C31/preds.xlsx", ["an Excel workbook", "save as CSV"]),
        ("C31/model.pt", ["a file of PyTorch", "np.savez"]),
        (
            "C31/preds.zip",
            ["a zip archive without NPY arrays", "unpack"],
        ),
    ] {
        refused(&[&case(name)], &parts);
    }
}

#[test]
fn c32_brotli_and_decimals_of_parquet_are_read() {
    has(&of("C32/brotli.parquet"), [50, 0, 0]);
    has(&of("C32/spark.parquet"), [50, 0, 0]);
    let got = of("C32/duckdb.parquet");
    has(&got, [3, 0, 0]);
    cross_entropy(&got, (2.0_f64.ln() - 0.9_f64.ln() - 0.8_f64.ln()) / 3.0);
}

#[test]
fn c33_padding_of_structured_arrays_is_no_column() {
    are_the_six(&of("C33/view.npy"));
    are_the_six(&of("C33/aligned.npy"));
}

#[test]
fn c34_rows_as_vectors_and_one_hot_labels_are_read() {
    are_the_six(&report(&[&case("C34/logit.npy"), &case("C34/label.npy")]));
    let one_hot = ["C34/onehot/p.npy", "C34/onehot/label.npy"].map(case);
    are_the_six(&report(&one_hot.each_ref().map(String::as_str)));
}

#[test]
fn c35_minus_infinity_is_the_logit_of_a_class_that_cannot_be() {
    for name in ["C35/logproba.csv", "C35/same.csv"] {
        let got = of(name);
        has(&got, [2, 0, 0]);
        cross_entropy(&got, 2.0_f64.ln() / 2.0);
    }
}

#[test]
fn c37_mini_batches_and_groups_together_give_the_shares_of_each_group() {
    let (rows, of_groups) = (6_000_u32, 500_usize);
    let mut content = "logit,label,batch,group\n".to_owned();
    let mut norms = vec![0.0_f64; of_groups];
    for row in 0..rows {
        let mixed = row.wrapping_mul(2_654_435_761) >> 8;
        let logit = f64::from(mixed % 4001) / 1000.0 - 2.0;
        let (label, group) = (mixed % 10 == 0, (mixed / 10) as usize % of_groups);
        norms[group] += (1.0 / (1.0 + (-logit).exp()) - f64::from(u8::from(label))).abs();
        content += &format!("{logit},{},{},{group}\n", u8::from(label), row / 5);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let got = report(&[text(&write(&folder, "m.csv", content))]);
    has(&got, [u64::from(rows), 0, 0]);
    assert_eq!(got["batches"], 1200);
    let sum: f64 = norms.iter().sum();
    let of_the_report = got["by_group"].as_array().expect("groups");
    assert_eq!(of_the_report.len(), of_groups);
    for group in of_the_report {
        let name = group["name"].as_str().expect("a name");
        let name: usize = name.parse().expect("a number");
        near(&group["share_of_gradient"], norms[name] / sum);
    }
}

#[test]
fn c38_names_that_are_nearly_right_are_read() {
    are_the_six(&report(&[&case("C38/logits.npy"), &case("C38/label.npy")]));
    are_the_two(&of("C38/upper.csv"));
    are_the_two(&report(&[
        &case("C38/nohead.csv"),
        "--columns",
        "logit,label",
    ]));
    for name in ["C38/pred_p.csv", "C38/sk.csv"] {
        cross_entropy(&of(name), -(0.9_f64.ln() + 0.8_f64.ln()) / 2.0);
    }
    // Where a logit and a probability are there, the logit is taken, and that is said.
    cross_entropy(&of("C38/logit_p.csv"), by_margins(&[2.2, 1.4]));
    let notes = reading(&[&case("C38/logit_p.csv")])["notes"].to_string();
    assert!(notes.contains("is taken, not"), "{notes}");
    // Names that contradict the header are refused, with the cure.
    let arguments = [&case("C38/sk.csv"), "--columns", "label,p"];
    refused(&arguments, &["y_true,y_score", "--map NAME=ROLE"]);
}

#[test]
fn c39_one_bin_is_the_cross_entropy_where_help_says_so() {
    let want = by_margins(&[1.0, -2.0, 1.0, 0.5, -0.2]);
    let got = report(&[&case("C39/a.csv"), "--bins", "1", "--momentum", "0"]);
    cross_entropy(&got, want);
    near(&got["losses"]["ghm-c"]["mean"], want);
    let help = xray(&["--help"]).stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = "With momentum 0 (or mini-batches of equal size and the convention corrected or per-bin) 1 makes";
    assert!(help.contains(says), "{help}");
}

#[test]
fn c40_centres_may_be_rounded_and_edges_are_named() {
    let got = report(&["--histogram", &case("C40/h3.csv")]);
    assert_eq!(got["bins"], 30);
    near(&got["examples"], 465.0);
    refused(&["--histogram", &case("C40/edges.csv")], &["left edges"]);
}

#[test]
fn c41_names_of_groups_are_trimmed_and_kept_apart() {
    assert_eq!(groups(&of("C41/a.csv")), [("a".into(), 2), ("b".into(), 1)]);
    let got = groups(&of("C41/latin1.csv"));
    assert_eq!(got, [("Müller".into(), 1), ("Möller".into(), 1)]);
}

#[test]
fn c42_labels_of_one_meaning_are_read() {
    are_the_two(&of("C42/pm1.csv"));
    are_the_two(&of("C42/tf.csv"));
    // Classes counted from one.
    let got = of("C42/one.csv");
    cross_entropy(&got, -(0.5_f64.ln() + 0.6_f64.ln()) / 2.0);
    let map = ["--map=p_0=p_cat", "--map=p_1=p_bird", "--map=p_2=p_dog"];
    let got = report(&[&[case("C42/names.csv").as_str()][..], &map].concat());
    cross_entropy(&got, -(0.5_f64.ln() + 0.6_f64.ln()) / 2.0);
}

#[test]
fn c42_names_of_classes_are_refused_with_the_cure() {
    refused(&[&case("C42/names.csv")], &["\"dog\"", "--map"]);
}

#[test]
fn c42_labels_of_an_array_of_text_are_read_or_refused_with_the_cure() {
    let labels = case("C42/str.npy");
    let arguments = [&case("C38/logits.npy"), &labels, "--map", "str=label"];
    let ran = xray(&arguments);
    if ran.code == 0 {
        are_the_six(&report(&arguments));
    } else {
        refused(&arguments, &["str.npy"]);
        let cures = ["astype", "np.", "--map"];
        assert!(
            cures.iter().any(|cure| ran.stderr.contains(cure)),
            "{}",
            ran.stderr
        );
    }
}
