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

#[test]
fn splits_are_tables_whatever_else_they_hold() {
    // Lists as short as classes: a table of two examples, or one example with a one-hot label.
    for more in [["\"name\": \"x\", ", ""], ["", ", \"accuracy\": 0.5"]] {
        let split = |p: f64| {
            let [before, behind] = more;
            format!(
                "{{{before}\"p\": [{p}, {}], \"label\": [1, 0]{behind}}}",
                1.0 - p
            )
        };
        let [train, test] = [0.25, 0.75].map(split);
        let content = format!("{{\"train\": {train}, \"test\": {test}}}");
        let cures = [
            "\"train\"",
            "d[\"train\"]",
            "takes the table",
            "list(d.values())",
        ];
        refused(&content, &cures);
        // As the cure has it.
        assert_eq!(run("a.json", format!("[{train}, {test}]"), &[]).code, 0);
        let plain = "\"p\": [0.25, 0.75], \"label\": [1, 0]";
        let other = format!("{{\"train\": {{{plain}}}, \"test\": {test}}}");
        refused(&other, &["\"test\"", "a table of its own"]);
    }
    // "valid" is a mask, and the name of a split.
    let split = "{\"logit\": [1.5, -2, 3], \"label\": [1, 0, 0]}";
    refused(
        &format!("{{\"train\": {split}, \"valid\": {split}}}"),
        &["\"train\" and \"valid\" are tables of their own"],
    );
    let mask = "{\"logit\": {\"a\": 1, \"b\": 2}, \"label\": {\"a\": 1, \"b\": 0}, \"valid\": {\"a\": 1, \"b\": 0}}";
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "mask.json", mask);
    assert_eq!(reading(&[text(&path)])["ignored"], 1);
}
