//! The same predictions in every format are the same report; and no bytes upset a reader.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::process::{Command, Stdio};

use ghm_lab::data::Random;
use zip::write::SimpleFileOptions;

use crate::{report, text, write, xray};

/// An NPY array of version 1.
pub fn npy(descr: &str, shape: &str, fortran: bool, data: &[u8]) -> Vec<u8> {
    let descr = if descr.starts_with('[') {
        descr.to_owned()
    } else {
        format!("'{descr}'")
    };
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

/// An archive of arrays, every other one packed.
pub fn npz(arrays: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (i, (name, bytes)) in arrays.iter().enumerate() {
        let method = [
            zip::CompressionMethod::Stored,
            zip::CompressionMethod::Deflated,
        ][i % 2];
        let options = SimpleFileOptions::default().compression_method(method);
        archive
            .start_file(format!("{name}.npy"), options)
            .expect("a member");
        archive.write_all(bytes).expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}

/// Logits that are exact in half precision, labels and groups.
fn examples(n: usize) -> Vec<(f64, u8, &'static str)> {
    let mut random = Random::named(n as u32, "formats");
    (0..n)
        .map(|_| {
            let logit = (f64::from(random.below(200)) - 100.0) / 16.0;
            (
                logit,
                u8::from(random.below(4) == 0),
                ["near", "far"][random.below(2) as usize],
            )
        })
        .collect()
}

#[test]
fn every_format_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    for n in [1, 64, 257, 20_000] {
        let examples = examples(n);
        let logits: Vec<f64> = examples.iter().map(|e| e.0).collect();
        let labels: Vec<u8> = examples.iter().map(|e| e.1).collect();
        let delimited = |header: &str, delimiter: &str, end: &str| {
            let mut text = header.replace(',', delimiter) + end;
            for (logit, label, group) in &examples {
                write!(text, "{logit}{delimiter}{group}{delimiter}{label}{end}").expect("text");
            }
            text.into_bytes()
        };
        let header = "logit,group,label";
        let f8: Vec<u8> = logits.iter().flat_map(|x| x.to_le_bytes()).collect();
        let shape = format!("({n},)");
        let groups: Vec<u8> = examples
            .iter()
            .flat_map(|(_, _, group)| {
                let mut cell = [0; 16];
                for (at, c) in group.chars().enumerate() {
                    cell[4 * at..4 * at + 4].copy_from_slice(&u32::from(c).to_le_bytes());
                }
                cell
            })
            .collect();
        let json = serde_json::json!({
            "other": [[1], {"deep": null}, "text"],
            "label": labels,
            "logit": logits,
            "group": examples.iter().map(|e| e.2).collect::<Vec<_>>(),
        });
        let files: Vec<(&str, Vec<u8>)> = vec![
            ("a.csv", delimited(header, ",", "\n")),
            ("crlf.csv", delimited(header, ",", "\r\n")),
            (
                "bom.csv",
                [b"\xef\xbb\xbf".to_vec(), delimited(header, ",", "\n")].concat(),
            ),
            ("a.tsv", delimited(header, "\t", "\n")),
            ("semicolon.csv", delimited(header, ";", "\n")),
            ("pipe.txt", delimited(header, "|", "\n")),
            (
                "quoted.csv",
                delimited("\"logit\",\"group\",\"label\"", ",", "\n"),
            ),
            ("wrong.npy", delimited(header, ",", "\n")),
            (
                "a.npz",
                npz(&[
                    ("logit", &npy("<f8", &shape, false, &f8)),
                    ("label", &npy("|u1", &shape, false, &labels)),
                    ("group", &npy("<U4", &shape, false, &groups)),
                ]),
            ),
            ("a.json", serde_json::to_vec(&json).expect("JSON")),
        ];
        let mut first = None;
        for (name, content) in files {
            let path = write(&folder, name, content);
            let got = report(&[text(&path)]);
            assert_eq!(got["examples"], n as f64, "{name}");
            let first = first.get_or_insert_with(|| got.clone());
            assert_eq!(&got, first, "{name}");
        }
    }
}

#[test]
fn every_kind_of_array_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let n = 1000;
    let examples = examples(n);
    let of = |bytes: &dyn Fn(f64) -> Vec<u8>| -> Vec<u8> {
        examples.iter().flat_map(|e| bytes(e.0)).collect()
    };
    let half = |x: f64| {
        // Exact: a sign, and a whole number of sixteenths below 2^7.
        let bits = (x.abs() as f32).to_bits();
        let short = if x == 0.0 {
            0
        } else {
            (((bits >> 23) - 112) << 10) | ((bits >> 13) & 0x3ff)
        };
        ((u32::from(x < 0.0) << 15 | short) as u16)
            .to_le_bytes()
            .to_vec()
    };
    let shape = format!("({n},)");
    let labels: Vec<u8> = examples.iter().map(|e| e.1).collect();
    let label = npy("|b1", &shape, false, &labels);
    let mut first = None;
    let mut check = |name: &str, arguments: &[&str]| {
        let got = report(arguments);
        let first = first.get_or_insert_with(|| got.clone());
        assert_eq!(&got, first, "{name}");
    };
    for (descr, data) in [
        ("<f8", of(&|x| x.to_le_bytes().to_vec())),
        (">f8", of(&|x| x.to_be_bytes().to_vec())),
        ("<f4", of(&|x| (x as f32).to_le_bytes().to_vec())),
        (">f4", of(&|x| (x as f32).to_be_bytes().to_vec())),
        ("<f2", of(&half)),
    ] {
        let logit = write(&folder, "logit.npy", npy(descr, &shape, false, &data));
        let path = write(&folder, "label.npy", &label);
        check(descr, &[text(&path), text(&logit)]);
    }
    let rows: Vec<u8> = examples
        .iter()
        .flat_map(|e| [e.0, f64::from(e.1)])
        .flat_map(f64::to_le_bytes)
        .collect();
    let table = format!("({n}, 2)");
    let path = write(&folder, "plain.npy", npy("<f8", &table, false, &rows));
    check("rows", &[text(&path), "--columns", "logit,label"]);
    let columns: Vec<u8> = examples
        .iter()
        .map(|e| f64::from(e.1))
        .chain(examples.iter().map(|e| e.0))
        .flat_map(f64::to_le_bytes)
        .collect();
    let path = write(&folder, "fortran.npy", npy("<f8", &table, true, &columns));
    check("columns", &[text(&path), "--columns=label,logit"]);
    let records: Vec<u8> = examples
        .iter()
        .flat_map(|e| {
            [
                &[9][..],
                &(e.0 as f32).to_le_bytes(),
                &i64::from(e.1).to_be_bytes(),
            ]
            .concat()
        })
        .collect();
    let descr = "[('other', '|i1'), ('logit', '<f4'), ('label', '>i8')]";
    let path = write(&folder, "records.npy", npy(descr, &shape, false, &records));
    check("records", &[text(&path)]);
}

