//! What the elements of an NPY array are: NumPy's type codes, and structured types with their padding.

use super::arrays::numbered;
use super::error::{ReadError, shorten};
use super::literal::Literal;
use super::npy::{Element, Field};
use crate::words::{tr, word};

/// Most fields of a structured type, those of its lists included.
const MOST_FIELDS: usize = 1 << 16;

/// The fields of a row, its bytes, and what is in it that is no field.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub fields: Vec<Field>,
    pub item: usize,
    /// Why fields are left out, a sentence each.
    pub ignored: Vec<String>,
}

impl Layout {
    /// From the `descr` of a header.
    pub fn of(file: &str, descr: &Literal) -> Result<Self, ReadError> {
        let mut layout = Self::default();
        match descr {
            Literal::Text(code) => {
                let (element, big_endian) = element(file, code)?;
                layout.fields.push(Field {
                    name: None,
                    element,
                    big_endian,
                    offset: 0,
                });
                layout.item = element.size();
            }
            _ => layout.item = layout.add(file, "", descr, 0)?,
        }
        Ok(layout)
    }

    /// Adds a type under a name; returns its bytes.
    fn add(
        &mut self,
        file: &str,
        name: &str,
        descr: &Literal,
        offset: usize,
    ) -> Result<usize, ReadError> {
        let broken = || ReadError::of(file, word("its NPY header cannot be understood"));
        match descr {
            Literal::Text(code) => self.add_element(file, name, code, offset),
            Literal::List(parts) => {
                let mut end = offset;
                for part in parts {
                    let Literal::List(part) = part else {
                        return Err(broken());
                    };
                    let (field, descr, count) = match part.as_slice() {
                        [field, descr] => (field, descr, None),
                        [field, descr, shape] => {
                            (field, descr, Some(length(shape).ok_or_else(broken)?))
                        }
                        _ => return Err(broken()),
                    };
                    let field = joined(name, field_name(field).ok_or_else(broken)?);
                    match count {
                        None => end += self.add(file, &field, descr, end)?,
                        Some(count) => {
                            for k in 0..count {
                                end += self.add(
                                    file,
                                    &format!("{}_{k}", numbered(&field)),
                                    descr,
                                    end,
                                )?;
                            }
                        }
                    }
                }
                Ok(end - offset)
            }
            Literal::Dict(entries) => {
                let entry = |key: &str| {
                    let found = entries.iter().find(|(name, _)| name == key);
                    found.map(|(_, value)| value)
                };
                let list = |key: &str| match entry(key) {
                    Some(Literal::List(list)) => Ok(list.as_slice()),
                    _ => Err(broken()),
                };
                let (names, formats, offsets) =
                    (list("names")?, list("formats")?, list("offsets")?);
                let mut end = 0;
                for ((field, descr), at) in names.iter().zip(formats).zip(offsets) {
                    let Literal::Int(at) = *at else {
                        return Err(broken());
                    };
                    let at = usize::try_from(at).ok().filter(|&at| at < 1 << 20);
                    let at = at.ok_or_else(broken)?;
                    let field = joined(name, field_name(field).ok_or_else(broken)?);
                    end = end.max(at + self.add(file, &field, descr, offset + at)?);
                }
                match entry("itemsize") {
                    None => Ok(end),
                    Some(&Literal::Int(size)) if size >= end as u64 && size < 1 << 20 => {
                        Ok(size as usize)
                    }
                    Some(_) => Err(broken()),
                }
            }
            Literal::Int(_) | Literal::Bool(_) => Err(broken()),
        }
    }

