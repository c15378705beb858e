//! An array that may hold columns, with where it is.

use super::Input;
use super::error::{ReadError, shorten};
use super::npy::Shape;
use super::origin::{Origin, Packing};
use crate::words::tr;

/// An array that may hold columns.
pub(super) struct Array {
    pub name: String,
    /// Whether it is a file of its own.
    pub is_file: bool,
    /// Its shape and place, or why it cannot be a column.
    pub content: Result<(Shape, Origin), ReadError>,
}

impl Array {
    /// One that cannot be read.
    pub fn unread(name: &str, why: ReadError) -> Self {
        Self {
            name: name.to_owned(),
            is_file: false,
            content: Err(why),
        }
    }

    /// One whose shape is known.
    pub fn new(name: &str, shape: Shape, origin: Origin) -> Self {
        let available = origin.length().saturating_sub(shape.header);
        let is_there = shape.bytes().is_some_and(|bytes| bytes <= available);
        let content = if is_there {
            Ok((shape, origin))
        } else {
            let name = shorten(name);
            let label = tr!("array \"{name}\"", name);
            Err(ReadError::of(
                &origin.input.name,
                tr!(
                    "{label} is truncated: its header promises a length of {}, and {available} bytes are there",
                    shape.rows,
                    label,
                    available
                ),
            ))
        };
        Self {
            name: name.to_owned(),
            is_file: false,
            content,
        }
    }

    /// One that begins with an NPY header.
    pub fn with_header(name: &str, origin: Origin) -> Self {
        let mut bytes = match origin.stream() {
            Ok(bytes) => bytes,
            Err(why) => return Self::unread(name, why),
        };
        match Shape::read(&origin.name, &mut bytes) {
            Ok(shape) => Self::new(name, shape, origin),
            Err(why) => Self::unread(name, why),
        }
    }

    /// An NPY file: somebody wants it read.
    pub fn file(input: &Input) -> Result<Self, ReadError> {
        let origin = Origin {
            name: input.name.clone(),
            input: input.clone(),
            start: 0,
            size: input.size()?,
            packing: Packing::Bare,
        };
        let array = Self::with_header(input.stem(), origin);
        Ok(Self {
            is_file: true,
            content: Ok(array.content?),
            name: array.name,
        })
    }

    pub fn shape(&self) -> Option<&Shape> {
        self.content.as_ref().ok().map(|(shape, _)| shape)
    }

    /// Whether its columns have no names of their own.
    pub fn is_plain(&self) -> bool {
        self.shape()
            .is_some_and(|shape| shape.fields.iter().all(|field| field.name.is_none()))
    }
}
