//! What lies around a run and is not its business.

use std::process::Command;

use crate::support::{run_with, small};

/// Drivers look for a compositor where there is no session, and say so; the program says nothing of it.
#[test]
fn a_shell_without_a_session_is_not_complained_about() {
    for variables in [&[][..], &[("XDG_RUNTIME_DIR", "")]] {
        let ran = run_with(&small(&["--backend=gpu", "--steps=3"]), variables);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stderr.contains("XDG_RUNTIME_DIR"), "{}", ran.stderr);
        let ran = run_with(&["adapters"], variables);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    }
}

/// What goes wrong is still told, and arguments arrive as they are.
#[test]
fn arguments_and_errors_are_as_ever() {
    let odd = "--dataset=moons and\tmore \u{fc}";
    let ran = run_with(&["train", odd, ""], &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    let help = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
        .arg("--help")
        .env_remove("XDG_RUNTIME_DIR")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&help.stdout);
    assert!(
        help.status.success() && said.contains("Usage: ghm-lab"),
        "{said}"
    );
}
