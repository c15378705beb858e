//! Files that are not read here, named for what they are by their first bytes, with lines to paste that make one
//! of them that is. What loading would run (pickles) is never loaded.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use zip::ZipArchive;

use super::Input;
use super::error::{ReadError, shorten};
use crate::words::{tr, word};

/// Bytes that tell.
pub(super) const START: u64 = 512;
/// Members of an archive that are looked at.
const MOST_MEMBERS: usize = 1000;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Torch,
    Pickle,
    Joblib,
    Excel,
    OldExcel,
    OpenDocument,
    Hdf5,
    Matlab,
    Matlab73,
    Tar,
    Zip,
    SevenZip,
    Rar,
    Xz,
    Bzip2,
    Lz4,
    Root,
    Rds,
    RData,
    Sqlite,
    Orc,
    Avro,
    TfRecord,
    TensorBoard,
    Feather1,
    Arrow,
    SecretParquet,
    NetCdf,
    Stata,
    Sas,
    Spss,
    Image,
    Pdf,
    Html,
    HtmlTable,
    Xml,
    LfsPointer,
    Dput,
    Utf32,
}

/// Refuses a file that begins with these bytes where it is of a kind that is not read here.
///
/// # Errors
/// Says what it is and what would do.
pub(super) fn refuse(input: &Input, start: &[u8]) -> Result<(), ReadError> {
    let found = if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        zipped(input)
    } else {
        kind(start)
            .or_else(|| kind(&unpacked(start)))
            .map(|kind| match (kind, start) {
                // Nobody else packs a pickle by zlib.
                (Kind::Pickle, [0x78, ..]) => Kind::Joblib,
                (kind, _) => kind,
            })
            .map(|kind| (kind, String::new()))
    };
    let Some((kind, members)) = found else {
        return Ok(());
    };
    let (what, lines) = (kind.what(), kind.lines());
    let file = quoted(&input.name);
    let sentence = match lines {
        [] => tr!("it is {what}{members}", what, members),
        _ => tr!(
            "it is {what}{members}; these lines make a file of it that is read here, once the names are yours:",
            what,
            members
        ),
    };
    let lines = lines.iter().map(|line| line.replace("FILE", &file));
    let text: String = lines.map(|line| format!("\n    {line}")).collect();
    Err(ReadError::of(&input.name, format!("{sentence}{text}")))
}

