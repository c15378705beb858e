//! One or more files as one stream of checked rows.

mod again;
mod opening;

pub use opening::Opening;

use super::columns::{Columns, list};
use super::error::{ReadError, Refusal, shorten};
use super::resolve::Plan;
use super::survey::Survey;
use super::work::{Pace, finished};
use super::{Block, Header, Input, Options, Reading, Rows, Skipped, Table};
use crate::words::{tr, word};
use again::Files;
use opening::{SecondLook, opened};

/// What a read came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    Rows,
    /// There are none left.
    End,
    /// Another reading of the files showed itself: all rows so far are void, and come again from the
    /// beginning, under a header that may be another.
    Again,
}

/// A table and its columns.
pub(super) type Opened = (Box<dyn Table>, Columns);

/// Rows of one or more files.
pub struct Predictions {
    files: Files,
    pub(super) options: Options,
    names: Vec<String>,
    /// What was seen of the first rows, while later ones may say something else.
    doubtful: Option<Survey>,
    /// Columns that hold no numbers, and what can be done.
    pub(super) numberless: Vec<(usize, String)>,
    look: Option<SecondLook>,
    pub(super) plan: Plan,
    pub(super) tables: Vec<Opened>,
    pub(super) current: usize,
    pub(super) block: Block,
    pub(super) skipped: Skipped,
    pub(super) reading: Reading,
    /// Rows read so far, and in the pass before.
    rows: u64,
    rows_before: Option<u64>,
    bytes: u64,
    /// The last mini-batch that was read and its number; those before must not come back.
    pub(super) last_batch: Option<u32>,
    pub(super) batches: u32,
}

impl Predictions {
    /// Opens files with the same columns: text, objects and archives are read one after the other, arrays
    /// in NPY files side by side. Looks at their values where names leave open what they are.
    ///
    /// # Errors
    /// When there is none, one cannot be read, their columns do not fit, or they have no reading or more
    /// than one.
    pub fn open(inputs: Vec<Input>, options: Options) -> Result<Self, Refusal> {
        finished(opened(inputs, options, &Pace::default()))
    }

    /// Before the first row, under the plan.
    fn begin(&mut self, tables: Vec<Box<dyn Table>>) -> Result<(), ReadError> {
        let mut opened = Vec::with_capacity(tables.len());
        for (at, table) in tables.into_iter().enumerate() {
            let place = |column: usize| match at {
                0 => Some(column),
                _ => table
                    .names()
                    .iter()
                    .position(|name| *name == self.names[column]),
            };
            let chosen = self.plan.chosen.iter();
            let chosen = chosen.map(|&(column, role)| Some((place(column)?, role)));
            let Some(chosen) = chosen.collect::<Option<Vec<_>>>() else {
                return Err(self.lacking(at, table.names()));
            };
            let columns = Columns {
                header: self.plan.header,
                chosen,
            };
            opened.push((table, columns));
        }
        let (texts, one_hot) = opened
            .first()
            .map_or((0, 0), |(_, columns)| columns.counts());
        self.block = Block {
            outputs: vec![Vec::new(); self.plan.header.width()],
            texts: vec![Vec::new(); texts],
            one_hot: vec![Vec::new(); one_hot],
            groups: std::mem::take(&mut self.block.groups),
            ..Block::default()
        };
        self.reading = Reading {
            files: self.files.names().map(str::to_owned).collect(),
            columns: self.plan.taken.clone(),
            left: self.plan.left.clone(),
            labels: self.plan.labels.mapping.clone(),
            ..Reading::default()
        };
        self.tables = opened;
        self.reading.notes = self.notes();
        self.current = 0;
        self.skipped = Skipped::default();
        self.rows = 0;
        self.last_batch = None;
        self.batches = 0;
        Ok(())
    }

    /// A file has not the columns that the first one has.
    fn lacking(&self, at: usize, names: &[String]) -> ReadError {
        let mut wanted = self
            .plan
            .chosen
            .iter()
            .map(|&(column, _)| &self.names[column]);
        let lacking = wanted.find(|name| !names.contains(name));
        let what = tr!(
            "it has no column \"{0}\", which {1} has; it has {2} (files that are read together have the same \
             columns: rename them, or read each alone)",
            lacking.map_or_else(String::new, |name| shorten(name)),
            self.files.name(0),
            list(names)
        );
        ReadError::of(self.files.name(at), what)
    }

    pub fn header(&self) -> &Header {
        &self.plan.header
    }

    /// Groups met so far, in the order of their appearance.
    pub fn groups(&self) -> &[String] {
        &self.block.groups.list
    }

