//! What is read without a question, and cures that work when they are pasted as they stand.

use ghm_lab::data::predictions::{Input, Options, Rows};

use super::{read_all, run};

/// Rows of a text.
#[track_caller]
fn rows(text: &str) -> Rows {
    let input = Input::bytes("a.csv", text.as_bytes());
    read_all(vec![input], Options::default(), 1000)
        .expect("it is read")
        .1
}

/// Outputs of two classes of so many rows, and the label.
fn pairs() -> Vec<([f64; 2], usize)> {
    let p = |k: usize| (k as f64 * 0.37).fract() * 0.98 + 0.01;
    (0..40).map(|k| ([1.0 - p(k), p(k)], k % 3 / 2)).collect()
}

#[test]
fn a_cell_that_is_a_list_of_numbers_is_a_column_for_each() {
    let pairs = pairs();
    let plain = |with: &dyn Fn(&[f64; 2]) -> String, header: &str| {
        let rows = pairs.iter();
        let rows = rows.map(|(p, label)| format!("{label},{}\n", with(p)));
        format!("{header}\n{}", rows.collect::<String>())
    };
    let expected = rows(&plain(&|[a, b]| format!("{a},{b}"), "label,p_0,p_1"));
    assert_eq!(expected.outputs[2..4], pairs[1].0);
    type Way = fn(&[f64; 2]) -> String;
    let ways: [Way; 8] = [
        |[a, b]| format!("\"[{a},{b}]\""),
        |[a, b]| format!("\"[{a}, {b}]\""),
        |[a, b]| format!("[{a} {b}]"),
        |[a, b]| format!("\"[ {a}\n  {b} ]\""),
        |[a, b]| format!("\"DenseVector([{a}, {b}])\""),
        |[a, b]| format!("\"array([{a}, {b}], dtype=float32)\""),
        |[a, b]| format!("\"tensor([{a}, {b}], device='cuda:0')\""),
        |[a, b]| format!("\"[np.float64({a}), tensor({b})]\""),
    ];
    for way in ways {
        let text = plain(&way, "label,probs");
        assert_eq!(rows(&text), expected, "{text}");
    }
    // Columns behind and in front of it keep their places and their signs.
    let text: String = pairs
        .iter()
        .map(|([a, b], label)| format!("\"[7 8 9]\",\"[{a} {b}]\",{}%,{label}\n", b * 100.0))
        .collect();
    let parted = rows(&format!("x,probs,rate,label\n{text}"));
    assert_eq!(parted.outputs, expected.outputs);
    assert_eq!(parted.targets, expected.targets);
}

#[test]
fn a_list_of_another_length_is_told_where_it_is_needed() {
    let text = |tokens: &str| {
        format!(
            "label,tokens,probs\n1,[1 2],[0.2 0.8]\n0,[1 2],[0.7 0.3]\n0,[1 2],[0.9 0.1]\n1,{tokens}\n"
        )
    };
    let bad = text("[1 2],[0.2 0.3 0.5]");
    run("a.csv", &bad, &[]).is_refused(
        "three",
        &["a.csv, line 5, column \"probs_0\": a list of length 3; 2 is expected"],
    );
    run("a.csv", text("[1 2],"), &[]).is_refused("none", &["line 5, column \"probs_0\": \"\" is"]);
    assert_eq!(rows(&text("[1 2 3],[0.4 0.6]")).outputs[6..], [0.4, 0.6]);
    assert_eq!(rows(&text("[],[0.4 0.6]")).outputs[6..], [0.4, 0.6]);
}

#[test]
fn rows_are_not_to_be_left_out_where_that_leaves_none() {
    let refused = |name: &str, text: &str, parts: &[&str]| {
        let ran = run(name, text, &[]);
        ran.is_refused(text, parts);
        let offers = ran.stderr.contains("skip-bad-rows");
        assert!(!offers, "{text}: {}", ran.stderr);
    };
    let all = "\"high\" is not a number: the column holds words and no number";
    refused(
        "a.csv",
        "label,p\n1,high\n0,low\n0,\n",
        &["line 2", all, "--map p=ignore"],
    );
    refused(
        "a.json",
        "[{\"label\":1,\"p\":\"high\"},{\"label\":0,\"p\":\"low\"}]",
        &[all],
    );
    refused(
        "a.csv",
        "label,p\n1,2024-01-05\n0,2024-01-06\n",
        &["the column holds dates"],
    );
    for list in ["[0.1 ... 0.9]", "[[0.1 0.9]]", "[{'a': 0.1}]"] {
        let text = format!("label,p\n1,{list}\n0,{list}\n");
        refused(
            "a.csv",
            &text,
            &["the column holds lists", "d.pop(COLUMN).tolist()"],
        );
    }
    // One that leaves others is offered.
    for text in [
        "label,p\n1,\n0,0.3\n",
        "label,p\n1,0.5\n0,low\n",
        "label,p\n1,\n0,\n",
    ] {
        run("a.csv", text, &[]).is_refused(text, &["--skip-bad-rows leaves out"]);
    }
}

