//! Files of others: named for what they are, with lines to paste.

use std::io::{Cursor, Write};

use ghm_lab::data::predictions::{Input, Options, Predictions};

use crate::formats::npy;
use crate::{text, write, xray};

fn zip(names: &[&str]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("a member");
        archive.write_all(b"what is in it").expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn at(place: usize, magic: &[u8]) -> Vec<u8> {
    [&vec![b'a'; place], magic, &[0; 300]].concat()
}

/// A name, the bytes, what is said of them, and a word of the lines to paste.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let pickle = b"\x80\x04\x95\x0b\0\0\0\0\0\0\0}\x94";
    // The length 16, and its checksum as TensorFlow writes it.
    let record = [&16_u64.to_le_bytes()[..], &record_checksum(16), &[0; 20]].concat();
    let events = [
        &24_u64.to_le_bytes()[..],
        &record_checksum(24),
        b"\x09\0\0\0\0\0\0\0\0\x1a\x0dbrain.Event:2",
    ]
    .concat();
    vec![
        (
            "model.pt",
            zip(&["archive/data.pkl", "archive/version"]),
            "a file of PyTorch",
            "torch.load",
        ),
        (
            "old.pt",
            at(0, b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20"),
            "a file of PyTorch",
            "torch.load",
        ),
        ("preds.pkl", pickle.to_vec(), "a pickle", "read_pickle"),
        (
            "text.pkl",
            b"(dp0\nVlogit\n".to_vec(),
            "a pickle",
            "read_pickle",
        ),
        ("preds.pkl.gz", gzip(pickle), "a pickle", "read_pickle"),
        ("preds.joblib", zlib(pickle), "a pickle", "joblib.load"),
        (
            "preds.xlsx",
            zip(&["[Content_Types].xml", "xl/workbook.xml"]),
            "an Excel workbook",
            "read_excel",
        ),
        (
            "preds.xls",
            at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            "Microsoft Office",
            "read_excel",
        ),
        (
            "preds.ods",
            zip(&["mimetype", "content.xml"]),
            "LibreOffice",
            "odf",
        ),
        (
            "preds.h5",
            at(0, b"\x89HDF\r\n\x1a\n"),
            "an HDF5 file",
            "h5py.File",
        ),
        (
            "preds.mat",
            at(0, b"MATLAB 5.0 MAT-file, Platform"),
            "MAT-file of MATLAB",
            "loadmat",
        ),
        (
            "new.mat",
            at(0, b"MATLAB 7.3 MAT-file, Platform"),
            "MATLAB 7.3",
            "h5py.File",
        ),
        ("preds.tar", at(257, b"ustar"), "a tar archive", ""),
        (
            "preds.tar.gz",
            gzip(&at(257, b"ustar")),
            "a tar archive",
            "",
        ),
        (
            "preds.zip",
            zip(&["preds.csv"]),
            "a zip archive without NPY arrays; unpack it first (unzip): of preds.csv",
            "",
        ),
        ("preds.7z", at(0, b"7z\xbc\xaf\x27\x1c"), "a 7z archive", ""),
        ("preds.rar", at(0, b"Rar!\x1a\x07"), "a RAR archive", ""),
        ("preds.csv.xz", at(0, b"\xfd7zXZ\0"), "packed by xz", ""),
        (
            "preds.csv.bz2",
            at(0, b"BZh91AY&SY\xff"),
            "packed by bzip2",
            "",
        ),
        (
            "preds.csv.lz4",
            at(0, b"\x04\x22\x4d\x18"),
            "packed by lz4",
            "",
        ),
        ("preds.root", at(0, b"root\0"), "a ROOT file", "uproot"),
        (
            "preds.rds",
            gzip(b"X\n\0\0\0\x03"),
            "an .rds file of R",
            "readRDS",
        ),
        (
            "preds.RData",
            gzip(b"RDX3\nX\n"),
            "an .RData file of R",
            "write.csv",
        ),
        (
            "preds.db",
            at(0, b"SQLite format 3\0"),
            "an SQLite database",
            "sqlite3",
        ),
        (
            "preds.orc",
            at(0, b"ORC\x11\xff"),
            "an ORC file",
            "orc.read_table",
        ),
        ("preds.avro", at(0, b"Obj\x01"), "an Avro file", "fastavro"),
        (
            "preds.tfrecord",
            record,
            "a TFRecord file",
            "TFRecordDataset",
        ),
        ("events.out.tfevents.1", events, "a log of TensorBoard", ""),
        (
            "preds.feather",
            at(0, b"FEA1"),
            "Feather file of version 1",
            "write_feather",
        ),
        (
            "secret.parquet",
            at(0, b"PARE"),
            "an encrypted Parquet file",
            "",
        ),
        ("preds.nc", at(0, b"CDF\x01"), "a NetCDF file", "xarray"),
        (
            "preds.dta",
            at(0, b"<stata_dta>"),
            "a file of Stata",
            "read_stata",
        ),
        (
            "preds.sav",
            at(0, b"$FL2@(#)"),
            "a file of SPSS",
            "read_spss",
        ),
        ("curve.png", at(0, b"\x89PNG\r\n\x1a\n"), "an image", ""),
        ("paper.pdf", at(0, b"%PDF-1.7"), "a PDF", ""),
        (
            "login.csv",
            b"\n<!DOCTYPE html><html>".to_vec(),
            "a web page",
            "",
        ),
        ("preds.xml", at(0, b"<?xml version"), "XML", ""),
        (
            "preds.csv",
            at(0, b"version https://git-lfs.github.com/spec/v1\n"),
            "a pointer of Git LFS",
            "",
        ),
    ]
}

fn record_checksum(length: u64) -> [u8; 4] {
    // CRC-32C by its definition, bit by bit.
    let mut crc = u32::MAX;
    for byte in length.to_le_bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0x82f6_3b78
            } else {
                crc >> 1
            };
        }
    }
    let crc = !crc;
    (crc.rotate_right(15).wrapping_add(0xa282_ead8)).to_le_bytes()
}

