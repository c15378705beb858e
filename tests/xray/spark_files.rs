//! What Spark, polars, joblib and R write: vectors, structures, lists as texts, and texts without a header.

use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::written_arrow::{Column, arrow};
use crate::{report, report_of, run, text, write};

const CSV: &str = "p_0,p_1,label\n0.25,0.75,1\n0.5,0.5,0\n0.875,0.125,0\n";
const LABELS: [i32; 3] = [1, 0, 0];

/// A row's vector: dense, or its one value that is not 0.
#[derive(Clone)]
enum Vector {
    Dense(Vec<f64>),
    Sparse(f64),
}

fn dense() -> Vec<Vector> {
    let rows = [[0.25, 0.75], [0.5, 0.5], [0.875, 0.125]];
    rows.map(|row| Vector::Dense(row.to_vec())).to_vec()
}

/// The next column, with its levels.
fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    [defined, repeated]: [&[i16]; 2],
) {
    let mut writer = group.next_column().expect("memory").expect("a column");
    let levels = |of: &[i16]| (!of.is_empty()).then(|| of.to_vec());
    let (defined, repeated) = (levels(defined), levels(repeated));
    let typed = writer.typed::<T>();
    typed
        .write_batch(values, defined.as_deref(), repeated.as_deref())
        .expect("it fits the schema");
    writer.close().expect("memory");
}

/// A Parquet file of one group of rows.
fn parquet(schema: &str, columns: impl Fn(&mut SerializedRowGroupWriter<'_, Vec<u8>>)) -> Vec<u8> {
    let schema = parse_message_type(schema).expect("a schema");
    let properties = WriterProperties::builder().build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))
        .expect("memory");
    let mut group = writer.next_row_group().expect("memory");
    columns(&mut group);
    group.close().expect("memory");
    writer.into_inner().expect("memory")
}

/// Vectors as Spark writes them, in this column, and labels.
fn vectors(name: &str, rows: &[Vector]) -> Vec<u8> {
    let schema = format!(
        "message rows {{
            optional group {name} {{
                required int32 type (INTEGER(8,true));
                optional int32 size;
                optional group indices (LIST) {{ repeated group list {{ required int32 element; }} }}
                optional group values (LIST) {{ repeated group list {{ required double element; }} }}
            }}
            required int32 label;
        }}"
    );
    let is_dense = |row: &Vector| matches!(row, Vector::Dense(_));
    let types: Vec<i32> = rows.iter().map(|row| i32::from(is_dense(row))).collect();
    let all = vec![1; rows.len()];
    let sparse = |level: i16| {
        let levels = rows
            .iter()
            .map(move |row| if is_dense(row) { 1 } else { level });
        levels.collect::<Vec<i16>>()
    };
    let count = types.iter().filter(|&&kind| kind == 0).count();
    let lists = rows.iter().map(|row| match row {
        Vector::Dense(values) => values.clone(),
        Vector::Sparse(value) => vec![*value],
    });
    let lists: Vec<Vec<f64>> = lists.collect();
    let starts = lists
        .iter()
        .flat_map(|of| (0..of.len()).map(|k| i16::from(k > 0)));
    let starts: Vec<i16> = starts.collect();
    parquet(&schema, |group| {
        put::<Int32Type>(group, &types, [&all, &[]]);
        put::<Int32Type>(group, &vec![2; count], [&sparse(2), &[]]);
        put::<Int32Type>(group, &vec![1; count], [&sparse(3), &vec![0; rows.len()]]);
        put::<DoubleType>(group, &lists.concat(), [&vec![3; starts.len()], &starts]);
        put::<Int32Type>(group, &LABELS, [&[], &[]]);
    })
}

/// The same in Arrow.
fn vectors_in_arrow(rows: &[Vector]) -> Vec<u8> {
    let count = rows.len();
    let kinds = rows
        .iter()
        .map(|row| i64::from(matches!(row, Vector::Dense(_))));
    let lists = rows.iter().map(|row| match row {
        Vector::Dense(values) => values.clone(),
        Vector::Sparse(value) => vec![*value],
    });
    let parts = vec![
        ("type", Column::Whole(kinds.collect())),
        ("size", Column::Whole(vec![2; count])),
        ("indices", Column::Lists(vec![Vec::new(); count])),
        ("values", Column::Lists(lists.collect())),
    ];
    let labels = LABELS.iter().map(|&label| i64::from(label)).collect();
    let columns = [
        ("probability", Column::Structure(vec![true; count], parts)),
        ("label", Column::Whole(labels)),
    ];
    arrow(&columns, count)
}

/// Asserts that it is read as this CSV.
#[track_caller]
fn is_read_as(csv: &str, name: &str, content: impl AsRef<[u8]>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, name, content);
    assert_eq!(report(&[text(&path)]), report_of(csv, &[]), "{name}");
}

