//! Where results go: never over what is read, and standard input and output are for one.

use crate::{text, write, xray};

#[test]
fn what_is_read_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = "logit,label\n1,0\n2,1\n";
    let path = write(&folder, "rows.csv", rows);
    let other = folder
        .path()
        .join("../")
        .join(folder.path().file_name().expect("a name"));
    let other = other.join("rows.csv");
    for flag in ["--json", "--csv", "--per-example"] {
        for output in [&path, &other] {
            let ran = xray(&[text(&path), flag, text(output)]);
            assert_eq!(ran.code, 2, "{flag}");
            assert!(
                ran.stderr.contains(flag) && ran.stderr.contains("is read from"),
                "{}",
                ran.stderr
            );
        }
    }
    let counts = write(
        &folder,
        "counts.csv",
        "gradient_norm,count\n0.25,1\n0.75,2\n",
    );
    let ran = xray(&["--histogram", text(&counts), "--csv", text(&counts)]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), rows);
}

#[test]
fn standard_input_and_output_are_for_one() {
    let ran = xray(&["-", "-"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "error: -: standard input can be read once\n")
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "rows.csv", "logit,label\n1,0\n2,1\n");
    let ran = xray(&[text(&path), "--csv", "-"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("bin,from,to,"), "{}", ran.stdout);
    assert_eq!(
        std::fs::read_dir(folder.path())
            .expect("it is there")
            .count(),
        1
    );
    let ran = xray(&[text(&path), "--csv", "-", "--json", "-"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("--csv: \"-\" is already the file of --json"),
        "{}",
        ran.stderr
    );
}
