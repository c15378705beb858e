//! Source files as text: their paths, tokens and lengths.

use std::fs;
use std::path::{Path, PathBuf};

/// Code without comments and without what is between quotes.
pub fn code_only(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if next == '"' {
            let mut end = 1;
            let bytes = rest.as_bytes();
            while end < bytes.len() && bytes[end] != b'"' {
                end += 1 + usize::from(bytes[end] == b'\\');
            }
            (end + 1).min(rest.len())
        } else if rest.starts_with("'\"'") {
            3
        } else {
            code.push(next);
            next.len_utf8()
        };
        rest = &rest[skip..];
    }
    code
}

/// Words and the signs that matter to paths; `::` is one token.
pub fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = code.trim_start();
    while let Some(next) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if word(next) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            next.len_utf8()
        };
        tokens.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    tokens
}

/// The paths that begin at `tokens[*at]`, groups in braces taken apart; moves `at` behind them.
pub fn paths(tokens: &[String], at: &mut usize, before: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    loop {
        match tokens.get(*at).map(String::as_str) {
            Some("{") => {
                *at += 1;
                while tokens.get(*at).is_some_and(|token| token != "}") {
                    if tokens[*at] == "," {
                        *at += 1;
                    } else {
                        paths(tokens, at, &path, found);
                    }
                }
                *at += 1;
                return;
            }
            Some(token)
                if token == "*" || token.starts_with(|c: char| c.is_alphabetic() || c == '_') =>
            {
                path.push(token.to_owned());
                *at += 1;
            }
            _ => {
                *at += 1;
                break;
            }
        }
        match tokens.get(*at).map(String::as_str) {
            Some("::") => *at += 1,
            // A name that the item is given here.
            Some("as") => {
                *at += 2;
                break;
            }
            _ => break,
        }
    }
    found.push(path);
}

/// Every path of a file of this library that leads out of its room, from the crate's root.
pub fn imports(file: &str, source: &str) -> Vec<Vec<String>> {
    let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
    let module: Vec<String> = match stem {
        "lib" | "main" => Vec::new(),
        stem => stem.split('/').map(str::to_owned).collect(),
    };
    let tokens = tokens(&code_only(source));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = at == 0 || tokens[at - 1] != "::";
        if begins && ["crate", "ghm_lab", "super"].contains(&tokens[at].as_str()) {
            paths(&tokens, &mut at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    let rooted = found.into_iter().filter_map(|path| {
        let ups = path.iter().take_while(|part| *part == "super").count();
        let mut full = match ups {
            0 => Vec::new(),
            _ => module[..module.len().checked_sub(ups)?].to_vec(),
        };
        full.extend_from_slice(&path[ups.max(usize::from(ups == 0))..]);
        Some(full)
    });
    let room = module.first().cloned().unwrap_or_default();
    rooted
        .filter(|path| path.first().is_some_and(|first| *first != room))
        .collect()
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files under a folder of the repository with an extension: their path below it, and their text.
pub fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let base = root().join(folder);
    let mut found = Vec::new();
    walk(&base, &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| {
            let below = path.strip_prefix(&base).expect("below the folder");
            let name = below.to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).expect("readable text"))
        })
        .collect()
}

pub fn long_files(files: &[(String, String)], most: usize) -> Vec<String> {
    let long = files.iter().filter(|(_, text)| text.lines().count() > most);
    long.map(|(name, text)| format!("{name}: {} lines, at most {most}", text.lines().count()))
        .collect()
}

/// Whether Rust code declares a function of that name.
pub fn declares(source: &str, function: &str) -> bool {
    let tokens = tokens(&code_only(source));
    tokens
        .windows(2)
        .any(|pair| pair[0] == "fn" && pair[1] == function)
}
