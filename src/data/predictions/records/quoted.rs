//! Fields in quotes that need no closer look.

/// The length of a field that nothing but a quote ends, and the place of the delimiter or the end of the line behind
/// it, counted from the quote that opens it. Nothing where the field needs a closer look.
pub(super) fn enclosed(bytes: &[u8], delimiter: u8, end: u8) -> Option<(usize, usize)> {
    let stops = |&byte: &u8| byte == b'"' || byte == b'\\' || byte == end;
    let length = bytes.iter().position(stops)?;
    // A line of nothing but blanks in quotes is a row.
    if bytes[length] != b'"' || bytes[..length].trim_ascii().is_empty() {
        return None;
    }
    let is_pair = end == b'\n' && bytes.get(length + 1) == Some(&b'\r');
    let behind = length + 1 + usize::from(is_pair);
    let byte = *bytes.get(behind)?;
    let is_end = byte == end || (byte == delimiter && !is_pair);
    is_end.then_some((length, behind + 1))
}
