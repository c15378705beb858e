//! Text as people write it: delimiters, encodings, quotes, decimal marks, comments and packing.

use std::io::Write as _;

use ghm_lab::data::predictions::{Input, Options};

/// What a reader makes of a file.
#[derive(Debug, PartialEq)]
pub struct Read {
    pub outputs: Vec<f64>,
    pub targets: Vec<f64>,
    pub groups: Vec<String>,
    pub skipped: u64,
}

/// Reads bytes under a name.
pub fn read_as(name: &str, bytes: &[u8], options: &Options) -> Result<Read, String> {
    // Few rows at a time, so that blocks end within records.
    let read = crate::read_all(vec![Input::bytes(name, bytes)], options.clone(), 3);
    let (predictions, rows) = read.map_err(|refusal| refusal.to_string())?;
    let name = |&group: &u32| predictions.groups()[group as usize].clone();
    Ok(Read {
        groups: rows.group.iter().map(name).collect(),
        skipped: predictions.skipped().count,
        outputs: rows.outputs,
        targets: rows.targets,
    })
}

pub fn read(bytes: &[u8]) -> Result<Read, String> {
    read_as("file", bytes, &Options::default())
}

/// Outputs and labels that a file should have.
#[track_caller]
pub fn is(bytes: &[u8], outputs: &[f64], targets: &[f64]) -> Read {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let got = read(bytes).unwrap_or_else(|why| panic!("{shown}: {why}"));
    assert_eq!(got.outputs, outputs, "{shown}");
    assert_eq!(got.targets, targets, "{shown}");
    got
}

#[track_caller]
pub fn refused(bytes: &[u8], said: &[&str]) {
    let why = read(bytes).expect_err("it is refused");
    for said in said {
        assert!(why.contains(said), "{why}");
    }
}

pub fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    let mark = bytes(0xfeff);
    mark.into_iter()
        .chain(text.encode_utf16().flat_map(bytes))
        .collect()
}

#[test]
fn the_delimiter_is_the_one_that_makes_the_names() {
    for text in [
        "logit;label;note, long, with commas\n1.5;1;a\n-2;0;b\n",
        "logit\tlabel\tsite; a; b; c\n1.5\t1\tx\n-2\t0\ty\n",
        "logit|label|a,b,c,d\n1.5|1|x\n-2|0|y\n",
        "\"logit\",\"label\",\"a;b;c;d;e\"\n1.5,1,x\n-2,0,y\n",
        "sep=;\nlogit;label\n1.5;1\n-2;0\n",
        "sep=|\r\nlogit|label\r\n1.5|1\r\n-2|0\r\n",
        "\u{feff}sep=\t\nlogit\tlabel\n1.5\t1\n-2\t0\n",
        // np.savetxt and R's write.table, whose default is a space.
        "# logit label\n1.5e+00 1.0e+00\n-2.0e+00 0.0e+00\n",
        "\"logit\" \"label\"\n1.5 1\n-2 0\n",
    ] {
        is(text.as_bytes(), &[1.5, -2.0], &[1.0, 0.0]);
    }
}

#[test]
fn ends_of_lines_and_blank_lines() {
    for end in ["\n", "\r\n", "\r"] {
        for last in ["", end, "\n\n"] {
            let rows = ["logit,label,group", "1.5,1,a", "-2,0,b", "0.25,1,a"].join(end);
            let last = if end == "\r" { end } else { last };
            let got = is(
                (rows + last).as_bytes(),
                &[1.5, -2.0, 0.25],
                &[1.0, 0.0, 1.0],
            );
            assert_eq!(got.groups, ["a", "b", "a"]);
        }
    }
    refused(
        b"logit,label\r1,0\rx,1\r",
        &["line 3", "\"x\" is not a number"],
    );
    refused(b"\n\nlogit,label\n1,0\n\nx,1\n", &["line 6"]);
}

