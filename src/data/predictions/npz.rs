//! NPZ: a zip archive with an NPY array for each column.

use std::io::{self, BufReader, Read};

use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::arrays::{Arrays, from_offset};
use super::error::{ReadError, shorten};
use super::npy::Shape;
use super::{Input, Options};
use crate::words::{tr, word};

/// Most members of an archive: each is unpacked for itself, side by side with the others.
const MOST_MEMBERS: usize = 1000;
/// Deflate cannot pack better than this: what claims to is hostile.
const MOST_RATIO: u64 = 1100;
/// Largest array that is unpacked as a whole.
const MOST_WHOLE: u64 = 1 << 30;

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
        let is_packed = method == CompressionMethod::Deflated;
        // Goes to a byte of the array.
        let unpack = |offset: u64| -> Result<Box<dyn Read + Send>, ReadError> {
            if !is_packed {
                let bytes = from_offset(input, start + offset)?;
                return Ok(Box::new(bytes.take(packed.saturating_sub(offset))));
            }
            let bytes = from_offset(input, start)?.take(packed);
            let bytes = DeflateDecoder::new(BufReader::with_capacity(1 << 14, bytes));
            let mut bytes = bytes.take(unpacked);
            let skipped = io::copy(&mut bytes.by_ref().take(offset), &mut io::sink());
            skipped.map_err(|error| ReadError::io(file, &error))?;
            Ok(Box::new(bytes))
        };
        let whole = tr!("{file}, array \"{}\"", shorten(&name), file);
        let shape = Shape::read(&whole, &mut unpack(0)?)?;
        let available = unpacked.saturating_sub(shape.header);
        let given = options.columns.as_deref();
        if !(is_packed && shape.fortran) {
            arrays.add(&name, &shape, available, given, &unpack)?;
            continue;
        }
        // Its columns lie one behind the other, and to unpack up to each would take forever.
        if unpacked > MOST_WHOLE {
            return Err(refuse(word(
                "is packed and lies column by column, so that all of it must be in memory: at most 1 GiB",
            )));
        }
        let mut bytes = Vec::new();
        let read = unpack(0)?.read_to_end(&mut bytes);
        read.map_err(|error| ReadError::io(&whole, &error))?;
        let bytes = Input::bytes(whole, bytes);
        let open = |offset| from_offset(&bytes, offset);
        arrays.add(&name, &shape, available, given, &open)?;
    }
    Ok(arrays)
}
