//! NPZ: a zip archive with an NPY array for each column.

use std::io::Read;

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::arrays::{Arrays, from_offset};
use super::error::{ReadError, shorten};
use super::npy::Shape;
use super::{Input, Options};
use crate::words::{tr, word};

/// Most members of an archive.
const MOST_MEMBERS: usize = 10_000;
/// Deflate cannot pack better than this: what claims to is hostile.
const MOST_RATIO: u64 = 1100;

/// All arrays of an archive that may be columns.
pub(super) fn open(input: &Input, options: &Options) -> Result<Arrays, ReadError> {
    let file = &input.name;
    let broken = |error: zip::result::ZipError| {
        let why = shorten(&error.to_string());
        ReadError::of(file, tr!("its zip archive cannot be read: {why}", why))
    };
    let mut archive = ZipArchive::new(input.source()?).map_err(broken)?;
    if archive.len() > MOST_MEMBERS {
        return Err(ReadError::of(
            file,
            word("its zip archive has too many members"),
        ));
    }
    let mut arrays = Arrays::new(file);
    let size = input.size()?;
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(broken)?;
        let name = member.name().map_err(broken)?.into_owned();
        let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else {
            continue;
        };
        let refuse = |what: &str| {
            let name = shorten(&name);
            ReadError::of(file, tr!("array \"{name}\" {what}", name, what))
        };
        if member.encrypted() {
            return Err(refuse(word("is encrypted")));
        }
        let (packed, unpacked) = (member.compressed_size(), member.size());
        let start = member.data_start().unwrap_or(size);
        if packed > size || start > size - packed {
            return Err(refuse(word(
                "lies beyond the end of the file: it is truncated",
            )));
        }
        let method = member.compression();
        let is_possible = match method {
            CompressionMethod::Stored => packed == unpacked,
            CompressionMethod::Deflated => unpacked / MOST_RATIO <= packed,
            _ => {
                return Err(refuse(word(
                    "is packed by a method that NumPy does not use",
                )));
            }
        };
        if !is_possible {
            return Err(refuse(word("is of impossible size")));
        }
        drop(member);
        let unpack = || -> Result<Box<dyn Read + Send>, ReadError> {
            let bytes = from_offset(input, start)?.take(packed);
            let bytes = std::io::BufReader::with_capacity(1 << 16, bytes);
            Ok(match method {
                CompressionMethod::Stored => Box::new(bytes),
                _ => Box::new(DeflateDecoder::new(bytes).take(unpacked)),
            })
        };
        let whole = tr!("{file}, array \"{}\"", shorten(&name), file);
        let shape = Shape::read(&whole, &mut unpack()?)?;
        let available = unpacked.saturating_sub(shape.header);
        arrays.add(
            &name,
            &shape,
            available,
            options.columns.as_deref(),
            &unpack,
        )?;
    }
    Ok(arrays)
}
