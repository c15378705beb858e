//! JSON documents with tables in them.

use crate::{reading, report, run, text, write};

fn refused(content: &str, words: &[&str]) {
    run("a.json", content, &[]).is_refused(content, words);
}

#[test]
fn of_two_tables_none_is_taken() {
    let rows = "[{\"label\": 1, \"logit\": 1.5}, {\"label\": 0, \"logit\": -2}]";
    let arrays = "{\"label\": [1, 0], \"logit\": [1.5, -2]}";
    for [train, val] in [[rows, rows], [arrays, arrays], [rows, arrays]] {
        refused(
            &format!("{{\"train\": {train}, \"val\": {val}}}"),
            &["\"train\"", "\"val\"", "tables", "json.dump"],
        );
    }
}

#[test]
fn a_table_under_a_name_is_that_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = write(
        &folder,
        "plain.json",
        "{\"label\": [0, 1], \"logit\": [1.5, -2]}",
    );
    for content in [
        "{\"results\": {\"label\": [0, 1], \"logit\": [1.5, -2]}}",
        "{\"results\": {\"logit\": [1.5, -2], \"label\": [0, 1]}, \"model\": \"m\", \"seed\": 7}",
        "{\"results\": [{\"label\": 0, \"logit\": 1.5}, {\"label\": 1, \"logit\": -2}], \"seed\": 7}",
    ] {
        let path = write(&folder, "a.json", content);
        assert_eq!(
            report(&[text(&path)])["losses"],
            report(&[text(&plain)])["losses"],
            "{content}"
        );
    }
    let matrix = write(
        &folder,
        "m.json",
        "{\"out\": {\"logits\": [[1, 2], [3, 4], [0, 1]], \"label\": [0, 1, 1]}}",
    );
    assert_eq!(report(&[text(&matrix)])["examples"], 3.0);
    // Rows under a name each are rows still.
    let rows = write(
        &folder,
        "rows.json",
        "{\"a\": {\"logits\": [1, 2, 0.5], \"label\": 0}, \"b\": {\"logits\": [3, 4, 1], \"label\": 1}}",
    );
    assert_eq!(report(&[text(&rows)])["examples"], 2.0);
}

#[test]
fn numbers_in_quotes_are_read_as_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = "[{\"p\": \"0.93\", \"label\": \"1\"}, {\"p\": \"0.25\", \"label\": \"0\"}]";
    let path = write(&folder, "a.json", content);
    let plain = write(
        &folder,
        "b.json",
        content
            .replace('"', "")
            .replace("p:", "\"p\":")
            .replace("label:", "\"label\":"),
    );
    assert_eq!(
        report(&[text(&path)])["losses"],
        report(&[text(&plain)])["losses"]
    );
    assert!(
        reading(&[text(&path)])["notes"]
            .to_string()
            .contains("quotes")
    );
    refused(&content.replace("0.25", "low"), &["\"low\"", "record 1"]);
}