#[test]
fn comments_above_the_header_and_headers_in_comments() {
    is(b"# logit,label\n1.5,1\n-2,0\n", &[1.5, -2.0], &[1.0, 0.0]);
    is(b"#logit,label\n1.5,1\n-2,0\n", &[1.5, -2.0], &[1.0, 0.0]);
    is(
        b"# made by me, today\n# logit,label\n1.5,1\n",
        &[1.5],
        &[1.0],
    );
    is(
        b"# model resnet50, epoch 3\nlogit,label\n1.5,1\n-2,0\n",
        &[1.5, -2.0],
        &[1.0, 0.0],
    );
    is(
        b"# logit: raw, label: 0 or 1\nlogit,label\n1.5,1\n",
        &[1.5],
        &[1.0],
    );
    is(b"## v2\n\n# x\n\nlogit,label\n1.5,1\n", &[1.5], &[1.0]);
    refused(
        b"# one\n# two\nlogit,label\n1,1\nz,1\n",
        &["line 5", "\"z\""],
    );
    refused(b"# logit,label\n1,1\nz,1\n", &["line 3", "\"z\""]);
}

#[test]
fn quotes_that_contradict_each_other_never_swallow_rows() {
    // Spark's default.
    let spark =
        "title,logit,label\n\"a screen of 5\\\"\",1.5,1\n\"ok\",-2,0\n\"b\",0.3,1\n\"c\",-0.7,0\n";
    is(
        spark.as_bytes(),
        &[1.5, -2.0, 0.3, -0.7],
        &[1.0, 0.0, 1.0, 0.0],
    );
    let spark = "group,logit,label\n\"say \\\"hi\\\", you\",1.5,1\n\"back\\\\\\\"slash\",-2,0\n";
    let got = is(spark.as_bytes(), &[1.5, -2.0], &[1.0, 0.0]);
    assert_eq!(got.groups, ["say \"hi\", you", "back\\\"slash"]);
    // Far down, behind many rows without quotes.
    let mut long = "title,logit,label\n".to_owned();
    for _ in 0..40_000 {
        long += "plain,1,0\n";
    }
    long += "\"5\\\"\",1,1\n\"ok\",1,1\n";
    assert_eq!(
        read(long.as_bytes()).expect("Spark's").outputs.len(),
        40_002
    );
    // A path that ends with a backslash is no escape where quotes are doubled.
    let path = "group,logit,label\n\"C:\\\",1,0\n\"D, \"\"x\"\"\\\",2,1\n";
    assert_eq!(
        is(path.as_bytes(), &[1.0, 2.0], &[0.0, 1.0]).groups,
        ["C:\\", "D, \"x\"\\"]
    );
    // R's write.table(quote=FALSE).
    for name in ["\"5 inch pipe", "\"5 inch\" pipe"] {
        let mut table = format!("logit\tlabel\tgroup\n0.5\t1\t{name}\n");
        for i in 0..300 {
            table += &format!("{}\t{}\titem {}\n", 1.5 - f64::from(i % 2), i % 2, i % 7);
        }
        table += "1\t0\t\"6 inch\n";
        let got = read(table.as_bytes()).expect("quotes are characters");
        assert_eq!((got.outputs.len(), got.groups[0].as_str()), (302, name));
        assert_eq!(got.groups[301], "\"6 inch");
    }
    // Nothing is right: the line where the quote opened.
    refused(
        b"logit,label,note\n1,0,\"fine\"\n2,1,\"open\n3,0,\"x\"\n",
        &[
            "line 3",
            "closing quote",
            "write quotes within a field twice",
        ],
    );
    refused(
        b"logit,label,note\n1,0,\"fine\"\n2,1,\"open\n3,0,x\n",
        &["line 3", "never closed"],
    );
    // Two readings: rows that are one field, or rows.
    refused(
        b"logit,label,note\n1,0,\"\n2,1,\"\n",
        &["line 2", "more than one way"],
    );
}

