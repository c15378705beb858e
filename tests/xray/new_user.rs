//! What a new user brought and was refused, or was told no way out of: numbers against a reading written out plainly,
//! and cures that work when they are pasted.

use std::path::Path;

use ghm_lab::data::predictions::{Input, Options, Predictions, RoleName, Rows};

use super::{Ran, read_all, reading, run, text, write, xray};

fn with(maps: &[(&str, RoleName)]) -> Options {
    let maps = maps.iter().cloned();
    Options {
        maps: maps.map(|(name, role)| (name.to_owned(), role)).collect(),
        ..Options::default()
    }
}

#[track_caller]
fn rows_of(name: &str, content: impl AsRef<[u8]>, options: Options) -> (Predictions, Rows) {
    let input = Input::bytes(name, content.as_ref());
    read_all(vec![input], options, 24).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// Probabilities of forty rows, and labels.
fn forty() -> Vec<(f64, usize)> {
    let p = |k: usize| ((k as f64 * 0.37).fract() * 980.0).round() / 1000.0 + 0.01;
    (0..40).map(|k| (p(k), k % 3 / 2)).collect()
}

fn csv(header: &str, row: impl Fn(usize, f64, usize) -> String) -> String {
    let rows = forty().into_iter().enumerate();
    let rows = rows.map(|(k, (p, label))| row(k, p, label) + "\n");
    format!("{header}\n{}", rows.collect::<String>())
}

/// Whether rows hold the forty.
#[track_caller]
fn are_the_forty(rows: &Rows) {
    let (p, labels): (Vec<f64>, Vec<f64>) =
        forty().into_iter().map(|(p, of)| (p, of as f64)).unzip();
    assert_eq!((&rows.outputs, &rows.targets), (&p, &labels));
}

/// Runs each printed command on the file; returns how many there are.
#[track_caller]
fn answers(name: &str, content: impl AsRef<[u8]>) -> (Ran, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, name, content);
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    let lines = ran.stderr.lines().map(str::trim);
    let lines = lines.filter_map(|line| line.strip_prefix("ghm-lab xray "));
    let flags: Vec<String> = lines
        .map(|line| {
            line.split_once(" --")
                .map_or(String::new(), |(_, of)| format!("--{of}"))
        })
        .collect();
    for flags in &flags {
        let words: Vec<&str> = flags.split(' ').collect();
        let again = xray(&[&[text(&path)], words.as_slice()].concat());
        assert_eq!(again.code, 0, "{flags}: {}", again.stderr);
    }
    (ran, flags)
}

#[test]
fn views_of_texts_before_numbers_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xray/files");
    let bytes = |name: &str| std::fs::read(folder.join(name)).expect("it is there");
    for name in ["pyarrow-views-first.arrow", "pyarrow-views-first.arrows"] {
        let options = Options {
            positive: Some("yes".to_owned()),
            ..Options::default()
        };
        let (predictions, rows) = rows_of(name, bytes(name), options);
        let logits = (0..40).map(|i| f64::from((i * 11) % 29 - 14) / 16.0);
        assert_eq!(rows.outputs, logits.collect::<Vec<f64>>(), "{name}");
        let labels = (0..40).map(|i| f64::from(u8::from(i % 3 == 0)));
        assert_eq!(rows.targets, labels.collect::<Vec<f64>>(), "{name}");
        for (i, &group) in rows.group.iter().enumerate() {
            let expected = match i {
                8 => String::new(),
                i if i % 2 == 1 => format!("group of a longer name {}", i % 4),
                i => format!("g{}", i % 4),
            };
            assert_eq!(predictions.groups()[group as usize], expected, "{name}");
        }
    }
    let name = "pyarrow-views-lists.feather";
    let (_, rows) = rows_of(name, bytes(name), Options::default());
    let p = (0..40).flat_map(|i| {
        let [a, b] = [1 + i % 7, 1 + i % 5].map(f64::from);
        [a / 16.0, b / 16.0, (16.0 - a - b) / 16.0]
    });
    assert_eq!(rows.outputs, p.collect::<Vec<f64>>());
    // In alphabetical order: "b", "c", "first class, spelled out".
    let classes = (0..40).map(|i| [2.0, 0.0, 1.0][i % 3]);
    assert_eq!(rows.targets, classes.collect::<Vec<f64>>());
}

