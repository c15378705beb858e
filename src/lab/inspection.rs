//! The X-ray of predictions that a person opened, beside the experiment that runs on.

mod samples;

pub use samples::{SAMPLES, Sample};

use super::{Lab, Preview, Severity};
use crate::config::{Config, Regularization};
use crate::data::predictions::{
    Histogram, Input, Options, PAPER, Question, Refusal, is_histogram, read_histogram,
};
use crate::ghm::Task;
use crate::words::word;
use crate::xray::{Inspected, Job, Progress, of_histogram};

/// Seconds that a tick may read.
const TICK_SECONDS: f64 = 0.01;

/// What was opened.
#[derive(Clone)]
enum Opened {
    Predictions(Vec<Input>, Options),
    Histogram(Histogram),
}

/// Files on their way to the screen.
struct Coming {
    ticket: u32,
    name: String,
    inputs: Vec<Input>,
    options: Options,
    job: Box<Job>,
}

/// Files that have more than one reading, and what is asked about them.
struct Asked {
    ticket: u32,
    question: Box<Question>,
    inputs: Vec<Input>,
}

/// The X-ray that is on the screen, and one that is being made. Its settings are its own: they begin as
/// those of the experiment, or as the defaults of its task.
#[derive(Default)]
pub struct Inspection {
    name: String,
    opened: Option<Opened>,
    /// The settings that were asked for last.
    config: Option<Config>,
    shown: Option<Box<Inspected>>,
    coming: Option<Coming>,
    /// What was coming before that: it goes on where that is refused before it is open.
    before: Option<Coming>,
    /// How often something was opened, and which of these times what is shown was.
    tickets: u32,
    ticket: u32,
    skips_bad_rows: bool,
    asked: Option<Asked>,
    /// What an answer to that would come to.
    preview: Option<Preview>,
}

impl Inspection {
    /// What is shown.
    pub fn shown(&self) -> Option<&Inspected> {
        self.shown.as_deref()
    }

