//! Every kind of bad input: one sentence, exit code 2, and no file touched.

use ghm_lab::config::{Kind, SETTINGS, Setting};

use crate::support::{Folder, Ran, run, run_without_rights, small};

/// Values that a setting must refuse: beyond both ends, and what is no value of its kind.
fn bad_values(setting: &Setting) -> Vec<String> {
    let mut values = match setting.kind {
        Kind::Integer { min, max, .. } => vec![
            (i64::from(min) - 1).to_string(),
            (i64::from(max) + 1).to_string(),
            "1.5".to_owned(),
            "1e99".to_owned(),
        ],
        Kind::Real { min, max, .. } => vec![
            (min - 0.000_001).to_string(),
            (max * 1.000_001).to_string(),
            "1e300".to_owned(),
        ],
        Kind::Choice { keys, .. } => vec![keys[0].to_uppercase(), "0".to_owned()],
    };
    values.extend(["NaN", "inf", "-inf", "", "nonsense", "\u{1b}[31m"].map(str::to_owned));
    values
}

#[test]
fn every_setting_refuses_what_is_outside_its_range() {
    let folder = Folder::new();
    let file = folder.file("out.json");
    std::fs::write(&file, "as it was").unwrap();
    let json = folder.flag("json", "out.json");
    for setting in SETTINGS {
        for value in bad_values(setting) {
            let flag = format!("--{}={value}", setting.key);
            let ran = run(&["train", &flag, &json]);
            assert_eq!(ran.code, 2, "{flag}: {}", ran.stderr);
            assert_eq!(ran.stdout, "", "{flag}");
            assert_eq!(ran.stderr.lines().count(), 1, "{flag}: {}", ran.stderr);
            let start = format!("error: {}: ", setting.key);
            assert!(ran.stderr.starts_with(&start), "{flag}: {}", ran.stderr);
            assert!(ran.stderr.contains(&setting.range()), "{}", ran.stderr);
            assert!(!ran.stderr.contains('\u{1b}'), "{flag}");
        }
    }
    assert_eq!(folder.names(), ["out.json"]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "as it was");
}

#[test]
fn the_window_refuses_the_same_before_it_opens() {
    for arguments in [&["--bins=0"][..], &["app", "--bins=0"]] {
        let ran = run(arguments);
        assert_eq!(ran.code, 2);
        assert_eq!(ran.stderr, "error: bins: 0 is outside 1 to 256\n");
    }
}

#[test]
fn several_bad_settings_are_all_named() {
    let ran = run(&["train", "--bins", "0", "--momentum", "-1", "--loss", "mse"]);
    assert_eq!(ran.code, 2);
    let keys = ["loss", "bins", "momentum"].map(|key| format!("error: {key}: "));
    for (line, key) in ran.stderr.lines().zip(&keys) {
        assert!(line.starts_with(key), "{}", ran.stderr);
    }
    assert_eq!(ran.stderr.lines().count(), 3);
}

/// Runs small settings with flags that must be refused in one sentence with all these parts, and
/// leave these files and no others.
fn refused(folder: &Folder, flags: &[&str], parts: &[&str], left: &[&str]) {
    says(&run(&small(flags)), parts);
    assert_eq!(folder.names(), left, "{flags:?}");
}

/// Refused in one sentence with all these parts.
fn says(ran: &Ran, parts: &[&str]) {
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(ran.stdout, "", "{parts:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "no \"{part}\": {}", ran.stderr);
    }
}

#[test]
fn settings_that_do_not_fit_each_other() {
    let folder = Folder::new();
    let json = folder.flag("json", "out.json");
    let parts = ["batch-size", "751", "1 to 750"];
    refused(&folder, &["--batch-size=751", &json], &parts, &[]);
    let parts = ["positive-fraction", "too few positives", "at least 0.002"];
    refused(&folder, &["--positive-fraction=0.0001", &json], &parts, &[]);
}

#[test]
fn steps_out_of_range() {
    let folder = Folder::new();
    for steps in [
        "0",
        "-1",
        "10000001",
        "1.5",
        "NaN",
        "",
        "99999999999999999999",
    ] {
        let flag = format!("--steps={steps}");
        let parts = ["--steps", "1 to 10000000"];
        refused(
            &folder,
            &[&flag, &folder.flag("json", "out.json")],
            &parts,
            &[],
        );
    }
}

#[test]
fn files_that_cannot_be_written() {
    let folder = Folder::new();
    std::fs::create_dir(folder.file("folder.svg")).unwrap();
    std::fs::write(folder.file("file"), "as it was").unwrap();
    let left = ["file", "folder.svg"];
    for flag in ["json", "figure", "trace"] {
        let named = format!("--{flag}");
        let refuse = |name: &str, reason: &str| {
            let arguments = ["--steps=5", &folder.flag(flag, name)];
            refused(&folder, &arguments, &[&named, name, reason], &left);
        };
        refuse("folder.svg", "it is a folder");
        refuse("missing/out.svg", "folder does not exist");
        refuse("file/out.svg", "not a folder");
        refuse(&format!("{}.svg", "x".repeat(300)), "too long");
    }
    let slash = [folder.flag("json", "new/")];
    refused(&folder, &[&slash[0]], &["--json", "no file name"], &left);
    refused(
        &folder,
        &["--trace=-", "--json=-", "--steps=5"],
        &["--trace", "--json", "already"],
        &left,
    );
}

#[cfg(unix)]
#[test]
fn files_and_folders_without_permission() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let inner = folder.file("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join("old.json"), "as it was").unwrap();
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&inner.join("old.json"), 0o444);
    mode(&inner, 0o555);
    mode(folder.path(), 0o755);
    for name in ["inner/old.json", "inner/new.json"] {
        let ran = run_without_rights(&small(&[&folder.flag("json", name)]));
        let parts = ["--json", name, "permission"];
        says(&ran, &parts);
        assert_eq!(folder.names(), ["inner"]);
    }
    mode(&inner, 0o755);
    let old = std::fs::read_to_string(inner.join("old.json")).unwrap();
    assert_eq!(old, "as it was");
}

#[test]
fn figures_of_unknown_kind() {
    let folder = Folder::new();
    for name in ["out.gif", "out", "svg", ".svg", "-"] {
        let flag = folder.flag("figure", name);
        let parts = ["--figure", name, ".svg or .png"];
        refused(&folder, &[&flag], &parts, &[]);
    }
}

#[test]
fn one_file_for_two_outputs() {
    let folder = Folder::new();
    let flags = [
        folder.flag("json", "out.svg"),
        folder.flag("figure", "./out.svg"),
    ];
    let parts = ["--json", "--figure", "choose another"];
    refused(&folder, &[&flags[0], &flags[1]], &parts, &[]);
}

#[test]
fn unknown_flags_and_commands_are_refused() {
    for arguments in [
        &["train", "--nonsense"][..],
        &["train", "--json="],
        &["nonsense"],
        &["--bins", "3", "train"],
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
}

/// A disk that fills up while writing is a failed run, not a wrong flag.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let ran = run(&small(&["--steps=5", "--json=/dev/full"]));
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("--json") && ran.stderr.contains("no space"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stdout.contains("Trained 5 steps"),
        "the summary is not lost"
    );
}
