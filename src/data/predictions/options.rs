//! How a person wants files to be read: the flags of the command line, the answers of the window.

use std::fmt;
use std::str::FromStr;

use crate::words::word;

/// How to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Counts rows that cannot be used and goes on.
    pub skip_bad_rows: bool,
    /// Names of the columns of an array or a text that has none.
    pub columns: Option<Vec<String>>,
    /// The decimal mark of text; found by column where it is not given.
    pub decimal: Option<char>,
    /// What columns are for, by their names. Case, spaces, `-` and `_` make no difference where no name
    /// is exactly the same.
    pub maps: Vec<(String, RoleName)>,
    /// The label of the positive class of two.
    pub positive: Option<String>,
    /// Labels of examples that are ignored.
    pub ignore_labels: Vec<String>,
}

impl Options {
    /// The flags of the command line that say the same.
    pub fn flags(&self) -> String {
        let mut flags = Vec::new();
        if let Some(columns) = &self.columns {
            flags.push(format!("--columns {}", quoted(&columns.join(","))));
        }
        flags.extend(self.decimal.map(|mark| format!("--decimal {mark}")));
        for (name, role) in &self.maps {
            flags.push(format!("--map {}", quoted(&format!("{name}={role}"))));
        }
        if let Some(name) = &self.positive {
            flags.push(format!("--positive {}", quoted(name)));
        }
        for label in &self.ignore_labels {
            flags.push(format!("--ignore-label {}", quoted(label)));
        }
        if self.skip_bad_rows {
            flags.push("--skip-bad-rows".to_owned());
        }
        flags.join(" ")
    }
}

/// For a shell, where that is needed.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-=,.:+/%".contains(c);
    // Of a word that begins with = zsh makes a path.
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if text.contains(char::is_control) {
        // As bash and zsh write what has no sign.
        let signs = text.chars().map(|c| match c {
            '\'' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        });
        return format!("$'{}'", signs.collect::<String>());
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A column's name for a flag within a sentence, which has no room for a long one.
pub(super) fn quoted_name(name: &str) -> String {
    const MOST: usize = 80;
    let quoted = quoted(name);
    match quoted.chars().nth(MOST) {
        Some(_) => "NAME".to_owned(),
        None => quoted,
    }
}

/// A file for a shell and a program, which takes what begins with a dash to be a flag.
pub(super) fn quoted_file(name: &str) -> String {
    match name.strip_prefix('-') {
        Some(rest) if !rest.is_empty() => quoted(&format!("./{name}")),
        Some(_) | None => quoted(name),
    }
}

/// What a column is for, as a person says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleName {
    Label,
    /// Log-odds of the positive class.
    Logit,
    /// Probability of the positive class.
    P,
    /// Logit of a class, by its number or name.
    LogitOf(String),
    /// Probability of a class, by its number or name.
    POf(String),
    /// Probability of the positive class in percent.
    Percent,
    /// Probability of a class in percent, by its number or name.
    PercentOf(String),
    /// Probability of the class of two that was decided.
    Confidence,
    /// The class that was decided, which says what a confidence is of.
    Decision,
    /// Prediction of a regression.
    Pred,
    Target,
    /// 0: ignored.
    Valid,
    Batch,
    Group,
    /// Not read.
    Ignore,
}

impl RoleName {
    /// Those that need no class, for lists to choose from.
    pub const PLAIN: [Self; 12] = [
        Self::Label,
        Self::Logit,
        Self::P,
        Self::Percent,
        Self::Confidence,
        Self::Decision,
        Self::Pred,
        Self::Target,
        Self::Valid,
        Self::Batch,
        Self::Group,
        Self::Ignore,
    ];

    /// Of the output of a class.
    pub(super) fn of_class(of_logits: bool, class: &str) -> Self {
        if of_logits {
            Self::LogitOf(class.to_owned())
        } else {
            Self::POf(class.to_owned())
        }
    }

