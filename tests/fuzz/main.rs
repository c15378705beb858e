//! Every reader under the inputs that libFuzzer found worth keeping (`run.sh`), and under changed ones.

mod readers;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use ghm_lab::data::Random;
use readers::sentence::sentence;
use readers::{READERS, memory};

/// Changed inputs of each reader; a lab starts more slowly than a file is read.
const CHANGED: u32 = 20_000;
const CHANGED_OF_LABS: u32 = 2000;

/// No input takes a hundredth of it; what hangs takes all, on a machine with much to do as well.
const LONGEST: Duration = Duration::from_secs(120);

fn folder(name: &str) -> PathBuf {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    corpus.join(name)
}

/// Inputs with their names, in an order that does not depend on the file system.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder(name)).expect("every reader has a corpus");
    let mut inputs: Vec<(String, Vec<u8>)> = files
        .map(|file| {
            let file = file.expect("it can be listed");
            let bytes = std::fs::read(file.path()).expect("it can be read");
            (file.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "no input for {name}");
    inputs
}

/// What stands in files of some kind, and numbers that are too large for something.
const PIECES: [&[u8]; 16] = [
    b"\"",
    b"\n",
    b",",
    b"&",
    b"=",
    b"NaN",
    b"-1",
    b"1e308",
    b"0.0000001",
    b"1000000000000000000",
    b"99999999999999999999",
    b"(",
    b"[",
    b"\0",
    b"\xff\xff\xff\x7f",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
];

/// A copy with a few bytes changed, with parts of `other` in it at times.
fn changed(random: &mut Random, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let length = bytes.len() as u32;
        let at = random.below(length + 1) as usize;
        let end = (at + random.below(16) as usize).min(bytes.len());
        match random.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            2 => drop(bytes.drain(at..end)),
            3 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            4 if random.below(8) == 0 => bytes.truncate(at),
            5 => {
                let from = random.below(other.len() as u32 + 1) as usize;
                let to = (from + random.below(32) as usize).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len() as u32) as usize];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

/// Keeps an input for a closer look; says what is wrong with it.
fn keep(name: &str, origin: &str, bytes: &[u8], fault: &str) -> String {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}"));
    let place = match std::fs::write(&kept, bytes) {
        Ok(()) => kept.display().to_string(),
        Err(error) => error.to_string(),
    };
    format!(
        "{name} {fault} {origin}; once it does not, what is kept in {place} belongs to {}",
        folder(name).display()
    )
}

/// Calls a reader.
fn hand(name: &str, read: fn(&[u8]), origin: &str, bytes: &[u8]) {
    let (done, wait) = channel::<()>();
    let upset = thread::scope(|scope| {
        scope.spawn(move || {
            if wait.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
                let sentence = keep(name, origin, bytes, "takes forever over");
                // The macros would leave it to a test that never ends.
                let _ = writeln!(std::io::stderr(), "{sentence}");
                std::process::exit(1);
            }
        });
        let outcome = catch_unwind(AssertUnwindSafe(|| read(bytes)));
        drop(done);
        outcome.is_err()
    });
    assert!(!upset, "{}", keep(name, origin, bytes, "is upset by"));
}

fn holds(name: &str) {
    let found = READERS.iter().find(|(of, _)| *of == name);
    let (_, read) = *found.expect("a reader of this name");
    let inputs = corpus(name);
    for (file, bytes) in &inputs {
        hand(name, read, file, bytes);
    }
    let mut random = Random::named(0, name);
    let count = match name {
        "race" | "experiment" => CHANGED_OF_LABS,
        _ => CHANGED,
    };
    for _ in 0..count {
        let [one, other] = [0; 2].map(|_| random.below(inputs.len() as u32) as usize);
        let (file, bytes) = &inputs[one];
        let bytes = changed(&mut random, bytes, &inputs[other].1);
        hand(name, read, &format!("a change of {file}"), &bytes);
    }
}

macro_rules! readers {
    ($($name:ident)+) => {
        $(
            #[test]
            fn $name() {
                holds(stringify!($name));
            }
        )+

        #[test]
        fn every_reader_is_tested_and_every_input_read() {
            let tested = [$(stringify!($name)),+];
            assert_eq!(READERS.map(|(name, _)| name), tested);
            for entry in std::fs::read_dir(folder("")).expect("the corpus is there") {
                let name = entry.expect("it can be listed").file_name();
                assert!(tested.iter().any(|of| name == *of), "no reader of {name:?}");
            }
        }
    };
}

readers!(link scripting race experiment delimited json npy npz parquet arrow safetensors histogram);

#[test]
fn a_broken_promise_is_caught() {
    let caught = |work: fn()| catch_unwind(work).is_err();
    let claim = |bytes: usize| memory::bounded(1 << 20, || drop(Vec::<u8>::with_capacity(bytes)));
    claim(1 << 20);
    assert!(catch_unwind(|| claim((1 << 20) + 1)).is_err());
    sentence("a.csv: it is empty", "a.csv");
    assert!(caught(|| sentence("it is empty", "a.csv")));
    assert!(caught(|| sentence("a.csv: \"\n\" is no number", "a.csv")));
    assert!(caught(|| sentence(
        &format!("a.csv: {}", "1".repeat(900)),
        "a.csv"
    )));
}
