//! Parquet as pyarrow, polars and DuckDB write it, damaged, and made to do harm. `files/` has 40 examples, the same
//! in each file.

use ghm_lab::data::predictions::{Input, Options, Rows};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::parquet::{Column, parquet};
use crate::{report, text, write};

pub const LOGITS: [f64; 40] = [
    0.375, 0.8125, 0.3125, -1.3125, 0.875, 0.4375, -0.5625, 0.5625, 0.375, 0.3125, 0.0, 0.5625,
    -0.75, -0.1875, -0.5, 0.625, 0.0625, -0.3125, -0.8125, -0.25, 0.0, -0.25, 1.3125, 1.0, -2.6875,
    -1.875, -0.1875, -0.4375, 0.1875, 0.1875, 2.125, -1.125, -0.375, 2.0625, 0.625, 0.6875, -0.5,
    -1.625, 0.1875, 0.125,
];

pub fn read(name: &str, bytes: &[u8]) -> Result<(Rows, Vec<String>), String> {
    let input = Input::bytes(name, bytes);
    let read = crate::read_all(vec![input], Options::default(), 16);
    let (predictions, rows) = read.map_err(|refusal| refusal.to_string())?;
    Ok((rows, predictions.groups().to_vec()))
}

/// The forty examples that others wrote, nothing else.
pub fn holds_the_forty(name: &str, bytes: &[u8]) {
    let (rows, groups) = read(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rows.outputs, LOGITS, "{name}");
    let labels: Vec<f64> = (0..40).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
    assert_eq!(rows.targets, labels, "{name}");
    assert_eq!(groups, ["g0", "g1", "g2", "g3"], "{name}");
    let numbers: Vec<u32> = (0..40).map(|i| i % 4).collect();
    assert_eq!(rows.group, numbers, "{name}");
}

#[test]
fn what_others_write_is_read() {
    let files: [(&str, &[u8]); 23] = [
        (
            "pyarrow-snappy",
            include_bytes!("files/pyarrow-snappy.parquet"),
        ),
        ("pyarrow-lz4", include_bytes!("files/pyarrow-lz4.parquet")),
        ("pyarrow-zstd", include_bytes!("files/pyarrow-zstd.parquet")),
        (
            "pyarrow-brotli",
            include_bytes!("files/pyarrow-brotli.parquet"),
        ),
        (
            "pyarrow-checksum",
            include_bytes!("files/pyarrow-checksum.parquet"),
        ),
        (
            "pyarrow-decimal",
            include_bytes!("files/pyarrow-decimal.parquet"),
        ),
        (
            "pyarrow-decimal-int",
            include_bytes!("files/pyarrow-decimal-int.parquet"),
        ),
        (
            "pyarrow-delta",
            include_bytes!("files/pyarrow-delta.parquet"),
        ),
        ("pyarrow-half", include_bytes!("files/pyarrow-half.parquet")),
        (
            "pyarrow-others",
            include_bytes!("files/pyarrow-others.parquet"),
        ),
        (
            "pyarrow-split",
            include_bytes!("files/pyarrow-split.parquet"),
        ),
        ("polars-gzip", include_bytes!("files/polars-gzip.parquet")),
        ("polars-lz4", include_bytes!("files/polars-lz4.parquet")),
        ("polars-zstd", include_bytes!("files/polars-zstd.parquet")),
        (
            "polars-brotli",
            include_bytes!("files/polars-brotli.parquet"),
        ),
        (
            "duckdb-snappy",
            include_bytes!("files/duckdb-snappy.parquet"),
        ),
        ("duckdb-gzip", include_bytes!("files/duckdb-gzip.parquet")),
        ("duckdb-zstd", include_bytes!("files/duckdb-zstd.parquet")),
        (
            "duckdb-brotli",
            include_bytes!("files/duckdb-brotli.parquet"),
        ),
        (
            "duckdb-lz4_raw",
            include_bytes!("files/duckdb-lz4_raw.parquet"),
        ),
        ("duckdb-v2", include_bytes!("files/duckdb-v2.parquet")),
        (
            "duckdb-decimal",
            include_bytes!("files/duckdb-decimal.parquet"),
        ),
        (
            "duckdb-decimal38",
            include_bytes!("files/duckdb-decimal38.parquet"),
        ),
    ];
    for (name, bytes) in files {
        holds_the_forty(name, bytes);
    }
}

