//! What a person is told and asked: names with spaces, labels that are none, files without names, quotes that
//! go wrong, and commands to paste.

use std::process::Command;

use crate::{reading, text, write, xray};

/// Roles that columns were read as.
pub(super) fn roles(arguments: &[&str]) -> Vec<(String, String)> {
    let columns = reading(arguments)["columns"].clone();
    let columns = columns.as_array().expect("columns");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let both = |of: &serde_json::Value| (text(&of["name"]), text(&of["role"]));
    columns.iter().map(both).collect()
}

#[track_caller]
pub(super) fn are(content: &str, flags: &[&str], expected: &[(&str, &str)]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "preds.csv", content);
    let mut got = roles(&[&[text(&path)], flags].concat());
    let own = |(name, role): &(&str, &str)| ((*name).to_owned(), (*role).to_owned());
    let mut expected: Vec<_> = expected.iter().map(own).collect();
    got.sort();
    expected.sort();
    assert_eq!(got, expected, "{content}");
}

/// What is said of a file that is not read.
#[track_caller]
pub(super) fn said(name: &str, content: impl AsRef<[u8]>, flags: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, name, content);
    let ran = xray(&[&[text(&path)], flags].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    ran.stderr.replace(text(&path), name)
}

#[track_caller]
pub(super) fn says(content: &str, flags: &[&str], parts: &[&str]) {
    let said = said("preds.csv", content, flags);
    for part in parts {
        assert!(said.contains(part), "no {part:?}: {said}");
    }
}

/// Commands of an answer, which must all run as they are pasted.
#[track_caller]
fn commands(name: &str, content: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, name, content);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_ghm-lab"));
    let of_program = program.parent().expect("it lies in a folder");
    let run = |command: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("PATH='{}' {command}", of_program.display())]);
        shell.current_dir(folder.path());
        shell.output().expect("a shell runs")
    };
    let asked = run(&format!("ghm-lab xray {name}"));
    assert_eq!(asked.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&asked.stderr).into_owned();
    let lines = stderr.lines().map(str::trim);
    let commands: Vec<String> = lines
        .filter(|line| line.starts_with("ghm-lab xray "))
        .map(str::to_owned)
        .collect();
    assert!(commands.len() <= 5, "{stderr}");
    for command in &commands {
        let ran = run(command);
        let why = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(0), "{command}: {why}");
    }
    commands
}

/// The flags behind the file's name.
#[track_caller]
fn offered(content: &str) -> Vec<String> {
    let commands = commands("preds.csv", content);
    let flags = commands
        .iter()
        .map(|of| of.replace("ghm-lab xray preds.csv ", ""));
    flags.collect()
}

#[test]
fn spaces_within_names_part_no_fields() {
    let rows = [["0", "0.1"], ["1", "0.8"], ["0", "0.3"]];
    for mark in [",", ";", "\t", "|"] {
        for names in [
            ["Actual Label", "Predicted Probability"],
            ["Actual Class", "Probability"],
            ["True Label", "y score"],
            ["label", "Model Score"],
        ] {
            let lines = [names].into_iter().chain(rows);
            let lines = lines.map(|of| of.join(mark) + "\n");
            let content: String = lines.collect();
            are(&content, &[], &[(names[0], "label"), (names[1], "p")]);
        }
    }
    // Where spaces are in texts and names alike.
    are(
        "image name,true label,score\nmy cat 1,1,0.9\nmy dog 2,0,0.2\nmy cat 3,1,0.6\n",
        &[],
        &[("true label", "label"), ("score", "p")],
    );
    // Spaces part what nothing else does.
    are(
        "label p\n1 0.5\n0 0.25\n",
        &[],
        &[("label", "label"), ("p", "p")],
    );
    are(
        "# label p\n1 0,5\n0 0,25\n",
        &["--decimal", ","],
        &[("label", "label"), ("p", "p")],
    );
}

