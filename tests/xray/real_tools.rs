//! Files as real tools wrote them to a person who had them read: what R and pandas print and write by default, features
//! beside outputs, and lists of classes.

use ghm_lab::data::predictions::{Input, Options, Rows};

use super::formats::{npy, npz};
use super::{Ran, read_all, run, text, write, xray};

/// A p, a label and a number of no order.
fn rows() -> Vec<(f64, usize, usize)> {
    let p = |k: usize| ((k * 37 + 5) % 98 + 1) as f64 / 100.0;
    (0..12)
        .map(|k| (p(k), k % 3 / 2, (k * 7) % 97 + 3))
        .collect()
}

#[track_caller]
fn are_the_rows(name: &str, content: &str) {
    let input = Input::bytes(name, content.as_bytes());
    let all = read_all(vec![input], Options::default(), 5);
    let (_, read): (_, Rows) = all.unwrap_or_else(|why| panic!("{name}: {why}\n{content}"));
    let p: Vec<f64> = rows().iter().map(|row| row.0).collect();
    let labels: Vec<f64> = rows().iter().map(|row| row.1 as f64).collect();
    assert_eq!(
        (read.outputs, read.targets),
        (p, labels),
        "{name}\n{content}"
    );
}

fn written(header: &str, row: impl Fn(usize, f64, usize, usize) -> String) -> String {
    let lines = rows().into_iter().enumerate();
    let lines: Vec<String> = lines
        .map(|(k, (p, label, n))| row(k, p, label, n))
        .collect();
    format!("{header}\n{}\n", lines.join("\n"))
}

#[test]
fn columns_that_stand_below_each_other_are_read() {
    let numbered = |k, p, label, _| format!("{k:<3}{label:>9}{p:>10}");
    are_the_rows("to_string.txt", &written("      label         p", numbered));
    let plain = |_, p, label, _| format!("{label:>6}{p:>8}");
    are_the_rows("no_index.txt", &written(" label       p", plain));
    let print = |_, p, label, n| format!("patient{n:<3}{label:>7} {p:<7}");
    are_the_rows("print.txt", &written("           y_true y_score", print));
    // One space parts: what stands between two is a cell with nothing in it.
    let one = run("gap.txt", "label p q\n0 0.5 1\n1  1\n", &[]);
    one.is_refused("gap", &["line 3", "column \"p\""]);
}

#[test]
fn names_of_rows_may_be_numbers_of_no_order() {
    let quoted = |_, p, label, n| format!("\"{n}\" {label} {p}");
    are_the_rows("table.txt", &written("\"y_true\" \"y_score\"", quoted));
    let commas = |_, p, label, n| format!("{n},{label},{p}");
    are_the_rows("table.csv", &written("y_true,y_score", commas));
    // What begins with labels is not named so: a cell has no name.
    let labels = |_, p, label: usize, _| format!("{label},{p},7");
    let ran = run("unnamed.csv", written("label,p", labels), &[]);
    ran.is_refused("unnamed", &["it has 3 fields"]);
}

#[test]
fn a_feature_called_x_is_no_output_beside_others() {
    let of_classes = |_, p: f64, label, n| format!("{},{p},{label},{n}.5", 1.0 - p);
    let content = written("0,1,y_true,x", of_classes);
    let ran = run("named.csv", content, &[]);
    assert!(
        ran.stdout.contains("Read: 0 as p_0, 1 as p_1"),
        "{}",
        ran.stdout
    );
    let named = "y_true,cat,dog,x\ncat,0.9,0.1,0\ndog,0.2,0.5,0.3\nx,0.3,0.1,0.6\n";
    let ran = run("called.csv", named, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("3 classes"), "{}", ran.stdout);

    let risk = |_, p, label, n| format!("{n}.25,{label},{p}");
    let content = written("x,label,risk", risk);
    let ran = run("risk.csv", &content, &[]);
    let ways = [
        "--map x=logit --map label=label",
        "--map risk=p --map label=label",
    ];
    ran.is_refused("risk", &ways);
    for way in ways {
        let flags: Vec<&str> = way.split(' ').collect();
        assert_eq!(run("risk.csv", &content, &flags).code, 0, "{way}");
    }
    // Beside nothing that could be one it is the logit.
    let alone = |_, _, label, n| format!("{n}.25,{label}");
    assert_eq!(run("x.csv", written("x,label", alone), &[]).code, 0);
}

#[track_caller]
fn has_accuracy(ran: &Ran, accuracy: &str) {
    let part = format!("accuracy {accuracy}");
    assert!(ran.stdout.contains(&part), "{} {}", ran.stdout, ran.stderr);
}