#[test]
fn damage_is_seen_where_pages_have_checksums() {
    let mut bytes = include_bytes!("files/pyarrow-checksum.parquet").to_vec();
    let value = LOGITS[7].to_le_bytes();
    let at = bytes.windows(8).position(|window| window == value);
    bytes[at.expect("it is not packed")] ^= 1;
    let error = read("damaged.parquet", &bytes).expect_err("one bit is another");
    assert!(
        error.starts_with("damaged.parquet: ") && error.contains("checksum"),
        "{error}"
    );
}

#[test]
fn whole_numbers_are_exact_as_names() {
    let n = 6;
    let base = 1_i64 << 60;
    let columns = [
        ("logit", Column::Double(vec![0.5; n])),
        ("label", Column::Double(vec![1.0; n])),
        (
            "batch",
            Column::Long((0..6).map(|i| base + i / 2).collect()),
        ),
        ("group", Column::Long((0..6).map(|i| i % 3 - 3).collect())),
    ];
    let bytes = parquet(&columns, 4, WriterProperties::builder().build());
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "ids.parquet", &bytes);
    assert_eq!(report(&[text(&path)])["batches"], 3.0);
    let (_, groups) = read("ids", &bytes).expect("numbers");
    let expected = [3, 2, 1].map(|less| (u64::MAX - less + 1).to_string());
    assert_eq!(groups, expected, "the column is unsigned");
}

#[test]
fn names_without_end_are_refused() {
    let n = 3000;
    let columns = |names: Vec<String>| {
        [
            ("logit", Column::Double(vec![0.5; n])),
            ("label", Column::Double(vec![1.0; n])),
            ("group", Column::Text(names)),
        ]
    };
    let zstd = Compression::ZSTD(ZstdLevel::try_new(3).expect("a level"));
    for encoding in [
        Encoding::PLAIN,
        Encoding::DELTA_BYTE_ARRAY,
        Encoding::DELTA_LENGTH_BYTE_ARRAY,
    ] {
        let properties = |dictionary: bool| {
            WriterProperties::builder()
                .set_compression(zstd)
                .set_column_encoding("group".into(), encoding)
                .set_dictionary_enabled(dictionary)
                .build()
        };
        // Each begins with all that was before it.
        let growing = (0..n).map(|i| "g".repeat(3 * i)).collect();
        let bytes = parquet(&columns(growing), n, properties(false));
        let error = read("long", &bytes).expect_err("9 kB");
        assert!(error.contains("4096"), "{error}");
        let equal = vec!["g".repeat(100_000); n];
        let bytes = parquet(&columns(equal), n, properties(encoding == Encoding::PLAIN));
        let error = read("long", &bytes).expect_err("100 kB");
        assert!(error.contains("4096"), "{error}");
        let fair = (0..n).map(|i| format!("{:04000}", i % 5)).collect();
        let bytes = parquet(&columns(fair), n, properties(false));
        assert_eq!(read("fair", &bytes).expect("4 kB").0.group.len(), n);
    }
}

#[test]
fn pages_in_frames_of_hadoop_are_read() {
    let n = 300_u32;
    let columns = || {
        [
            ("logit", Column::Double((0..n).map(f64::from).collect())),
            ("label", Column::Bool((0..n).map(|i| i % 2 == 0).collect())),
        ]
    };
    let framed = (8 * n).to_be_bytes();
    for (codec, has_frames) in [(Compression::LZ4, true), (Compression::LZ4_RAW, false)] {
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_dictionary_enabled(false)
            .build();
        let bytes = parquet(&columns(), n as usize, properties);
        // The size of what is packed, its highest byte first, before the packed size.
        let found = bytes.windows(4).any(|four| *four == framed);
        assert_eq!(found, has_frames, "{codec:?}");
        let (rows, _) = read("spark", &bytes).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(rows.outputs, (0..n).map(f64::from).collect::<Vec<f64>>());
    }
}

#[test]
fn a_file_without_its_end_says_how_to_get_it() {
    let columns = [
        ("logit", Column::Double(vec![1.5, -2.0])),
        ("label", Column::Int(vec![1, 0])),
    ];
    let whole = parquet(&columns, 2, WriterProperties::builder().build());
    read("a.parquet", &whole).expect("the whole file");
    for length in [4, 8, 11, whole.len() / 2, whole.len() - 1] {
        let why = read("a.parquet", &whole[..length]).expect_err("the end is not there");
        for part in [
            "a.parquet: ",
            "truncated",
            "copy it again",
            "close the writer",
        ] {
            assert!(why.contains(part), "{length}: {why}");
        }
    }
}
