//! What choosers of files offer.

use std::collections::BTreeSet;

use ghm_lab::data::predictions::ENDINGS;

#[test]
fn the_page_offers_what_the_window_offers() {
    let script = include_str!("../../web/boot.js");
    let (_, rest) = script.split_once("input.accept = \"").expect("a chooser");
    let (accept, _) = rest.split_once('"').expect("a list");
    let page: Vec<&str> = accept.split(',').map(|of| &of[1..]).collect();
    assert!(accept.split(',').all(|of| of.starts_with('.')), "{accept}");
    assert_eq!(page, ENDINGS);
}

#[test]
fn every_ending_of_the_files_of_these_tests_is_offered() {
    let offered: BTreeSet<&str> = ENDINGS.into();
    for name in [
        "csv",
        "tsv",
        "txt",
        "json",
        "jsonl",
        "ndjson",
        "npy",
        "npz",
        "parquet",
        "arrow",
        "feather",
        "ipc",
        "safetensors",
        "gz",
        "zst",
    ] {
        assert!(offered.contains(name), "{name}");
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/xray/files");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let ending = path
            .extension()
            .and_then(|of| of.to_str())
            .unwrap_or_default();
        // What made them is no file of predictions.
        assert!(
            offered.contains(ending) || ending == "py",
            "{}",
            path.display()
        );
    }
}