/// A name as Python and R have it between quotes.
fn quoted(name: &str) -> String {
    if name.contains(char::is_control) {
        return "\"FILE\"".to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The first bytes of what gzip or zlib packed.
fn unpacked(start: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let packed: Box<dyn Read> = match start {
        [0x1f, 0x8b, ..] => Box::new(GzDecoder::new(start)),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Box::new(ZlibDecoder::new(start)),
        _ => return bytes,
    };
    // What comes before the end of the few bytes is enough.
    let _ = packed.take(START).read_to_end(&mut bytes);
    bytes
}

/// What a zip archive is that has no arrays, and what is in it.
fn zipped(input: &Input) -> Option<(Kind, String)> {
    // What cannot be listed is told by whoever reads on.
    let archive = ZipArchive::new(input.source().ok()?).ok()?;
    let names = archive.file_names().take(MOST_MEMBERS).flatten();
    let names: Vec<String> = names.map(String::from).collect();
    let has = |is: &dyn Fn(&str) -> bool| names.iter().any(|name| is(name));
    if has(&|name| name.ends_with(".npy")) {
        return None;
    }
    let kind = if has(&|name| name.starts_with("xl/")) {
        Kind::Excel
    } else if has(&|name| name == "data.pkl" || name.ends_with("/data.pkl")) {
        Kind::Torch
    } else if has(&|name| name == "mimetype") && has(&|name| name == "content.xml") {
        Kind::OpenDocument
    } else {
        Kind::Zip
    };
    let mut inside = String::new();
    if kind == Kind::Zip {
        let first = names.iter().take(3).map(|name| shorten(name));
        let first: Vec<String> = first.collect();
        inside = match names.len() {
            0 => format!(" {}", word("without files")),
            count if count > 3 => format!(
                " {}",
                tr!("of {0} and {1} more", first.join(", "), count - 3)
            ),
            _ => format!(" {}", tr!("of {0}", first.join(", "))),
        };
    }
    Some((kind, inside))
}

/// What begins with these bytes.
fn kind(start: &[u8]) -> Option<Kind> {
    let known: [(usize, &[u8], Kind); 52] = [
        (0, b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20", Kind::Torch),
        (0, b"\x80\x02", Kind::Pickle),
        (0, b"\x80\x03", Kind::Pickle),
        (0, b"\x80\x04\x95", Kind::Pickle),
        (0, b"\x80\x05\x95", Kind::Pickle),
        (0, b"(dp0\n", Kind::Pickle),
        (0, b"(lp0\n", Kind::Pickle),
        (0, b"cnumpy", Kind::Pickle),
        (0, b"cpandas", Kind::Pickle),
        (0, b"ccopy_reg\n", Kind::Pickle),
        (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::OldExcel),
        (0, b"MATLAB 5.0 MAT-file", Kind::Matlab),
        (0, b"MATLAB 7.3 MAT-file", Kind::Matlab73),
        (0, b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
        (257, b"ustar", Kind::Tar),
        (0, b"PK\x07\x08", Kind::Zip),
        (0, b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
        (0, b"Rar!\x1a\x07", Kind::Rar),
        (0, b"\xfd7zXZ\0", Kind::Xz),
        (0, b"BZh", Kind::Bzip2),
        (0, b"\x04\x22\x4d\x18", Kind::Lz4),
        (0, b"root\0", Kind::Root),
        (0, b"X\n\0\0\0", Kind::Rds),
        (0, b"A\n2\n", Kind::Rds),
        (0, b"A\n3\n", Kind::Rds),
        (0, b"RDX2\n", Kind::RData),
        (0, b"RDX3\n", Kind::RData),
        (0, b"RDA2\n", Kind::RData),
        (0, b"RDA3\n", Kind::RData),
        (0, b"SQLite format 3\0", Kind::Sqlite),
        (0, b"ORC", Kind::Orc),
        (0, b"Obj\x01", Kind::Avro),
        (0, b"FEA1", Kind::Feather1),
        (0, b"ARROW1\0\0", Kind::Arrow),
        (0, b"\xff\xff\xff\xff", Kind::Arrow),
        (0, b"PARE", Kind::SecretParquet),
        (0, b"CDF\x01", Kind::NetCdf),
        (0, b"CDF\x02", Kind::NetCdf),
        (0, b"<stata_dta>", Kind::Stata),
        // Versions 114 and 115, which pandas writes, highest bytes first or last.
        (0, b"\x72\x01\x01\0", Kind::Stata),
        (0, b"\x72\x02\x01\0", Kind::Stata),
        (0, b"\x73\x02\x01\0", Kind::Stata),
        (0, b"\xff\xfe\0\0", Kind::Utf32),
        (0, b"\0\0\xfe\xff", Kind::Utf32),
        (12, b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", Kind::Sas),
        (0, b"$FL2@(#)", Kind::Spss),
        (0, b"\x89PNG\r\n\x1a\n", Kind::Image),
        (0, b"\xff\xd8\xff", Kind::Image),
        (0, b"GIF8", Kind::Image),
        (0, b"%PDF-", Kind::Pdf),
        (0, b"<?xml", Kind::Xml),
        (
            0,
            b"version https://git-lfs.github.com/spec",
            Kind::LfsPointer,
        ),
    ];
    let is = |at: usize, magic: &[u8]| start.get(at..).is_some_and(|rest| rest.starts_with(magic));
    if let Some((.., kind)) = known.iter().find(|(at, magic, _)| is(*at, magic)) {
        // Letters alone may be those of a text.
        let is_text = matches!(kind, Kind::Orc | Kind::Bzip2) && start.is_ascii();
        let is_joblib = || start.windows(7).any(|bytes| bytes == b"joblib.");
        return match kind {
            Kind::Pickle if is_joblib() => Some(Kind::Joblib),
            _ => Some(*kind).filter(|_| !is_text),
        };
    }
    if is_record(start) {
        let events = start.windows(12).any(|bytes| bytes == b"brain.Event:");
        return Some(if events {
            Kind::TensorBoard
        } else {
            Kind::TfRecord
        });
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = text.trim_ascii_start().iter().take(14);
    let text: Vec<u8> = text.map(u8::to_ascii_lowercase).collect();
    let begins: [(&[u8], Kind); 4] = [
        (b"<!doctype html", Kind::Html),
        (b"<html", Kind::Html),
        (b"<table", Kind::HtmlTable),
        (b"structure(list", Kind::Dput),
    ];
    let mut begins = begins.iter();
    let of = begins.find(|(begins, _)| text.starts_with(begins));
    of.map(|(_, kind)| *kind)
}

/// Whether a TFRecord begins here: a length and its checksum.
fn is_record(start: &[u8]) -> bool {
    let Some((length, rest)) = start.split_first_chunk::<8>() else {
        return false;
    };
    let Some((checksum, _)) = rest.split_first_chunk::<4>() else {
        return false;
    };
    // CRC-32C, turned as the format has it.
    let crc = length.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            crc >> 1 ^ (0x82f6_3b78 * (crc & 1))
        })
    });
    let masked = (!crc).rotate_right(15).wrapping_add(0xa282_ead8);
    u32::from_le_bytes(*checksum) == masked
}

impl Kind {
    fn what(self) -> &'static str {
        match self {
            Self::Torch => word(
                "a file of PyTorch, which is a pickle: to load it runs what is in it, so it is not loaded here",
            ),
            Self::Pickle | Self::Joblib => {
                word("a pickle: to load it runs what is in it, so it is not loaded here")
            }
            Self::Excel => word("an Excel workbook (in Excel: save as CSV UTF-8)"),
            Self::OldExcel => word(
                "a file of Microsoft Office, perhaps an Excel workbook (in Excel: save as CSV UTF-8)",
            ),
            Self::OpenDocument => word("a spreadsheet of LibreOffice (there: save as CSV)"),
            Self::Hdf5 => word("an HDF5 file"),
            Self::Matlab => word("a MAT-file of MATLAB"),
            Self::Matlab73 => word("a MAT-file of MATLAB 7.3, which is HDF5"),
            Self::Tar => word("a tar archive; unpack it first (tar xf)"),
            Self::Zip => word("a zip archive without NPY arrays; unpack it first (unzip):"),
            Self::SevenZip => word("a 7z archive; unpack it first (7z x)"),
            Self::Rar => word("a RAR archive; unpack it first (unrar x)"),
            Self::Xz => {
                word("packed by xz; unpack it first (xz -dk, or readRDS in R where it is an .rds)")
            }
            Self::Bzip2 => word("packed by bzip2; unpack it first (bzip2 -dk)"),
            Self::Lz4 => word("packed by lz4; unpack it first (lz4 -d)"),
            Self::Root => word("a ROOT file"),
            Self::Rds => word("an .rds file of R"),
            Self::RData => word("an .RData file of R"),
            Self::Sqlite => word("an SQLite database"),
            Self::Orc => word("an ORC file"),
            Self::Avro => word("an Avro file"),
            Self::TfRecord => word("a TFRecord file"),
            Self::TensorBoard => {
                word("a log of TensorBoard, which holds scalars of the training and no predictions")
            }
            Self::Feather1 => word("a Feather file of version 1"),
            Self::Arrow => word("an Arrow file (Feather)"),
            Self::SecretParquet => word("an encrypted Parquet file; it must be decrypted first"),
            Self::NetCdf => word("a NetCDF file"),
            Self::Stata => word("a file of Stata"),
            Self::Sas => word("a file of SAS"),
            Self::Spss => word("a file of SPSS"),
            Self::Image => word("an image; predictions are expected, a row for each example"),
            Self::Pdf => word("a PDF; predictions are expected, a row for each example"),
            Self::Html => word("a web page, perhaps of a login; download the file itself"),
            Self::HtmlTable => word("a table of a web page"),
            Self::Dput => word("what dput of R writes"),
            Self::Utf32 => word("text in UTF-32, and UTF-8 is expected"),
            Self::Xml => word("XML; save it as CSV or JSON"),
            Self::LfsPointer => {
                word("a pointer of Git LFS, not the file itself; git lfs pull fetches it")
            }
        }
    }
}
