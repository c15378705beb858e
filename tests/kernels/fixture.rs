//! What the comparisons share: inputs, noise, and a report of every row that differs.

use bytemuck::Zeroable;
use ghm_lab::config::{Activation, Config, Counting};
use ghm_lab::data::{Dataset, Random};
use ghm_lab::engine::gpu::probe::Probe;
use ghm_lab::engine::gpu::{Array, Gpu, Statistics};
use ghm_lab::engine::{Network, Step};
use ghm_lab::ghm::Task;

/// Around a workgroup, several of them, and a run of the sums.
pub const SIZES: [usize; 9] = [1, 63, 64, 65, 255, 256, 257, 1000, 4097];

/// Hidden layers, width, activation.
pub const NETWORKS: &[(u32, u32, Activation)] = &[
    (2, 16, Activation::Tanh),
    (1, 1, Activation::Relu),
    (3, 64, Activation::Relu),
    (3, 7, Activation::Tanh),
];

/// Uniform numbers in plus or minus `bound`, the same for the same name.
pub fn floats(name: &str, count: usize, bound: f64) -> Vec<f32> {
    let mut random = Random::named(11, name);
    (0..count)
        .map(|_| random.between(-bound, bound) as f32)
        .collect()
}

/// Gradient norms, among them both ends and edges of bins.
pub fn norms(n: usize, bins: u32) -> Vec<f32> {
    let mut norms: Vec<f32> = floats("norms", n, 1.0).iter().map(|v| v * v).collect();
    let edges = (0..=bins).map(|j| j as f32 / bins as f32);
    for (norm, edge) in norms.iter_mut().skip(1).step_by(2).zip(edges) {
        *norm = edge;
    }
    norms
}

/// What the kernels that know tasks are tried with.
pub fn tasks() -> [Config; 4] {
    let of = |task| Config::of_task(task);
    [
        of(Task::Binary),
        Config {
            classes: 5,
            ..of(Task::Classes)
        },
        Config {
            classes: 3,
            counting: Counting::EveryEntry,
            ..of(Task::Classes)
        },
        of(Task::Regression),
    ]
}

/// A step over n examples of a task with everything else at rest.
pub fn step_of(config: &Config, n: usize) -> Step {
    Step {
        task: config.task as u32,
        classes: config.number_of_classes() as u32,
        entries: config.entries() as u32,
        loss: config.loss as u32,
        ..step(n)
    }
}

/// A step over n examples of two classes with everything else at rest.
pub fn step(n: usize) -> Step {
    Step {
        examples: n as u32,
        valid: n as u32,
        task: Task::Binary as u32,
        classes: 2,
        entries: 1,
        bins: 30,
        class_weight2: 3.0,
        class_weight3: 0.25,
        class_weight4: 7.0,
        mu: 0.02,
        delta: 0.1,
        class_weight0: 0.625,
        class_weight1: 40.0,
        gamma: 2.0,
        alpha0: 0.75,
        alpha1: 0.25,
        keep: n.div_ceil(4) as u32,
        ..Step::zeroed()
    }
}

pub fn gpu() -> Gpu {
    Gpu::headless().expect("these tests need an adapter that computes")
}

/// A device with the arrays of a network, and the same on the CPU.
pub struct Bench {
    pub network: Network,
    pub parameters: Vec<f32>,
    pub probe: Probe,
    data: Dataset,
}

impl Bench {
    pub fn new(network: (u32, u32, Activation)) -> Self {
        Self::of(&Config::default(), network)
    }

    /// For the task of these settings.
    pub fn of(config: &Config, (layers, width, activation): (u32, u32, Activation)) -> Self {
        let config = Config {
            examples: 8000,
            positive_fraction: 0.2,
            class_share: 0.5,
            ignored: 0.2,
            layers,
            width,
            activation,
            ..config.clone()
        };
        let data = config.recipe().generate();
        let network = Network::of(&config);
        let mut parameters = network.initial(3);
        for (value, more) in parameters
            .iter_mut()
            .zip(floats("biases", network.parameters(), 0.1))
        {
            *value += more;
        }
        // Room for the few indices that come before the mini-batch.
        let most = SIZES.iter().max().expect("there are sizes") + 8;
        let probe = Probe::new(&gpu(), &network, &data, &parameters, most).expect("it fits");
        Self {
            network,
            parameters,
            probe,
            data,
        }
    }

    /// Fills everything that kernels write or read for a mini-batch with numbers that would show.
    pub fn fill_with_noise(&self, n: usize) {
        for array in Array::ALL {
            let is_given = matches!(array, Array::Order | Array::Examples | Array::Parameters);
            if !is_given {
                let count = self.probe.bytes(array) / size_of::<f32>();
                let noise = floats(&format!("{} {n}", array as u32), count, 1000.0);
                self.probe.write(array, &noise);
            }
        }
    }

    pub fn run(&self, kernel: &str, step: &Step) {
        self.probe.run(&[kernel], step).expect("the kernel runs");
    }

    pub fn read(&self, array: Array) -> Vec<f32> {
        self.probe.read(array).expect("the device answers")
    }

    pub fn read_counts(&self, array: Array) -> Vec<u32> {
        self.probe.read(array).expect("the device answers")
    }

    pub fn statistics(&self) -> Statistics {
        self.probe
            .read(Array::Statistics)
            .expect("the device answers")[0]
    }