#[test]
fn a_text_without_names_is_told_what_it_lacks() {
    let pairs = pairs();
    let file = |row: &dyn Fn(&[f64; 2], usize) -> String| -> String {
        pairs
            .iter()
            .map(|(p, label)| row(p, *label) + "\n")
            .collect()
    };
    let both = file(&|[a, b], _| format!("{a:.18e} {b:.18e}"));
    let three = file(&|[a, b], _| format!("{a}\t{}\t{}", b / 2.0, b / 2.0));
    let logits = file(&|[a, b], _| (b / a).ln().to_string());
    let p = file(&|[_, b], _| b.to_string());
    let labels = file(&|_, label| format!("{:e}", label as f64));
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    for (name, content, said) in [
        ("it is.txt", &both, "its rows sum to 1"),
        ("three.txt", &three, "its rows sum to 1"),
        ("logits.txt", &logits, "it holds scores alone"),
        ("p.txt", &p, "it holds scores alone"),
        ("labels.txt", &labels, "labels alone"),
    ] {
        std::fs::write(path(name), content).expect("written");
        std::fs::write(path("labels.txt"), &labels).expect("written");
        std::fs::write(path("scores.txt"), &p).expect("written");
        let bin = env!("CARGO_BIN_EXE_ghm-lab");
        let shell = |line: &str| {
            let mut shell = std::process::Command::new("sh");
            let ran = shell
                .current_dir(folder.path())
                .arg("-c")
                .arg(line)
                .output();
            let ran = ran.expect("a shell");
            (
                String::from_utf8_lossy(&ran.stdout).into_owned(),
                String::from_utf8_lossy(&ran.stderr).into_owned(),
            )
        };
        let (_, why) = shell(&format!("{bin} xray '{name}'"));
        assert!(why.contains(said), "{why}");
        assert!(!why.contains("pred,target"), "{why}");
        // What it says can be pasted as it is.
        let paste = why.split(": ").last().expect("a cure").trim();
        let paste = paste.replace(", then ghm-lab", &format!(" && {bin}"));
        let paste = paste.replace(" (or label,logit)", "");
        let (report, why) = shell(&paste);
        assert!(report.contains("40 examples"), "{paste}: {why}");
    }
}

#[test]
fn arrays_whose_rows_sum_to_one_are_no_regression() {
    let pairs = pairs();
    let values: Vec<f64> = pairs.iter().flat_map(|(p, _)| *p).collect();
    let bytes = |values: &[f64], shape: &str| {
        let head = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
        let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        file.extend(format!("{head:<117}\n").bytes());
        file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        file
    };
    let ran = run("probs.npy", bytes(&values, "(40, 2)"), &[]);
    ran.is_refused(
        "two",
        &["\"column 0\" to \"column 1\" sum to 1", "labels.npy"],
    );
    assert!(!ran.stderr.contains("regression"), "{}", ran.stderr);
    // As many values that sum to something else may be one.
    let other: Vec<f64> = values.iter().map(|value| value * 2.0).collect();
    run("y.npy", bytes(&other, "(40, 2)"), &[]).is_refused("other", &["a regression"]);
}

#[test]
fn what_has_a_percent_sign_is_no_logit() {
    let cases = [
        ("label,score\n1,95%\n0,12%\n0,150%\n", "1.5"),
        ("label,score\n1,95%\n0,-12%\n0,150%\n1,140%\n", "-0.12"),
        ("label,p\n1,250%\n0,-112%\n0,150%\n1,140%\n", "2.5"),
    ];
    for (text, first) in cases {
        let ran = run("a.csv", text, &[]);
        ran.is_refused(text, &[&format!(": {first} "), "--skip-bad-rows"]);
        assert!(!ran.stderr.contains("logit"), "{text}: {}", ran.stderr);
    }
    for text in [
        "label,rate\n1,95%\n0,12%\n0,15%\n",
        "a,b\n95%,1\n12%,0\n15%,0\n",
    ] {
        let ran = run("a.csv", text, &[]);
        ran.is_refused(text, &[": probabilities", "=p"]);
        assert!(!ran.stderr.contains(": logits"), "{text}: {}", ran.stderr);
    }
}

