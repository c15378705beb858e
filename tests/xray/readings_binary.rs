//! Names and values that people have, in arrays and columns of other formats than text: each file is read as a
//! straightforward reading says.

use ghm_lab::data::predictions::{Input, Options};
use parquet::file::properties::WriterProperties;

use crate::formats::{npy, npz};
use crate::named::{Case, SHARES, all_are_read};
use crate::parquet::{Column, parquet};
use crate::read_all;
use crate::written_arrow::{self, arrow};

/// Labels as a format may have them.
#[derive(Clone, Debug)]
enum Labels {
    Whole([i64; 4]),
    Numbers([f64; 4]),
    Bools([bool; 4]),
    Texts([&'static str; 4]),
}

/// What four spellings may be stored as.
fn stored(spelling: [&'static str; 2]) -> Vec<Labels> {
    let texts = [1, 0, 1, 0].map(|class| spelling[class]);
    let mut ways = vec![Labels::Texts(texts)];
    let whole = texts.map(|text| text.parse::<i64>().ok());
    if let [Some(a), Some(b), Some(c), Some(d)] = whole {
        ways.push(Labels::Whole([a, b, c, d]));
    }
    let numbers = texts.map(|text| text.parse::<f64>().ok());
    if let [Some(a), Some(b), Some(c), Some(d)] = numbers {
        ways.push(Labels::Numbers([a, b, c, d]));
    }
    if spelling == ["false", "true"] {
        ways.push(Labels::Bools([true, false, true, false]));
    }
    ways
}

/// Type and bytes of each label in NumPy.
fn elements(labels: &Labels) -> (String, [Vec<u8>; 4]) {
    match labels {
        Labels::Whole(all) => ("<i8".to_owned(), all.map(|v| v.to_le_bytes().to_vec())),
        Labels::Numbers(all) => (">f8".to_owned(), all.map(|v| v.to_be_bytes().to_vec())),
        Labels::Bools(all) => ("|b1".to_owned(), all.map(|v| vec![u8::from(v)])),
        Labels::Texts(all) => {
            let longest = all.iter().map(|text| text.len()).max().unwrap_or(1);
            let wide = |text: &str| {
                let mut bytes: Vec<u8> = text
                    .chars()
                    .flat_map(|c| u32::from(c).to_le_bytes())
                    .collect();
                bytes.resize(4 * longest, 0);
                bytes
            };
            (format!("<U{longest}"), all.map(wide))
        }
    }
}

/// The same examples in every format.
fn files(
    name: &str,
    values: [f64; 4],
    label: &str,
    labels: &Labels,
) -> Vec<(&'static str, Vec<Input>)> {
    let (descr, bytes) = elements(labels);
    let outputs = npy("<f8", "(4,)", false, &values.map(f64::to_le_bytes).concat());
    let targets = npy(&descr, "(4, 1)", false, &bytes.concat());
    let rows = values.iter().zip(&bytes);
    let rows: Vec<u8> = rows
        .flat_map(|(value, label)| [&value.to_le_bytes()[..], label].concat())
        .collect();
    let fields = format!("[('{name}', '<f8'), ('{label}', '{descr}')]");
    let (column, other) = match labels {
        Labels::Whole(all) => (
            Column::Int(all.map(|v| v as i32).to_vec()),
            written_arrow::Column::Whole(all.to_vec()),
        ),
        Labels::Numbers(all) => (
            Column::Double(all.to_vec()),
            written_arrow::Column::Numbers(all.to_vec()),
        ),
        Labels::Bools(all) => (
            Column::Bool(all.to_vec()),
            written_arrow::Column::Bools(all.to_vec()),
        ),
        Labels::Texts(all) => {
            let all = all.map(str::to_owned).to_vec();
            (Column::Text(all.clone()), written_arrow::Column::Texts(all))
        }
    };
    let parquet = parquet(
        &[(name, Column::Double(values.to_vec())), (label, column)],
        3,
        WriterProperties::builder().build(),
    );
    let arrow = arrow(
        &[
            (name, written_arrow::Column::Numbers(values.to_vec())),
            (label, other),
        ],
        4,
    );
    let alone = |file: &str, bytes: Vec<u8>| vec![Input::bytes(file, bytes)];
    vec![
        (
            "NPY",
            vec![
                Input::bytes(format!("{name}.npy"), outputs.clone()),
                Input::bytes(format!("{label}.npy"), targets.clone()),
            ],
        ),
        (
            "NPZ",
            alone("a.npz", npz(&[(name, &outputs), (label, &targets)])),
        ),
        (
            "structured",
            alone("a.npy", npy(&fields, "(4,)", false, &rows)),
        ),
        ("Parquet", alone("a.parquet", parquet)),
        ("Arrow", alone("a.arrow", arrow)),
    ]
}

#[test]
fn names_and_values_that_people_have_are_read() {
    let tried = all_are_read(|case| {
        let Case {
            label,
            name,
            values,
            ..
        } = *case;
        let mut all = Vec::new();
        for labels in stored(case.spelling) {
            for (format, inputs) in files(name, values, label, &labels) {
                let said = format!("{format}: {name} {values:?}, {label} {labels:?}");
                all.push((said, inputs));
            }
        }
        all
    });
    assert!(tried >= 10_000, "{tried}");
}

#[test]
fn numbers_may_be_texts_and_what_is_none_is_named() {
    let spoilt = |texts: [&'static str; 4]| {
        let texts = Labels::Texts(texts);
        // The outputs stand where the labels stood.
        files("label", [1.0, 0.0, 1.0, 0.0], "p", &texts)
    };
    for (format, inputs) in spoilt(["0.9", " 0.2", "7.5e-1", "0.4"]) {
        let got = read_all(inputs, Options::default(), 3);
        let (_, rows) = got.unwrap_or_else(|why| panic!("{format}: {why}"));
        assert_eq!(rows.outputs, SHARES, "{format}");
    }
    for (format, inputs) in spoilt(["0.9", "0.2", "high", "0.4"]) {
        let got = read_all(inputs.clone(), Options::default(), 3);
        let why = got.err().map(|why| why.to_string()).expect(format);
        let place = if ["Parquet", "Arrow"].contains(&format) {
            "column"
        } else {
            "array"
        };
        let expected = format!("{place} \"p\", index 2: \"high\" is not a number");
        assert!(why.contains(&expected), "{format}: {why}");
        let options = Options {
            skip_bad_rows: true,
            ..Options::default()
        };
        let (predictions, rows) = read_all(inputs, options, 3).expect(format);
        assert_eq!(rows.outputs, [0.9, 0.2, 0.4], "{format}");
        assert_eq!(predictions.skipped().count, 1, "{format}");
    }
}
