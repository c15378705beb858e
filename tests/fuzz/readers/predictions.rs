//! Predictions in every format.

use std::collections::HashSet;

use ghm_lab::config::Config;
use ghm_lab::data::predictions::{
    Header, Input, Next, Options, Outputs, Predictions, Refusal, Rows, Skipped,
};
use ghm_lab::ghm::Task;
use ghm_lab::xray::Xray;

use super::memory::bounded;
use super::sentence::sentence;
use super::written::{csv, json as written_json, npy as written_npy, options};

/// Some buffers have a size of their own: a thousand arrays of an archive are each unpacked for themselves.
const MEMORY: usize = 80 << 20;
/// Bytes that a byte of a file may become: as text or numbers, and unpacked from Deflate or Zstandard.
const RATIO: usize = 64;
const DEFLATE_RATIO: usize = 1 << 12;
const ZSTANDARD_RATIO: usize = 1 << 15;
/// A page of a few bytes may hold millions of equal rows: the first tell enough.
const MOST_ROWS: usize = 1 << 12;
/// Rows at a time, and another number that must come to the same.
const BLOCK: usize = 64;
const OTHER_BLOCK: usize = 7;
const FILE: &str = "fuzzed";
const MAGIC: &[u8] = b"\x93NUMPY";

/// CSV, TSV and their like: all that is nothing else.
pub fn delimited(bytes: &[u8]) {
    let others: [&[u8]; 4] = [MAGIC, b"PK\x03\x04", b"PK\x05\x06", b"PAR1"];
    if !others.iter().any(|magic| bytes.starts_with(magic)) && !is_object(bytes) {
        check(RATIO, bytes.len(), &[Input::bytes(FILE, bytes)], None);
    }
}

/// An object of arrays.
pub fn json(bytes: &[u8]) {
    if is_object(bytes) {
        check(RATIO, bytes.len(), &[Input::bytes(FILE, bytes)], None);
    }
}

/// NPY files, one behind the other in the bytes, which the reader takes side by side.
pub fn npy(bytes: &[u8]) {
    if !bytes.starts_with(MAGIC) {
        return;
    }
    let starts = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(MAGIC));
    let starts: Vec<usize> = starts.chain([bytes.len()]).collect();
    let names = ["logit", "label", "valid", "batch", "group", "p"];
    let files = starts.windows(2).zip(names);
    let files: Vec<Input> = files
        .map(|(part, name)| Input::bytes(format!("{FILE}/{name}.npy"), &bytes[part[0]..part[1]]))
        .collect();
    check(RATIO, bytes.len(), &files, None);
    if let [file] = files.as_slice() {
        let columns = ["label", "logit"].map(str::to_owned).to_vec();
        check(
            RATIO,
            bytes.len(),
            std::slice::from_ref(file),
            Some(columns),
        );
    }
}

/// A zip archive of NPY arrays.
pub fn npz(bytes: &[u8]) {
    if bytes.starts_with(b"PK") {
        check(
            DEFLATE_RATIO,
            bytes.len(),
            &[Input::bytes(FILE, bytes)],
            None,
        );
    }
}

pub fn parquet(bytes: &[u8]) {
    if bytes.starts_with(b"PAR1") {
        check(
            ZSTANDARD_RATIO,
            bytes.len(),
            &[Input::bytes(FILE, bytes)],
            None,
        );
    }
}

/// A file of Arrow, or a stream.
pub fn arrow(bytes: &[u8]) {
    if bytes.starts_with(b"ARROW1") || bytes.starts_with(&[0xff; 4]) {
        let file = [Input::bytes(FILE, bytes)];
        check(ZSTANDARD_RATIO, bytes.len(), &file, None);
    }
}

/// Tensors behind a header that is an object, whose length comes first.
pub fn safetensors(bytes: &[u8]) {
    if bytes.get(8) == Some(&b'{') && bytes[4..8] == [0; 4] {
        check(RATIO, bytes.len(), &[Input::bytes(FILE, bytes)], None);
    }
}

fn is_object(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.trim_ascii_start().starts_with(b"{")
}

/// What a reader made of files.
struct Read {
    header: Header,
    /// Up to the first error, or to more than [`MOST_ROWS`].
    rows: Rows,
    groups: Vec<String>,
    error: Option<String>,
    /// Whether the end was reached.
    whole: bool,
    skipped: Skipped,
}

/// Reads on, to the end or until there are enough.
fn read_on(predictions: &mut Predictions, block: usize) -> Read {
    let mut all = Rows::default();
    let mut rows = Rows::default();
    let (mut error, mut whole) = (None, false);
    while all.len() < MOST_ROWS {
        match predictions.read(&mut rows, block) {
            Err(why) => {
                error = Some(sentence_of(&why));
                break;
            }
            Ok(Next::Again) => all = Rows::default(),
            Ok(Next::End) => {
                whole = true;
                break;
            }
            Ok(Next::Rows) => {
                assert!((1..=block).contains(&rows.len()));
                all.outputs.append(&mut rows.outputs);
                all.targets.append(&mut rows.targets);
                all.valid.append(&mut rows.valid);
                all.batch.append(&mut rows.batch);
                all.group.append(&mut rows.group);
            }
        }
        let (done, bytes) = predictions.progress();
        assert!(done <= bytes);
    }
    Read {
        header: *predictions.header(),
        rows: all,
        groups: predictions.groups().to_vec(),
        error,
        whole,
        skipped: predictions.skipped().clone(),
    }
}

