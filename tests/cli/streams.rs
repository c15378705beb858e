//! Streams, links and signals: what a run writes on, and what it leaves when it is ended; and what reaches a
//! terminal.
#![cfg(unix)]

use std::fs;
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value as Json;

use crate::support::{Folder, Ran, run, run_with, small, train};

const SHORT: &[&str] = &["--steps=3", "--examples=500"];

/// Runs a line of the shell in a folder; `ghm-lab` is `"$1"`, the flags of a short run are the others.
fn shell(folder: &Folder, line: &str) -> Ran {
    let output = Command::new("bash")
        .args(["-c", line, "bash", env!("CARGO_BIN_EXE_ghm-lab")])
        .args(small(SHORT))
        .current_dir(folder.path())
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn streams_are_written_behind_what_is_there() {
    for stream in [
        "/dev/stdout",
        "/dev/fd/1",
        "/proc/self/fd/1",
        "/dev/fd/3",
        "link",
    ] {
        let folder = Folder::new();
        std::os::unix::fs::symlink("/dev/stdout", folder.file("link")).unwrap();
        fs::write(folder.file("log.txt"), "before\n").unwrap();
        let to = if stream.ends_with('3') { "3" } else { "" };
        let ran = shell(&folder, &format!("\"$@\" --json {stream} {to}>> log.txt"));
        assert_eq!(ran.code, 0, "{stream}: {}", ran.stderr);
        let log = fs::read_to_string(folder.file("log.txt")).unwrap();
        let json = log.strip_prefix("before\n").expect(stream);
        let json: Json = serde_json::from_str(json).expect(stream);
        assert_eq!(json["steps"], 3);
        assert_eq!(folder.names(), ["link", "log.txt"]);
        assert!(folder.file("link").is_symlink());
    }
}

#[test]
fn a_dash_is_standard_output_for_every_file() {
    let folder = Folder::new();
    for (flag, start) in [
        ("json", "{"),
        ("trace", "{"),
        ("csv", "arm,"),
        ("predictions", ""),
        ("figure", "<svg"),
    ] {
        let ran = shell(&folder, &format!("\"$@\" --{flag} -"));
        assert_eq!(ran.code, 0, "{flag}: {}", ran.stderr);
        assert!(
            ran.stdout.starts_with(start) && ran.stdout.len() > 200,
            "{flag}"
        );
        assert!(
            ran.stderr.contains("Trained 3 steps"),
            "{flag}: {}",
            ran.stderr
        );
    }
    assert_eq!(folder.names(), [""; 0]);
    let ran = run(&["xray", "--preset=paper", "--figure=-"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("<svg"), "{}", ran.stdout);
    let both = run(&small(&["--json=-", "--csv=/dev/stdout"]));
    assert_eq!(both.code, 2, "{}", both.stdout);
}

#[test]
fn a_link_to_nothing_leads_to_a_new_file() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("end.json", folder.file("middle")).unwrap();
    std::os::unix::fs::symlink("middle", folder.file("out.json")).unwrap();
    let out = folder.flag("json", "out.json");
    for steps in [2, 3] {
        let ran = run(&small(&[&format!("--steps={steps}"), &out]));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(folder.names(), ["end.json", "middle", "out.json"]);
        assert!(folder.file("out.json").is_symlink() && folder.file("middle").is_symlink());
        assert_eq!(folder.json("end.json")["steps"], steps);
    }
    std::os::unix::fs::symlink("round", folder.file("round")).unwrap();
    let ran = run(&small(&[&folder.flag("json", "round")]));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("circle"), "{}", ran.stderr);
}

fn send(signal: &str, process: u32) {
    let sent = Command::new("kill")
        .args([format!("-{signal}"), process.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// A program that gets every signal, also where these tests were started by nohup, which takes HUP away.
fn with_all_signals(program: &str) -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new("env");
        command.args(["--default-signal=HUP,INT,TERM", program]);
        return command;
    }
    Command::new(program)
}

/// A run that writes a trace of so many steps and gets the signal while it does: how it ended, and what it said.
/// Nothing where all was written before the signal came.
fn interrupted(folder: &Folder, signal: &str, steps: u32) -> Option<(ExitStatus, String)> {
    let trace = folder.flag("trace", "trace.json");
    let steps = format!("--steps={steps}");
    let flags = ["--examples=40000", "--batch-size=20000", &steps, &trace];
    let mut child = with_all_signals(env!("CARGO_BIN_EXE_ghm-lab"))
        .args(small(&flags))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first is the probe's; the second is there until all is written.
    let growing = || {
        let mut names = folder.names().into_iter();
        let scratch = names.find(|name| name.starts_with(".ghm-lab-"));
        let file = scratch.map(|name| folder.file(&name).join("trace.json"));
        file.and_then(|file| file.metadata().ok())
            .is_some_and(|of| of.len() > 0)
    };
    while !growing() {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return None;
        }
    }
    send(signal, child.id());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (!output.status.success()).then_some((output.status, said))
}

