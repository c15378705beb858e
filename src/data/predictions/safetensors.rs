//! Safetensors: a JSON header with name, type, shape and place of each tensor, and their elements behind it.

use std::io::{Read, Seek, SeekFrom};

use serde::Deserialize;
use serde_json::Value;

use super::array::Array;
use super::arrays::Arrays;
use super::descr::Layout;
use super::error::{ReadError, shorten};
use super::npy::{Element, Field, Shape};
use super::origin::{Origin, Packing};
use super::{Input, Options};
use crate::words::{tr, word};

/// Longest header in bytes.
const MOST_HEADER: u64 = 1 << 24;
/// Most tensors: each that is read is an open file.
const MOST_TENSORS: usize = 100_000;

/// What a header says of a tensor.
#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// Whether a file may begin like this: the length of the header, and an object.
pub(super) fn is_safetensors(start: &[u8]) -> bool {
    let Some((length, rest)) = start.split_first_chunk::<8>() else {
        return false;
    };
    (2..=MOST_HEADER).contains(&u64::from_le_bytes(*length)) && rest.first() == Some(&b'{')
}

/// All tensors that may be columns.
pub(super) fn open(input: &Input, options: &Options) -> Result<Arrays, ReadError> {
    let file = &input.name;
    let failed = |error| ReadError::io(file, &error);
    let broken = || ReadError::of(file, word("its safetensors header cannot be understood"));
    let size = input.size()?;
    let mut source = input.source()?;
    let mut length = [0; 8];
    source.read_exact(&mut length).map_err(failed)?;
    let length = u64::from_le_bytes(length);
    if length > size.saturating_sub(8) || length > MOST_HEADER {
        return Err(broken());
    }
    source.seek(SeekFrom::Start(8)).map_err(failed)?;
    let mut header = Vec::new();
    let read = source.take(length).read_to_end(&mut header);
    read.map_err(failed)?;
    let header: serde_json::Map<String, Value> =
        serde_json::from_slice(&header).map_err(|_| broken())?;
    if header.len() > MOST_TENSORS {
        return Err(broken());
    }
    let first = 8 + length;
    let mut arrays = Vec::new();
    for (name, value) in header {
        if name == "__metadata__" {
            continue;
        }
        let entry: Entry = serde_json::from_value(value).map_err(|_| broken())?;
        let shown = shorten(&name);
        let [start, end] = entry.data_offsets;
        if start > end || end > size - first {
            let what = word("lies beyond the end of the file: it is truncated");
            return Err(ReadError::of(
                file,
                tr!("array \"{name}\" {what}", name = shown, what),
            ));
        }
        let whole = tr!("{file}, array \"{}\"", shown, file);
        let array = match shape(&whole, &entry) {
            Err(why) => Array::unread(&name, why),
            Ok(shape) if shape.bytes() != Some(end - start) => return Err(broken()),
            Ok(shape) => {
                let origin = Origin {
                    name: whole,
                    input: input.clone(),
                    start: first + start,
                    size: end - start,
                    packing: Packing::Bare,
                };
                Array::new(&name, shape, origin)
            }
        };
        arrays.push(array);
    }
    Arrays::of(file, arrays, options)
}

fn shape(whole: &str, entry: &Entry) -> Result<Shape, ReadError> {
    let element = match entry.dtype.as_str() {
        "BOOL" => Element::Bool,
        "U8" => Element::Unsigned(1),
        "U16" => Element::Unsigned(2),
        "U32" => Element::Unsigned(4),
        "U64" => Element::Unsigned(8),
        "I8" => Element::Signed(1),
        "I16" => Element::Signed(2),
        "I32" => Element::Signed(4),
        "I64" => Element::Signed(8),
        "F16" => Element::Float(2),
        "BF16" => Element::Brain,
        "F32" => Element::Float(4),
        "F64" => Element::Float(8),
        other => {
            let (code, why) = (shorten(other), word("cannot be read; numbers are expected"));
            return Err(ReadError::of(
                whole,
                tr!("elements of type \"{code}\" {why}", code, why),
            ));
        }
    };
    let field = Field {
        name: None,
        element,
        big_endian: false,
        offset: 0,
    };
    let layout = Layout {
        fields: vec![field],
        item: element.size(),
        ignored: Vec::new(),
    };
    Shape::of(whole, &entry.shape, layout)
}
