//! Parquet files: written by the reference implementation, read like every other format.

use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray,
    FixedLenByteArrayType, FloatType, Int32Type, Int64Type,
};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;

use crate::{report, text, write, xray};

/// A column of a test file.
pub enum Column {
    Double(Vec<f64>),
    Float(Vec<f32>),
    Int(Vec<i32>),
    Long(Vec<i64>),
    Bool(Vec<bool>),
    Text(Vec<String>),
    /// Half precision, by its bits.
    Half(Vec<u16>),
    /// `None` is null.
    Optional(Vec<Option<f64>>),
}

impl Column {
    /// The column in a schema, whatever its name is.
    fn schema(&self, name: &str) -> Arc<Type> {
        let schema = parse_message_type(&format!("message rows {{ {} }}", self.words("x")));
        let schema = schema.expect("a schema");
        let Type::PrimitiveType {
            basic_info: info,
            physical_type,
            type_length,
            ..
        } = schema.get_fields()[0].as_ref()
        else {
            panic!("it is no group");
        };
        let of = Type::primitive_type_builder(name, *physical_type)
            .with_repetition(info.repetition())
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_length(*type_length)
            .build();
        Arc::new(of.expect("a column"))
    }

    fn words(&self, name: &str) -> String {
        match self {
            Self::Double(_) => format!("required double {name};"),
            Self::Float(_) => format!("required float {name};"),
            Self::Int(_) => format!("required int32 {name};"),
            Self::Long(_) => format!("required int64 {name} (INTEGER(64,false));"),
            Self::Bool(_) => format!("required boolean {name};"),
            Self::Text(_) => format!("required binary {name} (STRING);"),
            Self::Half(_) => format!("required fixed_len_byte_array(2) {name} (FLOAT16);"),
            Self::Optional(_) => format!("optional double {name};"),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Double(v) => v.len(),
            Self::Float(v) => v.len(),
            Self::Int(v) => v.len(),
            Self::Long(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Half(v) => v.len(),
            Self::Optional(v) => v.len(),
        }
    }
}

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: Option<&[i16]>,
) {
    let mut writer = group.next_column().expect("memory").expect("a column");
    let typed = writer.typed::<T>();
    typed
        .write_batch(values, levels, None)
        .expect("it fits the schema");
    writer.close().expect("memory");
}

/// A file with these columns, in groups of at most so many rows.
pub fn parquet(
    columns: &[(&str, Column)],
    rows_in_group: usize,
    properties: WriterProperties,
) -> Vec<u8> {
    let fields = columns.iter().map(|(name, column)| column.schema(name));
    let schema = Type::group_type_builder("rows").with_fields(fields.collect());
    let schema = schema.build().expect("a schema");
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))
        .expect("memory");
    let rows = columns[0].1.len();
    for start in (0..rows).step_by(rows_in_group) {
        let range = start..(start + rows_in_group).min(rows);
        let mut group = writer.next_row_group().expect("memory");
        for (_, column) in columns {
            let group = &mut group;
            match column {
                Column::Double(v) => put::<DoubleType>(group, &v[range.clone()], None),
                Column::Float(v) => put::<FloatType>(group, &v[range.clone()], None),
                Column::Int(v) => put::<Int32Type>(group, &v[range.clone()], None),
                Column::Long(v) => put::<Int64Type>(group, &v[range.clone()], None),
                Column::Bool(v) => put::<BoolType>(group, &v[range.clone()], None),
                Column::Text(v) => {
                    let texts: Vec<ByteArray> = v[range.clone()]
                        .iter()
                        .map(|text| text.as_str().into())
                        .collect();
                    put::<ByteArrayType>(group, &texts, None);
                }
                Column::Half(v) => {
                    let halves: Vec<FixedLenByteArray> = v[range.clone()]
                        .iter()
                        .map(|bits| FixedLenByteArray::from(bits.to_le_bytes().to_vec()))
                        .collect();
                    put::<FixedLenByteArrayType>(group, &halves, None);
                }
                Column::Optional(v) => {
                    let there: Vec<f64> = v[range.clone()].iter().flatten().copied().collect();
                    let levels: Vec<i16> = v[range.clone()]
                        .iter()
                        .map(|v| i16::from(v.is_some()))
                        .collect();
                    put::<DoubleType>(group, &there, Some(&levels));
                }
            }
        }
        group.close().expect("memory");
    }
    writer.into_inner().expect("memory")
}

/// How a file is packed.
pub fn packed(compression: Compression, version: WriterVersion) -> WriterProperties {
    WriterProperties::builder()
        .set_compression(compression)
        .set_writer_version(version)
        .set_data_page_row_count_limit(100)
        .build()
}

