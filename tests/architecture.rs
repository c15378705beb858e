//! The rooms of the house: what may import what, how long a file may be, and that every kernel has
//! its twin.

mod support;

use std::collections::BTreeSet;

use support::source::{code_only, declares, files, imports, long_files, tokens};

/// Each room, the rooms it may import, and the crates that only some rooms know. A name after a
/// room's own (`engine::Snapshot`) allows that item only.
struct Room {
    name: &'static str,
    imports: &'static [&'static str],
}

/// From the ground up. The fronts at the end may import everything.
const ROOMS: [Room; 15] = [
    Room {
        name: "words",
        imports: &[],
    },
    Room {
        name: "ghm",
        imports: &[],
    },
    Room {
        name: "data",
        imports: &["words", "ghm"],
    },
    Room {
        name: "config",
        imports: &["words", "ghm", "data"],
    },
    Room {
        name: "engine",
        imports: &["words", "ghm", "data", "config"],
    },
    Room {
        name: "lab",
        imports: &["words", "ghm", "data", "config", "engine", "xray", "bench"],
    },
    Room {
        name: "figure",
        imports: &[
            "words",
            "ghm",
            "config::ContributionAxis",
            "config::Regularization",
            "engine::Snapshot",
        ],
    },
    Room {
        name: "xray",
        imports: &["words", "ghm", "data", "config", "figure"],
    },
    Room {
        name: "bench",
        imports: &["words", "ghm", "data", "config", "engine", "xray"],
    },
    Room {
        name: "code",
        imports: &["ghm", "config"],
    },
    Room {
        name: "ui",
        imports: UI,
    },
    Room {
        name: "app",
        imports: ALL,
    },
    Room {
        name: "main",
        imports: ALL,
    },
    Room {
        name: "web",
        imports: ALL,
    },
    Room {
        name: "cli",
        imports: ALL,
    },
];

/// Beside the lab and the figures, the plain types that these two hand out.
const UI: &[&str] = &[
    "words",
    "lab",
    "code",
    "figure",
    "xray",
    "bench",
    "config",
    "data",
    "ghm",
    "engine::BackendInfo",
    "engine::DecisionMap",
    "engine::Evaluation",
    "engine::ExampleGradient",
    "engine::FIT_POINTS",
    "engine::MAP_SIZE",
    "engine::Scores",
    "engine::Snapshot",
];

const ALL: &[&str] = &[
    "words", "ghm", "data", "config", "engine", "lab", "figure", "xray", "bench", "code", "ui",
    "app", "web", "cli",
];

/// Crates that only these files may name: the prefixes of their paths in `src/`.
const CRATES: [(&str, &[&str]); 4] = [
    ("wgpu", &["engine/gpu/", "app", "cli/", "web"]),
    ("eframe", &["ui/", "app", "main", "web", "cli/"]),
    ("egui", &["ui/", "app", "main", "web", "cli/"]),
    ("clap", &["cli/", "main"]),
];

const MOST_RUST_LINES: usize = 400;
const MOST_SHADER_LINES: usize = 150;