#[test]
fn damaged_views_are_sentences() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xray/files");
    let all = std::fs::read(folder.join("pyarrow-views-first.arrow")).expect("it is there");
    for at in (0..all.len()).step_by(3) {
        let mut bytes = all.clone();
        bytes[at] ^= 0xff;
        let input = Input::bytes("a.arrow", bytes);
        // Texts may be others: no checksum says so.
        if let Err(why) = read_all(vec![input], Options::default(), 24) {
            assert!(!why.to_string().is_empty());
        }
    }
}

#[test]
fn a_label_that_is_no_number_is_not_offered_as_a_label() {
    let content = csv("p,label", |k, p, label| match k {
        7 => format!("{p},NaN"),
        _ => format!("{p},{label}"),
    });
    let ran = run("a.csv", content, &[]);
    ran.is_refused("NaN", &["line 9", "--skip-bad-rows"]);
    assert!(!ran.stderr.contains("--ignore-label"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--positive"), "{}", ran.stderr);
}

#[test]
fn soft_labels_are_told_what_is_needed() {
    let content = csv("p,label", |_, p, _| format!("{p},{}", 1.0 - p));
    let ran = run("a.csv", &content, &["--map", "label=label"]);
    ran.is_refused("soft", &["a fraction", "--map label=target --map p=pred"]);
    for wrong in ["--ignore-label", "--positive", "--skip-bad-rows"] {
        assert!(!ran.stderr.contains(wrong), "{}", ran.stderr);
    }
    let maps = with(&[("label", RoleName::Target), ("p", RoleName::Pred)]);
    let (_, rows) = rows_of("a.csv", &content, maps);
    let expected: Vec<f64> = forty().iter().map(|(p, _)| 1.0 - p).collect();
    assert_eq!(rows.targets, expected);
}

#[test]
fn faults_of_a_whole_file_are_no_faults_of_rows() {
    let batches = csv("p,label,batch", |k, p, label| {
        format!("{p},{label},{}", k % 4)
    });
    let three = csv("p,label", |k, p, _| format!("{p},{}", k % 3));
    let several = csv("p_0,p_1,p_2,label", |k, p, _| {
        format!("{p},{},{},{}", 1.0 - p / 2.0, p / 3.0, k % 3)
    });
    let cases = [
        (
            &batches,
            "mini-batch \"0\" comes back",
            "--map batch=group, or --map batch=ignore",
        ),
        (&three, "labels are of more", "p_0, p_1"),
        (&several, "sum of the row's probabilities", "multi-label"),
    ];
    for (content, what, cure) in cases {
        let ran = run("a.csv", content, &[]);
        ran.is_refused(what, &[what, cure]);
        assert!(!ran.stderr.contains("--skip-bad-rows"), "{}", ran.stderr);
    }
    for role in [RoleName::Group, RoleName::Ignore] {
        are_the_forty(&rows_of("a.csv", &batches, with(&[("batch", role)])).1);
    }
}

#[test]
fn a_column_that_may_be_a_mask_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let notes = |name: &str, cell: fn(usize) -> String| {
        let content = csv(&format!("p,label,{name}"), |k, p, label| {
            format!("{p},{label},{}", cell(k))
        });
        let path = write(&folder, "mask.csv", &content);
        let got = reading(&[text(&path)]);
        assert_eq!(got["ignored"], 0, "{name}");
        assert_eq!(got["not_read"][0], name);
        (content, got["notes"].to_string())
    };
    let bit: fn(usize) -> String = |k| usize::from(k % 5 > 0).to_string();
    for name in [
        "padding_mask",
        "attention_mask",
        "label_weight",
        "sample_weight",
        "is_valid",
    ] {
        let (content, notes) = notes(name, bit);
        let cure = format!("--map {name}=valid");
        assert!(notes.contains(&cure), "{name}: {notes}");
        let (_, rows) = rows_of("a.csv", content, with(&[(name, RoleName::Valid)]));
        let expected: Vec<bool> = (0..40).map(|k| k % 5 > 0).collect();
        assert_eq!(rows.valid, expected, "{name}");
    }
    for name in ["ignore", "ignored", "is_invalid"] {
        let (_, notes) = notes(name, bit);
        assert!(notes.contains("its opposite is a mask"), "{name}: {notes}");
        assert!(!notes.contains("=valid reads"), "{name}: {notes}");
    }
    let (_, weights) = notes("sample_weight", |k| format!("0.{}", 1 + k % 5));
    assert!(weights.contains("weights of examples"), "{weights}");
    let (_, other) = notes("valid_loss", |k| format!("0.{}", 1 + k % 5));
    assert_eq!(other, "[]");
}

#[test]
fn a_mask_of_words_is_read() {
    for [no, yes] in [
        ["no", "yes"],
        ["f", "t"],
        ["N", "Y"],
        ["False", "True"],
        ["0", "1"],
    ] {
        let content = csv("label,p,valid", |k, p, label| {
            format!("{label},{p},{}", if k % 4 == 0 { no } else { yes })
        });
        let (_, rows) = rows_of("a.csv", &content, Options::default());
        let expected: Vec<bool> = (0..40).map(|k| k % 4 > 0).collect();
        assert_eq!(rows.valid, expected, "{yes}");
        let odd = content.replacen(&format!(",{yes}\n"), ",maybe\n", 1);
        run("a.csv", odd, &[]).is_refused(yes, &["line 3", "valid"]);
    }
}

/// JSON Lines.
fn lines(row: impl Fn(usize, f64, usize) -> String) -> String {
    let rows = forty().into_iter().enumerate();
    rows.map(|(k, (p, label))| row(k, p, label) + "\n")
        .collect()
}

#[test]
fn vectors_of_spark_are_lists() {
    let content = lines(|_, p, label| {
        let q = 1.0 - p;
        let vector = format!(r#"{{"type":1,"values":[{q},{p}]}}"#);
        format!(r#"{{"label":{label},"probability":{vector},"prediction":0.0}}"#)
    });
    let (_, rows) = rows_of(
        "a.jsonl",
        content,
        with(&[("prediction", RoleName::Ignore)]),
    );
    let expected: Vec<f64> = forty().iter().flat_map(|(p, _)| [1.0 - p, *p]).collect();
    assert_eq!(rows.outputs, expected);
    let sparse = r#"{"label":1,"probability":{"type":0,"size":2,"indices":[1],"values":[1.0]}}"#;
    let content = format!("{sparse}\n{sparse}\n");
    run("a.jsonl", content, &[]).is_refused("sparse", &["vector_to_array"]);
}

#[test]
fn scores_by_label_are_columns_whatever_their_order() {
    let names = [
        ("scores", "score", "NEGATIVE", "POSITIVE"),
        ("predicted_label_probs", "prob", "0", "1"),
    ];
    for (list, key, one, other) in names {
        let content = lines(|k, p, label| {
            let score = |class: &str, p: f64| format!(r#"{{"label":"{class}","{key}":{p}}}"#);
            let mut both = [score(one, 1.0 - p), score(other, p)];
            both.rotate_left(k % 2);
            let label = [one, other][label];
            format!(r#"{{"gold":"{label}","{list}":[{}]}}"#, both.join(","))
        });
        let (_, rows) = rows_of("a.jsonl", content, Options::default());
        let expected: Vec<f64> = forty().iter().flat_map(|(p, _)| [1.0 - p, *p]).collect();
        assert_eq!(rows.outputs, expected, "{list}");
        let labels: Vec<f64> = forty().iter().map(|(_, of)| *of as f64).collect();
        assert_eq!(rows.targets, labels, "{list}");
    }
}

#[test]
fn a_list_of_one_within_an_object_is_its_value() {
    let content = lines(|_, p, label| {
        format!(r#"{{"label":{label},"SageMakerOutput":{{"prediction":[{p}]}}}}"#)
    });
    let (_, flags) = answers("a.jsonl", &content);
    assert!(
        flags
            .iter()
            .any(|of| of == "--map SageMakerOutput_prediction=p"),
        "{flags:?}"
    );
    let options = with(&[("SageMakerOutput_prediction", RoleName::P)]);
    are_the_forty(&rows_of("a.jsonl", content, options).1);
}

#[test]
fn a_decision_called_label_beside_the_label_has_its_answers() {
    let content = lines(|k, p, label| {
        let text = |of: bool| ["NEGATIVE", "POSITIVE"][usize::from(of)];
        let score = p.max(1.0 - p);
        let (decided, gold) = (text(p > 0.5), text(label == 1));
        format!(r#"{{"id":{k},"label":"{decided}","score":{score},"gold":"{gold}"}}"#)
    });
    let (_, flags) = answers("a.jsonl", &content);
    let ways = [["gold", "label"], ["label", "gold"]].map(|[label, decision]| {
        format!("--map {label}=label --map {decision}=decision --map score=confidence")
    });
    for way in &ways {
        let mut of: Vec<&str> = way
            .split(" --map ")
            .map(|of| of.trim_start_matches("--map "))
            .collect();
        of.sort_unstable();
        let is_way = |flags: &String| {
            let mut parts: Vec<&str> = flags
                .split(" --map ")
                .map(|of| of.trim_start_matches("--map "))
                .collect();
            parts.sort_unstable();
            parts == of
        };
        assert!(flags.iter().any(is_way), "{way}: {flags:?}");
    }
    let maps = with(&[
        ("gold", RoleName::Label),
        ("label", RoleName::Decision),
        ("score", RoleName::Confidence),
    ]);
    let (_, rows) = rows_of("a.jsonl", content, maps);
    for (got, (p, _)) in rows.outputs.iter().zip(forty()) {
        assert!((got - p).abs() < 1e-12, "{got} {p}");
    }
}

#[test]
fn a_title_above_the_header_is_named() {
    for title in ["Results of model 7", "Results"] {
        let content = csv("label,p", |_, p, label| format!("{label},{p}"));
        let with_title = format!("{title}\n{content}");
        let ran = run("a.csv", with_title, &[]);
        ran.is_refused(title, &["line 1", title, "label,p", "tail -n +2"]);
        are_the_forty(&rows_of("a.csv", content, Options::default()).1);
    }
}

#[test]
fn every_split_has_its_answer_of_its_own_columns() {
    let classes = csv("y_test,y_train,p_test,p_train", |k, p, label| {
        format!("{label},{},{p},{}", k % 2, 1.0 - p / 2.0)
    });
    let (_, flags) = answers("a.csv", classes);
    assert_eq!(
        flags,
        [
            "--map p_test=p --map y_test=label",
            "--map p_train=p --map y_train=label"
        ]
    );
    let values = csv("target_x,target_y,pred_x,pred_y", |k, p, _| {
        format!("{},{},{},{}", 30.0 + p, k as f64 / 3.0, 31.0 - p, p * 7.0)
    });
    let (_, flags) = answers("a.csv", values);
    assert_eq!(
        flags,
        [
            "--map pred_x=pred --map target_x=target",
            "--map pred_y=pred --map target_y=target"
        ]
    );
}
