//! One or more files as one stream of checked rows.

use super::columns::{Columns, list};
use super::decided;
use super::error::{ReadError, Refusal, shorten};
use super::format::open_all;
use super::given;
use super::resolve::{Plan, Resolver};
use super::survey::Survey;
use super::{Block, Header, Input, Options, Reading, Rows, Skipped, Stamp, Table};
use crate::words::{tr, word};

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
    inputs: Vec<Input>,
    /// How the files were when they were opened.
    stamps: Vec<Stamp>,
    pub(super) options: Options,
    names: Vec<String>,
    survey: Survey,
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
        Self::opened(inputs.clone(), options).map_err(|refusal| refusal.of_files(&inputs))
    }

    fn opened(inputs: Vec<Input>, options: Options) -> Result<Self, Refusal> {
        let stamps: Vec<Stamp> = inputs.iter().map(Input::stamp).collect();
        let mut tables = open_all(&inputs, &options)?;
        let Some(first) = tables.first_mut() else {
            return Err(ReadError(word("no file was given").to_owned()).into());
        };
        let names = first.names().to_vec();
        let file = inputs[0].name.clone();
        let mask = given::mask(&names, &options);
        let all: Vec<usize> = (0..names.len()).collect();
        let roles = given::roles(&file, &names, &options)?;
        let pairs = || decided::pairs(&names, &roles);
        let mut survey = match Survey::sample(first.as_mut(), mask, &all, pairs()) {
            Ok(survey) => survey,
            Err(error) => {
                // Columns that nobody needs may be of another length.
                let known = given::known(&names, &options);
                restart(&mut tables, &inputs, &options)?;
                match tables.first_mut().filter(|_| !known.is_empty()) {
                    Some(table) => Survey::sample(table.as_mut(), mask, &known, pairs())?,
                    None => return Err(error.into()),
                }
            }
        };
        survey.is_whole &= tables.len() == 1;
        restart(&mut tables, &inputs, &options)?;
        // Perhaps what is missing is there, and why it was left out is what one wants to know.
        let notes: Vec<String> = tables.iter().flat_map(|of| of.notes()).cloned().collect();
        // What a look shows may change what is looked at.
        const MOST_LOOKS: u32 = 3;
        let mut looks = 0;
        let mut plan = loop {
            let resolver = Resolver::new(&file, &names, &survey, &options)?;
            let resolved = resolver.resolve();
            let skips = resolver.skips();
            // Rows that are ignored say nothing of what outputs are.
            let is_settled = skips == survey.skips || looks >= MOST_LOOKS;
            match resolved {
                Ok(plan) if plan.is_sure || survey.is_whole && is_settled => break plan,
                Err(refusal) if survey.is_whole && is_settled => return Err(refusal.with(&notes)),
                Ok(_) | Err(_) => {
                    let wanted = resolver.wanted();
                    survey.skips = skips;
                    survey.whole(&mut tables, &names, &wanted)?;
                    restart(&mut tables, &inputs, &options)?;
                    looks += 1;
                }
            }
        };
        if let Some(twins) = &plan.twins {
            survey.differ = twins.differ(&mut tables, &names, &plan)?;
            restart(&mut tables, &inputs, &options)?;
            if survey.differ.is_some() {
                let resolver = Resolver::new(&file, &names, &survey, &options)?;
                plan = resolver.resolve().map_err(|refusal| refusal.with(&notes))?;
            }
        }
        let mut bytes = 0;
        for input in &inputs {
            bytes += input.size()?;
        }
        let mut predictions = Self {
            inputs,
            stamps,
            options,
            names,
            survey,
            plan,
            tables: Vec::new(),
            current: 0,
            block: Block::default(),
            skipped: Skipped::default(),
            reading: Reading::default(),
            rows: 0,
            rows_before: None,
            bytes,
            last_batch: None,
            batches: 0,
        };
        predictions.begin(tables)?;
        Ok(predictions)
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
            files: self.inputs.iter().map(|input| input.name.clone()).collect(),
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
            self.inputs[0].name,
            list(names)
        );
        let input = self.inputs.get(at).unwrap_or(&self.inputs[0]);
        ReadError::of(&input.name, what)
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
        let names: Vec<&str> = self.inputs.iter().map(|of| of.name.as_str()).collect();
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
                    "none of its {count} rows can be used, the first since {first}",
                    count,
                    first
                )
            }
            _ => word("there is no example among the rows that is not ignored").to_owned(),
        };
        ReadError::of(&self.name(), what)
    }

    /// Bytes read and bytes in all.
    pub fn progress(&self) -> (u64, u64) {
        let done: u64 = self.tables.iter().map(|(table, _)| table.done()).sum();
        (done.min(self.bytes), self.bytes)
    }

    /// Begins again once all is read: the same rows in the same order.
    ///
    /// # Errors
    /// Those of [`Predictions::open`], and where a file has changed.
    pub fn rewind(&mut self) -> Result<(), Refusal> {
        self.is_as_it_was()?;
        let tables = open_all(&self.inputs, &self.options)?;
        if tables
            .first()
            .is_none_or(|table| table.names() != self.names)
        {
            return Err(self.changed(0).into());
        }
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

    fn is_as_it_was(&self) -> Result<(), ReadError> {
        let changed = (self.inputs.iter().zip(&self.stamps))
            .position(|(input, stamp)| input.stamp() != *stamp);
        changed.map_or(Ok(()), |at| Err(self.changed(at)))
    }

    fn changed(&self, at: usize) -> ReadError {
        let what = word("the file changed while it was read; read it again once it is whole");
        ReadError::of(&self.inputs[at].name, what)
    }

    /// Replaces `rows` by the next examples, at most `most` outputs of them (or few rows, where each has
    /// many); false when there are none left.
    ///
    /// # Errors
    /// At the first row that cannot be used, unless such rows are skipped; the file is of no further
    /// use then.
    pub fn read(&mut self, rows: &mut Rows, most: usize) -> Result<Next, Refusal> {
        // Memory must not grow with the number of classes.
        const FEW: usize = 64;
        let most = (most / self.header().width()).max(FEW.min(most)).max(1);
        rows.clear();
        while let Some((table, columns)) = self.tables.get_mut(self.current) {
            self.block.clear();
            table.read(columns, most, &mut self.block)?;
            if self.block.rows == 0 {
                self.current += 1;
                continue;
            }
            self.rows += self.block.rows as u64;
            if self.rows_before.is_some_and(|before| self.rows > before) {
                return Err(self.changed(0).into());
            }
            // What a look at the beginning could not tell may show itself now.
            let doubts = !self.survey.is_whole && self.rows_before.is_none();
            let has_anomaly = self.has_anomaly();
            if doubts && has_anomaly && self.resolve_again()? {
                rows.clear();
                return Ok(Next::Again);
            }
            self.check(rows, has_anomaly)?;
            if !rows.is_empty() {
                return Ok(Next::Rows);
            }
        }
        self.is_as_it_was()?;
        if self.rows_before.is_some_and(|before| self.rows < before) {
            return Err(self.changed(0).into());
        }
        // Some show themselves only in later rows.
        self.reading.notes = self.notes();
        Ok(Next::End)
    }

    /// Looks at all values; whether that leads to another reading, which then begins.
    fn resolve_again(&mut self) -> Result<bool, Refusal> {
        let file = self.inputs[0].name.clone();
        let mut tables = open_all(&self.inputs, &self.options)?;
        let wanted = Resolver::new(&file, &self.names, &self.survey, &self.options)?.wanted();
        let whole = self.survey.whole(&mut tables, &self.names, &wanted);
        if whole.is_err() {
            // The row that cannot be read comes in its turn.
            self.survey.is_whole = true;
            return Ok(false);
        }
        let resolver = Resolver::new(&file, &self.names, &self.survey, &self.options)?;
        let plan = resolver.resolve();
        let plan = plan.map_err(|refusal| refusal.of_files(&self.inputs))?;
        let same = Plan {
            is_sure: plan.is_sure,
            ..self.plan.clone()
        };
        if plan == same {
            return Ok(false);
        }
        restart(&mut tables, &self.inputs, &self.options)?;
        self.plan = plan;
        self.block.groups = Default::default();
        self.begin(tables)?;
        Ok(true)
    }
}

/// Tables that were read from, before their first row again.
fn restart(
    tables: &mut Vec<Box<dyn Table>>,
    inputs: &[Input],
    options: &Options,
) -> Result<(), ReadError> {
    if !tables.iter_mut().all(|table| table.restart()) {
        // Not both at once.
        tables.clear();
        *tables = open_all(inputs, options)?;
    }
    Ok(())
}
