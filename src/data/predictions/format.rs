//! Which format a file has, by its first bytes.

use std::io::Read;

use super::array::Array;
use super::arrays::Arrays;
use super::delimited::Delimited;
use super::error::{ReadError, shorten};
use super::json::Object;
use super::names::same;
use super::npy::MAGIC;
use super::packed::unpacked;
use super::work::Pace;
use super::{Input, Options, Table, foreign, npz, safetensors};
use crate::words::{tr, word};

/// Endings of names that a chooser of files offers: those of every format that is read, an experiment's among
/// them. What a file is, its first bytes tell.
pub const ENDINGS: [&str; 19] = [
    "csv",
    "tsv",
    "tab",
    "psv",
    "txt",
    "dat",
    "json",
    "jsonl",
    "ndjson",
    "npy",
    "npz",
    "safetensors",
    "parquet",
    "arrow",
    "arrows",
    "feather",
    "ipc",
    "gz",
    "zst",
];

/// What a file is, by its first bytes.
enum Format {
    Npy,
    Npz,
    Json,
    Parquet,
    Safetensors,
    #[cfg(feature = "parquet")]
    Arrow,
    Delimited,
}

fn format_of(input: &Input) -> Result<Format, ReadError> {
    let mut start = Vec::new();
    let read = input.source()?.take(foreign::START).read_to_end(&mut start);
    read.map_err(|error| ReadError::io(&input.name, &error))?;
    #[cfg(feature = "parquet")]
    if super::arrow::is_arrow(&start) {
        return Ok(Format::Arrow);
    }
    foreign::refuse(input, &start)?;
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(match first {
        _ if start.starts_with(MAGIC) => Format::Npy,
        _ if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") => Format::Npz,
        _ if start.starts_with(b"PAR1") => Format::Parquet,
        Some(b'{' | b'[') => Format::Json,
        _ if safetensors::is_safetensors(&start) => Format::Safetensors,
        _ => Format::Delimited,
    })
}

/// Tables of all files.
pub(super) async fn open_all(
    inputs: &[Input],
    options: &Options,
    pace: &Pace,
) -> Result<Vec<Box<dyn Table>>, ReadError> {
    let mut tables: Vec<Box<dyn Table>> = Vec::new();
    let mut arrays = Vec::new();
    for input in inputs {
        let input = &unpacked(input)?;
        let format = format_of(input)?;
        if options.decimal.is_some() && !matches!(format, Format::Delimited) {
            let what = word("--decimal is for numbers in text, and this is none: leave it out");
            return Err(ReadError::of(&input.name, what));
        }
        // Text names its own columns.
        let is_text = matches!(format, Format::Delimited);
        let count = tables.len();
        match format {
            Format::Npy => arrays.push(Array::file(input)?),
            Format::Npz => tables.push(Box::new(npz::open(input, options)?)),
            Format::Json => tables.push(Box::new(Object::open(input, options, pace).await?)),
            #[cfg(feature = "parquet")]
            Format::Arrow => tables.push(Box::new(super::arrow::Batches::open(input)?)),
            Format::Safetensors => tables.push(Box::new(safetensors::open(input, options)?)),
            #[cfg(feature = "parquet")]
            Format::Parquet => tables.push(Box::new(super::parquet::Pages::open(input)?)),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => {
                let what =
                    word("Parquet is read by the native program only; CSV, NPY, NPZ or JSON here");
                return Err(ReadError::of(&input.name, what));
            }
            Format::Delimited => {
                tables.push(Box::new(Delimited::open(input, options, pace).await?))
            }
        }
        for table in tables[count..].iter().filter(|_| !is_text) {
            check_names(&input.name, table.names(), options)?;
        }
    }
    if !arrays.is_empty() {
        if let Some(other) = tables.first() {
            let names = other.names().len();
            return Err(ReadError(tr!(
                "NPY files cannot be mixed with a file of other kind (columns: {names})",
                names
            )));
        }
        let arrays = Arrays::of(&inputs[0].name, arrays, options)?;
        tables.push(Box::new(arrays));
    }
    Ok(tables)
}

/// Refuses names that were given and are not those of the table: it has its own.
fn check_names(file: &str, names: &[String], options: &Options) -> Result<(), ReadError> {
    let Some(given) = &options.columns else {
        return Ok(());
    };
    let are_same = |(one, other): (&String, &String)| same(one, other);
    if given.len() == names.len() && given.iter().zip(names).all(are_same) {
        return Ok(());
    }
    let what = tr!(
        "--columns names {0}, and it has {1}; --columns is for files without names, --map NAME=ROLE for others",
        shorten(&given.join(",")),
        shorten(&names.join(","))
    );
    Err(ReadError::of(file, what))
}
