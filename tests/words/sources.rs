//! The texts that the code marks as said: in Rust `tr!("…")`, `word("…")` and `text("…")`, in the page's
//! scripts `t("…")`, in the page `data-text="…"`.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What marks a text; the exclamation mark of a macro may stand between.
const MARKS: [&str; 3] = ["tr", "word", "text"];

pub fn marked() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for file in files(&root.join("src"), "rs") {
        // The command line is English.
        if file.starts_with(root.join("src/cli")) {
            continue;
        }
        let source = std::fs::read_to_string(&file).expect("a source file");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        let tokens: TokenStream = code.parse().expect("Rust");
        collect(tokens, &mut texts);
    }
    for file in files(&root.join("web"), "js") {
        let source = std::fs::read_to_string(&file).expect("a script");
        texts.extend(of_script(&source));
    }
    let page = std::fs::read_to_string(root.join("web/index.html")).expect("the page");
    let marked = page.split("data-text=\"").skip(1);
    texts.extend(marked.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    texts
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_built = path.ends_with("web/dist") || path.ends_with("snippets");
        if path.is_dir() && !is_built {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|of| of == extension) {
            found.push(path);
        }
    }
    found
}

/// First literals of what is between the parentheses behind a mark, however deep in macros.
fn collect(tokens: TokenStream, texts: &mut Vec<String>) {
    let mut marked = false;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => marked = MARKS.iter().any(|mark| name == mark),
            TokenTree::Punct(sign) => marked &= sign.as_char() == '!',
            TokenTree::Group(group) => {
                if marked
                    && group.delimiter() == Delimiter::Parenthesis
                    && let Some(TokenTree::Literal(first)) = group.stream().into_iter().next()
                    && let Ok(text) = syn::parse_str::<syn::LitStr>(&first.to_string())
                {
                    texts.push(text.value());
                }
                marked = false;
                collect(group.stream(), texts);
            }
            TokenTree::Literal(_) => marked = false,
        }
    }
}

/// Texts of calls of `t` in a script, which are written as JSON writes them.
fn of_script(source: &str) -> Vec<String> {
    let calls = source.match_indices("t(").filter(|(at, _)| {
        let before = source[..*at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '.')
    });
    calls
        .filter_map(|(at, call)| {
            let text = source[at + call.len()..].trim_start();
            let mut read = serde_json::Deserializer::from_str(text).into_iter::<String>();
            read.next()?.ok()
        })
        .collect()
}
