//! Rows as files, to read them again.

use std::fmt::Write;

use ghm_lab::data::predictions::{Header, Options, Outputs, Rows};
use ghm_lab::ghm::Task;
use serde_json::{Map, json};

/// Every column with its name. Batches and groups are called by their numbers, which count them in the
/// order of their appearance, so that they come back as they are.
fn columns(header: &Header, rows: &Rows) -> Vec<(String, Vec<f64>)> {
    let prefix = match header.outputs {
        Outputs::Logits => "logit",
        Outputs::Probabilities => "p",
        Outputs::Values => "pred",
    };
    let width = header.width();
    let outputs = (0..width).map(|k| {
        let name = match header.task {
            Task::Classes => format!("{prefix}_{k}"),
            Task::Binary | Task::Regression => prefix.to_owned(),
        };
        let values = rows.outputs.iter().skip(k).step_by(width);
        (name, values.copied().collect())
    });
    let target = match header.task {
        Task::Regression => "target",
        Task::Binary | Task::Classes => "label",
    };
    let mut columns: Vec<(String, Vec<f64>)> = outputs.collect();
    columns.push((target.to_owned(), rows.targets.clone()));
    let has_valid = header.has_valid || rows.valid.contains(&false);
    let numbers = |numbers: &[u32]| numbers.iter().map(|&n| f64::from(n)).collect();
    let valid = rows.valid.iter().map(|&valid| f64::from(u8::from(valid)));
    for (there, name, values) in [
        (has_valid, "valid", valid.collect()),
        (header.has_batch, "batch", numbers(&rows.batch)),
        (header.has_group, "group", numbers(&rows.group)),
    ] {
        if there {
            columns.push((name.to_owned(), values));
        }
    }
    columns
}

/// How to read them: a few values alone would leave open what they are.
pub fn options(header: &Header, rows: &Rows) -> Options {
    let columns = columns(header, rows).into_iter();
    let maps = columns.map(|(name, _)| {
        let role = name.parse().expect("these names are roles");
        (name, role)
    });
    Options {
        maps: maps.collect(),
        ..Options::default()
    }
}

pub fn csv(header: &Header, rows: &Rows) -> Vec<u8> {
    let columns = columns(header, rows);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = names.join(",");
    for row in 0..rows.len() {
        for (k, (_, values)) in columns.iter().enumerate() {
            let before = if k == 0 { '\n' } else { ',' };
            // Writing to a String cannot fail.
            let _ = write!(text, "{before}{}", values[row]);
        }
    }
    text.into_bytes()
}

pub fn json(header: &Header, rows: &Rows) -> Vec<u8> {
    let columns = columns(header, rows).into_iter();
    let object: Map<_, _> = columns
        .map(|(name, values)| (name, json!(values)))
        .collect();
    json!(object).to_string().into_bytes()
}

/// A structured array.
pub fn npy(header: &Header, rows: &Rows) -> Vec<u8> {
    let columns = columns(header, rows);
    let fields = columns.iter().map(|(name, _)| format!("('{name}', '<f8')"));
    let fields: Vec<String> = fields.collect();
    let text = format!(
        "{{'descr': [{}], 'fortran_order': False, 'shape': ({},), }}\n",
        fields.join(", "),
        rows.len()
    );
    let mut bytes = b"\x93NUMPY\x03\x00".to_vec();
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.bytes());
    for row in 0..rows.len() {
        for (_, values) in &columns {
            bytes.extend(values[row].to_le_bytes());
        }
    }
    bytes
}
