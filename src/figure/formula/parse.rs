//! From notation to a tree.

/// A piece of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A variable, set slanted.
    Variable(char),
    /// Digits, brackets and words, set upright.
    Upright(String),
    /// A sign between two things, with space to both sides.
    Operator(char),
    /// Empty room, in multiples of the type size.
    Space(f32),
    /// One thing after another.
    Row(Vec<Node>),
    Fraction(Box<Node>, Box<Node>),
    Root(Box<Node>),
    /// A large sum sign; what is below and above it are its scripts.
    Sum,
    Scripts {
        base: Box<Node>,
        below: Option<Box<Node>>,
        above: Option<Box<Node>>,
    },
    /// What is named, so that it lights up together with a thing of that name.
    Part(String, Box<Node>),
}

/// Reads one or several lines, parted by `\\`.
///
/// Known are letters (variables), digits, `_`, `^`, `{}`, `\frac{}{}`, `\sqrt{}`, `\sum`,
/// `\text{}`, `\part{name}{}`, `\{`, `\}`, `\,` and `\quad`; every other character stands for itself.
///
/// # Errors
/// A sentence that names the place, counted in characters from 1.
pub fn parse(notation: &str) -> Result<Vec<Node>, String> {
    let mut reader = Reader {
        rest: notation.chars().collect(),
        at: 0,
    };
    let mut lines = Vec::new();
    loop {
        lines.push(reader.row(false)?);
        if reader.at == reader.rest.len() {
            return Ok(lines);
        }
    }
}

struct Reader {
    rest: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn error<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("character {}: {what}", self.at + 1))
    }

    /// Up to the end of the line or, in braces, to the closing one.
    fn row(&mut self, braced: bool) -> Result<Node, String> {
        let mut nodes: Vec<Node> = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                '}' if braced => {
                    self.at += 1;
                    return Ok(Node::Row(nodes));
                }
                '}' => return self.error("a brace that was not opened"),
                '\\' if self.rest.get(self.at + 1) == Some(&'\\') => {
                    if braced {
                        return self.error("a line cannot end in braces");
                    }
                    self.at += 2;
                    return Ok(Node::Row(nodes));
                }
                '_' | '^' => {
                    self.at += 1;
                    let Some(base) = nodes.pop() else {
                        return self.error("a script without a base");
                    };
                    let script = Box::new(self.one()?);
                    let (base, mut below, mut above) = match base {
                        Node::Scripts { base, below, above } => (base, below, above),
                        base => (Box::new(base), None, None),
                    };
                    let place = if next == '_' { &mut below } else { &mut above };
                    if place.replace(script).is_some() {
                        return self.error("a second script at the same place");
                    }
                    nodes.push(Node::Scripts { base, below, above });
                }
                c if c.is_whitespace() => self.at += 1,
                _ => nodes.push(self.one()?),
            }
        }
        if braced {
            return self.error("a closing brace is missing");
        }
        Ok(Node::Row(nodes))
    }

    /// One character, command or group in braces.
    fn one(&mut self) -> Result<Node, String> {
        let Some(next) = self.peek() else {
            return self.error("something is missing here");
        };
        self.at += 1;
        Ok(match next {
            '{' => self.row(true)?,
            '\\' => return self.command(),
            '=' | '+' | '−' | '·' | '≈' | '←' | '<' | '≥' | '≤' | '×' => {
                Node::Operator(next)
            }
            c if c.is_ascii_digit() || c == '.' => {
                let mut digits = c.to_string();
                while let Some(more) = self.peek().filter(|c| c.is_ascii_digit() || *c == '.') {
                    digits.push(more);
                    self.at += 1;
                }
                Node::Upright(digits)
            }
            // Capital sigma is a sum there, small Greek letters are variables.
            c if c.is_alphabetic() => Node::Variable(c),
            c => Node::Upright(c.to_string()),
        })
    }

    fn command(&mut self) -> Result<Node, String> {
        if let Some(sign) = self.peek().filter(|c| ",{}".contains(*c)) {
            self.at += 1;
            return Ok(match sign {
                ',' => Node::Space(0.2),
                brace => Node::Upright(brace.to_string()),
            });
        }
        let mut name = String::new();
        while let Some(letter) = self.peek().filter(char::is_ascii_alphabetic) {
            name.push(letter);
            self.at += 1;
        }
        Ok(match name.as_str() {
            "quad" => Node::Space(1.0),
            "sum" => Node::Sum,
            "frac" => Node::Fraction(self.group()?, self.group()?),
            "sqrt" => Node::Root(self.group()?),
            "text" => Node::Upright(self.words()?),
            "part" => {
                let name = self.words()?;
                Node::Part(name, self.group()?)
            }
            _ => return self.error(&format!("\\{name} is not known")),
        })
    }

    fn open(&mut self) -> Result<(), String> {
        if self.peek() != Some('{') {
            return self.error("an opening brace is missing");
        }
        self.at += 1;
        Ok(())
    }

    fn group(&mut self) -> Result<Box<Node>, String> {
        self.open()?;
        Ok(Box::new(self.row(true)?))
    }

    /// A group taken as it is written.
    fn words(&mut self) -> Result<String, String> {
        self.open()?;
        let mut words = String::new();
        while let Some(next) = self.peek() {
            self.at += 1;
            if next == '}' {
                return Ok(words);
            }
            words.push(next);
        }
        self.error("a closing brace is missing")
    }
}