#[test]
fn a_list_of_classes_says_which_column_is_which() {
    let names = ["horse", "cat", "dog"];
    let p: Vec<[f64; 3]> = (0..12)
        .map(|k| [0, 1, 2].map(|class| if class == k % 3 { 0.75 } else { 0.125 }))
        .collect();
    let labels: Vec<&str> = (0..12).map(|k| names[k % 3]).collect();
    let json = serde_json::json!({ "classes": names, "y_true": labels, "y_proba": p });
    has_accuracy(&run("a.json", json.to_string(), &[]), "1.0000");
    let unicode = |of: &[&str]| -> Vec<u8> {
        let wide = |text: &&str| {
            let mut codes: Vec<u32> = text.chars().map(u32::from).collect();
            codes.resize(5, 0);
            codes.into_iter().flat_map(u32::to_le_bytes)
        };
        npy(
            "<U5",
            &format!("({},)", of.len()),
            false,
            &of.iter().flat_map(wide).collect::<Vec<u8>>(),
        )
    };
    let numbers: Vec<u8> = p
        .iter()
        .flatten()
        .flat_map(|value: &f64| value.to_le_bytes())
        .collect();
    let arrays = [
        ("y_true", &*unicode(&labels)),
        ("y_proba", &*npy("<f8", "(12, 3)", false, &numbers)),
        ("classes", &*unicode(&names)),
    ];
    has_accuracy(&run("a.npz", npz(&arrays), &[]), "1.0000");
    // Of as many rows as classes it may be anything.
    let three = serde_json::json!({ "classes": names, "y_true": &labels[..3], "y_proba": &p[..3] });
    has_accuracy(&run("b.json", three.to_string(), &[]), "0.0000");
}

#[test]
fn a_one_hot_label_may_have_names() {
    let row = |k: usize| {
        let one_hot = [0, 1, 2].map(|class| u8::from(class == k % 3).to_string());
        format!("{},0.25,0.5,0.25", one_hot.join(","))
    };
    let lines: Vec<String> = (0..6).map(row).collect();
    let header = "true_cat,true_dog,true_owl,prob_cat,prob_dog,prob_owl";
    let content = format!("{header}\n{}\n", lines.join("\n"));
    has_accuracy(&run("a.csv", content, &[]), "0.3333");
}

#[test]
fn folders_and_files_given_twice_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let part = write(&folder, "part-0.csv", "label,p\n0,0.25\n1,0.5\n");
    let ran = xray(&[text(folder.path())]);
    ran.is_refused("folder", &["it is a folder", "/part-*"]);
    let ran = xray(&[text(&part), text(&part)]);
    ran.is_refused("twice", &["part-0.csv", "given twice"]);
}

#[test]
fn what_only_looks_like_one_of_these_is_refused() {
    // Targets of a regression are no names of rows; a cell that is no list is no value of each class.
    let targets = |k, p, _, _| format!("{},{},{}", 100 + 3 * k, 7 + k % 4, p);
    let ran = run("targets.csv", written("pred,target", targets), &[]);
    ran.is_refused("targets", &["pred"]);
    let quoted = |k, p, _, _| format!("\"{}\",\"{}\",\"{p}\"", 100 + 3 * k, 102.5);
    let ran = run("quoted.csv", written("target,pred", quoted), &[]);
    ran.is_refused("quoted", &["pred"]);
    let lists = |k, p: f64, label, _| match k {
        7 => format!("{label},0.25"),
        _ => format!("{label},\"[{p}, {}]\"", 1.0 - p),
    };
    let ran = run("lists.csv", written("label,p", lists), &[]);
    ran.is_refused("lists", &["line 9"]);
    let one = |k: usize| match k {
        7 => serde_json::json!({ "label": k % 2, "logit": "[1.0, 2.0]" }),
        _ => serde_json::json!({ "label": k % 2, "logit": k as f64 - 5.5 }),
    };
    let lines: Vec<String> = (0..20).map(|k| one(k).to_string()).collect();
    let ran = run("one.jsonl", lines.join("\n"), &[]);
    ran.is_refused("one list", &["record 7"]);
    // The index in a list of names is what labels are, and not another number.
    let names = r#"{"class_names":["b","a"],"labels":[0,1,1],"logits":[[1,0],[0,1],[0.5,2]]}"#;
    has_accuracy(&run("names.json", names, &[]), "1.0000");
    // Two spaces within a header may be an empty name.
    let gap = "label  p\ncat 1 0.5\ndog 0 0.25\n";
    let ran = run("gap.txt", gap, &["--positive", "dog"]);
    let said = "label \"dog\" is positive";
    assert!(ran.stdout.contains(said), "{}", ran.stderr);
}
