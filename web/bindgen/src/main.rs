//! wasm-bindgen as a library, so that nobody has to install its command line in the version of Cargo.lock.

use std::path::PathBuf;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str = "usage: ghm-lab-bindgen FILE.wasm FOLDER";

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).map(PathBuf::from).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("ghm-lab-bindgen: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Writes `app.js` and `app_bg.wasm` into the folder.
fn run(arguments: Vec<PathBuf>) -> Result<(), String> {
    let [wasm, folder] = arguments.as_slice() else {
        return Err(USAGE.to_owned());
    };
    let mut bindgen = Bindgen::new();
    let made = bindgen
        .web(true)
        .map(|bindgen| bindgen.typescript(false))
        .map(|bindgen| bindgen.remove_name_section(true))
        .map(|bindgen| bindgen.remove_producers_section(true))
        .and_then(|bindgen| bindgen.input_path(wasm).out_name("app").generate(folder));
    // With all causes, in one line.
    made.map_err(|error| format!("{}: {error:#}", wasm.display()))
}
