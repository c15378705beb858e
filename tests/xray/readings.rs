//! What is read as what: names and values that people have, questions where a file has two readings, and
//! what is said of it.

use ghm_lab::data::predictions::{Input, Next, Options, Outputs, Predictions, Refusal, Rows};
use ghm_lab::ghm::Task;

use crate::named::{Case, all_are_read};
use crate::{per_example, read_all, reading, report, text, write, xray};

/// All rows of a file.
fn read(name: &str, bytes: &[u8], options: Options) -> Result<(Predictions, Rows), Refusal> {
    read_all(vec![Input::bytes(name, bytes)], options, 1 << 14)
}

#[test]
fn names_and_values_that_people_have_are_read() {
    let tried = all_are_read(|case| {
        let Case { label, name, .. } = case;
        let cells = case.labels();
        let rows: String = (case.values.iter().zip(cells))
            .map(|(value, cell)| format!("a,{value},{cell}\n"))
            .collect();
        let csv = format!("split,{name},{label}\n{rows}");
        let quoted = cells.map(|text| match text.parse::<f64>() {
            Ok(_) => text.to_owned(),
            Err(_) => format!("\"{text}\""),
        });
        let json = format!(
            "{{\"{name}\": {:?}, \"id\": [1, 2, 3, 4], \"{label}\": [{}]}}",
            case.values,
            quoted.join(",")
        );
        [("a.csv", csv), ("a.json", json)]
            .map(|(file, content)| {
                let said = format!("{file} {content}");
                (said, vec![Input::bytes(file, content.into_bytes())])
            })
            .to_vec()
    });
    assert!(tried >= 200, "{tried}");
}

#[test]
fn classes_stand_behind_every_name() {
    let p = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]];
    let names = [
        "p_{}",
        "p{}",
        "prob_{}",
        "Proba-{}",
        "y_prob_{}",
        "score_{}",
        "logit_{}",
        "logits_epoch_3_{}",
    ];
    for name in names {
        let logits = name.starts_with("logit");
        let by_number = |from: usize| (from..from + 3).map(|k| name.replace("{}", &k.to_string()));
        let by_name = ["cat", "dog", "wild cat"]
            .map(|class| name.replace("{}", class))
            .to_vec();
        let mut cases = vec![
            (by_number(0).collect(), ["0", "2"]),
            (by_number(1).collect(), ["1", "3"]),
            (by_number(0).collect(), ["1", "3"]),
        ];
        if !name.starts_with("p{") {
            cases.push((by_name, ["cat", "wild cat"]));
        }
        for (columns, labels) in cases {
            let columns: Vec<String> = columns;
            let rows = p.iter().zip(labels).map(|(row, label)| {
                let shift = f64::from(u8::from(logits));
                format!("{label},{},{},{}\n", row[0] + shift, row[1], row[2])
            });
            let csv = format!("gold,{}\n{}", columns.join(","), rows.collect::<String>());
            let got = read("a.csv", csv.as_bytes(), Options::default());
            let (predictions, rows) = got.unwrap_or_else(|why| panic!("{csv}: {why}"));
            let header = predictions.header();
            assert_eq!((header.task, header.classes), (Task::Classes, 3), "{csv}");
            assert_eq!(header.outputs == Outputs::Logits, logits, "{csv}");
            assert_eq!(rows.targets, [0.0, 2.0], "{csv}");
        }
    }
    let csv = "cat,dog,y\n0.9,0.1,cat\n0.2,0.8,dog\n";
    let options = Options {
        positive: Some("dog".to_owned()),
        ..Options::default()
    };
    let (predictions, rows) = read("a.csv", csv.as_bytes(), options).expect("readable");
    assert_eq!(predictions.header().task, Task::Classes);
    assert_eq!(rows.targets, [0.0, 1.0]);
}

#[test]
fn what_is_ignored_or_rounded_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let ce = |got: &serde_json::Value| got["losses"]["ce"]["mean"].as_f64().expect("a mean");
    for (content, ignored) in [
        ("logit,label,valid\n1.5,1,1\n3,-1,0\n-2,0,1\n", 1),
        ("logit,label,valid\n1.5,1,1\nnan,0,0\n-2,0,1\n", 1),
        ("logit,label,valid\n1.5,1,1\n,what,0\n-2,0,1\n", 1),
        ("logit,label\n1.5,1\n3,-100\n,255\n-2,0\n", 2),
        ("logit,label\n1.5,1\n-2,-1\n", 0),
        ("Logit,Label\n1.5,1\n-2,0\n", 0),
    ] {
        let path = write(&folder, "ignored.csv", content);
        let got = report(&[text(&path)]);
        assert_eq!(
            (&got["examples"], &got["ignored"]),
            (&2.0.into(), &ignored.into()),
            "{content}"
        );
        assert!((ce(&got) - 0.16417).abs() < 1e-5, "{content}");
        assert_eq!(reading(&[text(&path)])["ignored"], ignored, "{content}");
    }
    let path = write(
        &folder,
        "clamped.csv",
        "p,label\n1.0000000000000002,1\n0.2,0\n-1e-17,0\n0.7,1\n",
    );
    assert!((ce(&report(&[text(&path)])) - 0.14495).abs() < 1e-5);
    let got = reading(&[text(&path)]);
    assert_eq!((&got["clamped"], &got["certain"]), (&2.into(), &2.into()));
    let path = write(
        &folder,
        "sum.csv",
        "p_0,p_1,p_2,label\n0.33,0.33,0.33,0\n0.5,0.25,0.25,1\n",
    );
    assert_eq!(reading(&[text(&path)])["normalised"], 1);
    let expected = ((3.0_f64).ln() + (4.0_f64).ln()) / 2.0;
    assert!((ce(&report(&[text(&path)])) - expected).abs() < 1e-9);
    let path = write(
        &folder,
        "impossible.csv",
        "logit_0,logit_1,logit_2,label\n0,-inf,-inf,0\n-0.6931471805599453,-0.6931471805599453,-inf,1\n",
    );
    assert!((ce(&report(&[text(&path)])) - 0.34657).abs() < 1e-5);
    let path = write(
        &folder,
        "hot.csv",
        "p_0,p_1,p_2,y_0,y_1,y_2\n0.5,0.25,0.25,0,1,0\n0.5,0.5,0,1,0,0\n",
    );
    let expected = ((4.0_f64).ln() + (2.0_f64).ln()) / 2.0;
    assert!((ce(&report(&[text(&path)])) - expected).abs() < 1e-9);
}