    /// The settings that were asked for last; the report follows. `None` where nothing is shown.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref().filter(|_| self.shown.is_some())
    }

    /// What was opened, by name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often something was opened so far: the number of what was opened last, from 1 on.
    pub fn tickets(&self) -> u32 {
        self.tickets
    }

    /// The number of what is shown, whatever its settings; `None` where nothing is.
    pub fn ticket(&self) -> Option<u32> {
        self.shown.as_ref().map(|_| self.ticket)
    }

    /// Whether rows that cannot be used are left out.
    pub fn skips_bad_rows(&self) -> bool {
        self.skips_bad_rows
    }

    /// What is asked about the files that were opened last.
    pub fn question(&self) -> Option<&Question> {
        self.asked.as_ref().map(|asked| asked.question.as_ref())
    }

    /// The same, where it is about the files of this number.
    pub fn question_of(&self, ticket: u32) -> Option<&Question> {
        let asked = self.asked.as_ref();
        let asked = asked.filter(|asked| asked.ticket == ticket)?;
        Some(&asked.question)
    }

    /// Share of the files that is read, or looked at, while some are.
    pub fn progress(&self) -> Option<f32> {
        self.coming.as_ref().map(|coming| coming.job.share())
    }

    /// Whether files are being looked at, before they are read.
    pub fn looks(&self) -> bool {
        self.coming
            .as_ref()
            .is_some_and(|coming| coming.job.looks())
    }

    pub(super) fn is_busy(&self) -> bool {
        self.coming.is_some() || self.preview.as_ref().is_some_and(Preview::is_busy)
    }

    /// What these options make of the files that are asked about; `None` where nothing is asked.
    fn preview(&mut self, options: Options, experiment: &Config) -> Option<&Preview> {
        let asked = self.asked.as_ref()?;
        let options = self.with_rows(options);
        let known = self.preview.take();
        let known = known.filter(|known| *known.options() == options);
        let preview = known.unwrap_or_else(|| {
            Preview::start(asked.inputs.clone(), &options, &self.settings(experiment))
        });
        Some(self.preview.insert(preview))
    }

    /// These options, and what holds for the rows of all files.
    fn with_rows(&self, options: Options) -> Options {
        Options {
            skip_bad_rows: self.skips_bad_rows || options.skip_bad_rows,
            ..options
        }
    }

    /// Settings that files are opened with.
    fn settings(&self, experiment: &Config) -> Config {
        self.config.as_ref().unwrap_or(experiment).clone()
    }

    /// Begins to read; what is shown stays until that is done.
    fn open(
        &mut self,
        inputs: Vec<Input>,
        options: Options,
        experiment: &Config,
    ) -> Result<(), String> {
        self.asked = None;
        self.preview = None;
        self.tickets += 1;
        let config = self.settings(experiment);
        if let [input] = inputs.as_slice()
            && is_histogram(input)
        {
            let histogram = read_histogram(input).map_err(|error| error.0)?;
            return self.show(self.tickets, input.name.clone(), histogram, &config);
        }
        self.start(self.tickets, inputs, options, &config);
        Ok(())
    }

    fn start(&mut self, ticket: u32, inputs: Vec<Input>, options: Options, config: &Config) {
        let options = self.with_rows(options);
        let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        let coming = Coming {
            ticket,
            name: names.join(", "),
            job: Box::new(Job::start(inputs.clone(), options.clone(), config)),
            inputs,
            options,
        };
        let Some(last) = self.coming.replace(coming) else {
            return;
        };
        // Of what is replaced, the last that is open goes on where this is refused, else the last.
        let is_open = |of: &Coming| of.job.is_open();
        if is_open(&last) || !self.before.as_ref().is_some_and(is_open) {
            self.before = Some(last);
        }
    }

    /// Asks, where a person knows how to go on.
    fn refuse(&mut self, why: Refusal, ticket: u32, inputs: Vec<Input>) -> Result<(), String> {
        match why {
            Refusal::Error(error) => Err(error.0),
            Refusal::Ask(question) => {
                self.preview = None;
                self.asked = Some(Asked {
                    ticket,
                    question,
                    inputs,
                });
                Ok(())
            }
        }
    }

    /// Shows the distribution of the paper's figure, with the middle panel that it has there.
    fn open_paper(&mut self, experiment: &Config) -> Result<(), String> {
        let name = word("the paper's distribution");
        let input = Input::bytes(name, PAPER.as_bytes());
        let histogram = read_histogram(&input).map_err(|error| error.0)?;
        let config = Config {
            panel: Regularization::GradientNorm,
            ..experiment.clone()
        };
        self.tickets += 1;
        self.show(self.tickets, name.to_owned(), histogram, &config)
    }

    fn show(
        &mut self,
        ticket: u32,
        name: String,
        histogram: Histogram,
        config: &Config,
    ) -> Result<(), String> {
        let config = config.for_task(Task::Binary);
        let report = of_histogram(&histogram, None, &config)?;
        self.shown = Some(Box::new(Inspected {
            report,
            skipped: Default::default(),
            reading: histogram.reading.clone(),
        }));
        self.ticket = ticket;
        self.name = name;
        self.opened = Some(Opened::Histogram(histogram));
        self.config = Some(config);
        self.coming = None;
        self.before = None;
        Ok(())
    }

    /// Takes over other settings, of the same task.
    fn configure(&mut self, config: &Config) -> Result<(), String> {
        if self.config() == Some(config) {
            return Ok(());
        }
        // What is being read will be shown, and must not give way to what is. It ends before it begins anew: twice
        // the same would take twice the memory.
        let coming = self.coming.take();
        let coming = coming.map(|of| (of.ticket, Opened::Predictions(of.inputs, of.options)));
        let opened = coming.or_else(|| Some((self.ticket, self.opened.clone()?)));
        match opened {
            Some((ticket, Opened::Predictions(inputs, options))) => {
                self.start(ticket, inputs, options, config);
                self.config = Some(config.clone());
                Ok(())
            }
            Some((ticket, Opened::Histogram(histogram))) => {
                self.show(ticket, self.name.clone(), histogram, config)
            }
            None => Ok(()),
        }
    }

    /// Goes on reading.
    fn tick(&mut self) -> Result<(), String> {
        if let Some(preview) = &mut self.preview {
            preview.tick(TICK_SECONDS);
        }
        let Some(coming) = self.coming.take() else {
            return Ok(());
        };
        match coming.job.work(TICK_SECONDS) {
            Ok(Progress::Goes(job)) => {
                if job.is_open() {
                    self.before = None;
                    // Its task may have become another.
                    self.config = Some(job.config().clone());
                }
                self.coming = Some(Coming { job, ..coming });
            }
            Ok(Progress::Done(inspected)) => {
                self.before = None;
                self.config = Some(inspected.report.config.clone());
                self.shown = Some(inspected);
                self.ticket = coming.ticket;
                self.name = coming.name;
                self.opened = Some(Opened::Predictions(coming.inputs, coming.options));
            }
            Err(refusal) => {
                self.coming = self.before.take();
                // What stays is of the settings before.
                let stays = match (&self.coming, &self.shown) {
                    (Some(coming), _) => Some(coming.job.config()),
                    (None, Some(shown)) => Some(&shown.report.config),
                    (None, None) => None,
                };
                self.config = stays.cloned();
                return self.refuse(refusal, coming.ticket, coming.inputs);
            }
        }
        Ok(())
    }
}

