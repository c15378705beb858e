//! `ghm-lab xray` through the binary, and its analysis against definitions written out plainly.

#[path = "../support/mod.rs"]
mod support;

mod ambiguous;
mod archives;
mod arrays;
mod arrow;
mod asked;
mod bad_input;
mod brute;
mod cases;
mod class_columns;
mod class_numbers;
mod class_order;
mod columns;
mod cures;
mod decided;
mod delimiters;
mod destinations;
mod doubted;
mod endings;
mod entries;
mod foreign;
mod formats;
mod fuzzed;
mod golden;
mod histogram;
mod limits;
mod measures;
mod named;
mod nested;
mod new_user;
mod objects;
mod packed;
mod parquet;
mod parquet_more;
mod people;
mod people_numbers;
mod percents;
mod questions;
mod readings;
mod readings_binary;
mod real_tools;
mod replaced;
mod rows;
mod said;
mod several_tables;
mod spark_files;
mod sparse_histogram;
mod steps;
mod tables;
mod text;
mod told;
mod told_more;
mod twins;
mod verdicts;
mod written_arrow;

use std::path::{Path, PathBuf};
use std::process::Command;

use ghm_lab::data::predictions::{Input, Next, Options, Predictions, Refusal, Rows};

/// What a process left.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// Asserts that it ended with a refusal that has all these parts.
    #[track_caller]
    fn is_refused(&self, case: &str, parts: &[&str]) {
        assert_eq!(self.code, 2, "{case}: {}", self.stdout);
        for part in parts {
            let said = &self.stderr;
            assert!(said.contains(part), "{case}: no {part} in {said}");
        }
    }
}

/// Runs `ghm-lab xray` with these arguments.
fn xray(arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
        .arg("xray")
        .args(arguments)
        .output()
        .expect("the binary runs");
    Ran {
        code: output.status.code().expect("it ended by itself"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs it on a file of this content.
fn run(name: &str, content: impl AsRef<[u8]>, flags: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, name, content);
    xray(&[&[text(&path)], flags].concat())
}

/// All rows of files, read so many at a time.
fn read_all(
    inputs: Vec<Input>,
    options: Options,
    most: usize,
) -> Result<(Predictions, Rows), Refusal> {
    let mut predictions = Predictions::open(inputs, options)?;
    let (mut all, mut rows) = (Rows::default(), Rows::default());
    loop {
        match predictions.read(&mut rows, most)? {
            Next::Rows => {
                all.outputs.append(&mut rows.outputs);
                all.targets.append(&mut rows.targets);
                all.valid.append(&mut rows.valid);
                all.batch.append(&mut rows.batch);
                all.group.append(&mut rows.group);
            }
            Next::Again => all = Rows::default(),
            Next::End => return Ok((predictions, all)),
        }
    }
}

/// Writes a file in a folder and returns its path.
fn write(folder: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("the folder can be written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}

/// The JSON report of a file.
fn report(arguments: &[&str]) -> serde_json::Value {
    let ran = xray(&[arguments, &["--json", "-"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut report: serde_json::Value =
        serde_json::from_str(&ran.stdout).expect("--json - is JSON");
    // Tests of readings look at it; it names files, which differ.
    if let Some(report) = report.as_object_mut() {
        report.remove("reading");
    }
    report
}

/// The JSON report of a file of this content.
fn report_of(csv: &str, flags: &[&str]) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "a.csv", csv);
    report(&[&[text(&path)], flags].concat())
}

/// How files were read.
fn reading(arguments: &[&str]) -> serde_json::Value {
    let ran = xray(&[arguments, &["--json", "-"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("--json - is JSON");
    report["reading"].clone()
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    let array = value.as_array().expect("an array");
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    array.iter().map(number).collect()
}

/// The columns of `--per-example`; `None` where the example is ignored.
fn per_example(arguments: &[&str]) -> Vec<Option<Vec<f64>>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("examples.csv");
    let ran = xray(&[arguments, &["--per-example", text(&path)]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let written = std::fs::read_to_string(&path).expect("it was written");
    let mut lines = written.lines();
    let header = lines.next().expect("a header");
    assert!(header.starts_with("g,bin,weight,loss,gradient"), "{header}");
    lines
        .map(|line| line.split(',').map(|cell| cell.parse().ok()).collect())
        .collect()
}