/// The sentence of a refusal, or why it asks.
fn sentence_of(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Error(error) => error.0.clone(),
        Refusal::Ask(question) => format!("{}: {}", question.file, question.why),
    }
}

fn read(files: &[Input], options: &Options, block: usize) -> Result<Read, Refusal> {
    let mut predictions = Predictions::open(files.to_vec(), options.clone())?;
    let first = read_on(&mut predictions, block);
    if first.whole {
        predictions.rewind().expect("it opened before");
        let second = read_on(&mut predictions, block);
        assert!(second.whole && second.rows == first.rows && second.skipped == first.skipped);
    }
    Ok(first)
}

fn check(ratio: usize, size: usize, files: &[Input], columns: Option<Vec<String>>) {
    let most = MEMORY + ratio * size;
    let strict = Options {
        columns,
        ..Options::default()
    };
    let lenient = Options {
        skip_bad_rows: true,
        ..strict.clone()
    };
    let first = match bounded(most, || read(files, &strict, BLOCK)) {
        Ok(first) => first,
        Err(why) => {
            let said = sentence_of(&why);
            sentence(&said, FILE);
            let again = read(files, &lenient, BLOCK);
            match &why {
                // What a question is about, such as labels, may be of rows that are left out.
                Refusal::Ask(_) => again.iter().for_each(sound),
                Refusal::Error(_) => match again {
                    Err(Refusal::Ask(_)) => {}
                    other => {
                        let again = other.err().map(|why| sentence_of(&why));
                        assert_eq!(again, Some(said), "a file is refused as a whole");
                    }
                },
            }
            return;
        }
    };
    sound(&first);
    let other = read(files, &strict, OTHER_BLOCK).expect("it opened before");
    let skipping = bounded(most, || read(files, &lenient, BLOCK)).expect("it opened before");
    sound(&skipping);
    if first.error.is_some() {
        assert!(other.error.is_some(), "{:?}", first.error);
        assert!(skipping.error.is_some() || skipping.skipped.count > 0);
    } else {
        let count = first.rows.len().min(other.rows.len());
        assert_eq!(head(&first, count), head(&other, count));
        assert_eq!((&skipping.rows, skipping.skipped.count), (&first.rows, 0));
        assert!(!first.whole || other.whole, "{:?}", other.error);
    }
    reads_back(&first);
    let config = Config::default().for_task(first.header.task);
    let mut xray = Xray::new(first.header, &config);
    xray.add(&first.rows);
    xray.finish(&first.groups);
}

/// The first rows alone.
fn head(read: &Read, count: usize) -> Rows {
    let mut rows = read.rows.clone();
    rows.outputs.truncate(count * read.header.width());
    rows.targets.truncate(count);
    rows.valid.truncate(count);
    rows.batch.truncate(count);
    rows.group.truncate(count);
    rows
}

/// Whether rows are what a reader promises.
fn sound(read: &Read) {
    let (header, rows) = (&read.header, &read.rows);
    let n = rows.len();
    assert_eq!(rows.outputs.len(), n * header.width());
    assert_eq!(rows.valid.len(), n);
    assert_eq!(rows.batch.len(), if header.has_batch { n } else { 0 });
    assert_eq!(rows.group.len(), if header.has_group { n } else { 0 });
    // A class that cannot be has the logit -inf.
    let may_be_impossible = header.task == Task::Classes && header.outputs == Outputs::Logits;
    let is_output =
        |value: &f64| value.is_finite() || may_be_impossible && *value == f64::NEG_INFINITY;
    assert!(rows.outputs.iter().all(is_output));
    if header.outputs == Outputs::Probabilities {
        assert!(rows.outputs.iter().all(|p| (0.0..=1.0).contains(p)));
    }
    let is_target = |&target: &f64| match header.task {
        Task::Binary => target == 0.0 || target == 1.0,
        Task::Classes => target.fract() == 0.0 && (0.0..header.classes as f64).contains(&target),
        Task::Regression => target.is_finite(),
    };
    assert!(rows.targets.iter().all(is_target));
    assert_eq!(rows.batch.first().unwrap_or(&0), &0);
    let steps = rows.batch.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(steps.into_iter().all(|step| step <= 1));
    assert!(rows.group.iter().all(|&g| (g as usize) < read.groups.len()));
    let different: HashSet<&String> = read.groups.iter().collect();
    assert_eq!(different.len(), read.groups.len(), "names of groups");
    assert!(read.groups.iter().all(|name| name.len() <= 1 << 13));
    let skipped = &read.skipped;
    assert_eq!(skipped.first.len() as u64, skipped.count.min(5));
    let sentences = skipped.first.iter().chain(&read.error);
    sentences.for_each(|why| sentence(why, FILE));
}

/// The rows that were read, written in other formats, are the same rows.
fn reads_back(first: &Read) {
    if first.rows.is_empty() {
        return;
    }
    let (header, rows) = (&first.header, &first.rows);
    if !rows.outputs.iter().all(|value| value.is_finite()) {
        // JSON has no word for it.
        return;
    }
    for bytes in [csv, written_json, written_npy].map(|write| write(header, rows)) {
        let input = Input::bytes("rows.npy", bytes);
        let again = read(&[input], &options(header, rows), BLOCK).expect("it was written well");
        assert_eq!(again.error, None);
        // Labels that are ignored come back in a column of their own.
        let written = Header {
            has_valid: again.header.has_valid,
            ..*header
        };
        assert_eq!((&again.header, &again.rows), (&written, rows));
    }
}