#[test]
fn fields_of_several_lines_stay_one() {
    let rows = "note,logit,label\n\"one\ntwo, \"\"three\"\"\n\",1.5,1\n\"a\r\nb\",-2,0\n";
    is(rows.as_bytes(), &[1.5, -2.0], &[1.0, 0.0]);
    let rows = "logit,label,note\n1,0,\"text\n5,1,cell\nmore\"\n2,1,\"x\"\n";
    is(rows.as_bytes(), &[1.0, 2.0], &[0.0, 1.0]);
    // Lines of messages count those within fields.
    refused(
        b"note,logit,label\n\"a\nb\",1,0\n\"c\",z,0\n",
        &["line 4", "\"z\""],
    );
    let header = "\"the\nnote\",logit,label\nx,1,0\n";
    is(header.as_bytes(), &[1.0], &[0.0]);
}

#[test]
fn utf_16_with_its_mark() {
    let rows = "logit,label,group\r\n1.5,1,Müller 😀\r\n-2,0,b\r\n";
    for big in [false, true] {
        let got = is(&utf16(rows, big), &[1.5, -2.0], &[1.0, 0.0]);
        assert_eq!(got.groups, ["Müller 😀", "b"]);
        // Pairs lie across chunks somewhere in this.
        let mut long = "logit,label,group\n".to_owned();
        for i in 0..30_000 {
            long += &format!("{},0,😀{}\n", i % 5, "x".repeat(i % 2));
        }
        let got = read(&utf16(&long, big)).expect("it is text");
        assert_eq!(got.outputs.len(), 30_000);
        assert!(got.groups.iter().all(|of| of == "😀" || of == "😀x"));
    }
    refused(
        &utf16("logit,label\n1,0\n", false)[2..],
        &["UTF-16 without a byte order mark"],
    );
}

#[test]
fn latin_1_names_stay_different() {
    let got = is(
        b"logit,label,group\n1,0,M\xfcller\n2,1,M\xf6ller\n3,1,\x80\n",
        &[1.0, 2.0, 3.0],
        &[0.0, 1.0, 1.0],
    );
    assert_eq!(got.groups, ["Müller", "Möller", "€"]);
    // A header in Latin-1 is of a file in Latin-1: what could be UTF-8 below is not.
    let got = read(b"logit,label,group,gr\xf6\xdfe\n1,0,a\xc3\xbc,1\n").expect("Latin-1");
    assert_eq!(got.groups, ["aÃ¼"]);
    // UTF-8 above and no UTF-8 below could make two names equal.
    refused(
        b"logit,label,group\n1,0,M\xc3\xbcller\n2,1,M\xfcller\n",
        &["line 3", "not UTF-8", "save the file as UTF-8"],
    );
}

#[test]
fn decimal_commas_by_column() {
    is(b"logit;label\n1,5;1\n-2,0;0\n", &[1.5, -2.0], &[1.0, 0.0]);
    is(
        b"logit\tlabel\n1,234\t1\n-2,05\t0\n",
        &[1.234, -2.05],
        &[1.0, 0.0],
    );
    is(
        b"logit;label\n1,5e-3;1\n,5;0\n7;0\n",
        &[0.0015, 0.5, 7.0],
        &[1.0, 0.0, 0.0],
    );
    // R's write.csv2.
    is(
        b"\"logit\";\"label\"\n1,5;1\n-2;0\n",
        &[1.5, -2.0],
        &[1.0, 0.0],
    );
    refused(
        b"logit;label\n1,5;1\n2.5;0\n",
        &["line 3", "\"2.5\" has a point", "decimal comma"],
    );
    refused(
        b"logit;label\n1.5;1\n2,5;0\n",
        &["line 3", "\"2,5\" is not a number", "--decimal ,"],
    );
    for thousands in ["1.234,5", "1,234,567", "1.234.567", "1 234,5"] {
        refused(
            format!("logit;label\n{thousands};1\n").as_bytes(),
            &["line 2", "is not a number"],
        );
    }
    // One value, two readings.
    refused(
        b"logit\tlabel\n1,234\t1\n",
        &["line 2", "\"1,234\" has a decimal comma or", "--decimal ,"],
    );
    refused(
        b"logit;label;other\n1.234;1;0,5\n",
        &["line 2", "\"1.234\" may be", "--decimal ."],
    );
    let given = |mark| Options {
        decimal: Some(mark),
        ..Options::default()
    };
    let got = read_as("file", b"logit\tlabel\n1,234\t1\n", &given(',')).expect("it is said");
    assert_eq!(got.outputs, [1.234]);
    let got = read_as("file", b"logit,label\n\"1,5\",1\n", &given(',')).expect("it is said");
    assert_eq!(got.outputs, [1.5]);
    let got =
        read_as("file", b"logit;label;other\n1.234;1;0,5\n", &given('.')).expect("it is said");
    assert_eq!(got.outputs, [1.234]);
    assert!(
        read_as("file", b"logit;label\n1.5;1\n", &given(','))
            .expect_err("a point")
            .contains("--decimal")
    );
    assert!(read_as("file", b"logit;label\n1,5;1\n", &given('.')).is_err());
}

