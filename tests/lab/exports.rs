//! Names from somebody else's link in files for spreadsheets.

use ghm_lab::lab::{ArmCommand, bins_csv, csv_text, curves_csv};

use super::after;
use super::support::runs::small_config;

#[test]
fn a_text_is_no_formula() {
    for (text, field) in [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\"'\t=1\""),
        ("\r=1", "\"'\r=1\""),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
        ("a;=1", "\"a;=1\""),
        ("strong", "strong"),
        ("γ = 4", "γ = 4"),
        ("a-b", "a-b"),
        ("", ""),
    ] {
        assert_eq!(csv_text(text), field);
    }
}

#[test]
fn names_of_arms_are_no_formulas_and_numbers_stay() {
    let mut lab = after(&small_config(), 3);
    let evil = "=HYPERLINK(1;2)";
    lab.arm(ArmCommand::Rename(0, evil.to_owned()));
    let arms = lab.arms().iter().map(|arm| (arm.name(), arm.present()));
    for csv in [bins_csv(arms), curves_csv(&lab)] {
        assert!(csv.contains("\"'=HYPERLINK(1;2)\","), "{csv}");
        for line in csv.lines().skip(1) {
            let (name, rest) = line.split_at(evil.len() + 3);
            assert!(name.ends_with('"'), "{line}");
            assert!(!rest.contains('\''), "{line}");
        }
    }
}
