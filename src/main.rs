//! The native program.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    ghm_lab::cli::main()
}

/// The page starts in the library.
#[cfg(target_arch = "wasm32")]
fn main() {}