#[test]
fn names_of_rows_as_r_writes_them() {
    let table = "\"logit\" \"label\"\n\"1\" 1.5 1\n\"2\" -2 0\n";
    is(table.as_bytes(), &[1.5, -2.0], &[1.0, 0.0]);
    is(
        b"logit\tlabel\nmazda\t1.5\t1\nfiat\t-2\t0\n",
        &[1.5, -2.0],
        &[1.0, 0.0],
    );
    is(
        b"\"\",\"logit\",\"label\"\n\"1\",1.5,1\n\"2\",-2,0\n",
        &[1.5, -2.0],
        &[1.0, 0.0],
    );
    refused(
        b"logit,label\n0.5,1.5,1\n0.7,-2,0\n",
        &[
            "line 2",
            "3 fields; as many as in the header are expected: 2",
        ],
    );
}

#[test]
fn files_without_a_header_are_named_by_columns() {
    let named = |names: &str| Options {
        columns: Some(names.split(',').map(str::to_owned).collect()),
        ..Options::default()
    };
    refused(b"1.5,1\n-2,0\n", &["there is no header", "--columns"]);
    let got = read_as("file", b"1.5,1\n-2,0\n", &named("logit,label")).expect("they are named");
    assert_eq!(
        (got.outputs, got.targets),
        (vec![1.5, -2.0], vec![1.0, 0.0])
    );
    let got =
        read_as("file", b"a,1.5,1\nb,-2,0\n", &named("group,logit,label")).expect("they are named");
    assert_eq!(got.groups, ["a", "b"]);
    assert_eq!(
        read_as("file", b"logit,label\n1,0\n", &named("logit,label"))
            .expect("the same")
            .outputs,
        [1.0]
    );
    for (bytes, names, said) in [
        (
            &b"y_true,y_score\n1,0\n"[..],
            "label,logit",
            "its header y_true,y_score",
        ),
        (
            b"1.5,1\n",
            "logit,label,group",
            "its number of columns is 2",
        ),
        (b"0,1\n0.5,1\n", "logit,label", "header of numbers"),
    ] {
        let why = read_as("file", bytes, &named(names)).expect_err("it contradicts");
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn what_is_missing_is_named_and_skipped() {
    let rows = b"logit,label\n1,0\nNA,1\n,0\nNaN,1\nInf,0\n-2,1\n";
    refused(rows, &["line 3", "\"NA\" is not a number"]);
    let lenient = Options {
        skip_bad_rows: true,
        ..Options::default()
    };
    let got = read_as("file", rows, &lenient).expect("the rest");
    assert_eq!((got.outputs, got.skipped), (vec![1.0, -2.0], 4));
    // A file whose quotes are wrong is refused as a whole: no row can be told from another.
    let quotes = b"logit,label,note\n1,0,\"fine\"\n2,1,\"open\n3,0,x\n";
    assert!(read_as("file", quotes, &lenient).is_err());
    let ragged = b"title,logit,label\n\"5\\\"\",1,1\n\"ok\",1\n\"b\",0.3,1\n";
    let got = read_as("file", ragged, &lenient).expect("one row is short");
    assert_eq!((got.outputs, got.skipped), (vec![1.0, 0.3], 1));
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}
