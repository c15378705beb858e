//! Arrays as people save them: beside others, in rows, with padding, damaged, and made to do harm.

use ghm_lab::data::predictions::{Input, Options, Rows};

use crate::formats::{npy, npz};
use crate::{report, text, write, xray};

pub fn floats(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

pub fn whole(values: &[i64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

const LOGITS: [f64; 6] = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0];
const LABELS: [i64; 6] = [0, 0, 0, 1, 1, 1];

pub fn logit() -> Vec<u8> {
    npy("<f8", "(6,)", false, &floats(&LOGITS))
}

pub fn label() -> Vec<u8> {
    npy("<i8", "(6,)", false, &whole(&LABELS))
}

/// All rows of some files, or the first error.
pub fn read(inputs: Vec<Input>, columns: Option<&[&str]>) -> Result<Rows, String> {
    let options = Options {
        columns: columns.map(|names| names.iter().map(|&name| name.to_owned()).collect()),
        ..Options::default()
    };
    let read = crate::read_all(inputs, options, 4);
    read.map(|(_, rows)| rows)
        .map_err(|refusal| refusal.to_string())
}

fn archive(arrays: &[(&str, &[u8])]) -> Result<Rows, String> {
    read(vec![Input::bytes("a.npz", npz(arrays))], None)
}

/// The six examples, nothing else.
pub fn are_the_six(rows: &Rows) {
    assert_eq!(rows.outputs, LOGITS);
    assert_eq!(rows.targets, LABELS.map(|label| label as f64));
}

#[test]
fn arrays_that_are_not_needed_are_ignored() {
    let others: [(&str, Vec<u8>); 9] = [
        ("epoch", npy("<i8", "()", false, &whole(&[3]))),
        ("class_names", npy("<U3", "(2,)", false, &[0; 24])),
        ("features", npy("<f4", "(6, 2, 2)", false, &[0; 96])),
        ("meta", npy("|O", "()", false, b"\x80\x04K\x01.")),
        ("when", npy("<M8[ns]", "(6,)", false, &[0; 48])),
        ("wave", npy("<c16", "(6,)", false, &[0; 96])),
        ("batch", npy("<i8", "()", false, &whole(&[256]))),
        ("empty", npy("<f8", "(0,)", false, &[])),
        ("broken", b"no array".to_vec()),
    ];
    let (logit, label) = (logit(), label());
    for (name, other) in &others {
        for at in 0..3 {
            let mut arrays: Vec<(&str, &[u8])> = vec![("logit", &logit), ("label", &label)];
            arrays.insert(at, (name, other));
            are_the_six(&archive(&arrays).unwrap_or_else(|error| panic!("{name}: {error}")));
        }
    }
    let all: Vec<(&str, &[u8])> = others
        .iter()
        .map(|(n, bytes)| (*n, bytes.as_slice()))
        .collect();
    let needed: [(&str, &[u8]); 2] = [("logit", &logit), ("label", &label)];
    are_the_six(&archive(&[&all[..], &needed[..]].concat()).expect("all of them"));
}

#[test]
fn what_is_needed_must_fit_and_is_told_why_not() {
    let logit = logit();
    let short = npy("<i8", "(5,)", false, &whole(&LABELS[..5]));
    let objects = npy("|O", "(6,)", false, b"\x80\x04K\x01.");
    let cube = npy("<f8", "(3, 2, 2)", false, &[0; 96]);
    let cut = npy("<i8", "(6,)", false, &[0; 40]);
    let words = npy("<U1", "(6,)", false, &[0; 24]);
    let cases: [(&str, &[u8], &str); 5] = [
        (
            "label",
            &short,
            "array \"label\" has length 5 and array \"logit\" 6; equal lengths are expected",
        ),
        ("label", &objects, "never loaded"),
        ("label", &cube, "the array has the shape (3, 2, 2)"),
        ("label", &cut, "array \"label\" is truncated"),
        (
            "label",
            &words,
            "array \"label\", index 0: \"\" is not a number",
        ),
    ];
    for (name, bytes, expected) in cases {
        let error = archive(&[("logit", &logit), (name, bytes)]).expect_err(expected);
        assert!(error.contains(expected), "{error}");
    }
    // A mask that cannot be read says which rows count: without it, all numbers would be wrong.
    let label = label();
    for mask in [&short, &objects, &cube] {
        let arrays: [(&str, &[u8]); 3] = [("logit", &logit), ("label", &label), ("valid", mask)];
        archive(&arrays).expect_err("a mask that does not fit");
    }
}

#[test]
fn columns_of_one_array_are_never_guessed() {
    let folder = tempfile::tempdir().expect("a folder");
    let two: Vec<f64> = (0..6)
        .flat_map(|i| [0.1 + 0.1 * f64::from(i), f64::from(i % 2)])
        .collect();
    let path = write(
        &folder,
        "preds.npy",
        npy("<f8", "(6, 2)", false, &floats(&two)),
    );
    let ran = xray(&[text(&path)]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("\"column 0\", \"column 1\""),
        "{}",
        ran.stderr
    );
    let given = report(&[text(&path), "--columns", "p,label"]);
    assert_eq!(given["examples"], 6.0);
    let four: Vec<f64> = (0..3).flat_map(|i| [0.2, 0.3, 0.5, f64::from(i)]).collect();
    for fortran in [false, true] {
        let mut values = four.clone();
        if fortran {
            values = (0..4)
                .flat_map(|k| (0..3).map(move |i| (i, k)))
                .map(|(i, k)| four[4 * i + k])
                .collect();
        }
        let file = Input::bytes("preds.npy", npy("<f8", "(3, 4)", fortran, &floats(&values)));
        read(vec![file.clone()], None).expect_err("two readings");
        let rows = read(vec![file.clone()], Some(&["p_0", "p_1", "p_2", "label"])).expect("named");
        assert_eq!(rows.outputs, [0.2, 0.3, 0.5].repeat(3));
        assert_eq!(rows.targets, [0.0, 1.0, 2.0]);
        let error = read(vec![file], Some(&["p", "label"])).expect_err("two names");
        assert!(
            error.contains("number of columns is 4, and that of the names that were given 2"),
            "{error}"
        );
    }
    let other = [("arr_0", npy("<f8", "(6, 2)", false, &floats(&two)))];
    archive(&[("arr_0", &other[0].1)]).expect_err("np.savez without names");
}

#[test]
fn structured_types_have_padding_lists_and_types_inside() {
    let rows = |before: usize, between: usize, after: usize| -> Vec<u8> {
        let row = |i: usize| {
            [
                vec![9; before],
                LOGITS[i].to_le_bytes().to_vec(),
                vec![9; between],
                vec![LABELS[i] as u8],
                vec![9; after],
            ]
            .concat()
        };
        (0..6).flat_map(row).collect()
    };
    let cases = [
        ("[('logit', '<f8'), ('', '|V8'), ('label', '|u1')]", 0, 8, 0),
        ("[('logit', '<f8'), ('label', '|u1'), ('', '|V7')]", 0, 0, 7),
        ("[('', '|V3'), ('logit', '<f8'), ('label', '|u1')]", 3, 0, 0),
        (
            "[('', 'V3'), (('a title', 'logit'), '<f8'), ('label', '|b1')]",
            3,
            0,
            0,
        ),
        (
            "[('when', '<M8[ns]'), ('logit', '<f8'), ('label', '|i1')]",
            8,
            0,
            0,
        ),
        (
            "[('wave', '<c8', (2,)), ('logit', '<f8'), ('label', '|i1')]",
            16,
            0,
            0,
        ),
        (
            "[('in', [('a', '<f4'), ('b', '<U1')]), ('logit', '<f8'), ('label', '|i1')]",
            8,
            0,
            0,
        ),
    ];
    for (descr, before, between, after) in cases {
        let bytes = npy(descr, "(6,)", false, &rows(before, between, after));
        let read = read(vec![Input::bytes("a.npy", bytes)], None);
        are_the_six(&read.unwrap_or_else(|error| panic!("{descr}: {error}")));
    }
    let dict = "{'names': ['label', 'logit'], 'formats': ['|u1', '<f8'], 'offsets': [10, 2], 'itemsize': 16}";
    let header = npy("<f8", "(6,)", false, &rows(2, 0, 5));
    let header = String::from_utf8_lossy(&header[10..]).into_owned();
    let end = header.find('\n').expect("a header");
    let header = header[..=end].replace("'<f8'", dict);
    let length = (header.len() as u16).to_le_bytes();
    let bytes = [
        b"\x93NUMPY\x01\x00",
        &length[..],
        header.as_bytes(),
        &rows(2, 0, 5),
    ]
    .concat();
    are_the_six(&read(vec![Input::bytes("a.npy", bytes)], None).expect("a dictionary"));

    // Lists inside are columns of one name.
    let row = |i: usize| {
        [
            [1.5, -0.5, i as f64].map(f64::to_le_bytes).concat(),
            vec![i as u8],
        ]
        .concat()
    };
    let bytes: Vec<u8> = (0..3).flat_map(row).collect();
    for descr in [
        "[('logits', '<f8', (3,)), ('label', '|u1')]",
        "[('logit', '<f8', 3), ('label', '|u1')]",
    ] {
        let file = Input::bytes("a.npy", npy(descr, "(3,)", false, &bytes));
        let rows = read(vec![file], None).expect("a list");
        assert_eq!(
            rows.outputs,
            [1.5, -0.5, 0.0, 1.5, -0.5, 1.0, 1.5, -0.5, 2.0]
        );
    }
    for descr in [
        "[('logit', '<f8', (9, 99999999999)), ('label', '|u1')]",
        "[('logit', '|V9999999')]",
        "[[1], 2]",
    ] {
        let file = Input::bytes("a.npy", npy(descr, "(3,)", false, &bytes));
        read(vec![file], None).expect_err(descr);
    }
}

#[test]
fn rows_and_columns_of_one_are_values() {
    let shapes = ["(6,)", "(1, 6)", "(6, 1)", "(1, 1, 6)"];
    for fortran in [false, true] {
        for of_logit in shapes {
            for of_label in shapes {
                let logit = npy("<f8", of_logit, fortran, &floats(&LOGITS));
                let label = npy("<i8", of_label, fortran, &whole(&LABELS));
                are_the_six(&archive(&[("logit", &logit), ("label", &label)]).expect(of_logit));
                let files = [("logit.npy", logit), ("label.npy", label)];
                let files = files.map(|(name, bytes)| Input::bytes(name, bytes));
                are_the_six(&read(files.to_vec(), None).expect(of_label));
            }
        }
    }
    // One example: its label says so.
    let p = npy("<f8", "(1, 3)", false, &floats(&[0.2, 0.3, 0.5]));
    let label = npy("<i8", "(1,)", false, &whole(&[2]));
    let rows = archive(&[("p", &p), ("label", &label)]).expect("one example");
    assert_eq!(
        (rows.outputs.len(), rows.targets.as_slice()),
        (3, &[2.0][..])
    );
}

#[test]
fn whole_numbers_are_exact_as_names() {
    // As f64, all are one.
    let base = 1_i64 << 60;
    let ids: Vec<i64> = [0, 1, 2].map(|i| base + i).repeat(2);
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    let group = npy("<i8", "(6,)", false, &whole(&ids));
    let batch = npy("<u8", "(6,)", false, &whole(&sorted));
    let (logit, label) = (logit(), label());
    let folder = tempfile::tempdir().expect("a folder");
    let arrays: [(&str, &[u8]); 4] = [
        ("logit", &logit),
        ("label", &label),
        ("group", &group),
        ("batch", &batch),
    ];
    let path = write(&folder, "ids.npz", npz(&arrays));
    let found = report(&[text(&path)]);
    assert_eq!(found["batches"], 3.0);
    let groups = found["by_group"].as_array().expect("groups");
    let names: Vec<&str> = groups.iter().filter_map(|of| of["name"].as_str()).collect();
    let expected: Vec<String> = (0..3).map(|i| (base + i).to_string()).collect();
    assert_eq!(names, expected);
    let big = npy(
        ">i8",
        "(6,)",
        false,
        &ids.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<_>>(),
    );
    let rows =
        archive(&[("logit", &logit), ("label", &label), ("group", &big)]).expect("big endian");
    assert_eq!(rows.group, [0, 1, 2, 0, 1, 2]);
}

#[test]
fn tensors_are_arrays() {
    let file = |entries: &str, data: &[u8]| {
        let header = format!("{{\"__metadata__\":{{\"format\":\"pt\"}},{entries}}}  ");
        let bytes = [
            &(header.len() as u64).to_le_bytes(),
            header.as_bytes(),
            data,
        ]
        .concat();
        read(vec![Input::bytes("a.safetensors", bytes)], None)
    };
    let entry = |name: &str, dtype: &str, shape: &str, start: usize, end: usize| {
        format!(
            "\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":[{shape}],\"data_offsets\":[{start},{end}]}}"
        )
    };
    let brain: Vec<u8> = LOGITS
        .iter()
        .flat_map(|&v| ((v as f32).to_bits() >> 16).to_le_bytes()[..2].to_vec())
        .collect();
    let single: Vec<u8> = LOGITS
        .iter()
        .flat_map(|&v| (v as f32).to_le_bytes())
        .collect();
    for (dtype, logits) in [("F64", floats(&LOGITS)), ("F32", single), ("BF16", brain)] {
        let end = logits.len();
        let labels: Vec<u8> = LABELS.map(|label| label as u8).to_vec();
        for of_label in ["BOOL", "U8", "I8"] {
            let entries = [
                entry("logit", dtype, "6", 0, end),
                entry("label", of_label, "6,1", end, end + 6),
                entry("weights", "F8_E4M3", "2,3", end, end + 6),
                entry("hidden", "U8", "1,2,3", end, end + 6),
            ];
            let data = [&logits[..], &labels].concat();
            are_the_six(&file(&entries.join(","), &data).unwrap_or_else(|error| panic!("{error}")));
        }
    }
    let logits = entry("logits", "F64", "3,2", 0, 48);
    let label = entry("label", "I64", "3", 48, 72);
    let data = [floats(&LOGITS), whole(&[0, 1, 1])].concat();
    let rows = file(&format!("{label},{logits}"), &data).expect("a matrix");
    assert_eq!(rows.outputs, LOGITS);
    for wrong in [
        entry("logit", "F64", "6", 0, 49),
        entry("logit", "F64", "6", 8, 0),
        entry("logit", "F64", "6", 40, 4_000_000),
        entry("logit", "F64", "99999999999999", 0, 48),
        "\"logit\": 3".to_owned(),
    ] {
        let error = file(&wrong, &data).expect_err(&wrong);
        assert!(error.starts_with("a.safetensors"), "{error}");
    }
}
