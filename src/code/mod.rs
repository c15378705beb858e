//! The running loss as code to take home: a small module for another framework, put together from
//! sections of the files in `snippets/`, with the present settings as defaults.

use crate::config::{Config, FocalBalance};
use crate::ghm::{Loss, Task, choice};

choice! {
    /// What the code is for.
    pub enum Framework {
        #[doc = "PyTorch; under torch.distributed the histogram is that of all ranks."]
        Pytorch = ("pytorch", "PyTorch"),
        #[doc = "Keras 3, on any of its backends."]
        Keras = ("keras", "Keras"),
        #[doc = "JAX, with the state passed in and out."]
        Jax = ("jax", "JAX"),
        #[doc = "Rust, without dependencies: the loss and its gradient."]
        Rust = ("rust", "Rust"),
    }
}

/// One section of a file: its name, the sections that it needs, and its text.
struct Section<'a> {
    name: &'a str,
    needs: Vec<&'a str>,
    text: &'a str,
}

impl Framework {
    /// Every loss in one file, in sections.
    fn file(self) -> &'static str {
        match self {
            Self::Pytorch => include_str!("snippets/pytorch.py"),
            Self::Keras => include_str!("snippets/keras.py"),
            Self::Jax => include_str!("snippets/jax.py"),
            Self::Rust => concat!(
                include_str!("snippets/rust/common.rs"),
                include_str!("snippets/rust/binary.rs"),
                include_str!("snippets/rust/classes.rs"),
                include_str!("snippets/rust/regression.rs"),
            ),
        }
    }

    /// What begins the line that begins a section.
    fn marker(self) -> &'static str {
        match self {
            Self::Rust => "// --- ",
            _ => "# --- ",
        }
    }

    fn sections(self) -> Vec<Section<'static>> {
        let parts = self.file().split(self.marker()).skip(1);
        let section = |part: &'static str| {
            let (line, text) = part.split_once('\n').unwrap_or((part, ""));
            let (name, needs) = line
                .split_once(": ")
                .unwrap_or((line.trim_end_matches(':'), ""));
            Section {
                name,
                needs: needs.split(' ').filter(|need| !need.is_empty()).collect(),
                text: text.trim(),
            }
        };
        parts.map(section).collect()
    }

    /// A value as the language writes it.
    fn literal(self, value: &Value) -> String {
        match (self, value) {
            (_, Value::Integer(v)) => v.to_string(),
            (Self::Rust, Value::Real(v)) => format!("{v:?}"),
            (_, Value::Real(v)) => v.to_string(),
            (_, Value::Word(word)) => format!("\"{word}\""),
            (Self::Rust, Value::Maybe(Some(v))) => format!("Some({v:?})"),
            (Self::Rust, Value::Maybe(None)) => "None".to_owned(),
            (_, Value::Maybe(Some(v))) => v.to_string(),
            (_, Value::Maybe(None)) => "None".to_owned(),
        }
    }
}

enum Value {
    Integer(u32),
    Real(f64),
    Word(&'static str),
    Maybe(Option<f64>),
}

/// The settings that the code has, by the names that it gives them.
fn values(config: &Config) -> [(&'static str, Value); 12] {
    let alpha = match config.focal_balance {
        FocalBalance::Alpha => Some(config.focal_alpha),
        FocalBalance::Off => None,
    };
    [
        ("bins", Value::Integer(config.bins)),
        ("momentum", Value::Real(config.momentum)),
        ("convention", Value::Word(config.convention.key())),
        ("warm_up", Value::Integer(config.warm_up_steps)),
        ("counting", Value::Word(config.counting.key())),
        ("mu", Value::Real(config.mu)),
        ("delta", Value::Real(config.delta)),
        ("balance", Value::Word(config.class_balance.key())),
        ("effective_beta", Value::Real(config.effective_beta)),
        ("gamma", Value::Real(config.focal_gamma)),
        ("alpha", Value::Maybe(alpha)),
        ("keep", Value::Real(config.ohem_keep)),
    ]
}

/// A module with the loss of these settings, for a framework.
pub fn code(framework: Framework, config: &Config) -> String {
    let sections = framework.sections();
    let of_loss = format!("{}/{}", config.loss.key(), config.task.key());
    let mut wanted = vec!["head"];
    let mut left = vec![of_loss.as_str()];
    while let Some(name) = left.pop() {
        if let Some(section) = sections.iter().find(|section| section.name == name) {
            wanted.push(section.name);
            left.extend(section.needs.iter().filter(|need| !wanted.contains(need)));
        }
    }
    let kept = sections.iter().filter(|of| wanted.contains(&of.name));
    let (head, rest): (Vec<&Section>, Vec<&Section>) = kept.partition(|of| of.name == "head");
    let gap = if framework == Framework::Rust {
        "\n\n"
    } else {
        "\n\n\n"
    };
    let rest: Vec<&str> = rest.iter().map(|section| section.text).collect();
    let rest = settled(framework, config, rest.join(gap));
    let head: Vec<&str> = (head.iter())
        .flat_map(|section| section.text.lines())
        .filter(|line| is_used(line, &rest))
        .collect();
    let mut text = title(framework, config);
    if !head.is_empty() {
        text += &format!("\n{}\n", head.join("\n").trim());
    }
    let gap = if framework == Framework::Rust {
        "\n"
    } else {
        "\n\n"
    };
    format!("{text}{gap}{rest}\n")
}

/// The text with the present settings in place of the files' own, the defaults of the task.
fn settled(framework: Framework, config: &Config, mut text: String) -> String {
    let usual = Config::default().for_task(config.task);
    for ((name, now), (_, usual)) in values(config).iter().zip(&values(&usual)) {
        let [now, usual] = [now, usual].map(|value| framework.literal(value));
        let written: &[(&str, &str)] = match framework {
            Framework::Rust => &[
                ("let ", " = "),
                ("let ", ": f64 = "),
                ("let ", ": Option<f64> = "),
            ],
            _ => &[("", "=")],
        };
        for (before, between) in written {
            let one = |value: &str| format!("{before}{name}{between}{value}");
            for end in [",", ")", ";"] {
                text = text.replace(&(one(&usual) + end), &(one(&now) + end));
            }
        }
    }
    text
}

/// Whether what a line imports occurs in the rest.
fn is_used(line: &str, rest: &str) -> bool {
    let name = line.rsplit(' ').next().unwrap_or(line);
    let imports = line.starts_with("import ") || line.starts_with("from ");
    !imports || rest.contains(&format!("{name}."))
}

/// What it is and whose settings it has, as the first lines.
fn title(framework: Framework, config: &Config) -> String {
    let task = match config.task {
        Task::Binary => "two classes",
        Task::Classes => "several classes, softmax",
        Task::Regression => "regression",
    };
    let about = match config.loss {
        Loss::GhmC | Loss::GhmR => {
            "Gradient harmonizing mechanism: Li, Liu, Wang, AAAI 2019, arXiv 1811.05181."
        }
        _ => "Compare its gradient density with GHM's in GHM Lab.",
    };
    let name = format!(
        "{} ({task}), for {}.",
        config.loss.label(),
        framework.label()
    );
    match framework {
        Framework::Rust => format!("//! {name}\n//!\n//! {about}\n"),
        _ => format!("\"\"\"{name}\n\n{about}\n\"\"\"\n"),
    }
}
