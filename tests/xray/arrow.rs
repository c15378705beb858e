//! Arrow files and streams as pyarrow writes them; the same 40 examples as in `parquet_more`.

use crate::parquet_more::{holds_the_forty, read};

const FILES: [(&str, &[u8]); 4] = [
    ("lz4.feather", include_bytes!("files/lz4.feather")),
    ("zstd.feather", include_bytes!("files/zstd.feather")),
    ("decimal.feather", include_bytes!("files/decimal.feather")),
    ("stream.arrows", include_bytes!("files/stream.arrows")),
];

#[test]
fn what_others_write_is_read() {
    for (name, bytes) in FILES {
        holds_the_forty(name, bytes);
    }
}

#[test]
fn damaged_files_are_sentences() {
    for (name, bytes) in FILES {
        for end in (8..bytes.len()).step_by(7) {
            if let Err(error) = read(name, &bytes[..end]) {
                assert!(error.starts_with(name), "{error}");
            }
        }
        for at in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = bytes.to_vec();
                bytes[at] ^= change;
                // Numbers may be others: no checksum says so. What is not read is told.
                if let Err(error) = read(name, &bytes) {
                    assert!(!error.is_empty());
                }
            }
        }
    }
}
