//! How long the arrays on the device are, and what it has room for.

use super::kernels::{Array, LANES};
use super::layout::{Example, NetworkTable, Statistics};
use crate::engine::EngineError;
use crate::ghm::MAX_BINS;
use crate::words::tr;

pub(super) const FLOAT: u64 = size_of::<f32>() as u64;

/// Rows of the targets: values, and which are ignored.
const TARGET_ROWS: u64 = 2;

/// Numbers that the lengths of the arrays follow from.
#[derive(Clone, Copy)]
pub(super) struct Lengths {
    pub order: usize,
    pub examples: usize,
    pub parameters: usize,
    pub inputs: usize,
    pub hidden: usize,
    pub outputs: usize,
    pub batch: usize,
    pub points: usize,
    pub network: NetworkTable,
}

impl Lengths {
    pub fn bytes(&self, array: Array) -> u64 {
        let batch = self.batch as u64 * FLOAT;
        match array {
            Array::Order => self.order as u64 * FLOAT,
            Array::Examples => (self.examples * size_of::<Example>()) as u64,
            Array::Parameters | Array::Gradient => self.parameters as u64 * FLOAT,
            Array::Sums => {
                let slices = self.network.slices(self.batch as u32);
                u64::from(slices * LANES) * (self.parameters as u64 + 1) * FLOAT
            }
            Array::Moments => 2 * self.parameters as u64 * FLOAT,
            // Without a network there are none, but no buffer is empty.
            Array::Activations => (self.activation_rows() * batch).max(FLOAT),
            Array::Deltas => (self.hidden + self.outputs) as u64 * batch,
            Array::Outputs | Array::GradientNorms => self.outputs as u64 * batch,
            Array::Targets => TARGET_ROWS * batch,
            Array::Errors | Array::Norms | Array::Losses => batch,
            Array::Tally => MAX_BINS as u64 * FLOAT,
            Array::Statistics => size_of::<Statistics>() as u64,
            Array::Points => 2 * self.points as u64 * FLOAT,
            Array::Predictions => (self.outputs * self.points) as u64 * FLOAT,
        }
    }

    /// Rows of the largest array of the mini-batch.
    fn widest(&self) -> u64 {
        self.activation_rows()
            .max((self.hidden + self.outputs) as u64)
            .max(TARGET_ROWS)
    }

    fn activation_rows(&self) -> u64 {
        (self.inputs + self.hidden) as u64
    }
}

/// Arrays whose length is that of the mini-batch.
pub(super) const OF_BATCH: [Array; 9] = [
    Array::Activations,
    Array::Outputs,
    Array::Targets,
    Array::Errors,
    Array::GradientNorms,
    Array::Norms,
    Array::Deltas,
    Array::Losses,
    Array::Sums,
];

/// How many entries of `entry` bytes one array can have.
pub(super) fn most_in_one_array(limits: &wgpu::Limits, entry: u64) -> usize {
    let bytes = limits
        .max_buffer_size
        .min(limits.max_storage_buffer_binding_size);
    (bytes / entry) as usize
}

/// Whether a mini-batch fits.
pub(super) fn fits(limits: &wgpu::Limits, lengths: &Lengths) -> Result<(), EngineError> {
    let row = lengths.widest() * FLOAT;
    let most = most_in_one_array(limits, row);
    if lengths.batch <= most {
        return Ok(());
    }
    Err(EngineError(tr!(
        "batch-size: {0} examples are more than this GPU takes at once through this network: up to {most} fit, or \
         use backend=cpu",
        lengths.batch,
        most
    )))
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;

    fn lengths(batch: usize) -> Lengths {
        Lengths {
            order: batch,
            examples: 1,
            parameters: 1,
            inputs: 2,
            hidden: 192,
            outputs: 1,
            batch,
            points: 1,
            network: NetworkTable {
                most_slices: 1,
                ..NetworkTable::zeroed()
            },
        }
    }

    #[test]
    fn the_largest_batch_named_fits_and_one_more_does_not() {
        let limits = wgpu::Limits::default();
        let error = fits(&limits, &lengths(950_000)).expect_err("742 MB do not fit");
        assert!(error.0.starts_with("batch-size: 950000"), "{error}");
        assert!(error.0.ends_with("or use backend=cpu"), "{error}");
        let most = error
            .0
            .split("up to ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next())
            .and_then(|number| number.parse::<usize>().ok())
            .expect("the message names the largest");
        assert_eq!(most, (128 << 20) / (194 * 4));
        assert!(fits(&limits, &lengths(most)).is_ok());
        assert!(fits(&limits, &lengths(most + 1)).is_err());
    }

    #[test]
    fn outputs_without_a_network_need_little_beside_the_data() {
        let n = 1_000_000;
        let lengths = Lengths {
            order: 1,
            inputs: 0,
            hidden: 0,
            ..lengths(n)
        };
        let all: u64 = OF_BATCH.iter().map(|&array| lengths.bytes(array)).sum();
        let data = lengths.bytes(Array::Outputs) + lengths.bytes(Array::Targets);
        assert!(all - data <= 24 * n as u64, "{}", all - data);
    }

    #[test]
    fn activations_are_the_largest_array_of_a_batch() {
        let lengths = lengths(1000);
        for array in OF_BATCH {
            assert!(lengths.bytes(array) <= lengths.bytes(Array::Activations));
        }
    }
}