#[test]
fn files_of_others_are_named_with_a_cure() {
    for (name, bytes, what, cure) in files() {
        let input = Input::bytes(name, bytes);
        let error = Predictions::open(vec![input], Options::default())
            .err()
            .expect(name)
            .to_string();
        assert!(error.starts_with(&format!("{name}: it is ")), "{error}");
        assert!(error.contains(what) && error.contains(cure), "{error}");
        let lines: Vec<&str> = error.lines().skip(1).collect();
        assert_eq!(lines.len(), if cure.is_empty() { 0 } else { 3 }, "{error}");
        assert!(
            cure.is_empty() || error.contains(&format!("\"{name}\"")),
            "{error}"
        );
    }
}

#[test]
fn the_command_line_shows_the_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "preds.xlsx", zip(&["xl/workbook.xml"]));
    let ran = xray(&[text(&path)]);
    assert_eq!(
        (ran.code, ran.stderr.lines().count()),
        (2, 4),
        "{}",
        ran.stderr
    );
    let path = write(
        &folder,
        "label.npy",
        npy("|O", "(3,)", false, b"\x80\x04K\x01."),
    );
    let ran = xray(&[text(&path)]);
    assert!(
        ran.stderr.contains("never loaded") && ran.stderr.contains("tolist"),
        "{}",
        ran.stderr
    );
}

#[test]
fn texts_that_begin_like_others_are_texts() {
    for start in ["ORC", "BZh", "root", "(dp", "X", "A", "CDF", "Obj", "%PDF"] {
        let csv = format!("{start},logit,label\n1,0.5,1\n2,-0.5,0\n");
        let input = Input::bytes("a.csv", csv.into_bytes());
        Predictions::open(vec![input], Options::default())
            .unwrap_or_else(|error| panic!("{error}"));
    }
}
