//! Files that are made to do harm: damaged, or with numbers and sizes at the ends of what there is.

use serde_json::Value;

use super::{case, groups, has, near, of, refused};
use crate::support::bomb::overlapping;
use crate::{text, write, xray};

#[test]
fn members_that_share_their_bytes_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "bomb.npz", overlapping());
    refused(&[text(&path)], &["overlap"]);
}

#[test]
fn damage_is_seen() {
    let path = case("attack/crc_bad.npz");
    refused(&[&path], &["array \"logit\"", "CRC-32 is wrong"]);
}

#[test]
fn names_of_groups_beyond_the_whole_numbers_of_floats_are_kept_apart() {
    let [one, other] = ["9007199254740992", "9007199254740993"].map(str::to_owned);
    let both = |each| vec![(one.clone(), each), (other.clone(), each)];
    assert_eq!(groups(&of("attack/i64.csv")), both(1));
    let three = [both(1), vec![("1".to_owned(), 1)]].concat();
    assert_eq!(groups(&of("attack/i64.json")), three);
    assert_eq!(groups(&of("attack/i64grp.npz")), both(500));
}

/// Asserts that nothing infinite is written, in text or JSON, and returns the JSON.
fn is_finite(name: &str) -> Value {
    let ran = xray(&[&case(name)]);
    for word in ["inf", "NaN", "∞"] {
        assert!(!ran.stdout.contains(&format!(" {word}")), "{}", ran.stdout);
    }
    let got = of(name);
    let losses = got["losses"].as_object().expect("losses");
    for (loss, of) in losses {
        assert!(of["mean"].is_f64(), "{loss}: {of}");
    }
    got
}

#[test]
fn sums_that_overflow_are_left_out_and_the_rest_is_right() {
    let got = is_finite("attack/huge.csv");
    has(&got, [4, 0, 0]);
    let why = got["left_out"]["ce"].as_str().unwrap_or_default();
    assert!(why.contains("larger than a float64"), "{got}");
    near(&got["losses"]["focal"]["mean"], 2.5e307);
    near(&got["losses"]["ohem"]["mean"], 2.5e307);
    let got = is_finite("attack/pred_inf.csv");
    near(&got["metrics"]["root_mean_square_error"], 1e200);
    near(&got["metrics"]["mean_absolute_error"], 1e200);
    near(&got["losses"]["ghm-r"]["mean"], 1e200);
    has(&is_finite("attack/pred_huge.csv"), [3, 0, 0]);
}

#[test]
fn differences_that_overflow_give_no_wrong_root_mean_square() {
    let got = is_finite("attack/pred_huge.csv");
    let root = &got["metrics"]["root_mean_square_error"];
    if !root.is_null() {
        near(root, 1e308 * (8.0_f64 / 3.0).sqrt());
    }
}