/// Runs each command that a refusal prints, in the folder of the file `name`: how many there were.
#[cfg(unix)]
fn pasted(name: &str, content: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), content).expect("written");
    let shell = |line: &str| {
        let mut shell = std::process::Command::new("bash");
        let folder = folder.path();
        let ran = shell.current_dir(folder).arg("-c").arg(line).output();
        let ran = ran.expect("a shell");
        let [out, err] = [ran.stdout, ran.stderr];
        [out, err].map(|of| String::from_utf8(of).expect("text"))
    };
    let bin = env!("CARGO_BIN_EXE_ghm-lab");
    let [_, why] = shell(&format!("{bin} xray './{name}'"));
    let lines = why.split("\n      ghm-lab ").skip(1);
    let lines: Vec<&str> = lines.filter_map(|line| line.lines().next()).collect();
    for line in &lines {
        let [report, refused] = shell(&format!("{bin} {line}"));
        assert!(report.contains("4 examples"), "{line}: {refused}");
    }
    lines.len()
}

#[test]
#[cfg(unix)]
fn every_command_that_is_printed_can_be_pasted() {
    let names = [
        "-v", "--json", "=ls", "~", "a=b", "a=p_0", "$HOME", "`ls`", "$(ls)", "it's", "a\"b",
        "a\\b", "!!", "a\nb", "a\tb", "a;b", "#a", "*", "{x,y}", "a  b", "<a>", "&", "|", "名",
    ];
    for name in names {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let scores = format!("label,{quoted}\n1,0.9\n0,0.2\n0,0.3\n1,0.7\n");
        assert_eq!(pasted("a.csv", &scores), 2, "{name}");
        let labels = format!("label,p\n{quoted},0.9\nb,0.2\nb,0.3\n{quoted},0.7\n");
        assert_eq!(pasted("a.csv", &labels), 2, "{name}");
    }
    let scores = "label,q\n1,0.9\n0,0.2\n0,0.3\n1,0.7\n";
    for file in ["-a b.csv", "=a.csv", "$x`.csv"] {
        assert_eq!(pasted(file, scores), 2, "{file}");
    }
    // The class behind a role may hold a = as well.
    let flags = ["--map", "a=p_x=1", "--map", "b=p_y", "--positive", "y"];
    let ran = run("a.csv", "label,a,b\nx=1,0.9,0.1\ny,0.2,0.8\n", &flags);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn no_sentence_says_that_one_are() {
    let cases = [
        ("label,p\n1,0\n0,0.3\n0,0.2\n", "of their class: 1."),
        (
            "label,p_0,p_1,p_2\n1,0.3,0.4,0.3\n0,0.2,0.4,0.4\n",
            "Of 3 classes 1 without an example",
        ),
        (
            "label,p\n1,1.0000001\n0,0.3\n0,0.2\n",
            "were taken as 0 or 1 (1)",
        ),
    ];
    for (text, said) in cases {
        let ran = run("a.csv", text, &[]);
        assert!(
            ran.stdout.contains(said),
            "{text}: {} {}",
            ran.stdout,
            ran.stderr
        );
        for plural in [
            "\n1 examples",
            "\n1 rows",
            "\n1 prob",
            " 1 of 3 classes have",
        ] {
            assert!(!ran.stdout.contains(plural), "{text}: {}", ran.stdout);
        }
    }
    let flags = ["--skip-bad-rows"];
    run("a.csv", "label,p\n1,nan\n", &flags)
        .is_refused("one", &["none of its rows can be used (1)"]);
    run("a.csv", "label,score\n1,0.5\n0,1.5\n1,0.2\n0,0.7\n", &[])
        .is_refused("beyond", &["of 4 values of \"score\" 1 beyond 0 to 1"]);
    run("a.csv", "label,p\n1,0.5\n0,0.5,3\n", &[])
        .is_refused("fields", &["in the header are expected: 2"]);
}
