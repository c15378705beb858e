//! Text with a delimiter: CSV, TSV and the like.

mod advance;
pub(super) mod lists;
mod look;

use std::io::{Read, Seek, SeekFrom};

use super::columns::Columns;
use super::decimal::Decimals;
use super::encoding::{CodePage, transcoded};
use super::error::{ReadError, shorten};
use super::layout::Layout;
use super::percent::Percents;
use super::records::{Dialect, Fault, Quotes, Records};
use super::work::{Pace, finished};
use super::{Block, Input, Options, Table};
use crate::words::{tr, word};
use advance::{Advance, Doubt};
use lists::List;

/// Bytes from which the layout is told.
const LOOK: u64 = 1 << 16;

/// Rows of text.
pub(super) struct Delimited {
    file: String,
    /// In a superset of ASCII.
    input: Input,
    layout: Layout,
    records: Records,
    doubt: Option<Doubt>,
    names: Vec<String>,
    /// Whether the first record has the names.
    has_header: bool,
    /// Whether a delimiter stands behind the last cell of each row: a column without a name and with nothing in it.
    ends_open: bool,
    code_page: CodePage,
    decimals: Decimals,
    percents: Percents,
    /// Columns whose cells are lists, in ascending order.
    lists: Vec<List>,
    has_noted_comma: bool,
    notes: Vec<String>,
}

/// Opens the records below what the layout skips.
fn records(input: &Input, layout: &Layout, quotes: Quotes) -> Result<Records, Fault> {
    let mut source = (input.open)().map_err(Fault::Io)?;
    source
        .seek(SeekFrom::Start(layout.skip))
        .map_err(Fault::Io)?;
    let dialect = Dialect {
        quotes,
        ..layout.dialect
    };
    Ok(Records::new(source, dialect, layout.line))
}

impl Delimited {
    /// Reads the header.
    pub async fn open(input: &Input, options: &Options, pace: &Pace) -> Result<Self, ReadError> {
        Self::with(input, options, false, pace).await
    }

    /// Reads the header of a file in which any line that begins with `#` is a comment.
    pub fn open_commented(input: &Input) -> Result<Self, ReadError> {
        finished(Self::with(
            input,
            &Options::default(),
            true,
            &Pace::default(),
        ))
    }

    async fn with(
        input: &Input,
        options: &Options,
        comments: bool,
        pace: &Pace,
    ) -> Result<Self, ReadError> {
        let file = input.name.clone();
        let (input, utf16) = transcoded(input)?;
        let mut start = Vec::new();
        let read = input.source()?.take(LOOK).read_to_end(&mut start);
        read.map_err(|error| ReadError::io(&file, &error))?;
        let mut layout = Layout::of(&file, &start, options, comments)?;
        let mut notes: Vec<String> = input.unpacking.iter().map(|of| of.note()).collect();
        notes.extend(utf16.map(|what| tr!("it is text in {0}", what)));
        notes.append(&mut layout.notes);
        let records =
            records(&input, &layout, Quotes::Doubled).map_err(|fault| fault.explain(&file))?;
        let mut this = Self {
            file,
            input,
            records,
            doubt: None,
            names: Vec::new(),
            has_header: layout.names.is_none(),
            ends_open: false,
            code_page: CodePage::default(),
            decimals: Decimals::new(options.decimal, layout.dialect.delimiter),
            percents: Percents::default(),
            lists: Vec::new(),
            has_noted_comma: false,
            notes,
            layout,
        };
        this.read_names(pace).await?;
        let look = this.learn(&start, options);
        this.settle_ends(&look)?;
        this.part(&look);
        let note = this.percents.settle(&this.names, options);
        let note = note.map_err(|what| ReadError::of(&this.file, what))?;
        this.notes.extend(note);
        this.decimals.set_columns(this.names.len());
        Ok(this)
    }

    /// Names from the first record, unless they stand elsewhere.
    async fn read_names(&mut self, pace: &Pace) -> Result<(), ReadError> {
        if let Some(names) = self.layout.names.take() {
            self.names = names;
            self.records.expected = self.names.len();
            return Ok(());
        }
        loop {
            match self.advance()? {
                Advance::Record => break,
                Advance::End => {
                    return Err(ReadError::of(
                        &self.file,
                        word("it is empty; a header and rows are expected"),
                    ));
                }
                Advance::Waits => pace.pause(self.done()).await,
            }
        }
        for index in 0..self.records.len() {
            let name = self
                .code_page
                .decode(self.records.get(index))
                .map_err(|_| self.mixed(self.records.line()))?;
            self.names
                .push(String::from_utf8_lossy(&name).trim().to_owned());
        }
        self.note_code_page(CodePage::Open);
        self.records.expected = self.names.len();
        Ok(())
    }

    /// The next record; `None` at the end.
    pub fn next(&mut self) -> Result<Option<&Records>, ReadError> {
        loop {
            match self.advance()? {
                Advance::Record => break,
                Advance::End => return Ok(None),
                Advance::Waits => {}
            }
        }
        match self.ragged() {
            Some(sentence) => Err(sentence),
            None => {
                self.records.part(&self.lists);
                Ok(Some(&self.records))
            }
        }
    }