#[test]
fn dense_vectors_of_spark_are_their_values() {
    is_read_as(CSV, "a.parquet", vectors("probability", &dense()));
    is_read_as(CSV, "a.feather", vectors_in_arrow(&dense()));
    let file = vectors("rawPrediction", &dense());
    // What it is called is asked about, by the names of its columns.
    let parts = ["--map rawPrediction_0=p_0 --map rawPrediction_1=p_1"];
    run("raw.parquet", file, &[]).is_refused("raw", &parts);
}

#[test]
fn sparse_vectors_of_spark_are_told() {
    // Also where a vector has as many values as the others.
    let mut late = dense();
    late[2] = Vector::Sparse(1.0);
    let all = vec![Vector::Sparse(0.5); 3];
    let parts = ["index 2: it is a sparse vector of Spark", "vector_to_array"];
    run("a.parquet", vectors("probability", &late), &[]).is_refused("late", &parts);
    run("a.feather", vectors_in_arrow(&late), &[]).is_refused("late", &parts);
    let parts = ["index 0: it is a sparse vector of Spark"];
    run("a.parquet", vectors("probability", &all), &[]).is_refused("all", &parts);
    // What nobody reads may be sparse.
    let json = r#"{"features":{"type":0,"size":9,"indices":[3],"values":[1.5]},"probability":{"type":1,"values":[0.25,0.75]},"label":1}
{"features":{"type":1,"values":[1.5,2.5]},"probability":{"type":1,"values":[0.5,0.5]},"label":0}
{"features":{"type":0,"size":9,"indices":[],"values":[]},"probability":{"type":1,"values":[0.875,0.125]},"label":0}
"#;
    is_read_as(CSV, "a.json", json);
}