    /// Adds one element. What has no name is padding; what is neither number nor text is left out.
    fn add_element(
        &mut self,
        file: &str,
        name: &str,
        code: &str,
        offset: usize,
    ) -> Result<usize, ReadError> {
        match element(file, code) {
            Ok((element, big_endian)) if !name.is_empty() => {
                if self.fields.len() == MOST_FIELDS {
                    let what = word("its NPY header cannot be understood");
                    return Err(ReadError::of(file, what));
                }
                self.fields.push(Field {
                    name: Some(name.to_owned()),
                    element,
                    big_endian,
                    offset,
                });
                Ok(element.size())
            }
            Ok((element, _)) => Ok(element.size()),
            Err(why) => {
                let size = width(code).ok_or(why.clone())?;
                if !name.is_empty() {
                    let name = shorten(name);
                    self.ignored
                        .push(tr!("field \"{name}\" is ignored: {why}", name, why));
                }
                Ok(size)
            }
        }
    }
}

/// The name of a field inside another one.
fn joined(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        ("", inner) => inner.to_owned(),
        // Padding has no name wherever it is.
        (_, "") => String::new(),
        _ => format!("{outer}.{inner}"),
    }
}

/// The name of a field, which may stand behind a title.
fn field_name(field: &Literal) -> Option<&str> {
    match field {
        Literal::Text(name) => Some(name),
        Literal::List(parts) => match parts.as_slice() {
            [_, Literal::Text(name)] => Some(name),
            _ => None,
        },
        Literal::Int(_) | Literal::Bool(_) | Literal::Dict(_) => None,
    }
}

/// How many elements a field of this shape holds.
fn length(shape: &Literal) -> Option<usize> {
    let lengths = match shape {
        Literal::Int(length) => vec![*length],
        Literal::List(lengths) => {
            let length = |of: &Literal| match of {
                Literal::Int(length) => Some(*length),
                _ => None,
            };
            lengths.iter().map(length).collect::<Option<Vec<u64>>>()?
        }
        Literal::Text(_) | Literal::Bool(_) | Literal::Dict(_) => return None,
    };
    let count = lengths
        .iter()
        .try_fold(1_u64, |all, &one| all.checked_mul(one))?;
    usize::try_from(count)
        .ok()
        .filter(|&count| count <= MOST_FIELDS)
}

/// The element of a type code such as `<f8`, and whether its bytes begin with the highest.
fn element(file: &str, code: &str) -> Result<(Element, bool), ReadError> {
    let refuse = |why: &str| {
        let code = shorten(code);
        ReadError::of(file, tr!("elements of type \"{code}\" {why}", code, why))
    };
    let (kind, size) = split(code);
    let size = size.parse::<usize>();
    let big_endian = code.starts_with('>');
    let found = match (kind, size) {
        (Some('O'), _) => {
            return Err(refuse(word(
                "are Python objects, which are never loaded; numbers are expected, as np.array(a.tolist()) makes them",
            )));
        }
        (Some('f'), Ok(size @ (2 | 4 | 8))) => Element::Float(size),
        (Some('i'), Ok(size @ (1 | 2 | 4 | 8))) => Element::Signed(size),
        (Some('u'), Ok(size @ (1 | 2 | 4 | 8))) => Element::Unsigned(size),
        (Some('b'), Ok(1)) | (Some('?'), _) => Element::Bool,
        (Some('S' | 'a'), Ok(size @ 1..=4096)) => Element::Bytes(size),
        (Some('U'), Ok(size @ 1..=4096)) => Element::Unicode(size),
        _ => return Err(refuse(word("cannot be read; numbers are expected"))),
    };
    Ok((found, big_endian))
}

/// Kind and size of a type code, without the order of its bytes.
fn split(code: &str) -> (Option<char>, &str) {
    let code = code.trim_start_matches(['<', '>', '|', '=']);
    let kind = code.chars().next();
    (kind, kind.map_or("", |kind| &code[kind.len_utf8()..]))
}

/// Bytes of an element that is not read; `None` where they are not in its place.
fn width(code: &str) -> Option<usize> {
    let (kind, size) = split(code);
    // A time has its unit behind the size.
    let size = size.split('[').next()?.parse::<usize>().ok()?;
    match kind? {
        'V' | 'S' | 'a' | 'c' | 'f' | 'i' | 'u' | 'm' | 'M' if size < 1 << 20 => Some(size),
        'U' if size < 1 << 18 => Some(4 * size),
        _ => None,
    }
}
