//! Files that are made to do harm: damaged, or with numbers and sizes at the ends of what there is.

use std::io::{Cursor, Write};

use serde_json::Value;

use super::{case, groups, has, near, of, refused};
use crate::{text, write, xray};

#[test]
fn members_that_share_their_bytes_are_refused() {
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (4, 1048576), }";
    let mut array = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    array.extend(format!("{header:<117}\n").bytes());
    array.resize(array.len() + (32 << 20), 0);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("x00.npy", options).expect("memory");
    archive.write_all(&array).expect("memory");
    let archive = archive.finish().expect("memory").into_inner();
    // The listing is written forty times, with other names.
    let find = |what: &[u8]| archive.windows(4).rposition(|bytes| bytes == what);
    let listing = find(b"PK\x01\x02").expect("a listing");
    let end = find(b"PK\x05\x06").expect("an end");
    let mut bomb = archive[..listing].to_vec();
    for member in 0..40 {
        let mut entry = archive[listing..end].to_vec();
        entry[46..53].copy_from_slice(format!("x{member:02}.npy").as_bytes());
        bomb.extend(entry);
    }
    let size = (bomb.len() - listing) as u32;
    let mut last = archive[end..].to_vec();
    last[8..12].copy_from_slice(&[40, 0, 40, 0]);
    last[12..16].copy_from_slice(&size.to_le_bytes());
    bomb.extend(last);
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "bomb.npz", bomb);
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
