//! JSON documents that are more than one table.

use crate::run;

#[test]
fn a_second_table_is_never_left_out_without_a_word() {
    let cases = [
        (
            "of more columns",
            r#"{"train":{"p":[0.9,0.2],"label":[1,0],"group":["a","b"]},"test":{"p":[0.1,0.8],"label":[1,0]}}"#,
            ["\"train\"", "\"test\"", "takes the first"],
        ),
        (
            "of records",
            r#"{"train":[{"p":0.9,"label":1,"group":"a"},{"p":0.2,"label":0,"group":"b"}],"test":[{"p":0.1,"label":1}]}"#,
            ["\"train\"", "\"test\"", "takes the first"],
        ),
        (
            "valid first",
            r#"{"valid":{"p":[0.9,0.2],"label":[1,0]},"test":{"p":[0.1,0.8],"label":[1,0],"group":["a","b"]}}"#,
            ["\"valid\"", "\"test\"", "takes the first"],
        ),
        (
            "records, valid first",
            r#"{"valid":[{"p":0.9,"label":1},{"p":0.2,"label":0}],"test":[{"p":0.1,"label":1,"group":"a"}]}"#,
            ["\"valid\"", "\"test\"", "takes the first"],
        ),
        (
            "a row before",
            r#"{"summary":{"p":0.5,"label":1},"data":[{"p":0.9,"label":1},{"p":0.2,"label":0},{"p":0.3,"label":0}]}"#,
            ["\"summary\"", "\"data\"", "takes the first"],
        ),
        (
            "arrays beside",
            r#"{"p":[0.9,0.2],"label":[1,0],"test":{"p":[0.1,0.8],"label":[1,0]}}"#,
            ["\"test\" is a table of its own", "\"p\"", "d.pop(\"test\")"],
        ),
        (
            "arrays beside more",
            r#"{"p":[0.9,0.2],"label":[1,0],"test":{"p":[0.1,0.8],"label":[1,0],"group":["a","b"]}}"#,
            ["\"test\" is a table of its own", "\"p\"", "d.pop(\"test\")"],
        ),
    ];
    for (case, content, parts) in cases {
        run("a.json", content, &[]).is_refused(case, &parts);
    }
}

#[test]
fn words_about_a_table_are_none() {
    for (case, content) in [
        (
            "texts",
            r#"{"p":[0.9,0.2],"label":[1,0],"about":{"score":"area","label":"fraud"}}"#,
        ),
        (
            "scalars",
            r#"{"data":[{"p":0.9,"label":1},{"p":0.2,"label":0}],"score":0.5,"label":"fraud"}"#,
        ),
        (
            "a table without labels",
            r#"{"data":{"p":[0.9,0.2],"label":[1,0]},"curve":{"score":[0.5,0.25]}}"#,
        ),
    ] {
        let ran = run("a.json", content, &[]);
        assert_eq!(ran.code, 0, "{case}: {}", ran.stderr);
    }
}

#[test]
fn rows_that_are_tables_are_told() {
    let epoch = |k: u32| format!(r#"{{"epoch":{k},"logits":[1.5,-0.5,0.25,2],"label":[1,0,0,1]}}"#);
    let parts = ["arrays of labels, as a table of its own", "takes the first"];
    let list = format!("[{},{}]", epoch(0), epoch(1));
    run("a.json", list, &[]).is_refused("a list", &[parts[0], parts[1], "[0]"]);
    let lines = format!("{}\n{}\n", epoch(0), epoch(1));
    run("a.jsonl", lines, &[]).is_refused("lines", &[parts[0], parts[1], "head -n 1"]);
    let classes = r#"[{"logits":[[1,2,3],[1,2,3]],"label":[2,1]}]"#;
    run("a.json", classes, &[]).is_refused("classes", &parts);
    // Of several classes each, as before.
    let tags = r#"[{"p":[0.5,0.25,0.75],"label":[1,0,1]},{"p":[0.5,0.25,0.75],"label":[0,0,1]}]"#;
    run("a.json", tags, &[]).is_refused("tags", &["read one class at a time"]);
}

#[test]
fn columns_by_splits_are_told() {
    for content in [
        r#"{"p":{"train":[0.9,0.2,0.5],"test":[0.1,0.8]},"label":{"train":[1,0,1],"test":[1,0]}}"#,
        r#"{"logit":{"train":[0.9,0.2],"test":[0.1,0.8]},"label":{"train":[2,0],"test":[1,0]}}"#,
    ] {
        let parts = ["\"label\" has arrays of labels", "takes the first"];
        run("a.json", content, &[]).is_refused(content, &parts);
    }
    let lengths = r#"{"p":[0.9,0.2,0.5],"label":[1,0]}"#;
    let parts = ["has 3 elements", "=ignore", "a file for each"];
    run("a.json", lengths, &[]).is_refused("lengths", &parts);
}