#[test]
fn structures_in_arrow_are_columns() {
    let labels = || ["cat", "dog", "horse"].map(str::to_owned).to_vec();
    let file = |there: Vec<bool>, names: [&'static str; 3], own: &'static str| {
        let values = [[0.5, 0.25, 0.125], [0.25, 0.5, 0.375], [0.25, 0.25, 0.5]];
        let parts = names.into_iter().zip(values);
        let parts = parts.map(|(name, of)| (name, Column::Numbers(of.to_vec())));
        let structure = Column::Structure(there, parts.collect());
        arrow(&[(own, structure), ("label", Column::Texts(labels()))], 3)
    };
    let csv =
        "p_cat,p_dog,p_horse,label\n0.5,0.25,0.25,cat\n0.25,0.5,0.25,dog\n0.125,0.375,0.5,horse\n";
    let names = ["cat", "dog", "horse"];
    is_read_as(csv, "a.arrow", file(vec![true; 3], names, "probs"));
    // A field may say itself what it is.
    let own = ["prob_cat", "prob_dog", "prob_horse"];
    is_read_as(csv, "b.arrow", file(vec![true; 3], own, "p"));
    // What lies in a structure that is null is nothing.
    let ran = run(
        "c.arrow",
        file(vec![true, false, true], names, "probs"),
        &[],
    );
    ran.is_refused(
        "masked",
        &["column \"probs.", "index 1: null is not a number"],
    );
}

#[test]
fn fields_of_structures_may_say_what_they_are() {
    let csv =
        "p_cat,p_dog,p_horse,label\n0.5,0.25,0.25,cat\n0.25,0.5,0.25,dog\n0.125,0.375,0.5,horse\n";
    let rows = [
        ("0.5", "0.25", "0.25", "cat"),
        ("0.25", "0.5", "0.25", "dog"),
        ("0.125", "0.375", "0.5", "horse"),
    ];
    let lines = rows.map(|(a, b, c, label)| {
        format!(r#"{{"label":"{label}","p":{{"prob_cat":{a},"prob_dog":{b},"prob_horse":{c}}}}}"#)
    });
    is_read_as(csv, "a.ndjson", lines.join("\n"));
    is_read_as(csv, "a.json", format!("[{}]", lines.join(",")));
    let schema = "message rows {
        optional group p { optional double prob_cat; optional double prob_dog; optional double prob_horse; }
        required binary label (STRING);
    }";
    let labels = rows.map(|row| ByteArray::from(row.3));
    let file = parquet(schema, |group| {
        for values in [[0.5, 0.25, 0.125], [0.25, 0.5, 0.375], [0.25, 0.25, 0.5]] {
            put::<DoubleType>(group, &values, [&[2; 3], &[]]);
        }
        put::<ByteArrayType>(group, &labels, [&[], &[]]);
    });
    is_read_as(csv, "a.parquet", file);
}

/// Lists as texts, and labels.
fn listed(texts: [&str; 3]) -> Vec<u8> {
    let schema = "message rows { required binary probability (STRING); required int32 label; }";
    parquet(schema, |group| {
        put::<ByteArrayType>(group, &texts.map(ByteArray::from), [&[], &[]]);
        put::<Int32Type>(group, &LABELS, [&[], &[]]);
    })
}

#[test]
fn lists_as_texts_are_lists() {
    let texts = ["[0.25,0.75]", "[0.5, 0.5]", "[0.875,0.125]"];
    is_read_as(CSV, "a.parquet", listed(texts));
    let lines = texts.iter().zip(LABELS);
    let lines = lines.map(|(list, label)| format!(r#"{{"probability":"{list}","label":{label}}}"#));
    let lines: Vec<String> = lines.collect();
    is_read_as(CSV, "a.jsonl", lines.join("\n"));
    is_read_as(CSV, "a.json", format!("[{}]", lines.join(",")));
    let object = r#"{"probability":["[0.25,0.75]","[0.5,0.5]","[0.875,0.125]"],"label":[1,0,0]}"#;
    is_read_as(CSV, "b.json", object);
    let ragged = ["[0.25,0.75]", "[0.5,0.5]", "[0.875]"];
    let parts = ["\"probability\", index 2: a list of length 1; 2 is expected"];
    run("c.parquet", listed(ragged), &[]).is_refused("ragged", &parts);
    let line = [
        &lines[0][..],
        &lines[1],
        r#"{"probability":"[0.875]","label":0}"#,
    ]
    .join("\n");
    let parts = ["record 2 (from 0), \"probability_0\": an array of another length"];
    run("c.jsonl", line, &[]).is_refused("ragged", &parts);
    // Where they are not read, the cure makes columns of them.
    let columns = [
        (
            "probability",
            Column::Texts(texts.map(str::to_owned).to_vec()),
        ),
        ("label", Column::Whole(vec![1, 0, 0])),
    ];
    let parts = ["the column holds texts of lists", "ast.literal_eval"];
    run("a.arrow", arrow(&columns, 3), &[]).is_refused("arrow", &parts);
}

#[test]
fn files_of_others_are_told_by_name() {
    let frame =
        b"\x80\x04\x95\x57\x01\0\0\0\0\0\0\x8c\x06pandas\x94\x8c\x13joblib.numpy_pickle\x94";
    let wide: Vec<u8> = "\u{feff}label,p\n0,0.5\n"
        .chars()
        .flat_map(|c| (c as u32).to_le_bytes())
        .collect();
    let high: Vec<u8> = "\u{feff}label,p\n0,0.5\n"
        .chars()
        .flat_map(|c| (c as u32).to_be_bytes())
        .collect();
    let cases: [(&str, &[u8], &str, &str); 7] = [
        ("a.joblib", frame, "a pickle", "joblib.load("),
        (
            "a.html",
            b"<table border=\"1\" class=\"dataframe\">\n <thead>",
            "a table of a web page",
            "read_html",
        ),
        (
            "a.dta",
            b"\x72\x02\x01\0\x03\0\x2c\x01",
            "a file of Stata",
            "read_stata",
        ),
        (
            "b.dta",
            b"<stata_dta><header>",
            "a file of Stata",
            "read_stata",
        ),
        (
            "a.R",
            b"structure(list(y = c(0L, 1L)",
            "what dput of R writes",
            "dget(",
        ),
        ("le.csv", &wide, "text in UTF-32", "encoding=\"utf-32\""),
        ("be.csv", &high, "text in UTF-32", "encoding=\"utf-32\""),
    ];
    for (name, content, what, cure) in cases {
        run(name, content, &[]).is_refused(name, &[what, cure]);
    }
}

#[test]
fn texts_without_a_header_have_a_name_for_each_column() {
    let hint = |name: &str, content: &str| run(name, content, &[]);
    let two = "\"no\" 0.016\n\"no\" 0.25\n\"yes\" 0.75\n\"yes\" 0.5\n";
    hint("two.txt", two).is_refused("two", &["--columns label,p\n"]);
    let three =
        "\"dog\" 0.5 0.25 0.25\n\"cat\" 0.25 0.5 0.25\n\"horse\" 0.125 0.375 0.5\n".repeat(2);
    hint("three.txt", &three).is_refused("three", &["--columns label,p_0,p_1,p_2\n"]);
    // What values do not tell has no hint of other columns.
    let lists = "1.0,1.0,\"[0.25,0.75]\"\n0.0,1.0,\"[0.5,0.5]\"\n";
    let ran = hint("lists.csv", lists);
    ran.is_refused(
        "lists",
        &["there is no header", "by --columns, 3 in all (a name"],
    );
    let named = run("lists.csv", lists, &["--columns", "label,other,p"]);
    assert_eq!(named.code, 0, "{}", named.stderr);
    let words = "cat,\"[0.5,0.25,0.25]\"\ndog,\"[0.25,0.5,0.25]\"\nhorse,\"[0.125,0.375,0.5]\"\n";
    run("words.csv", words, &[]).is_refused("words", &["there is no header"]);
    let named = run("words.csv", words, &["--columns", "label,p"]);
    assert_eq!(named.code, 0, "{}", named.stderr);
}