#[test]
fn every_way_of_packing_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let n = 1000;
    // Exact in half precision.
    let logits: Vec<f64> = (0..n).map(|i| f64::from(i % 129 - 64) / 16.0).collect();
    let labels: Vec<bool> = (0..n).map(|i| i % 5 == 0).collect();
    let groups: Vec<String> = (0..n).map(|i| format!("level {}", i % 3)).collect();
    let mut csv = "logit,label,group\n".to_owned();
    for ((logit, label), group) in logits.iter().zip(&labels).zip(&groups) {
        csv += &format!("{logit},{},{group}\n", u8::from(*label));
    }
    let csv = write(&folder, "rows.csv", csv);
    let expected = report(&[text(&csv)]);
    let half = |x: f64| {
        let bits = (x.abs() as f32).to_bits();
        let short = match x {
            0.0 => 0,
            _ => (((bits >> 23) - 112) << 10) | ((bits >> 13) & 0x3ff),
        };
        (u32::from(x < 0.0) << 15 | short) as u16
    };
    let logit_columns: [&dyn Fn() -> Column; 4] = [
        &|| Column::Double(logits.clone()),
        &|| Column::Float(logits.iter().map(|&x| x as f32).collect()),
        &|| Column::Half(logits.iter().map(|&x| half(x)).collect()),
        &|| Column::Optional(logits.iter().copied().map(Some).collect()),
    ];
    let label_columns: [&dyn Fn() -> Column; 3] = [
        &|| Column::Bool(labels.clone()),
        &|| Column::Int(labels.iter().map(|&l| i32::from(l)).collect()),
        &|| Column::Long(labels.iter().map(|&l| i64::from(l)).collect()),
    ];
    let compressions = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
        Compression::GZIP(Default::default()),
    ];
    let mut failures = Vec::new();
    for (number, compression) in compressions.into_iter().enumerate() {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            for (l, logit) in logit_columns.iter().enumerate() {
                let columns = [
                    ("group", Column::Text(groups.clone())),
                    ("logit", logit()),
                    ("label", label_columns[(l + number) % 3]()),
                    ("other", Column::Text(groups.clone())),
                ];
                let bytes = parquet(&columns, 333, packed(compression, version));
                let path = write(&folder, "rows.parquet", bytes);
                if report(&[text(&path)]) != expected {
                    failures.push(format!("{compression:?} {version:?} logit {l}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    // And a difference would be seen.
    let mut other = logits.clone();
    other[500] += 1.0;
    let columns = [
        ("logit", Column::Double(other)),
        ("label", Column::Bool(labels)),
        ("group", Column::Text(groups)),
    ];
    let properties = packed(Compression::SNAPPY, WriterVersion::PARQUET_1_0);
    let path = write(&folder, "other.parquet", parquet(&columns, 333, properties));
    assert_ne!(report(&[text(&path)]), expected);
}

#[test]
fn what_is_wrong_with_a_parquet_file_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let properties = || packed(Compression::SNAPPY, WriterVersion::PARQUET_1_0);
    let labels = || ("label", Column::Int(vec![0, 1, 0]));
    let good = parquet(
        &[("logit", Column::Double(vec![1.0; 3])), labels()],
        2,
        properties(),
    );
    let mut torn = good.clone();
    let middle = torn.len() / 3;
    torn[4..middle].fill(0xff);
    let files = [
        (
            "null.parquet",
            parquet(
                &[
                    ("logit", Column::Optional(vec![Some(1.0), Some(2.0), None])),
                    labels(),
                ],
                2,
                properties(),
            ),
            ", column \"logit\", index 2: null is not a number",
        ),
        (
            "text.parquet",
            parquet(
                &[("logit", Column::Text(vec!["x".to_owned(); 3])), labels()],
                2,
                properties(),
            ),
            ", column \"logit\", index 0: \"x\" is not a number",
        ),
        (
            "label.parquet",
            parquet(
                &[
                    ("logit", Column::Double(vec![1.0; 3])),
                    ("label", Column::Int(vec![0, 1, 7])),
                ],
                2,
                properties(),
            ),
            ", column \"label\", index 2: 7 is not 0 or 1",
        ),
        (
            "missing.parquet",
            parquet(&[("logit", Column::Double(vec![1.0; 3]))], 2, properties()),
            ": there is no column \"label\" (--map NAME=label says which it is). It has \"logit\"",
        ),
        (
            "cut.parquet",
            good[..good.len() - 9].to_vec(),
            ": it does not end as a Parquet file does: it is truncated",
        ),
        (
            "head.parquet",
            good[..5].to_vec(),
            ": it does not end as a Parquet file does: it is truncated",
        ),
        ("torn.parquet", torn, ": its Parquet data cannot be read"),
    ];
    let mut failures = Vec::new();
    for (name, bytes, sentence) in files {
        let path = write(&folder, name, bytes);
        let ran = xray(&[text(&path)]);
        let one_line = ran.stderr.lines().count() == 1 && ran.stdout.is_empty();
        if ran.code != 2 || !one_line || !ran.stderr.contains(&format!("{name}{sentence}")) {
            failures.push(format!("{name}: exit code {}, {:?}", ran.code, ran.stderr));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