    /// Of the only output.
    pub(super) fn of_one(of_logits: bool) -> Self {
        if of_logits { Self::Logit } else { Self::P }
    }

    /// Whether it says that a column is an output of the model.
    pub(super) fn is_output(&self) -> bool {
        match self {
            Self::Logit
            | Self::P
            | Self::LogitOf(_)
            | Self::POf(_)
            | Self::Percent
            | Self::PercentOf(_)
            | Self::Confidence
            | Self::Pred => true,
            Self::Label
            | Self::Decision
            | Self::Target
            | Self::Valid
            | Self::Batch
            | Self::Group
            | Self::Ignore => false,
        }
    }

    /// Whether a file that has a column of one has none of the other beside it: one label, outputs of one kind.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        use RoleName::{
            Batch, Confidence, Decision, Group, Ignore, Label, Logit, LogitOf, P, POf, Percent,
            PercentOf, Pred, Target, Valid,
        };
        match (self, other) {
            (Ignore, _) | (_, Ignore) => false,
            (Label | Target, Label | Target) => true,
            (Label | Target, _) | (_, Label | Target) => false,
            (Valid | Batch | Group | Decision, _) | (_, Valid | Batch | Group | Decision) => {
                self == other
            }
            // One column for each class.
            (LogitOf(one), LogitOf(other))
            | (POf(one), POf(other))
            | (PercentOf(one), PercentOf(other)) => one == other,
            (Logit | LogitOf(_) | P | POf(_) | Percent | PercentOf(_) | Confidence | Pred, _) => {
                true
            }
        }
    }

    /// What it is, in words.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Label => word("label"),
            Self::Logit => word("logit of the positive class"),
            Self::P => word("probability of the positive class"),
            Self::LogitOf(_) => word("logit of a class"),
            Self::POf(_) => word("probability of a class"),
            Self::Percent => word("probability of the positive class in percent"),
            Self::PercentOf(_) => word("probability of a class in percent"),
            Self::Confidence => word("confidence in the decided class"),
            Self::Decision => word("decided class"),
            Self::Pred => word("prediction of a regression"),
            Self::Target => word("target of a regression"),
            Self::Valid => word("valid (0: ignored)"),
            Self::Batch => word("mini-batch"),
            Self::Group => word("group"),
            Self::Ignore => word("not read"),
        }
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label => f.write_str("label"),
            Self::Logit => f.write_str("logit"),
            Self::P => f.write_str("p"),
            Self::LogitOf(class) => write!(f, "logit_{class}"),
            Self::POf(class) => write!(f, "p_{class}"),
            Self::Percent => f.write_str("percent"),
            Self::PercentOf(class) => write!(f, "percent_{class}"),
            Self::Confidence => f.write_str("confidence"),
            Self::Decision => f.write_str("decision"),
            Self::Pred => f.write_str("pred"),
            Self::Target => f.write_str("target"),
            Self::Valid => f.write_str("valid"),
            Self::Batch => f.write_str("batch"),
            Self::Group => f.write_str("group"),
            Self::Ignore => f.write_str("ignore"),
        }
    }
}

impl FromStr for RoleName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(plain) = Self::PLAIN.iter().find(|role| role.to_string() == text) {
            return Ok(plain.clone());
        }
        let class = |prefix: &str| text.strip_prefix(prefix).filter(|class| !class.is_empty());
        if let Some(class) = class("logit_") {
            return Ok(Self::LogitOf(class.to_owned()));
        }
        if let Some(class) = class("p_") {
            return Ok(Self::POf(class.to_owned()));
        }
        if let Some(class) = class("percent_") {
            return Ok(Self::PercentOf(class.to_owned()));
        }
        Err(
            "one of label, logit, p, percent, logit_CLASS, p_CLASS, percent_CLASS, confidence, decision, pred, \
             target, valid, batch, group, ignore is expected"
                .to_owned(),
        )
    }
}
