//! Python literals, as far as NPY headers have them: read as such, and never run.

/// Deepest nesting: a dictionary of a list of tuples of tuples.
const MOST_DEPTH: usize = 8;

/// A Python literal, as far as headers have them.
pub(super) enum Literal {
    Text(String),
    Int(u64),
    Bool(bool),
    /// A list or tuple.
    List(Vec<Literal>),
    Dict(Vec<(String, Literal)>),
}

impl Literal {
    /// The literal that a text begins with; `None` when it is none.
    pub fn parse(text: &[u8]) -> Option<Self> {
        Parser { text, at: 0 }.value(0)
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Literal> {
        if depth > MOST_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.dict(depth),
            b'(' => self.list(b'(', b')', depth),
            b'[' => self.list(b'[', b']', depth),
            b'\'' | b'"' => self.string().map(Literal::Text),
            b'0'..=b'9' => self.int(),
            _ => self.word(),
        }
    }

    fn dict(&mut self, depth: usize) -> Option<Literal> {
        self.eat(b'{');
        let mut entries = Vec::new();
        while !self.eat(b'}') {
            let key = self.string()?;
            if !self.eat(b':') {
                return None;
            }
            entries.push((key, self.value(depth + 1)?));
            if !self.eat(b',') && self.peek() != Some(b'}') {
                return None;
            }
        }
        Some(Literal::Dict(entries))
    }

    fn list(&mut self, open: u8, close: u8, depth: usize) -> Option<Literal> {
        self.eat(open);
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.value(depth + 1)?);
            if !self.eat(b',') && self.peek() != Some(close) {
                return None;
            }
        }
        Some(Literal::List(items))
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.peek().filter(|byte| matches!(byte, b'\'' | b'"'))?;
        self.at += 1;
        let rest = self.text.get(self.at..)?;
        let end = rest.iter().position(|&byte| byte == quote)?;
        self.at += end + 1;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    fn int(&mut self) -> Option<Literal> {
        let rest = self.text.get(self.at..)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        // A number of Python 2 may end in L.
        self.at += usize::from(rest.get(digits) == Some(&b'L'));
        let text = std::str::from_utf8(&rest[..digits]).ok()?;
        text.parse().ok().map(Literal::Int)
    }

    fn word(&mut self) -> Option<Literal> {
        for (word, value) in [("True", true), ("False", false)] {
            if self.text.get(self.at..)?.starts_with(word.as_bytes()) {
                self.at += word.len();
                return Some(Literal::Bool(value));
            }
        }
        None
    }
}