#[test]
fn another_reading_that_shows_late_begins_again() {
    let mut csv = "logit,label\n".to_owned();
    csv += &"1.5,1\n".repeat(50_000);
    csv += "-2,-1\n";
    let (predictions, rows) =
        read("late.csv", csv.as_bytes(), Options::default()).expect("readable");
    assert_eq!((rows.len(), rows.targets[50_000]), (50_001, 0.0));
    assert!(
        predictions
            .reading()
            .notes
            .iter()
            .any(|note| note.contains("-1 and 1"))
    );
}

#[test]
fn groups_keep_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "x".repeat(100);
    let content = format!("logit, label, group\n1, 0, a\n2, 1,a\n-1, 0, {long}y\n-1, 0, {long}z\n");
    let names = |content: &[u8]| -> Vec<String> {
        let got = report(&[text(&write(&folder, "groups.csv", content))]);
        let groups = got["by_group"].as_array().expect("groups").clone();
        groups
            .iter()
            .map(|of| of["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(
        names(content.as_bytes()),
        ["a".to_owned(), format!("{long}y"), format!("{long}z")]
    );
    let latin = names(b"logit,label,group\n1,0,M\xfcller\n2,1,M\xf6ller\n");
    assert_eq!(latin.len(), 2);
    assert_ne!(latin[0], latin[1]);
    assert_eq!(
        names(b"logit,label,group\n1,0,9007199254740992\n1,1,9007199254740993\n"),
        ["9007199254740992", "9007199254740993"]
    );
    let many: String = (0..1_000_100).map(|row| format!("1,0,{row}\n")).collect();
    let path = write(&folder, "many.csv", format!("logit,label,group\n{many}"));
    let why = xray(&[text(&path)]).stderr;
    assert!(why.contains("line 1000002, column \"group\""), "{why}");
    let many: String = (0..20_000)
        .map(|row| format!("1,0,{row}{}\n", "g".repeat(4000)))
        .collect();
    let path = write(&folder, "long.csv", format!("logit,label,group\n{many}"));
    let why = xray(&[text(&path)]).stderr;
    assert!(why.contains("longer than 67108864 bytes"), "{why}");
    let path = write(
        &folder,
        "endless.csv",
        format!("logit,label,group\n1,0,{}\n", "g".repeat(5000)),
    );
    let why = xray(&[text(&path)]).stderr;
    assert!(why.contains("longer than 4096 bytes"), "{why}");
}

#[test]
fn every_row_has_a_line_per_example() {
    let folder = tempfile::tempdir().expect("a folder");
    for batch in [
        ["", "", "", "", "", ""],
        [",batch", ",a", ",a", ",b", ",b", ",c"],
    ] {
        let content = format!(
            "logit,label,valid{}\n1,0,1{}\nx,0,1{}\n2,1,0{}\n-1,1,1{}\n1,7,1{}\n",
            batch[0], batch[1], batch[2], batch[3], batch[4], batch[5]
        );
        let path = write(&folder, "rows.csv", content);
        let lines = per_example(&[text(&path), "--skip-bad-rows"]);
        let whole: Vec<bool> = lines.iter().map(Option::is_some).collect();
        assert_eq!(whole, [true, false, false, true, false]);
    }
}

#[test]
fn a_file_that_changes_between_passes_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "grows.csv", "logit,label\n1,0\n2,1\n");
    let opened = Predictions::open(vec![Input::file(&path)], Options::default());
    let mut predictions = opened.unwrap_or_else(|why| panic!("{why}"));
    let mut rows = Rows::default();
    while predictions.read(&mut rows, 64).expect("readable") == Next::Rows {}
    std::fs::write(&path, "label,logit,more\n1,0,1\n2,1,1\n3,1,0\n").expect("writable");
    let why = predictions
        .rewind()
        .expect_err("it is another file")
        .to_string();
    assert!(
        why.contains("grows.csv: the file changed while it was read"),
        "{why}"
    );
}
