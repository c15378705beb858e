//! Text that is packed.

use std::io::Write as _;

use ghm_lab::data::predictions::{Input, Options};

use crate::text::{gzip, is, read, refused, utf16};
use crate::{report, text, write, xray};

#[test]
fn packed_files_are_unpacked() {
    let rows = b"logit,label\n1.5,1\n-2,0\n";
    let halves = [gzip(&rows[..14]), gzip(&rows[14..])].concat();
    let zstandard = zstd::encode_all(&rows[..], 3).expect("memory");
    for packed in [
        gzip(rows),
        halves,
        zstandard,
        gzip(&utf16("logit\tlabel\n1,5\t1\n-2\t0\n", false)),
    ] {
        is(&packed, &[1.5, -2.0], &[1.0, 0.0]);
    }
    is(&gzip(b"[{\"logit\":1.5,\"label\":1}]"), &[1.5], &[1.0]);
    let array = crate::formats::npy("<f8", "(1,)", false, &1.5_f64.to_le_bytes());
    let label = crate::formats::npy("|u1", "(1,)", false, &[1]);
    let inputs = vec![
        Input::bytes("a/logit.npy.gz", gzip(&array)),
        Input::bytes("label.npy", label),
    ];
    let (_, all) = crate::read_all(inputs, Options::default(), 10).expect("arrays");
    assert_eq!((all.outputs, all.targets), (vec![1.5], vec![1.0]));

    let packed = gzip(&b"logit,label\n1.5,1\n".repeat(1000));
    refused(&packed[..packed.len() / 2], &["gzip", "truncated"]);
    let mut broken = packed.clone();
    let middle = broken.len() - 6;
    broken[middle] ^= 0x55;
    assert!(read(&broken).is_err());
    // Zeros without end in a file of a few bytes.
    let mut bomb = zstd::Encoder::new(b"".to_vec(), 1).expect("memory");
    bomb.write_all(b"logit,label\n").expect("memory");
    for _ in 0..300 {
        bomb.write_all(&vec![b'\n'; 1 << 20]).expect("memory");
    }
    let bomb = bomb.finish().expect("memory");
    assert!(bomb.len() < 1 << 16);
    refused(&bomb, &["1100 times"]);
}

#[test]
fn the_binary_reads_them_and_a_second_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: String = (0..5000)
        .map(|i| format!("{},{},g{}\n", f64::from(i % 9) - 4.0, i % 2, i % 3))
        .collect();
    let rows = format!("logit,label,group\n{rows}");
    let plain = write(&folder, "a.csv", &rows);
    let want = report(&[text(&plain)]);
    let semicolons = rows.replace(',', ";");
    for (name, bytes) in [
        ("a.csv.gz", gzip(rows.as_bytes())),
        (
            "a.csv.zst",
            zstd::encode_all(rows.as_bytes(), 1).expect("memory"),
        ),
        ("utf16.txt", utf16(&rows.replace(',', "\t"), false)),
        ("sep.csv", format!("sep=;\r\n{semicolons}").into_bytes()),
    ] {
        let path = write(&folder, name, bytes);
        let got = report(&[text(&path)]);
        for key in ["examples", "counts", "by_group"] {
            assert_eq!(got[key], want[key], "{name}: {key}");
        }
        let examples = folder.path().join("examples.csv");
        let ran = xray(&[text(&path), "--per-example", text(&examples)]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        let lines = std::fs::read_to_string(&examples)
            .expect("written")
            .lines()
            .count();
        assert_eq!(lines, 5001, "{name}");
    }
}
