//! Files that are opened more than once, and must be the same every time.

use super::super::error::{ReadError, Refusal};
use super::super::format::open_all;
use super::super::work::Pace;
use super::super::{Input, Options, Stamp, Table};
use crate::words::word;

/// Files, and how they were at first.
#[derive(Clone)]
pub(super) struct Files {
    inputs: Vec<Input>,
    stamps: Vec<Stamp>,
}

impl Files {
    pub fn new(inputs: Vec<Input>) -> Self {
        let stamps = inputs.iter().map(Input::stamp).collect();
        Self { inputs, stamps }
    }

    /// What messages call them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|input| input.name.as_str())
    }

    /// What messages call one of them: the first, where tables are fewer or more than files.
    pub fn name(&self, at: usize) -> &str {
        let input = self.inputs.get(at).or(self.inputs.first());
        input.map_or("", |input| input.name.as_str())
    }

    /// Bytes of all of them.
    pub fn size(&self) -> Result<u64, ReadError> {
        self.inputs.iter().map(Input::size).sum()
    }

    /// Opens all of them for the first time.
    pub async fn open(
        &self,
        options: &Options,
        pace: &Pace,
    ) -> Result<Vec<Box<dyn Table>>, ReadError> {
        open_all(&self.inputs, options, pace).await
    }

    /// Opens all of them anew. What is known of columns is known by their places, so that the first file must
    /// have the same names as before; others are gone through by name.
    pub async fn open_again(
        &self,
        options: &Options,
        names: &[String],
        pace: &Pace,
    ) -> Result<Vec<Box<dyn Table>>, ReadError> {
        self.are_as_they_were()?;
        let tables = self.open(options, pace).await?;
        match tables.first() {
            Some(table) if table.names() == names => Ok(tables),
            Some(_) | None => Err(self.changed(0)),
        }
    }

    /// Tables that were read from, before their first row again.
    pub async fn restart(
        &self,
        tables: &mut Vec<Box<dyn Table>>,
        options: &Options,
        names: &[String],
        pace: &Pace,
    ) -> Result<(), ReadError> {
        if !tables.iter_mut().all(|table| table.restart()) {
            // Not both at once.
            tables.clear();
            *tables = self.open_again(options, names, pace).await?;
        }
        Ok(())
    }

    pub fn are_as_they_were(&self) -> Result<(), ReadError> {
        let changed = (self.inputs.iter().zip(&self.stamps))
            .position(|(input, stamp)| input.stamp() != *stamp);
        changed.map_or(Ok(()), |at| Err(self.changed(at)))
    }

    pub fn changed(&self, at: usize) -> ReadError {
        let what = word("the file changed while it was read; read it again once it is whole");
        ReadError::of(self.name(at), what)
    }

    /// A refusal that these files are given; what is wrong with files that changed meanwhile is that.
    pub fn or_changed(&self, refusal: Refusal) -> Refusal {
        match self.are_as_they_were() {
            Ok(()) => refusal.of_files(&self.inputs),
            Err(changed) => changed.into(),
        }
    }
}