    /// What is wrong with the number of fields of the record.
    fn ragged(&self) -> Option<ReadError> {
        let (len, expected_len) = (self.records.len(), self.records.expected);
        let (file, line) = (&self.file, self.records.line());
        if self.ends_open {
            let last = self.records.get(expected_len - 1);
            let is_open = len == expected_len && last.trim_ascii().is_empty();
            return (!is_open).then(|| {
                ReadError(tr!(
                    "{file}, line {line}: it has {len} fields; {0} and a delimiter behind them are expected, as above; \
                     write the same delimiters in every row",
                    expected_len - 1,
                    file,
                    line,
                    len
                ))
            });
        }
        (len != expected_len).then(|| {
            if len == 1 {
                return ReadError(tr!(
                    "{file}, line {line}: it has one field; {expected_len} are expected, as in the header",
                    file,
                    line,
                    expected_len
                ));
            }
            let what = tr!(
                "{file}, line {line}: it has {len} fields; as many as in the header are expected: {expected_len}",
                file,
                line,
                len,
                expected_len
            );
            let is_whole = |field: &[u8]| {
                let digits = field.trim_ascii().strip_prefix(b"-").unwrap_or(field);
                digits.trim_ascii().iter().all(u8::is_ascii_digit)
            };
            let may_be_commas = self.records.dialect.delimiter == b','
                && (expected_len..=2 * expected_len).contains(&len)
                && self.records.fields().all(is_whole);
            ReadError(match may_be_commas {
                true => tr!(
                    "{what}: a comma in a number parts it where commas part cells; write numbers with a point, or \
                     semicolons between cells",
                    what
                ),
                false => what,
            })
        })
    }

    fn mixed(&self, line: u64) -> ReadError {
        ReadError(tr!(
            "{file}, line {line}: it has bytes that are not UTF-8, and the text above is UTF-8; save the file as UTF-8",
            file = self.file,
            line
        ))
    }

    fn note_code_page(&mut self, before: CodePage) {
        if before != CodePage::Windows1252 && self.code_page == CodePage::Windows1252 {
            let note = word(
                "it is not UTF-8 and was taken as Windows-1252 (Latin-1); were it GBK, iconv -f GBK -t UTF-8 would make it UTF-8",
            );
            self.notes.push(note.to_owned());
        }
    }
}

impl Table for Delimited {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        for row in 0..most {
            match self.advance()? {
                Advance::Record => {}
                Advance::End => break,
                Advance::Waits => {
                    block.waits = true;
                    break;
                }
            }
            let line = self.records.line();
            if let Some(sentence) = self.ragged() {
                // A row like any other that cannot be used.
                block.leave_out(columns, row, line, sentence);
                continue;
            }
            self.records.part(&self.lists);
            let mut bad = None;
            for &(index, role) in &columns.chosen {
                let cell = self.records.get(index);
                if role.is_text() {
                    let field = self.percents.text(index, cell);
                    let before = self.code_page;
                    let text = self
                        .code_page
                        .decode(&field)
                        .map_err(|_| self.mixed(line))?;
                    block.name(role, &text);
                    self.note_code_page(before);
                    continue;
                }
                let value = match self.percents.lacks_sign(index, cell) {
                    Some(what) => Err(what),
                    None => {
                        let field = self.percents.plain(index, cell);
                        self.decimals.read(index, &field, cell)
                    }
                };
                let value = value.unwrap_or_else(|what| {
                    let of_list = lists::wrong(&self.lists, index, cell);
                    bad.get_or_insert((index, of_list.unwrap_or(what)));
                    f64::NAN
                });
                if let Some(values) = block.numbers(role) {
                    values.push(value);
                }
            }
            if let Some((index, what)) = bad {
                let column = shorten(&self.names[index]);
                let sentence = tr!(
                    "{}, line {line}, column \"{column}\": {what}",
                    self.file,
                    line,
                    column,
                    what
                );
                block.bad.push((row, ReadError(sentence)));
            }
            block.lines.push(line);
            block.rows += 1;
        }
        if !self.has_noted_comma && self.decimals.has_comma() {
            self.has_noted_comma = true;
            self.notes
                .push(word("its numbers have a decimal comma").to_owned());
        }
        Ok(())
    }

    fn place(&self, block: &Block, row: usize, column: &str) -> String {
        let line = block.lines.get(row).copied().unwrap_or(0);
        let column = shorten(column);
        tr!(
            "{}, line {line}, column \"{column}\"",
            self.file,
            line,
            column
        )
    }

    fn divided(&self) -> Vec<usize> {
        self.percents.divided()
    }

    fn done(&self) -> u64 {
        let read = self.doubt.as_ref().map_or(self.records.done, Doubt::done);
        self.input.done(self.layout.skip + read)
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