#[test]
fn what_ends_a_run_leaves_nothing_half_written() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let folder = Folder::new();
        // On a busy machine a signal takes its time: the trace grows until one meets it.
        let mut lengths = (0..6).map(|doubled| 150 << doubled);
        let met = lengths.find_map(|steps| {
            fs::write(folder.file("trace.json"), "before").unwrap();
            interrupted(&folder, signal, steps)
        });
        let (status, said) = met.expect("no signal met the writing");
        assert_eq!(status.code(), Some(code), "{signal}: {said}");
        assert!(said.contains("Interrupted"), "{said}");
        assert_eq!(folder.names(), ["trace.json"], "{signal}");
        let left = fs::read_to_string(folder.file("trace.json")).unwrap();
        assert_eq!(left, "before");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_taken_away_stays_away() {
    let folder = Folder::new();
    // As nohup does it.
    let line = "trap '' HUP; \"$@\" --steps=200 --json out.json & kill -HUP $!; sleep 0.05; kill -HUP $!; wait $!";
    let ran = shell(&folder, line);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(folder.names(), ["out.json"]);
}

#[test]
fn nothing_that_a_terminal_obeys_reaches_it() {
    let folder = Folder::new();
    let evil = "\u{1b}[31mred\u{7}.csv";
    let mut said = Vec::new();
    said.push(run(&["xray", evil]));
    said.push(run(&["xray", "--histogram", evil]));
    said.push(run(&["train", "--json", "/nowhere/\u{1b}[2J"]));
    fs::write(
        folder.file("cell.csv"),
        "p,label\n0.5,\u{1b}]0;title\u{7}\n",
    )
    .unwrap();
    said.push(run(&["xray", folder.file("cell.csv").to_str().unwrap()]));
    for ran in &said {
        assert_eq!(ran.code, 2, "{ran:?}");
    }
    let unknown = run(&["train", evil]);
    assert!(!unknown.stderr.contains(['\u{1b}', '\u{7}']), "{unknown:?}");
    // A name that goes well.
    fs::write(folder.file(evil), "p,label\n0.5,1\n0.2,0\n").unwrap();
    said.push(run(&["xray", folder.file(evil).to_str().unwrap()]));
    said.push(run(&small(
        &[SHORT, &[&folder.flag("json", evil)]].concat(),
    )));
    for ran in &said {
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}']), "{all:?}");
        assert!(all.contains("\\x1b"), "{all:?}");
    }
}

#[test]
fn many_bins_do_not_flood_the_terminal() {
    const BINS: usize = 20_000;
    let folder = Folder::new();
    let rows: String = (0..BINS)
        .map(|bin| format!("{},{}\n", (bin as f64 + 0.5) / BINS as f64, 1 + bin % 9))
        .collect();
    fs::write(
        folder.file("many.csv"),
        format!("gradient_norm,count\n{rows}"),
    )
    .unwrap();
    let ran = run(&[
        "xray",
        "--histogram",
        folder.file("many.csv").to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = ran.stdout.chars().count() + ran.stderr.chars().count();
    assert!(said < 10_000, "{said}");
}

#[test]
fn threads_without_number_are_bounded() {
    for threads in ["100000", "0", "-1", "1"] {
        let ran = run_with(&small(SHORT), &[("RAYON_NUM_THREADS", threads)]);
        assert_eq!(ran.code, 0, "{threads}: {}", ran.stderr);
    }
}

#[test]
fn the_window_waits_for_no_pipe() {
    let folder = Folder::new();
    let pipe = folder.file("pipe.csv");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let ran = run(&["app", pipe.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for part in ["pipe.csv", "pipe or a device", "ghm-lab xray"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[test]
fn json_has_standard_output_to_itself() {
    let ran = train(&["--steps=5", "--json=-"]);
    let json: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["steps"], 5);
    assert_eq!(ran.stdout.lines().count(), 1);
    assert!(
        ran.stderr.contains("Trained 5 steps on cpu"),
        "{}",
        ran.stderr
    );
    // Without a terminal there is no bar.
    assert!(!ran.stderr.contains(['\r', '\u{1b}']));

    let plain = train(&["--steps=5"]);
    assert!(plain.stdout.contains("Trained 5 steps on cpu"));
    assert_eq!(plain.stderr, "");
}

#[test]
fn an_old_file_is_replaced_as_a_whole() {
    let folder = Folder::new();
    std::fs::write(folder.file("out.json"), "old ".repeat(100_000)).unwrap();
    train(&["--steps=5", &folder.flag("json", "out.json")]);
    assert_eq!(folder.json("out.json")["steps"], 5);
    assert_eq!(folder.names(), ["out.json"]);
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_written_through() {
    let folder = Folder::new();
    std::fs::write(folder.file("real.json"), "old").unwrap();
    std::os::unix::fs::symlink(folder.file("real.json"), folder.file("link.json")).unwrap();
    train(&["--steps=5", &folder.flag("json", "link.json")]);
    assert_eq!(folder.json("real.json")["steps"], 5);
    assert!(folder.file("link.json").is_symlink());
    train(&["--steps=5", "--json=/dev/null"]);
}