impl Lab {
    /// The X-ray on the screen, if there is one.
    pub fn inspection(&self) -> &Inspection {
        &self.inspection
    }

    /// Opens predictions, or a histogram of gradient norms, beside the experiment. What goes wrong
    /// becomes a message; all else stays.
    pub fn inspect(&mut self, inputs: Vec<Input>) {
        self.inspect_with(inputs, Options::default());
    }

    /// The same, with options that say how; those of rows that cannot be used are the inspection's own.
    pub fn inspect_with(&mut self, inputs: Vec<Input>, options: Options) {
        let config = self.config_of_inspections();
        let opened = self.inspection.open(inputs, options, &config);
        self.report(opened);
    }

    /// Opens the files that [`Inspection::question`] is about, as the answer says.
    pub fn answer_question(&mut self, options: Options) {
        if let Some(asked) = self.inspection.asked.take() {
            self.inspect_with(asked.inputs, options);
        }
    }

    /// The settings that an X-ray begins with: those of the experiment, unless nobody has chosen them.
    fn config_of_inspections(&self) -> Config {
        match self.config() {
            config if config.is_opening() => Config::of_task(config.task),
            config => config.clone(),
        }
    }

    /// Leaves the question; what is shown stays.
    pub fn drop_question(&mut self) {
        self.inspection.asked = None;
        self.inspection.preview = None;
    }

    /// What these options would make of the files that are asked about; it is read on [`Lab::tick`].
    pub fn preview_answer(&mut self, options: Options) -> Option<&Preview> {
        let config = self.config_of_inspections();
        self.inspection.preview(options, &config)
    }

    /// Opens a sample.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn inspect_sample(&mut self, sample: &Sample) {
        self.inspect(vec![Input::bytes(sample.file, sample.content.as_bytes())]);
    }

    /// Opens the distribution of the paper's figure.
    pub fn inspect_paper(&mut self) {
        let config = self.config_of_inspections();
        let opened = self.inspection.open_paper(&config);
        self.report(opened);
    }

    /// Takes over settings of the X-ray; those of the experiment stay.
    pub fn configure_inspection(&mut self, config: &Config) {
        let configured = self.inspection.configure(config);
        self.report(configured);
    }

    /// From the next file on, leaves out rows that cannot be used, or ends at the first.
    pub fn skip_bad_rows(&mut self, skips: bool) {
        self.inspection.skips_bad_rows = skips;
    }

    /// Takes the X-ray off the screen.
    pub fn close_inspection(&mut self) {
        self.inspection = Inspection {
            tickets: self.inspection.tickets,
            skips_bad_rows: self.inspection.skips_bad_rows,
            ..Inspection::default()
        };
    }

    fn report(&mut self, outcome: Result<(), String>) {
        if let Err(sentence) = outcome {
            self.messages.add(Severity::Error, sentence);
        }
    }

    /// Goes on reading what was opened.
    pub(super) fn read_on(&mut self) {
        let read = self.inspection.tick();
        self.report(read);
    }
}
