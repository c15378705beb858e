//! An Arrow file, written by the format's definition: messages of FlatBuffers with their bodies, and a list at the end.

/// A column of a test file.
pub enum Column {
    Numbers(Vec<f64>),
    Whole(Vec<i64>),
    Bools(Vec<bool>),
    Texts(Vec<String>),
    /// Nothing, in as many rows as one likes.
    Nulls,
    Lists(Vec<Vec<f64>>),
    /// Columns in a structure, and in which rows it is there.
    Structure(Vec<bool>, Vec<(&'static str, Column)>),
}

/// A field of a table.
enum Field {
    Byte(u8),
    Short(i16),
    Int(i32),
    Long(i64),
    Text(String),
    Table(Vec<Option<Field>>),
    Tables(Vec<Vec<Option<Field>>>),
    /// Structures of whole numbers of eight bytes.
    Structures(Vec<Vec<i64>>),
}

fn pad(bytes: &mut Vec<u8>, to: usize) {
    bytes.resize(bytes.len().next_multiple_of(to), 0);
}

/// Writes where a place leads to: forwards, from itself.
fn lead(bytes: &mut [u8], from: usize, to: usize) {
    let distance = (to - from) as u32;
    bytes[from..from + 4].copy_from_slice(&distance.to_le_bytes());
}

/// A table, eight bytes for each field; returns where it is.
fn table(bytes: &mut Vec<u8>, fields: &[Option<Field>]) -> usize {
    pad(bytes, 8);
    let directory = bytes.len();
    let sizes = [4 + 2 * fields.len(), 8 + 8 * fields.len()];
    let slots = (0..fields.len()).map(|k| if fields[k].is_some() { 8 + 8 * k } else { 0 });
    for number in sizes.into_iter().chain(slots) {
        bytes.extend((number as u16).to_le_bytes());
    }
    pad(bytes, 8);
    let at = bytes.len();
    bytes.extend(((at - directory) as i32).to_le_bytes());
    bytes.resize(at + 8 + 8 * fields.len(), 0);
    for (k, field) in fields.iter().enumerate() {
        let slot = at + 8 + 8 * k;
        let mut put = |value: &[u8]| bytes[slot..slot + value.len()].copy_from_slice(value);
        match field {
            None => {}
            Some(Field::Byte(value)) => put(&[*value]),
            Some(Field::Short(value)) => put(&value.to_le_bytes()),
            Some(Field::Int(value)) => put(&value.to_le_bytes()),
            Some(Field::Long(value)) => put(&value.to_le_bytes()),
            Some(Field::Text(text)) => {
                pad(bytes, 8);
                let place = bytes.len();
                lead(bytes, slot, place);
                bytes.extend((text.len() as u32).to_le_bytes());
                bytes.extend(text.bytes().chain([0]));
            }
            Some(Field::Table(fields)) => {
                let place = table(bytes, fields);
                lead(bytes, slot, place);
            }
            Some(Field::Tables(tables)) => {
                pad(bytes, 8);
                let place = bytes.len();
                lead(bytes, slot, place);
                bytes.extend((tables.len() as u32).to_le_bytes());
                bytes.resize(bytes.len() + 4 * tables.len(), 0);
                for (k, fields) in tables.iter().enumerate() {
                    let to = table(bytes, fields);
                    lead(bytes, place + 4 + 4 * k, to);
                }
            }
            Some(Field::Structures(all)) => {
                pad(bytes, 8);
                bytes.extend([0; 4]);
                let place = bytes.len();
                lead(bytes, slot, place);
                bytes.extend((all.len() as u32).to_le_bytes());
                bytes.extend(all.iter().flatten().flat_map(|value| value.to_le_bytes()));
            }
        }
    }
    at
}

fn root(fields: &[Option<Field>]) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    let at = table(&mut bytes, fields);
    lead(&mut bytes, 0, at);
    pad(&mut bytes, 8);
    bytes
}

/// Version 5 of the format.
const VERSION: i16 = 4;

fn fields(columns: &[(&str, Column)]) -> Vec<Vec<Option<Field>>> {
    let fields = columns.iter().map(|(name, column)| {
        let (kind, of) = match column {
            Column::Numbers(_) => (3, vec![Some(Field::Short(2))]),
            Column::Whole(_) => (2, vec![Some(Field::Int(64)), Some(Field::Byte(1))]),
            Column::Bools(_) => (6, Vec::new()),
            Column::Texts(_) => (5, Vec::new()),
            Column::Nulls => (1, Vec::new()),
            Column::Lists(_) => (12, Vec::new()),
            Column::Structure(..) => (13, Vec::new()),
        };
        let inside = match column {
            Column::Lists(_) => fields(&[("item", Column::Numbers(Vec::new()))]),
            Column::Structure(_, inside) => fields(inside),
            _ => Vec::new(),
        };
        let name = Some(Field::Text((*name).to_owned()));
        let kind = Some(Field::Byte(kind));
        let children = Some(Field::Tables(inside));
        vec![name, None, kind, Some(Field::Table(of)), None, children]
    });
    fields.collect()
}

fn schema(columns: &[(&str, Column)]) -> Vec<Option<Field>> {
    vec![None, Some(Field::Tables(fields(columns)))]
}

/// How many rows the parts of a column have, and how many of them are null.
fn nodes(column: &Column, rows: usize) -> Vec<Vec<i64>> {
    let mut nodes = vec![vec![rows as i64, 0]];
    match column {
        Column::Lists(all) => nodes.push(vec![all.concat().len() as i64, 0]),
        Column::Structure(there, inside) => {
            nodes[0][1] = there.iter().filter(|is_there| !**is_there).count() as i64;
            nodes.extend(
                inside
                    .iter()
                    .flat_map(|(_, column)| self::nodes(column, rows)),
            );
        }
        _ => {}
    }
    nodes
}

fn eight(bits: &[bool]) -> u8 {
    bits.iter()
        .rev()
        .fold(0, |byte, &bit| byte << 1 | u8::from(bit))
}

fn ends(lengths: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut ends = vec![0_i32];
    ends.extend(lengths.scan(0, |end, length| {
        *end += length as i32;
        Some(*end)
    }));
    ends.iter().flat_map(|end| end.to_le_bytes()).collect()
}

/// A message with its body behind it.
fn message(kind: u8, header: Vec<Option<Field>>, body: &[u8]) -> (Vec<u8>, usize) {
    let metadata = root(&[
        Some(Field::Short(VERSION)),
        Some(Field::Byte(kind)),
        Some(Field::Table(header)),
        Some(Field::Long(body.len() as i64)),
    ]);
    let length = (metadata.len() as u32).to_le_bytes();
    let bytes = [&[0xff; 4][..], &length, &metadata, body].concat();
    let before = bytes.len() - body.len();
    (bytes, before)
}

/// The buffers of a column: where values are missing (nowhere), and the values.
fn buffers(column: &Column) -> Vec<Vec<u8>> {
    let none = Vec::new();
    match column {
        Column::Numbers(all) => vec![none, all.iter().flat_map(|v| v.to_le_bytes()).collect()],
        Column::Whole(all) => vec![none, all.iter().flat_map(|v| v.to_le_bytes()).collect()],
        Column::Bools(all) => vec![none, all.chunks(8).map(eight).collect()],
        Column::Structure(there, inside) => {
            let mut all = vec![there.chunks(8).map(eight).collect()];
            all.extend(inside.iter().flat_map(|(_, column)| buffers(column)));
            all
        }
        Column::Lists(all) => {
            let values = all.iter().flatten().flat_map(|v| v.to_le_bytes());
            let ends = ends(all.iter().map(Vec::len));
            vec![none.clone(), ends, none, values.collect()]
        }
        Column::Nulls => Vec::new(),
        Column::Texts(all) => {
            let ends = ends(all.iter().map(String::len));
            vec![none, ends, all.concat().into_bytes()]
        }
    }
}

/// A file of one batch with so many rows.
pub fn arrow(columns: &[(&str, Column)], rows: usize) -> Vec<u8> {
    listed(columns, rows, 1)
}

/// A file whose list names its batch so many times.
pub fn listed(columns: &[(&str, Column)], rows: usize, times: usize) -> Vec<u8> {
    let (mut body, mut places) = (Vec::new(), Vec::new());
    for buffer in columns.iter().flat_map(|(_, column)| buffers(column)) {
        places.push(vec![body.len() as i64, buffer.len() as i64]);
        body.extend(buffer);
        pad(&mut body, 8);
    }
    let batch = vec![
        Some(Field::Long(rows as i64)),
        Some(Field::Structures(
            columns.iter().flat_map(|(_, of)| nodes(of, rows)).collect(),
        )),
        Some(Field::Structures(places)),
    ];
    let (batch, before) = message(3, batch, &body);
    let mut bytes = b"ARROW1\0\0".to_vec();
    bytes.extend(message(1, schema(columns), &[]).0);
    let block = vec![bytes.len() as i64, before as i64, body.len() as i64];
    bytes.extend(batch);
    bytes.extend([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
    let list = root(&[
        Some(Field::Short(VERSION)),
        Some(Field::Table(schema(columns))),
        Some(Field::Structures(Vec::new())),
        Some(Field::Structures(vec![block; times])),
    ]);
    bytes.extend(&list);
    bytes.extend((list.len() as u32).to_le_bytes());
    bytes.extend(b"ARROW1");
    bytes
}