#[test]
fn an_array_of_two_dimensions_has_a_column_for_each_class() {
    let folder = tempfile::tempdir().expect("a folder");
    let logits = [[1.0, 0.5, -2.0], [0.0, 3.0, 1.0]];
    let bytes: Vec<u8> = logits
        .as_flattened()
        .iter()
        .flat_map(|x: &f64| x.to_le_bytes())
        .collect();
    let two = npy("<f8", "(2, 3)", false, &bytes);
    let labels = npy("|u1", "(2,)", false, &[0, 2]);
    let csv = "logit_0,logit_1,logit_2,label\n1,0.5,-2,0\n0,3,1,2\n";
    let csv = report(&[text(&write(&folder, "rows.csv", csv))]);
    for name in ["logit", "logits"] {
        let path = write(&folder, "all.npz", npz(&[(name, &two), ("label", &labels)]));
        assert_eq!(report(&[text(&path)]), csv, "{name}");
    }
    let paths = [("logit.npy", &two), ("label.npy", &labels)];
    let [logit, label] = paths.map(|(name, bytes)| write(&folder, name, bytes));
    assert_eq!(report(&[text(&logit), text(&label)]), csv);
    // Labels of the same shape are one-hot, which these are not.
    let path = write(&folder, "hot.npz", npz(&[("logit", &two), ("label", &two)]));
    let why = xray(&[text(&path)]).stderr;
    assert!(
        why.contains("index 0: the row's labels are not one 1 among 0"),
        "{why}"
    );
}

#[test]
fn probabilities_say_what_their_logits_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = examples(500);
    let csv = |name: &str, of: &dyn Fn(f64) -> f64| {
        let mut text = format!("{name},label\n");
        for (logit, label, _) in &examples {
            writeln!(text, "{},{label}", of(*logit)).expect("text");
        }
        text
    };
    let logits = write(&folder, "logits.csv", csv("logit", &|x| x));
    let p = write(&folder, "p.csv", csv("p", &|x| 1.0 / (1.0 + (-x).exp())));
    let [a, b] = [logits, p].map(|path| report(&[text(&path)]));
    assert_eq!(a["counts"], b["counts"]);
    for loss in ["ce", "focal", "ohem", "ghm-c", "class-balanced"] {
        let [a, b] = [&a, &b].map(|got| got["losses"][loss]["mean"].as_f64().expect("a mean"));
        assert!((a / b - 1.0).abs() < 1e-9, "{loss}: {a} {b}");
    }
    // Certain and wrong: the loss is large, and a number.
    let certain = write(&folder, "certain.csv", "p,label\n0,1\n1,0\n1,1\n0,0\n");
    let mean = report(&[text(&certain)])["losses"]["ce"]["mean"]
        .as_f64()
        .expect("a number");
    assert!((mean - 50.0).abs() < 1e-9, "{mean}");
}

#[test]
fn shards_are_one_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = write(
        &folder,
        "whole.csv",
        "logit,label,batch\n1,0,a\n2,1,a\n-3,0,b\n0.5,1,c\n",
    );
    let one = write(&folder, "one.csv", "logit,label,batch\n1,0,a\n2,1,a\n");
    let two = write(&folder, "two.csv", "batch,label,logit\nb,0,-3\nc,1,0.5\n");
    assert_eq!(report(&[text(&whole)]), report(&[text(&one), text(&two)]));
}

#[test]
fn standard_input_says_what_a_file_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = "logit,label\n1,0\n2,1\n-3,0\n";
    let path = write(&folder, "rows.csv", rows);
    assert_eq!(report(&[text(&path)]), piped(rows));
    assert_ne!(report(&[text(&path)]), piped("logit,label\n1,0\n"));
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = "gradient_norm,count\n0.25,3\n0.75,1\n";
    let [file, pipe] = ["file.csv", "pipe"].map(|name| folder.path().join(name));
    std::fs::write(&file, rows).expect("writable");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo (coreutils) runs").success());
    let name = pipe.clone();
    let writer = std::thread::spawn(move || std::fs::write(name, rows));
    let of = |path: &std::path::Path| report(&["--histogram", text(path)]);
    assert_eq!(of(&pipe), of(&file));
    writer.join().expect("no panic").expect("it was read");
}

/// The report of what comes through a pipe.
fn piped(rows: &str) -> serde_json::Value {
    let child = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
        .args(["xray", "-", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(rows.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let mut report: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("--json - is JSON");
    report
        .as_object_mut()
        .map(|report| report.remove("reading"));
    report
}