/// What a file imports against the table, one sentence each.
fn breaches(file: &str, source: &str) -> Vec<String> {
    let room = file
        .split('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs");
    let mut breaches = Vec::new();
    if room != "lib" {
        let Some(row) = ROOMS.iter().find(|row| row.name == room) else {
            return vec![format!("src/{file} is in no room of the table")];
        };
        for path in imports(file, source) {
            let full = path.join("::");
            let allowed = row.imports.iter().any(|allowed| {
                full == *allowed
                    || full
                        .strip_prefix(allowed)
                        .is_some_and(|rest| rest.starts_with("::"))
            });
            if !allowed {
                breaches.push(format!(
                    "src/{file} imports {full}; {room} may import {:?}",
                    row.imports
                ));
            }
        }
    }
    let words = tokens(&code_only(source));
    for (name, places) in CRATES {
        // In a path or a `use`; a variable of that name is not the crate.
        let named = (0..words.len()).any(|i| {
            words[i] == name
                && (words.get(i + 1).is_some_and(|next| next == "::")
                    || i > 0 && ["use", "::"].contains(&words[i - 1].as_str()))
        });
        if named && !places.iter().any(|place| file.starts_with(place)) {
            breaches.push(format!("src/{file} knows {name}; only {places:?} may"));
        }
    }
    breaches
}

/// The shaders that can be dispatched, by file name; the others are included by these.
fn kernels(shaders: &[(String, String)]) -> Vec<String> {
    let entry = shaders
        .iter()
        .filter(|(_, text)| code_only(text).contains("@compute"));
    entry
        .map(|(name, _)| name.trim_end_matches(".wgsl").to_owned())
        .collect()
}

#[test]
fn imports_run_from_the_ground_up() {
    let sources = files("src", "rs");
    assert!(sources.len() > 20, "found {} files", sources.len());
    let breaches: Vec<String> = sources
        .iter()
        .flat_map(|(file, source)| breaches(file, source))
        .collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    // The scan sees what is there.
    let seen: BTreeSet<String> = sources
        .iter()
        .flat_map(|(file, source)| imports(file, source))
        .map(|path| path[0].clone())
        .collect();
    for room in ["ghm", "data", "config", "engine"] {
        assert!(seen.contains(room), "no import of {room} was seen");
    }
}

#[test]
fn an_import_against_the_table_is_caught() {
    let wrong = [
        ("ghm/loss.rs", "use crate::data::Split;"),
        ("ghm/loss.rs", "use crate::{ghm::Real, config::Config};"),
        ("ghm/mod.rs", "use super::data::Split;"),
        ("ghm/loss.rs", "use super::{super::lab, Real};"),
        (
            "ghm/loss.rs",
            "fn f() -> f64 { crate::engine::EVALUATION_LIMIT as f64 }",
        ),
        ("data/mod.rs", "pub use crate::config::Config;"),
        (
            "config/link.rs",
            "use crate::{\n    data::Shape,\n    engine::{Network},\n};",
        ),
        ("engine/mod.rs", "use crate::lab::Lab;"),
        ("engine/trainer.rs", "use wgpu::Device;"),
        (
            "lab/runner.rs",
            "let figure = crate::figure::Figure::default();",
        ),
        ("figure/model.rs", "use crate::engine::Trainer;"),
        ("figure/model.rs", "use crate::engine;"),
        ("figure/model.rs", "use crate::engine::*;"),
        ("figure/svg.rs", "use crate::lab::Lab;"),
        ("ui/mod.rs", "use crate::engine::gpu::Gpu;"),
        ("ui/panels.rs", "use crate::engine::{Snapshot, Compute};"),
        ("ui/panels.rs", "use wgpu::Device;"),
        ("ui/panels.rs", "use eframe::wgpu;"),
        ("ui/panels.rs", "use crate::app::App;"),
        ("lab/runner.rs", "use egui::Ui;"),
        ("news/mod.rs", ""),
    ];
    for (file, source) in wrong {
        assert_eq!(
            breaches(file, source).len(),
            1,
            "{file}: {source}: {:?}",
            breaches(file, source)
        );
    }
}

#[test]
fn an_import_with_the_table_is_left_alone() {
    let right = [
        (
            "ghm/loss.rs",
            "use super::{Real, choice};\nuse crate::ghm::bin;",
        ),
        (
            "ghm/loss.rs",
            "//! See [`crate::engine::Step`].\n/* crate::lab */ let a = \"crate::lab\";",
        ),
        (
            "engine/cpu/engine.rs",
            "use super::super::{Step, cpu};\nuse crate::{ghm::Real, data::Dataset as D};",
        ),
        ("engine/gpu/mod.rs", "use wgpu::Device;"),
        (
            "figure/model.rs",
            "use crate::engine::Snapshot;\nuse crate::ghm::Loss;",
        ),
        (
            "ui/panels.rs",
            "use crate::engine::{Snapshot, DecisionMap};\nuse eframe::egui;",
        ),
        ("ui/plots/axes.rs", "use super::super::theme::Theme;"),
        (
            "app.rs",
            "use crate::engine::{Compute, gpu::Gpu};\nuse crate::{lab::Lab, ui};",
        ),
        ("cli/mod.rs", "use clap::Parser;\nuse crate::lab::Lab;"),
        (
            "main.rs",
            "fn main() -> std::process::ExitCode { ghm_lab::cli::main() }",
        ),
        ("lib.rs", "pub mod ghm;\nmod web;"),
    ];
    for (file, source) in right {
        assert_eq!(breaches(file, source), [""; 0], "{file}");
    }
}

#[test]
fn no_file_is_longer_than_one_noun() {
    let mut long = long_files(&files("src", "rs"), MOST_RUST_LINES);
    long.extend(long_files(&files("web/server/src", "rs"), MOST_RUST_LINES));
    long.extend(long_files(&files("shaders", "wgsl"), MOST_SHADER_LINES));
    assert!(long.is_empty(), "{}", long.join("\n"));
    // And it would be noticed.
    let file = |lines| [("a.rs".to_owned(), "x\n".repeat(lines))];
    assert_eq!(long_files(&file(MOST_RUST_LINES), MOST_RUST_LINES), [""; 0]);
    assert_eq!(
        long_files(&file(MOST_RUST_LINES + 1), MOST_RUST_LINES).len(),
        1
    );
}

#[test]
fn every_kernel_has_a_twin_of_its_name() {
    let mut twins = files("src/engine/cpu", "rs");
    twins.extend(files("src/ghm", "rs"));
    let has_twin = |kernel: &str| twins.iter().any(|(_, source)| declares(source, kernel));
    let steps = [
        "forward",
        "gradient_norm",
        "histogram",
        "density",
        "reweight",
        "backward",
        "reduce",
        "update",
    ];
    for name in steps {
        assert!(
            has_twin(name),
            "the step {name} has no function of its name"
        );
    }
    let shaders = files("shaders", "wgsl");
    let kernels = kernels(&shaders);
    for kernel in &kernels {
        assert!(
            has_twin(kernel),
            "shaders/{kernel}.wgsl has no function {kernel} in Rust"
        );
    }
    if !shaders.is_empty() {
        for name in steps {
            assert!(
                kernels.iter().any(|kernel| kernel == name),
                "no kernel {name}"
            );
        }
    }
    assert!(!has_twin("no_such_kernel"));
}

#[test]
fn kernels_are_told_from_what_they_include() {
    let shader = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let found = kernels(&[
        shader("a.wgsl", "@compute @workgroup_size(64) fn main() {}"),
        shader("b.wgsl", "// used by every @compute kernel\nfn helper() {}"),
    ]);
    assert_eq!(found, ["a"]);
    assert!(declares("pub fn sum<T: Real>(v: &[T])", "sum"));
    assert!(!declares("pub fn summary() {} // fn sum", "sum"));
}
