//! Lengths of texts, packed as steps from one to the next: the parquet crate unpacks those of a whole page at
//! once, and a few bytes may claim millions.

use parquet::basic::Encoding;
use parquet::column::page::Page;

use super::unread::Unread;

/// The greatest length that a page packs, the sum of both where it has two lists; 0 where it packs none. `None`
/// where they are not all there, or are more than `most`.
pub(super) fn lengths(page: &Page, is_nullable: bool, most: u64) -> Option<u64> {
    let (Page::DataPage { buf, encoding, .. } | Page::DataPageV2 { buf, encoding, .. }) = page
    else {
        return Some(0);
    };
    let lists = match encoding {
        Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
        // How much of the text before a text begins with, and how much follows.
        Encoding::DELTA_BYTE_ARRAY => 2,
        _ => return Some(0),
    };
    let mut unread = Unread(buf);
    let levels = match page {
        Page::DataPageV2 {
            def_levels_byte_len: defined,
            rep_levels_byte_len: repeated,
            ..
        } => u64::from(*defined) + u64::from(*repeated),
        Page::DataPage {
            def_level_encoding: Encoding::RLE,
            ..
        } if is_nullable => {
            let size = unread.bytes(4)?.try_into().ok()?;
            u64::from(u32::from_le_bytes(size))
        }
        // Levels without their size went out of use before such lengths came in.
        _ if is_nullable => return None,
        _ => 0,
    };
    unread.bytes(levels)?;
    (0..lists).try_fold(0_u64, |sum, _| {
        Some(sum.saturating_add(unread.steps(most)?))
    })
}

impl Unread<'_> {
    /// Goes over a list of numbers that are packed as steps; the greatest.
    fn steps(&mut self, most: u64) -> Option<u64> {
        let [block, parts, count] = [(); 3].map(|()| self.varint());
        let (parts, count) = (parts?, count?);
        let in_part = block?.checked_div(parts)?;
        let mut value = self.signed()?;
        if count > most {
            return None;
        }
        let mut greatest = if count > 0 { value } else { 0 };
        let mut left = count.saturating_sub(1);
        while left > 0 {
            let least = self.signed()?;
            for &bits in self.bytes(parts)? {
                // What is not needed of the last block is not there.
                if left == 0 {
                    continue;
                }
                let packed = self.bytes(in_part.saturating_mul(u64::from(bits)) / 8)?;
                let here = left.min(in_part);
                if bits == 0 {
                    // Equal steps: the greatest is at one of the ends.
                    let end = i64::try_from(here).ok()?;
                    value = value.wrapping_add(least.wrapping_mul(end));
                    greatest = greatest.max(value);
                } else {
                    for i in 0..here as usize {
                        let step = bits_at(packed, i * usize::from(bits), bits.min(64));
                        value = value.wrapping_add(least).wrapping_add(step.cast_signed());
                        greatest = greatest.max(value);
                    }
                }
                left -= here;
            }
        }
        // Negative lengths are no lengths: the crate says so.
        Some(u64::try_from(greatest).unwrap_or(0))
    }
}

/// So many bits from a place on, the lowest first.
fn bits_at(bytes: &[u8], at: usize, count: u8) -> u64 {
    let mut value = 0_u128;
    for (k, &byte) in bytes.iter().skip(at / 8).take(9).enumerate() {
        value |= u128::from(byte) << (8 * k);
    }
    (value >> (at % 8)) as u64 & (u64::MAX >> (64 - u32::from(count)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::data_type::ByteArrayType;
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// A page of a column of texts.
    fn page(
        texts: &[&str],
        levels: Option<&[i16]>,
        encoding: Encoding,
        version: WriterVersion,
    ) -> Page {
        let kind = if levels.is_some() {
            "optional"
        } else {
            "required"
        };
        let schema = format!("message rows {{ {kind} binary group (STRING); }}");
        let schema = Arc::new(parse_message_type(&schema).expect("a schema"));
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_encoding(encoding)
            .set_writer_version(version)
            .build();
        let mut writer =
            SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("memory");
        let mut group = writer.next_row_group().expect("memory");
        let mut column = group.next_column().expect("memory").expect("a column");
        let texts: Vec<_> = texts.iter().map(|&text| text.into()).collect();
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&texts, levels, None).expect("it fits");
        column.close().expect("memory");
        group.close().expect("memory");
        let file = writer.into_inner().expect("memory");
        let reader = SerializedFileReader::new(bytes::Bytes::from(file)).expect("a file");
        let group = reader.get_row_group(0).expect("a group");
        let mut pages = group.get_column_page_reader(0).expect("a column");
        pages.get_next_page().expect("a page").expect("a page")
    }

    /// The page cut off there.
    fn cut(page: &Page, length: usize) -> Page {
        let mut page = page.clone();
        if let Page::DataPage { buf, .. } | Page::DataPageV2 { buf, .. } = &mut page {
            buf.truncate(length);
        }
        page
    }

    #[test]
    fn lengths_are_counted_where_they_are() {
        let texts: Vec<String> = (0..1000).map(|i| "level ".repeat(i * i % 77)).collect();
        let encodings = [
            Encoding::PLAIN,
            Encoding::DELTA_LENGTH_BYTE_ARRAY,
            Encoding::DELTA_BYTE_ARRAY,
        ];
        for encoding in encodings {
            for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
                for count in [0, 1, 2, 33, 129, 1000] {
                    let texts: Vec<&str> = texts[..count].iter().map(String::as_str).collect();
                    let lengths_of = texts.iter().map(|text| text.len() as u64);
                    let longest = lengths_of.max().unwrap_or(0);
                    // Beginnings that texts share are not packed twice.
                    let fits = |found: Option<u64>| match encoding {
                        Encoding::PLAIN => found == Some(0),
                        Encoding::DELTA_LENGTH_BYTE_ARRAY => found == Some(longest),
                        _ => found.is_some_and(|of| (longest..=2 * longest).contains(&of)),
                    };
                    let mut levels = vec![1; count];
                    levels.extend([0; 10]);
                    let nullable = page(&texts, Some(&levels), encoding, version);
                    assert!(fits(lengths(&nullable, true, 1000)));
                    if count == 0 {
                        continue;
                    }
                    let whole = page(&texts, None, encoding, version);
                    assert!(fits(lengths(&whole, false, 1000)));
                    if encoding != Encoding::PLAIN {
                        assert_eq!(lengths(&cut(&whole, 3), false, 1000), None);
                        assert_eq!(lengths(&whole, false, count as u64 - 1), None);
                    }
                }
            }
        }
    }

    #[test]
    fn a_claim_is_seen_in_either_list() {
        let claim = |count: &[u8], other: &[u8]| {
            // One number for each part of a block, each of no bits.
            let list = |count: &[u8]| [&[128, 1, 1], count, &[0, 0, 0]].concat();
            Page::DataPage {
                buf: [list(count), list(other)].concat().into(),
                num_values: 2,
                encoding: Encoding::DELTA_BYTE_ARRAY,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            }
        };
        assert_eq!(lengths(&claim(&[2], &[2]), false, 9), Some(0));
        assert_eq!(lengths(&claim(&[99], &[2]), false, 9), None);
        assert_eq!(lengths(&claim(&[2], &[99]), false, 9), None);
        assert_eq!(lengths(&claim(&[2], &[99]), false, 99), Some(0));
        assert_eq!(
            lengths(&claim(&[2], &[255, 255, 127]), false, 1 << 21),
            None
        );
        assert_eq!(lengths(&claim(&[2], &[255; 12]), false, 9), None);
    }
}
