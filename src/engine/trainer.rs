//! One training run: settings, data, order and an engine.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use web_time::Instant;

use super::arrived::{Arrived, Moment};
use super::{
    BackendInfo, Checkpoint, Clocks, Engine, EngineError, Forgotten, LARGE, Network, Place,
    Request, Step, Timing, Update,
};
use crate::config::Config;
use crate::data::{Dataset, Order};
use crate::ghm::{Average, Task};
use crate::words::word;

/// Drives an engine through mini-batches. The same settings on the same engine give the same bits.
pub struct Trainer {
    config: Config,
    data: Rc<Dataset>,
    network: Network,
    initial: Vec<f32>,
    order: Order,
    clocks: Clocks,
    engine: Box<dyn Engine>,
    step: u64,
    steps: Vec<Step>,
    indices: Vec<u32>,
    moments: VecDeque<Moment>,
    arrived: Option<Box<Arrived>>,
    /// Seconds that a call may look at what has arrived.
    slice: Option<f64>,
}

impl Trainer {
    /// Draws the initial weights of valid settings, and asks `engine` for what trains them on `data`,
    /// that of the settings' recipe.
    ///
    /// # Errors
    /// Those of `engine`.
    pub fn new(
        config: Config,
        data: Rc<Dataset>,
        engine: impl FnOnce(&Network, &Rc<Dataset>, &[f32]) -> Result<Box<dyn Engine>, EngineError>,
    ) -> Result<Self, EngineError> {
        let network = Network::of(&config);
        let initial = network.initial(config.seed);
        Ok(Self {
            engine: engine(&network, &data, &initial)?,
            order: Order::new(config.seed, data.train.len()),
            clocks: Clocks {
                classes: match config.task {
                    Task::Regression => Vec::new(),
                    Task::Binary | Task::Classes => data.train.classes(config.number_of_classes()),
                },
                ..Clocks::default()
            },
            step: 0,
            steps: Vec::new(),
            indices: Vec::new(),
            moments: VecDeque::new(),
            arrived: None,
            slice: None,
            initial,
            config,
            data,
            network,
        })
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn data(&self) -> &Rc<Dataset> {
        &self.data
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Parameters before the first step.
    pub fn initial_parameters(&self) -> &[f32] {
        &self.initial
    }

    pub fn backend(&self) -> &BackendInfo {
        self.engine.info()
    }

    /// Steps queued so far.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Mini-batches until the epoch ends.
    pub fn batches_left(&self) -> u32 {
        self.order.batches_left(self.config.batch_size as usize)
    }

    /// Mini-batches until the end of this epoch; 0 where it is over.
    pub fn batches_to_end_of(&self, epoch: u32) -> u64 {
        let size = self.config.batch_size as usize;
        self.order.batches_to_end_of(epoch, size)
    }

    /// Draws its mini-batches together with a run of the same seed and as many examples that is where it is, so
    /// that one shuffle serves both.
    pub fn share_order(&mut self, with: &Self) {
        debug_assert!(self.order == with.order);
        self.order = with.order.clone();
    }

    /// As [`Engine::work_in_slices`], and so does [`Trainer::poll`].
    pub fn work_in_slices(&mut self, seconds: f64) {
        self.slice = Some(seconds);
        self.engine.work_in_slices(seconds);
    }

    /// As [`Engine::work`].
    pub fn work(&mut self) {
        self.engine.work();
    }

    /// Submissions that the device has not finished.
    pub fn in_flight(&mut self) -> usize {
        self.engine.in_flight()
    }

    /// What the next finished submission took.
    pub fn take_timing(&mut self) -> Option<Timing> {
        self.engine.take_timing()
    }

    /// Waits for any submission in flight, at most so many seconds, where the platform can wait.
    pub fn wait_for_room(&mut self, seconds: f64) {
        self.engine.wait_for_room(seconds);
    }

    /// Waits for the device, where the platform can wait.
    pub fn wait(&mut self) {
        self.engine.wait();
    }

    /// Readings that were asked for and have not arrived.
    pub fn readings_due(&self) -> usize {
        self.moments.len() + usize::from(self.arrived.is_some())
    }

    /// Takes over settings that act live. A change of bins, convention, counting or mu starts the
    /// moving average anew, a change of optimizer forgets its moments; so must what was kept of the run.
    pub fn configure(&mut self, config: Config) -> Forgotten {
        let counted = |config: &Config| {
            let entries = config.entries();
            (config.bins, config.convention, entries, config.mu.to_bits())
        };
        let forgotten = Forgotten {
            density: counted(&config) != counted(&self.config),
            optimizer: config.optimizer != self.config.optimizer,
        };
        if forgotten.density {
            self.engine.reset_density();
        }
        if forgotten.optimizer {
            self.engine.reset_optimizer();
            self.clocks.updates = 0;
        }
        self.config = config;
        forgotten
    }

    /// Goes on from a checkpoint of a run with the same data, network and seed, as that run would have;
    /// the average starts anew where the number of bins is another. Only before the first step.
    ///
    /// # Errors
    /// When the checkpoint is one of another network; nothing changes then.
    pub fn resume(&mut self, from: &Checkpoint) -> Result<(), EngineError> {
        from.check(self.network.parameters(), self.data.train.len())?;
        from.place
            .restore(from.order.as_ref(), &mut self.order, &mut self.clocks);
        let bins = self.config.bins as usize;
        let sizes = [&from.average.ema, &from.average.filled].map(Vec::len);
        let average = match sizes == [bins, bins] {
            true => from.average.clone(),
            false => Average::new(bins),
        };
        self.engine
            .restore(&from.parameters, &from.moments, &average);
        self.step = from.step;
        Ok(())
    }

    /// Queues `count` steps in one submission.
    ///
    /// # Errors
    /// Those of [`Engine::train`]; nothing was queued then, but the order has moved on.
    pub fn advance(&mut self, count: u32) -> Result<(), EngineError> {
        self.steps.clear();
        self.indices.clear();
        for step in self.step..self.step + u64::from(count) {
            let batch = self.order.next_batch(self.config.batch_size as usize);
            let first = self.indices.len();
            self.indices.extend_from_slice(batch);
            let ignored = &self.data.train.ignored;
            let valid = batch.iter().filter(|&&i| !ignored[i as usize]).count();
            self.steps.push(Step {
                loss: self.config.acting_loss(step) as u32,
                ..self.clocks.step(&self.config, first, batch.len(), valid)
            });
        }
        self.engine.train(&self.steps, &self.indices)?;
        self.step += u64::from(count);
        Ok(())
    }

    /// Examples of the mini-batches of the last [`Trainer::advance`], one after the other.
    pub fn last_indices(&self) -> &[u32] {
        &self.indices
    }

    /// Asks for a reading of the state after all queued steps.
    pub fn request(&mut self, request: Request) {
        self.engine.request(request);
        let told = match self.steps.last() {
            Some(step) => *step,
            None => Step {
                loss: self.config.acting_loss(self.step) as u32,
                ..self.clocks.clone().step(&self.config, 0, 0, 0)
            },
        };
        self.moments.push_back(Moment {
            step: self.step,
            epoch: self.order.epoch(),
            told,
            keep: self.config.ohem_keep,
            place: Place::of(&self.order, &self.clocks),
            order: request.parameters.then(|| self.order.clone()),
        });
    }

    /// The next reading that has arrived, without waiting; where it is worked in slices, one that takes longer to
    /// look at comes with a later call.
    ///
    /// # Errors
    /// Those of [`Engine::poll`].
    pub fn poll(&mut self) -> Result<Option<Update>, EngineError> {
        self.poll_for(self.slice)
    }

    fn poll_for(&mut self, seconds: Option<f64>) -> Result<Option<Update>, EngineError> {
        let until = seconds.map(|seconds| {
            Instant::now() + Duration::try_from_secs_f64(seconds).unwrap_or_default()
        });
        let mut arrived = match self.arrived.take() {
            Some(arrived) => arrived,
            None => match self.next_reading()? {
                Some(arrived) => Box::new(arrived),
                None => return Ok(None),
            },
        };
        let is_large = self.data.train.len().max(self.data.test.len()) > LARGE;
        while !arrived.piece(&self.data) {
            if is_large && until.is_some_and(|until| Instant::now() >= until) {
                self.arrived = Some(arrived);
                return Ok(None);
            }
        }
        Ok(Some(arrived.update(&self.config, &self.network)))
    }

    fn next_reading(&mut self) -> Result<Option<Arrived>, EngineError> {
        match self.engine.poll() {
            Ok(Some(reading)) => {
                let moment = self.moments.pop_front();
                Ok(moment.map(|moment| Arrived::new(moment, reading)))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                // What was asked of a failed device never arrives.
                self.moments.clear();
                Err(error)
            }
        }
    }

    /// Asks for a reading and waits for it and all before it; for where one can wait.
    ///
    /// # Errors
    /// Those of [`Engine::poll`], or when the reading never comes.
    pub fn read_now(&mut self, request: Request) -> Result<Update, EngineError> {
        self.request(request);
        let mut last = None;
        while self.readings_due() > 0 {
            self.engine.wait();
            match self.poll_for(None)? {
                Some(update) => last = Some(update),
                None => break,
            }
        }
        last.ok_or_else(|| EngineError(word("the device did not answer").to_owned()))
    }
}
