//! Text with a delimiter: CSV, TSV and the like.

mod advance;

use std::io::{Cursor, Read, Seek, SeekFrom};

use super::columns::Columns;
use super::decimal::Decimals;
use super::encoding::{CodePage, transcoded};
use super::error::{ReadError, shorten};
use super::layout::Layout;
use super::names::is_known;
use super::records::{Dialect, Fault, Quotes, Records};
use super::work::{Pace, finished};
use super::{Block, Input, Options, Table};
use crate::words::{tr, word};
use advance::{Advance, Doubt};

/// Bytes from which the layout is told.
const LOOK: u64 = 1 << 16;
/// Rows that tell whether they have names of their own.
const TELLING_ROWS: usize = 3;

/// How the rows at the beginning go with the names.
#[derive(Default)]
struct Look {
    rows: usize,
    /// Of the first few rows: those that have a cell more than there are names, of which the first names the row.
    named: usize,
    /// Rows with a cell more, an empty one at the end; and those with a cell less.
    longer: usize,
    shorter: usize,
}

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
            has_noted_comma: false,
            notes,
            layout,
        };
        this.read_names(pace).await?;
        let look = this.learn(&start, options.decimal);
        this.settle_ends(&look)?;
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

    /// Learns from the rows at the beginning of the file: how they go with the names, and their decimal mark.
    fn learn(&mut self, start: &[u8], decimal: Option<char>) -> Look {
        let (skip, is_whole) = (self.layout.skip as usize, (start.len() as u64) < LOOK);
        let rows = start.get(skip..).unwrap_or_default();
        let mut sample = Records::new(
            Box::new(Cursor::new(rows.to_vec())),
            self.records.dialect,
            1,
        );
        sample.settled = true;
        let mut decimals = Decimals::new(decimal, self.layout.dialect.delimiter);
        let mut look = Look::default();
        let names = self.names.len();
        let mut is_header = self.has_header;
        while let Ok(true) = sample.next() {
            if std::mem::take(&mut is_header) {
                continue;
            }
            if !is_whole && sample.is_last() {
                break;
            }
            look.rows += 1;
            let is_longer = sample.len() == names + 1;
            if look.rows <= TELLING_ROWS {
                let first = String::from_utf8_lossy(sample.get(0)).trim().to_owned();
                let is_name = first == look.rows.to_string()
                    || !first.is_empty() && first.parse::<f64>().is_err();
                look.named += usize::from(is_name && is_longer);
            }
            look.longer += usize::from(is_longer && sample.get(names).trim_ascii().is_empty());
            look.shorter += usize::from(sample.len() + 1 == names);
            sample.fields().for_each(|field| decimals.learn(field));
        }
        self.decimals = decimals;
        look
    }

    /// Makes as many names as rows have cells, where that can be done in one way: R leaves out the name of the
    /// column that names the rows, and a delimiter may stand at the end of the header or of the rows alone.
    fn settle_ends(&mut self, look: &Look) -> Result<(), ReadError> {
        let all = |count: usize| look.rows > 0 && count == look.rows;
        let ends_open = all(look.longer);
        let last = self.names.last().map_or("", String::as_str);
        // Names of rows in front would leave nothing in a column that is needed.
        let names_rows = self.has_header
            && look.rows > 0
            && look.named == look.rows.min(TELLING_ROWS)
            && !(ends_open && is_known(last));
        if names_rows && ends_open {
            return Err(ReadError::of(
                &self.file,
                word(
                    "its rows have a cell more than its header has names: either the first cell names the row, or a \
                      delimiter too many stands at the end; write a name for every cell into the header",
                ),
            ));
        }
        if names_rows {
            self.names.insert(0, String::new());
            self.notes.push(
                word("its header has one name less than its rows have cells, as R writes it: the first cell names the row")
                    .to_owned(),
            );
        } else if ends_open {
            self.ends_open = true;
            self.names.push(String::new());
            self.notes.push(
                word("its rows end with a delimiter: the empty cell behind it was left out")
                    .to_owned(),
            );
        } else if all(look.shorter) && last.is_empty() {
            self.names.pop();
            self.notes.push(
                word("its header ends with a delimiter: the empty name behind it was left out")
                    .to_owned(),
            );
        }
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
            None => Ok(Some(&self.records)),
        }
    }

    /// What is wrong with the number of fields of the record.
    fn ragged(&self) -> Option<ReadError> {
        let (len, expected_len) = (self.records.len(), self.names.len());
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
            ReadError(tr!(
                "{file}, line {line}: it has {len} fields; {expected_len} are expected, as in the header",
                file,
                line,
                len,
                expected_len
            ))
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
            let mut bad = None;
            for &(index, role) in &columns.chosen {
                let field = self.records.get(index);
                if role.is_text() {
                    let before = self.code_page;
                    let text = self.code_page.decode(field).map_err(|_| self.mixed(line))?;
                    block.name(role, &text);
                    self.note_code_page(before);
                    continue;
                }
                let value = self.decimals.read(index, field).unwrap_or_else(|what| {
                    bad.get_or_insert((index, what));
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

    fn done(&self) -> u64 {
        self.input.done(self.layout.skip + self.records.done)
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