    /// What was read as what; whole once all is read.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// What its files are called.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.files.names().collect();
        match names.as_slice() {
            [first, _, .., last] => tr!("{first} to {last}", first, last),
            _ => names.join(", "),
        }
    }

    /// Why there is no example, once all is read and none came.
    pub fn without_examples(&self) -> ReadError {
        let count = self.skipped.count;
        let what = match self.skipped.first.first() {
            _ if self.rows == 0 => word("it has no rows").to_owned(),
            Some(first) if count == self.rows => {
                tr!(
                    "none of its rows can be used ({count}), the first since {first}",
                    count,
                    first
                )
            }
            _ => word("there is no example among the rows that is not ignored").to_owned(),
        };
        ReadError::of(&self.name(), what)
    }

    /// Bytes read and bytes in all; bytes looked at, while [`Predictions::looks`].
    pub fn progress(&self) -> (u64, u64) {
        let done: u64 = match &self.look {
            Some(look) => look.done(),
            None => self.tables.iter().map(|(table, _)| table.done()).sum(),
        };
        (done.min(self.bytes), self.bytes)
    }

    /// Whether all values are being looked at, since one of them speaks against the reading.
    pub fn looks(&self) -> bool {
        self.look.is_some()
    }

    /// Begins again once all is read: the same rows in the same order.
    ///
    /// # Errors
    /// Those of [`Predictions::open`], and where a file has changed.
    pub fn rewind(&mut self) -> Result<(), Refusal> {
        let again = self.again();
        again.map_err(|refusal| self.files.or_changed(refusal))
    }

    fn again(&mut self) -> Result<(), Refusal> {
        let pace = Pace::default();
        let opened = self.files.open_again(&self.options, &self.names, &pace);
        let tables = finished(opened)?;
        let rows = self.rows;
        self.begin(tables)?;
        self.rows_before = Some(rows);
        Ok(())
    }

    /// How the files were taken.
    fn notes(&self) -> Vec<String> {
        let notes = self.tables.iter().flat_map(|(table, _)| table.notes());
        notes.chain(&self.plan.notes).cloned().collect()
    }

    /// Replaces `rows` by the next examples, at most `most` outputs of them (or few rows, where each has
    /// many); false when there are none left.
    ///
    /// # Errors
    /// At the first row that cannot be used, unless such rows are skipped; the file is of no further
    /// use then.
    pub fn read(&mut self, rows: &mut Rows, most: usize) -> Result<Next, Refusal> {
        loop {
            if let Some(next) = self.step(rows, most)? {
                return Ok(next);
            }
        }
    }

    /// The same for who cannot wait: `None` where more of the files has to be looked at, or read, before it can
    /// be told what is next. Then it is to be called again.
    ///
    /// # Errors
    /// Those of [`Predictions::read`].
    pub fn step(&mut self, rows: &mut Rows, most: usize) -> Result<Option<Next>, Refusal> {
        let next = self.advance(rows, most);
        next.map_err(|refusal| self.files.or_changed(refusal))
    }

    fn advance(&mut self, rows: &mut Rows, most: usize) -> Result<Option<Next>, Refusal> {
        // Memory must not grow with the number of classes.
        const FEW: usize = 64;
        let most = (most / self.header().width()).max(FEW.min(most)).max(1);
        rows.clear();
        if let Some(look) = &mut self.look {
            let Some(outcome) = look.step() else {
                return Ok(None);
            };
            self.look = None;
            if let Some((plan, tables)) = outcome? {
                self.plan = plan;
                self.block.groups = Default::default();
                self.begin(tables)?;
                return Ok(Some(Next::Again));
            }
            // It stays, and what spoke against it is wrong.
            return self.checked(rows, true);
        }
        if let Some((table, columns)) = self.tables.get_mut(self.current) {
            self.block.clear();
            table.read(columns, most, &mut self.block)?;
            if self.block.rows == 0 {
                self.current += usize::from(!self.block.waits);
                return Ok(None);
            }
            self.rows += self.block.rows as u64;
            if self.rows_before.is_some_and(|before| self.rows > before) {
                return Err(self.files.changed(0).into());
            }
            // What a look at the beginning could not tell may show itself now.
            let has_anomaly = self.has_anomaly();
            if has_anomaly
                && self.rows_before.is_none()
                && let Some(survey) = self.doubtful.take()
            {
                self.look = Some(SecondLook::new(self, survey));
                return Ok(None);
            }
            return self.checked(rows, has_anomaly);
        }
        self.files.are_as_they_were()?;
        if self.rows_before.is_some_and(|before| self.rows < before) {
            return Err(self.files.changed(0).into());
        }
        // Some show themselves only in later rows.
        self.reading.notes = self.notes();
        Ok(Some(Next::End))
    }

    /// The examples of the block; `None` where none of its rows can be used, and more are to come.
    fn checked(&mut self, rows: &mut Rows, has_anomaly: bool) -> Result<Option<Next>, Refusal> {
        self.check(rows, has_anomaly)?;
        Ok((!rows.is_empty()).then_some(Next::Rows))
    }
}
