//! NPZ: a zip archive with an NPY array for each column.

use zip::{CompressionMethod, ZipArchive};

use super::array::Array;
use super::arrays::Arrays;
use super::error::{ReadError, shorten};
use super::origin::{Origin, Packing};
use super::{Input, Options};
use crate::words::{tr, word};

/// Most members of an archive: each is unpacked for itself, side by side with the others.
const MOST_MEMBERS: usize = 1000;
/// Deflate cannot pack better than this: what claims to is hostile.
const MOST_RATIO: u64 = 1100;

/// All arrays of an archive. What cannot be a column is left out: it may not be needed.
pub(super) fn open(input: &Input, options: &Options) -> Result<Arrays, ReadError> {
    let file = &input.name;
    let broken = |error: zip::result::ZipError| {
        let why = shorten(&error.to_string());
        ReadError::of(
            file,
            tr!(
                "its zip archive cannot be read: {why}; it is cut short or damaged: copy it again",
                why
            ),
        )
    };
    let mut archive = ZipArchive::new(input.source()?).map_err(broken)?;
    if archive.len() > MOST_MEMBERS {
        return Err(ReadError::of(
            file,
            word("its zip archive has too many members"),
        ));
    }
    let size = input.size()?;
    let mut arrays = Vec::new();
    let mut places = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(broken)?;
        let name = member.name().map_err(broken)?.into_owned();
        let Some(name) = name.strip_suffix(".npy") else {
            continue;
        };
        let (packed, unpacked, crc) = (member.compressed_size(), member.size(), member.crc32());
        let start = member.data_start().unwrap_or(size);
        let shown = shorten(name);
        let whole = tr!("{file}, array \"{}\"", shown, file);
        let method = member.compression();
        let fault = if packed > size || start > size - packed {
            Some(word("lies beyond the end of the file: it is truncated"))
        } else if member.encrypted() {
            Some(word("is encrypted"))
        } else {
            match method {
                CompressionMethod::Stored if packed == unpacked => None,
                CompressionMethod::Deflated if unpacked / MOST_RATIO <= packed => None,
                CompressionMethod::Stored | CompressionMethod::Deflated => {
                    Some(word("is of impossible size"))
                }
                _ => Some(word("is packed by a method that NumPy does not use")),
            }
        };
        if let Some(what) = fault {
            let why = ReadError::of(file, tr!("array \"{name}\" {what}", name = shown, what));
            arrays.push(Array::unread(name, why));
            continue;
        }
        places.push(start..start + packed);
        let origin = Origin {
            name: whole,
            input: input.clone(),
            start,
            size: packed,
            packing: match method {
                CompressionMethod::Deflated => Packing::Deflated { unpacked, crc },
                _ => Packing::Stored { crc },
            },
        };
        arrays.push(Array::with_header(name, origin));
    }
    // A few bytes may not stand for many arrays.
    places.retain(|place| !place.is_empty());
    places.sort_by_key(|place| place.start);
    if places.windows(2).any(|pair| pair[1].start < pair[0].end) {
        return Err(ReadError::of(
            file,
            word("members of its zip archive overlap: it is damaged, or made to fill the memory"),
        ));
    }
    Arrays::of(file, arrays, options)
}
