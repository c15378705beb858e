//! From files to the reading that they have: a look at their values where names leave open what they are.

use super::super::error::{ReadError, Refusal};
use super::super::maps::Places;
use super::super::resolve::{Plan, Resolver};
use super::super::survey::Survey;
use super::super::work::{Pace, Work};
use super::super::{Block, Input, Options, Reading, Skipped, Table, decided, given, numberless};
use super::Predictions;
use super::again::Files;
use crate::words::word;

/// Files that are being opened, which may take a look at all of them, in steps.
pub struct Opening {
    work: Work<Result<Predictions, Refusal>>,
    pace: Pace,
    bytes: u64,
}

impl Opening {
    /// Begins what [`Predictions::open`] does at once.
    pub fn new(inputs: Vec<Input>, options: Options) -> Self {
        let pace = Pace::default();
        // What cannot be read is told by the work.
        let sizes = inputs.iter().map(|input| input.size().unwrap_or(0));
        Self {
            bytes: sizes.sum(),
            pace: pace.clone(),
            work: Work::new(async move { opened(inputs, options, &pace).await }),
        }
    }

    /// Looks at some rows; the outcome, once there are enough. Not to be called again then.
    pub fn step(&mut self) -> Option<Result<Predictions, Refusal>> {
        self.work.step()
    }

    /// Bytes that the present pass over the files has looked at, and bytes in all.
    pub fn progress(&self) -> (u64, u64) {
        (self.pace.done().min(self.bytes), self.bytes)
    }
}

/// Files with their reading, before their first row.
pub(super) async fn opened(
    inputs: Vec<Input>,
    options: Options,
    pace: &Pace,
) -> Result<Predictions, Refusal> {
    let files = Files::new(inputs);
    let read = read(&files, options, pace).await;
    read.map_err(|refusal| files.or_changed(refusal))
}

async fn read(files: &Files, options: Options, pace: &Pace) -> Result<Predictions, Refusal> {
    let mut tables = files.open(&options, pace).await?;
    let Some(first) = tables.first_mut() else {
        return Err(ReadError(word("no file was given").to_owned()).into());
    };
    pace.pause(0).await;
    let names = first.names().to_vec();
    let file = files.name(0);
    let mask = given::mask(&names, &options);
    let all: Vec<usize> = (0..names.len()).collect();
    let roles = given::roles(file, &Places::of(&names), &options)?;
    let pairs = || decided::pairs(&names, &roles);
    let mut survey = match Survey::sample(first.as_mut(), mask, &all, pairs(), pace).await {
        Ok(survey) => survey,
        Err(error) => {
            // Columns that nobody needs may be of another length.
            let known = given::known(&names, &options);
            files.restart(&mut tables, &options, &names, pace).await?;
            match tables.first_mut().filter(|_| !known.is_empty()) {
                Some(table) => Survey::sample(table.as_mut(), mask, &known, pairs(), pace).await?,
                None => return Err(error.into()),
            }
        }
    };
    survey.is_whole &= tables.len() == 1;
    files.restart(&mut tables, &options, &names, pace).await?;
    // Perhaps what is missing is there, and why it was left out is what one wants to know.
    let notes: Vec<String> = tables.iter().flat_map(|of| of.notes()).cloned().collect();
    // What a look shows may change what is looked at.
    const MOST_LOOKS: u32 = 3;
    let mut looks = 0;
    let mut plan = loop {
        let resolver = Resolver::new(file, &names, &survey, &options)?;
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
                survey.whole(&mut tables, &names, &wanted, pace).await?;
                files.restart(&mut tables, &options, &names, pace).await?;
                looks += 1;
            }
        }
    };
    if let Some(twins) = &plan.twins {
        survey.differ = twins.differ(&mut tables, &names, &plan, pace).await?;
        files.restart(&mut tables, &options, &names, pace).await?;
        if survey.differ.is_some() {
            let resolver = Resolver::new(file, &names, &survey, &options)?;
            plan = resolver.resolve().map_err(|refusal| refusal.with(&notes))?;
        }
    }
    let mut predictions = Predictions {
        numberless: numberless::cures(&survey, &names),
        bytes: files.size()?,
        files: files.clone(),
        options,
        names,
        doubtful: Some(survey).filter(|survey| !survey.is_whole),
        look: None,
        plan,
        tables: Vec::new(),
        current: 0,
        block: Block::default(),
        skipped: Skipped::default(),
        reading: Reading::default(),
        rows: 0,
        rows_before: None,
        last_batch: None,
        batches: 0,
    };
    predictions.begin(tables)?;
    Ok(predictions)
}

/// Another reading, and the files before their first row.
type Other = (Plan, Vec<Box<dyn Table>>);

/// A look at all values while rows are read, since some say that the first ones did not tell all.
pub(super) struct SecondLook {
    work: Work<Result<Option<Other>, Refusal>>,
    pace: Pace,
}

impl SecondLook {
    /// `survey` is what was seen of the first rows.
    pub fn new(of: &Predictions, survey: Survey) -> Self {
        let pace = Pace::default();
        let (files, options, names) = (of.files.clone(), of.options.clone(), of.names.clone());
        let (plan, own) = (of.plan.clone(), pace.clone());
        Self {
            work: Work::new(
                async move { other(&files, &options, &names, survey, plan, &own).await },
            ),
            pace,
        }
    }

    /// Looks at some rows; once all were seen, the reading that they lead to if it is another one.
    pub fn step(&mut self) -> Option<Result<Option<Other>, Refusal>> {
        self.work.step()
    }

    /// Bytes that were looked at.
    pub fn done(&self) -> u64 {
        self.pace.done()
    }
}

async fn other(
    files: &Files,
    options: &Options,
    names: &[String],
    mut survey: Survey,
    before: Plan,
    pace: &Pace,
) -> Result<Option<Other>, Refusal> {
    let file = files.name(0);
    let mut tables = files.open_again(options, names, pace).await?;
    let wanted = Resolver::new(file, names, &survey, options)?.wanted();
    let whole = survey.whole(&mut tables, names, &wanted, pace).await;
    if whole.is_err() {
        // The row that cannot be read comes in its turn.
        return Ok(None);
    }
    let plan = Resolver::new(file, names, &survey, options)?.resolve()?;
    let same = Plan {
        is_sure: plan.is_sure,
        ..before
    };
    if plan == same {
        return Ok(None);
    }
    files.restart(&mut tables, options, names, pace).await?;
    Ok(Some((plan, tables)))
}
