//! The native program.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    #[cfg(all(unix, not(target_vendor = "apple")))]
    in_a_tidy_environment();
    ghm_lab::cli::main()
}

/// Where there is no session, drivers look for a compositor all the same, and complain to standard error, some more
/// than once. They look in silence where the variable is set: so this process becomes one where it is. The folder is
/// one that nobody can put a socket into.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn in_a_tidy_environment() {
    use std::os::unix::process::CommandExt;

    const FOLDER: &str = "XDG_RUNTIME_DIR";
    let is_set = std::env::var_os(FOLDER).is_some_and(|folder| !folder.is_empty());
    let mut arguments = std::env::args_os();
    if let (false, Some(name), Ok(program)) = (is_set, arguments.next(), std::env::current_exe()) {
        // Comes back where it cannot; the complaint is all that is lost by that.
        let _ = std::process::Command::new(program)
            .arg0(name)
            .args(arguments)
            .env(FOLDER, "/nonexistent")
            .exec();
    }
}

/// The page starts in the library.
#[cfg(target_arch = "wasm32")]
fn main() {}