#[test]
fn a_label_that_is_none_is_ignored_or_skipped() {
    for none in ["NA", "None", "null", "Total", "label", "N/A"] {
        let content = format!("label,p\n0,.1\n1,.8\n{none},.4\n1,.7\n0,.6\n");
        let folder = tempfile::tempdir().expect("a folder");
        let path = write(&folder, "preds.csv", &content);
        let ignored = reading(&[text(&path), "--ignore-label", none]);
        assert_eq!(
            (&ignored["ignored"], &ignored["skipped"]),
            (&1.into(), &0.into())
        );
        let skipped = reading(&[text(&path), "--skip-bad-rows"]);
        assert_eq!(
            (&skipped["ignored"], &skipped["skipped"]),
            (&0.into(), &1.into())
        );
        let offers = [
            format!("--ignore-label {none}"),
            "--skip-bad-rows".to_owned(),
        ];
        assert_eq!(offered(&content), offers);
    }
    // Beside three classes, and beside labels from 1.
    for rows in [
        "0,.1,.2,.7\n2,.3,.3,.4\n1,.5,.25,.25\nNA,.5,.25,.25\n",
        "1,.1,.2,.7\n3,.3,.3,.4\n2,.5,.25,.25\nNA,.5,.25,.25\n",
    ] {
        let content = format!("label,p_0,p_1,p_2\n{rows}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = write(&folder, "preds.csv", &content);
        assert_eq!(reading(&[text(&path), "--ignore-label=NA"])["ignored"], 1);
        assert_eq!(reading(&[text(&path), "--skip-bad-rows"])["skipped"], 1);
    }
    // A class may be called so.
    let named = "label,p\nnone,.1\ncat,.8\nnone,.4\n";
    assert_eq!(offered(named), ["--positive cat", "--positive none"]);
}

#[test]
fn predicted_is_what_its_values_are() {
    let regression = "3.1,2.9\n4.25,4.5\n-1.5,0.25\n7.5,7\n";
    let shares = "0,0.1\n1,0.8\n0,0.3\n1,0.9\n";
    for [target, pred] in [
        ["actual", "predicted"],
        ["y", "y_hat"],
        ["y_true", "yhat"],
        ["obs", "fitted"],
    ] {
        let of = |rows: &str| format!("{target},{pred}\n{rows}");
        are(&of(regression), &[], &[(target, "target"), (pred, "pred")]);
        are(&of(shares), &[], &[(target, "label"), (pred, "p")]);
        says(&of("0,1\n1,1\n0,0\n1,0\n"), &[], &["holds decisions"]);
    }
    are(
        "Actual Class,Predicted Class,bird,cat,dog\ncat,cat,.1,.8,.1\ndog,cat,.1,.5,.4\nbird,bird,.7,.2,.1\n",
        &[],
        &[
            ("Actual Class", "label"),
            ("bird", "p_bird"),
            ("cat", "p_cat"),
            ("dog", "p_dog"),
        ],
    );
    let words = "[{\"label\": \"a\", \"scores\": [{\"of\": \"a\"}, {\"of\": \"b\"}]}]";
    let said = said("preds.json", words, &[]);
    assert!(
        said.contains("holds no numbers") && !said.contains("decisions"),
        "{said}"
    );
}

#[test]
fn names_for_a_file_without_them_are_told_by_its_values() {
    for (rows, names) in [
        ("0,0.125\n1,0.75\n0,0.5\n", Some("label,p")),
        ("0.125,0\n0.75,1\n0.5,0\n", Some("p,label")),
        ("-2.5;0\n1.5;1\n", Some("logit,label")),
        ("1 3.5\n0 -1.5\n", Some("label,logit")),
        (
            "0,0.5,0.25,0.25\n2,0.125,0.125,0.75\n",
            Some("label,p_0,p_1,p_2"),
        ),
        (
            "1.5,-2.5,0.5,2\n-1.25,2.5,0.25,0\n",
            Some("logit_0,logit_1,logit_2,label"),
        ),
        ("3.25,2.5\n-7.5,6.125\n", Some("pred,target")),
        ("0.5\n0.25\n", None),
        ("0,1,0.5\n1,1,0.25\n", None),
        // Two models.
        ("0,0.5,0.25\n1,0.75,0.5\n", None),
    ] {
        let said = said("preds.csv", rows, &[]);
        match names {
            Some(names) => {
                assert!(
                    said.contains(&format!("perhaps --columns {names} "))
                        || said
                            .trim_end()
                            .ends_with(&format!("perhaps --columns {names}")),
                    "{rows}: {said}"
                );
                let pasted = names.split(',').map(|of| (of, of)).collect::<Vec<_>>();
                are(rows, &["--columns", names], &pasted);
            }
            None => assert!(!said.contains("perhaps"), "{rows}: {said}"),
        }
    }
}

#[test]
fn columns_beside_others_are_guessed() {
    let label = "--map lable=label";
    assert_eq!(offered("lable,p\n0,.1\n1,.8\n0,.4\n"), [label]);
    assert_eq!(offered("id,lable,p\n7,0,.1\n8,1,.8\n4,0,.4\n"), [label]);
    let both = ["--map guess=p", "--map guess=logit"];
    let outcome = "Patient ID,Outcome,Chance\n7,0,.1\n8,1,.8\n4,0,.4\n";
    let chance = ["p", "logit"].map(|of| format!("--map Chance={of} --map Outcome=label"));
    assert_eq!(offered(outcome), chance);
    assert_eq!(
        offered("\"\",y,guess\n\"1\",0,.1\n\"2\",1,.8\n\"3\",0,.4\n"),
        both
    );
    assert_eq!(
        offered("id,label,logitt\na,0,-1.5\nb,1,2.5\nc,0,.4\n"),
        ["--map logitt=logit"]
    );
    are(
        "y_test,y_proba\n0,.1\n1,.8\n",
        &[],
        &[("y_test", "label"), ("y_proba", "p")],
    );
    are(
        "obs,pred,no,yes\nno,no,.9,.1\nyes,no,.6,.4\n",
        &[],
        &[("obs", "label"), ("no", "p_no"), ("yes", "p_yes")],
    );
    assert_eq!(
        offered("price,pred\n3.5,3.25\n7.25,6.5\n1.5,2\n"),
        ["--map pred=pred --map price=target"]
    );
    assert_eq!(
        offered("a,b\n3.5,3.25\n7.25,6.5\n1.5,2\n"),
        ["--map a=pred --map b=target", "--map b=pred --map a=target"]
    );
    // Two models, of which each is read alone.
    let models = ["rf", "xgb"].map(|of| format!("--map {of}=p --map label=label"));
    assert_eq!(offered("label,rf,xgb\n0,.1,.25\n1,.8,.5\n"), models);
}

#[test]
fn a_question_ends_in_commands_that_run() {
    for content in [
        "label,a_prob,b_prob\n0,.1,.2\n1,.8,.5\n0,.4,.1\n",
        "label,p\ncat,.1\ndog,.8\ncat,.4\n",
        "p,logit,label\n.5,1.5,0\n.25,2.5,1\n",
        "label,gold,p\n0,1,.5\n1,1,.25\n",
        "my label,x y\n0,.5\n1,.25\n",
    ] {
        assert!(!commands("preds.csv", content).is_empty(), "{content}");
    }
    let name = "'my preds.csv'";
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "my preds.csv", "label,p\ncat,.1\ndog,.8\n");
    let ran = xray(&[text(&path)]);
    assert!(ran.stderr.contains(&name[1..]), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("preds.csv' --positive dog\n"),
        "{}",
        ran.stderr
    );
    // Many columns that may be it, a few commands.
    let names: Vec<String> = (0..20).map(|k| format!("label_of_{k},")).collect();
    let maps: Vec<String> = names.iter().map(|_| "0,".to_owned()).collect();
    let ones: Vec<String> = names.iter().map(|_| "1,".to_owned()).collect();
    let wide = format!(
        "{}p\n{}.5\n{}.25\n",
        names.concat(),
        maps.concat(),
        ones.concat()
    );
    assert_eq!(offered(&wide).len(), 5);
    assert!(said("preds.csv", &wide, &[]).contains("and 15 more"));
}
