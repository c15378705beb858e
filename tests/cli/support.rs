//! Runs the real program and reads what it left.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

/// What a finished process said.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Settings of a run that takes a moment.
pub const SMALL: &[&str] = &[
    "--backend=cpu",
    "--examples=1000",
    "--positive-fraction=0.1",
    "--batch-size=256",
    "--width=8",
];

/// Runs `ghm-lab` without a display.
pub fn run<S: AsRef<str>>(arguments: &[S]) -> Ran {
    run_with(arguments, &[])
}

/// Runs `ghm-lab` without a display and with these variables.
pub fn run_with<S: AsRef<str>>(arguments: &[S], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ghm-lab"));
    command.args(arguments.iter().map(AsRef::as_ref));
    run_command(command, variables)
}

fn run_command(mut command: Command, variables: &[(&str, &str)]) -> Ran {
    for name in [
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "WAYLAND_SOCKET",
        "XDG_RUNTIME_DIR",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs `ghm-lab` as somebody who may not write everywhere: not as root.
#[cfg(unix)]
pub fn run_without_rights<S: AsRef<str>>(arguments: &[S]) -> Ran {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir().unwrap();
    let is_root = folder.path().metadata().unwrap().uid() == 0;
    let mut binary = PathBuf::from(env!("CARGO_BIN_EXE_ghm-lab"));
    if is_root {
        // Nobody may not look into root's folders.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let copy = folder.path().join("ghm-lab");
        std::fs::copy(&binary, &copy).unwrap();
        binary = copy;
    }
    let mut command = Command::new(binary);
    command.args(arguments.iter().map(AsRef::as_ref));
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    run_command(command, &[])
}

/// Trains with small settings and more flags; panics when it fails.
pub fn train(flags: &[&str]) -> Ran {
    let ran = run(&small(flags));
    assert_eq!(ran.code, 0, "{flags:?}: {}", ran.stderr);
    ran
}

/// The arguments of a small run with more flags.
pub fn small(flags: &[&str]) -> Vec<String> {
    [&["train"], SMALL, flags]
        .concat()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// An empty folder that goes when dropped.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `--flag=FILE` for a file in this folder.
    pub fn flag(&self, flag: &str, name: &str) -> String {
        format!("--{flag}={}", self.file(name).display())
    }

    /// Names of all files, hidden ones too.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub fn json(&self, name: &str) -> Json {
        serde_json::from_slice(&std::fs::read(self.file(name)).unwrap()).unwrap()
    }
}

/// Numbers of a JSON array.
pub fn numbers(json: &Json) -> Vec<f64> {
    json.as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_f64().unwrap())
        .collect()
}

/// Bits of the single-precision values of a JSON array.
pub fn bits(json: &Json) -> Vec<u32> {
    numbers(json)
        .iter()
        .map(|&value| (value as f32).to_bits())
        .collect()
}