    /// Indices of n training examples.
    pub fn order(&self, n: usize) -> Vec<u32> {
        let mut random = Random::named(5, "order");
        let mut order: Vec<u32> = (0..self.data.train.len() as u32).collect();
        random.shuffle(&mut order);
        order.truncate(n);
        order
    }

    /// Inputs `[inputs, n]` and targets `[2, n]` of these examples.
    pub fn gather(&self, order: &[u32]) -> (Vec<f32>, Vec<f32>) {
        let split = &self.data.train;
        let coordinates = (0..self.network.inputs())
            .flat_map(|c| order.iter().map(move |&i| split.points[i as usize][c]));
        let targets = order.iter().map(|&i| split.targets[i as usize]);
        let ignored = order
            .iter()
            .map(|&i| f32::from(u8::from(split.ignored[i as usize])));
        (coordinates.collect(), targets.chain(ignored).collect())
    }

    /// Targets of n examples and which of them are ignored; with the array that has both.
    pub fn targets(&self, n: usize) -> (Vec<f32>, Vec<bool>, Vec<f32>) {
        let both = self.gather(&self.order(n)).1;
        let ignored = both[n..].iter().map(|&ignored| ignored > 0.0).collect();
        (both[..n].to_vec(), ignored, both)
    }

    /// Inputs and plausible hidden activations `[inputs + u, n]`, some of them 0 as ReLU leaves them.
    pub fn activations(&self, n: usize) -> Vec<f32> {
        let inputs = self.network.inputs();
        let rows = inputs + self.network.hidden_units();
        let mut values = floats("activations", rows * n, 1.0);
        values
            .iter_mut()
            .skip(inputs * n)
            .step_by(3)
            .for_each(|a| *a = 0.0);
        values
    }
}

#[derive(Clone, Copy)]
pub struct Tolerance {
    pub relative: f32,
    pub absolute: f32,
}

impl Tolerance {
    pub const EXACT: Self = Self {
        relative: 0.0,
        absolute: 0.0,
    };

    fn allows(self, theirs: f32, ours: f32) -> bool {
        (theirs - ours).abs() <= self.absolute + self.relative * ours.abs()
    }
}

/// The first of the values that differ, and how many do; `theirs` may be longer.
fn difference(theirs: &[f32], ours: &[f32], tolerance: Tolerance) -> Option<String> {
    if theirs.len() < ours.len() {
        return Some(format!("{} values instead of {}", theirs.len(), ours.len()));
    }
    let wrong: Vec<usize> = (0..ours.len())
        .filter(|&i| !tolerance.allows(theirs[i], ours[i]))
        .collect();
    let &i = wrong.first()?;
    let count = wrong.len();
    Some(format!(
        "{count} differ, first [{i}]: GPU {} CPU {}",
        theirs[i], ours[i]
    ))
}

/// Collects the rows that differ.
#[derive(Default)]
pub struct Report {
    rows: usize,
    failures: Vec<String>,
}

impl Report {
    /// Compares, and makes sure that the comparison can fail.
    pub fn compare(&mut self, row: &str, theirs: &[f32], ours: &[f32], tolerance: Tolerance) {
        self.rows += 1;
        if let Some(difference) = difference(theirs, ours, tolerance) {
            self.failures.push(format!("{row}: {difference}"));
        }
        let mut perturbed = ours.to_vec();
        let at = perturbed.len() / 2;
        let allowed = tolerance.absolute + tolerance.relative * ours[at].abs();
        perturbed[at] += 4.0 * allowed + 1e-3 * ours[at].abs() + f32::MIN_POSITIVE;
        assert!(
            difference(&perturbed, ours, tolerance).is_some(),
            "{row}: a wrong value goes unseen"
        );
    }

    pub fn compare_counts(&mut self, row: &str, theirs: &[u32], ours: &[u32]) {
        self.rows += 1;
        if theirs != ours {
            self.failures
                .push(format!("{row}: GPU {theirs:?} CPU {ours:?}"));
        }
        let mut perturbed = ours.to_vec();
        perturbed[ours.len() / 2] += 1;
        assert_ne!(perturbed, ours, "{row}: a wrong count goes unseen");
    }

    pub fn finish(self) {
        assert!(self.rows > 0, "nothing was compared");
        let Self { rows, failures } = self;
        assert!(
            failures.is_empty(),
            "{} of {rows} rows differ:\n{}",
            failures.len(),
            failures.join("\n")
        );
    }
}

pub const BINS: [u32; 4] = [1, 2, 30, 256];

/// A few roundings, of exp and division above all: WGSL allows exp 3 + 2|x| units in the last
/// place.
pub const POINTWISE: Tolerance = Tolerance {
    relative: 2e-5,
    absolute: 1e-30,
};

/// Sums of n terms of about 1 in different orders.
pub fn of_sum(n: usize) -> Tolerance {
    Tolerance {
        relative: 1e-5,
        absolute: 2e-6 * (n as f32).sqrt(),
    }
}

/// Every network for two classes, and one for each other task.
pub fn benches() -> Vec<(String, Bench)> {
    let binary = NETWORKS.iter().map(|&n| (format!("{n:?}"), Bench::new(n)));
    let others = tasks().into_iter().skip(1).map(|config| {
        let network = (2, 9, Activation::Tanh);
        (format!("{:?}", config.task), Bench::of(&config, network))
    });
    binary.chain(others).collect()
}
