//! What one file may ask for, and files that change while they are read.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use ghm_lab::config::{Config, Counting};
use ghm_lab::data::predictions::{Header, Input, Next, Options, Outputs, Predictions, Rows};
use ghm_lab::ghm::Task;
use ghm_lab::xray::Xray;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::WriterProperties;

use crate::formats::npy;
use crate::parquet::{Column, parquet};
use crate::{read_all, report, text, write};

/// Why rows with these groups are refused; the header is line 1.
fn refused(groups: impl Iterator<Item = String>) -> String {
    let rows: String = groups
        .map(|group| format!("0.5,1,{group}\n-0.5,0,{group}\n"))
        .collect();
    let content = format!("logit,label,group\n{rows}");
    let input = Input::bytes("groups.csv", content.into_bytes());
    let read = read_all(vec![input], Options::default(), 1 << 14);
    read.map(|_| ()).expect_err("too much").to_string()
}

#[test]
fn a_group_too_many_or_too_long_is_told_by_its_own_line() {
    let name = |i: usize| format!("image {i}");
    // Neither at the beginning of a block of rows nor at its end; each name has two rows.
    let long = |i: usize| {
        if i == 12_000 {
            "long".repeat(1025)
        } else {
            name(i)
        }
    };
    let why = refused((0..20_000).map(long));
    for part in [
        "groups.csv, line 24002, column \"group\"",
        "longer than 4096 bytes",
    ] {
        assert!(why.contains(part), "{why}");
    }
    let why = refused((0..1_000_010).map(name));
    for part in [
        "groups.csv, line 2000002, column \"group\"",
        "one group more than 1000000",
    ] {
        assert!(why.contains(part), "{why}");
    }
    // 16,384 names of 4,096 bytes are 64 MiB.
    let why = refused((0..16_400).map(|i| format!("{i:04096}")));
    for part in [
        "groups.csv, line 32770, column \"group\"",
        "names of all groups are longer than 67108864 bytes",
    ] {
        assert!(why.contains(part), "{why}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_cell_of_json_takes_little_memory_whatever_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = 3_000_000;
    let cells = vec!["\"\""; count].join(",");
    let content = format!("{{\"logit\":[{cells}],\"label\":[{cells}]}}");
    let path = write(&folder, "empty.json", &content);
    // Data of 12 times the file's size, of which its cells may take 8 bytes for each 3.
    let (code, said) = within(12 * content.len(), &[text(&path)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("empty.json"), "{said}");
}

/// What a run ends with that may have so many bytes of data.
#[cfg(target_os = "linux")]
fn within(bytes: usize, arguments: &[&str]) -> (Option<i32>, String) {
    let line = format!("ulimit -d {}; exec \"$@\"", bytes / 1024);
    let ran = Command::new("bash")
        .args(["-c", &line, "bash", env!("CARGO_BIN_EXE_ghm-lab"), "xray"])
        .args(arguments)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    (ran.status.code(), said)
}

/// A file of Parquet with names that it holds once each, or as what is more than the one before.
#[cfg(target_os = "linux")]
fn names(folder: &tempfile::TempDir, labels: Vec<String>, encoding: Encoding) -> PathBuf {
    let rows = labels.len();
    let p = (0..rows).map(|i| [0.25, 0.75][i % 2]).collect();
    let columns = [("p", Column::Double(p)), ("label", Column::Text(labels))];
    let properties = WriterProperties::builder()
        .set_column_encoding("label".into(), encoding)
        .set_dictionary_enabled(encoding == Encoding::PLAIN)
        .set_compression(Compression::SNAPPY)
        .build();
    let bytes = parquet(&columns, rows, properties);
    assert!(bytes.len() < 1 << 20, "{}", bytes.len());
    write(folder, "names.parquet", bytes)
}

/// A few bytes may stand for many long names: what is too long is refused before there are many, and what is long
/// is read a little at a time.
#[cfg(target_os = "linux")]
#[test]
fn names_of_parquet_take_little_memory_however_often_they_come() {
    const ROOM: usize = 72 << 20;
    let folder = tempfile::tempdir().expect("a folder");
    let of_two = |rows: usize, length: usize| -> Vec<String> {
        (0..rows)
            .map(|i| ["a", "b"][i % 2].repeat(length))
            .collect()
    };
    let path = names(&folder, of_two(1024, 200_000), Encoding::PLAIN);
    let (code, said) = within(ROOM, &[text(&path)]);
    assert_eq!(code, Some(2), "{said}");
    let place = "column \"label\", index 0: a text of more than 4096 bytes";
    assert!(said.contains(place), "{said}");

    let growing = (0..1024).map(|i| "g".repeat(200 * i)).collect();
    let path = names(&folder, growing, Encoding::DELTA_BYTE_ARRAY);
    let (code, said) = within(ROOM, &[text(&path)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("texts longer than 4096 bytes"), "{said}");

    let path = names(&folder, of_two(1 << 14, 4096), Encoding::PLAIN);
    let (code, said) = within(ROOM, &[text(&path), "--positive", &"b".repeat(4096)]);
    assert_eq!(code, Some(0), "{said}");
}

/// Rows enough for several readings of the disk.
const ROWS: usize = 100_000;

fn content(rows: usize) -> String {
    let row = |i: usize| format!("{}.5,{}\n", i % 7, i % 2);
    let rows: String = (0..rows).map(row).collect();
    format!("logit,label\n{rows}")
}

/// What a file is made of while it is read: nothing that has as many bytes and an older date is seen.
fn change(path: &Path, content: &str) {
    std::fs::write(path, content).expect("writable");
    let file = File::options()
        .append(true)
        .open(path)
        .expect("it is there");
    let later = SystemTime::now() + Duration::from_secs(3600);
    file.set_modified(later).expect("the date can be set");
}

/// Reads to the end and says why that fails.
fn read_on(predictions: &mut Predictions) -> String {
    let mut rows = Rows::default();
    loop {
        match predictions.read(&mut rows, 1 << 12) {
            Ok(Next::Rows) => {}
            Ok(next) => panic!("{next:?} of a file that changed"),
            Err(why) => return why.to_string(),
        }
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let other: String = content(ROWS).replace("3.5,", "4.5,");
    // It grows, loses rows, and has as many bytes with other numbers.
    for now in [content(ROWS + 1), content(ROWS - 1000), other] {
        let open = || {
            let path = write(&folder, "grows.csv", content(ROWS));
            let opened = Predictions::open(vec![Input::file(&path)], Options::default());
            (opened.unwrap_or_else(|why| panic!("{why}")), path)
        };
        let all = |predictions: &mut Predictions| {
            let mut rows = Rows::default();
            while predictions.read(&mut rows, 1 << 12).expect("whole") == Next::Rows {}
        };
        let is_told = |why: String| {
            assert!(
                why.contains("grows.csv: the file changed while it was read"),
                "{why}"
            );
        };
        // In the first pass, between the two, and in the second.
        let (mut predictions, path) = open();
        let mut rows = Rows::default();
        assert_eq!(predictions.read(&mut rows, 64).expect("whole"), Next::Rows);
        change(&path, &now);
        is_told(read_on(&mut predictions));

        let (mut predictions, path) = open();
        all(&mut predictions);
        change(&path, &now);
        is_told(predictions.rewind().expect_err("it changed").to_string());

        let (mut predictions, path) = open();
        all(&mut predictions);
        predictions.rewind().expect("as it was");
        assert_eq!(predictions.read(&mut rows, 64).expect("whole"), Next::Rows);
        change(&path, &now);
        is_told(read_on(&mut predictions));
    }
}

#[test]
fn counts_beyond_32_bits_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = "gradient_norm,count\n0.25,5000000000\n0.75,7000000000\n";
    let path = write(&folder, "large.csv", lines);
    let got = report(&["--histogram", text(&path)]);
    assert_eq!(got["examples"], 12e9);
    assert_eq!(crate::numbers(&got["counts"]), [5e9, 7e9]);
}

#[test]
fn the_hardest_of_many_classes_are_kept_by_bytes_and_not_by_examples() {
    let (classes, examples) = (1000, 20_400);
    let of = |config: Config| {
        let header = Header {
            task: Task::Classes,
            classes,
            outputs: Outputs::Logits,
            has_valid: false,
            has_batch: false,
            has_group: false,
        };
        let mut xray = Xray::new(header, &config);
        let rows = Rows {
            outputs: vec![0.5; 100 * classes],
            targets: vec![3.0; 100],
            valid: vec![true; 100],
            ..Rows::default()
        };
        for _ in 0..examples / 100 {
            xray.add(&rows);
        }
        xray.finish(&[])
    };
    let config = Config::of_task(Task::Classes);
    let is_there = |config: Config| {
        let report = of(config).to_json();
        (
            report["losses"]["ohem"].is_object(),
            report["left_out"]["ohem"].is_string(),
        )
    };
    // Two numbers an example, and 1,001.
    assert_eq!(is_there(config.clone()), (true, false));
    let every = Config {
        counting: Counting::EveryEntry,
        ..config
    };
    assert_eq!(is_there(every), (false, true));
}

#[test]
fn one_mini_batch_too_many_is_refused_with_the_cure() {
    const MOST: u32 = 7_000_000;
    let npy = |name: &str, descr: &str, data: &[u8]| {
        let bytes = npy(descr, &format!("({},)", MOST + 1), false, data);
        Input::bytes(name, bytes)
    };
    let zeros = vec![0; MOST as usize + 1];
    let ids: Vec<u8> = (0..=MOST).flat_map(u32::to_le_bytes).collect();
    let inputs = vec![
        npy("logit.npy", "|i1", &zeros),
        npy("label.npy", "|u1", &zeros),
        npy("batch.npy", "<u4", &ids),
    ];
    let mut predictions =
        Predictions::open(inputs, Options::default()).unwrap_or_else(|why| panic!("{why}"));
    let mut rows = Rows::default();
    let why = loop {
        match predictions.read(&mut rows, 1 << 14) {
            Ok(next) => assert_eq!(next, Next::Rows),
            Err(why) => break why.to_string(),
        }
    };
    for part in [
        "array \"batch\", index 7000000",
        "one mini-batch more than 7000000",
        "--map batch=ignore",
    ] {
        assert!(why.contains(part), "{why}");
    }
}
