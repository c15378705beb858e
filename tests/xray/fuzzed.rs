//! No bytes upset a reader: changed files and what is none.

use ghm_lab::data::predictions::{Input, Next, Options, Predictions, Rows, read_histogram};
use parquet::basic::Compression;
use parquet::file::properties::WriterVersion;
use proptest::prelude::*;

use crate::formats::{npy, npz};
use crate::parquet::{Column, packed, parquet};

/// Reads everything; what cannot be read is a sentence.
fn read(name: &str, bytes: &[u8], skip_bad_rows: bool) {
    let input = || Input::bytes(name, bytes.to_vec());
    let options = Options {
        skip_bad_rows,
        ..Options::default()
    };
    let _ = read_histogram(&input());
    let Ok(mut predictions) = Predictions::open(vec![input()], options) else {
        return;
    };
    let mut rows = Rows::default();
    while let Ok(next) = predictions.read(&mut rows, 64) {
        match next {
            Next::Rows => {}
            Next::Again => continue,
            Next::End => break,
        }
        let width = predictions.header().width();
        assert!(!rows.is_empty() && rows.len() <= 64);
        assert_eq!(rows.outputs.len(), rows.len() * width);
        assert!(
            rows.outputs
                .iter()
                .chain(&rows.targets)
                .all(|value| value.is_finite() || *value == f64::NEG_INFINITY)
        );
    }
}

fn small_parquet(compression: Compression, version: WriterVersion) -> Vec<u8> {
    let columns = [
        (
            "logit",
            Column::Optional(vec![Some(1.0), Some(-2.0), Some(0.5), None]),
        ),
        ("label", Column::Int(vec![0, 1, 1, 0])),
        (
            "group",
            Column::Text(["a", "b", "a", ""].map(str::to_owned).to_vec()),
        ),
    ];
    parquet(&columns, 3, packed(compression, version))
}

/// Valid files to change.
fn seeds() -> Vec<Vec<u8>> {
    let f8 = |values: &[f64]| {
        values
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let one = npy("<f8", "(4,)", false, &f8(&[1.0, -2.0, 0.5, 3.0]));
    let label = npy(
        "<i4",
        "(4,)",
        false,
        &[0, 1, 1, 0].map(i32::to_le_bytes).concat(),
    );
    vec![
        b"logit,label,batch,group,valid\n1,0,a,x,1\n\"2\",1,a,y,0\n-3e2,0,b,x,true\n".to_vec(),
        b"p_0\tp_1\tlabel\n0.5\t0.5\t1\n0.1\t0.9\t0\n".to_vec(),
        b"pred;target\n1;2\n3;4\n".to_vec(),
        b"gradient_norm,log10_count\n# of a detector\n0.25,3\n0.75,1.5\n".to_vec(),
        b"{\"logit\": [1, 2.5, -3e1], \"label\": [0, 1, true], \"group\": [\"a\", 1, null]}"
            .to_vec(),
        npy("<f8", "(2, 2)", true, &f8(&[1.0, 2.0, 0.0, 1.0])),
        npy(
            "[('logit', '<f4'), ('label', '|u1'), ('group', '|S3')]",
            "(3,)",
            false,
            &[7; 24],
        ),
        npz(&[("logit", &one), ("label", &label)]),
        small_parquet(Compression::SNAPPY, WriterVersion::PARQUET_1_0),
        small_parquet(Compression::UNCOMPRESSED, WriterVersion::PARQUET_2_0),
    ]
}

/// A million inputs were tried; how many a run tries is in `GHM_FUZZ_CASES`.
fn cases() -> u32 {
    let wished = std::env::var("GHM_FUZZ_CASES").ok();
    wished.and_then(|text| text.parse().ok()).unwrap_or(2000)
}

#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Delete(prop::sample::Index, usize),
    Truncate(prop::sample::Index),
    Repeat(prop::sample::Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (at(), prop::collection::vec(any::<u8>(), 1..8))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (
            at(),
            prop_oneof![
                Just(b"\"".to_vec()),
                Just(b"\n".to_vec()),
                Just(b",,".to_vec()),
                Just(b"NaN".to_vec()),
                Just(b"99999999999999999999".to_vec()),
                Just(b"(((".to_vec()),
                Just(b"\0".to_vec())
            ]
        )
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1..16usize).prop_map(|(at, count)| Change::Delete(at, count)),
        at().prop_map(Change::Truncate),
        (at(), 1..200usize).prop_map(|(at, count)| Change::Repeat(at, count)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        match change {
            Change::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Change::Insert(at, new) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, new);
            }
            Change::Delete(at, count) => {
                let at = at.index(bytes.len());
                let end = (at + count).min(bytes.len());
                bytes.drain(at..end);
            }
            Change::Truncate(at) => bytes.truncate(at.index(bytes.len())),
            Change::Repeat(at, count) => {
                let from = at.index(bytes.len());
                let part = bytes[from..(from + count).min(bytes.len())].to_vec();
                bytes.splice(from..from, part);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn changed_files_upset_no_reader(
        seed in prop::sample::select(seeds()),
        changes in prop::collection::vec(change(), 1..6),
        skip in any::<bool>(),
    ) {
        read("fuzzed", &changed(seed, changes), skip);
    }

    #[test]
    fn any_bytes_upset_no_reader(
        start in prop::sample::select(vec![&b""[..], b"\x93NUMPY\x01\x00", b"PK\x03\x04", b"{\"logit\":[", b"logit,label\n", b"PAR1"]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        skip in any::<bool>(),
    ) {
        read("fuzzed", &[start, &bytes[..]].concat(), skip);
    }
}
