//! Sigmoid and cross-entropy over blocks of log-odds, in loops that the compiler can vectorise.
//!
//! The functions of `ghm` are the oracle; these differ from them by a few units in the last place, and
//! by none between machines.

use multiversion::multiversion;

use super::measure::{MOST_LOG_ODDS, MOST_LOSS};
use super::settings::Settings;
use crate::data::predictions::Outputs;
use crate::ghm::direction;

/// Examples that are worked on at a time.
pub(super) const BLOCK: usize = 512;

/// Below this `e^x` is 0 in effect, and its exponent would leave the normal numbers.
const LEAST: f64 = -708.0;
/// ln 2 in two parts, so that what is left of a number keeps its digits.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
const TWO_100: f64 = 1_267_650_600_228_229_401_496_703_205_376.0;
/// Adding and subtracting it rounds to a whole number.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Values of a run of examples, side by side.
pub(super) struct Block {
    /// Log-odds against the true class, or its probability.
    pub measured: [f64; BLOCK],
    pub norms: [f64; BLOCK],
    /// Probabilities of the true class, from log-odds only: `1 - g` without its rounding.
    pub rights: [f64; BLOCK],
    pub losses: [f64; BLOCK],
    logs: [f64; BLOCK],
    /// Under the focal loss without alpha.
    pub weights: [f64; BLOCK],
    pub values: [f64; BLOCK],
}

impl Default for Block {
    fn default() -> Self {
        Self {
            measured: [0.0; BLOCK],
            norms: [0.0; BLOCK],
            rights: [0.0; BLOCK],
            losses: [0.0; BLOCK],
            logs: [0.0; BLOCK],
            weights: [0.0; BLOCK],
            values: [0.0; BLOCK],
        }
    }
}

impl Block {
    /// Measures at most [`BLOCK`] examples of two classes.
    pub fn measure(&mut self, settings: &Settings, outputs: &[f64], targets: &[f64]) {
        let n = outputs.len();
        let logits = settings.header.outputs == Outputs::Logits;
        for i in 0..n {
            let (output, target) = (outputs[i], targets[i]);
            self.measured[i] = if logits {
                output * direction(target)
            } else {
                let right = if target > 0.0 { output } else { 1.0 - output };
                self.norms[i] = if target > 0.0 { 1.0 - output } else { output };
                right
            };
        }
        let columns = Columns {
            norms: &mut self.norms,
            rights: &mut self.rights,
            losses: &mut self.losses,
            logs: &mut self.logs,
        };
        if logits {
            of_log_odds(&self.measured[..n], columns);
        } else {
            of_probabilities(&self.measured[..n], columns);
        }
        focal(
            settings.rule.gamma,
            &self.norms[..n],
            &self.losses,
            &self.logs,
            &mut self.weights,
            &mut self.values,
        );
    }
}

/// `e^x` for `x <= 0`.
#[inline(always)]
fn exp(x: f64) -> f64 {
    let x = if x < LEAST { LEAST } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (x - k * LN_2[0]) - k * LN_2[1];
    let mut sum = 1.0 / 479_001_600.0;
    sum = sum * r + 1.0 / 39_916_800.0;
    sum = sum * r + 1.0 / 3_628_800.0;
    sum = sum * r + 1.0 / 362_880.0;
    sum = sum * r + 1.0 / 40_320.0;
    sum = sum * r + 1.0 / 5_040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r * r + r + 1.0;
    // The last bits of the shifted number are k; 1023 is the exponent's bias.
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    sum * power
}

/// `ln(1 + e)` for e in [0, 1], as `2 atanh(e / (2 + e))`.
#[inline(always)]
fn ln_1p(e: f64) -> f64 {
    let s = e / (2.0 + e);
    let q = s * s;
    let mut series = 1.0 / 35.0;
    for odd in [
        33.0, 31.0, 29.0, 27.0, 25.0, 23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0,
        3.0_f64,
    ] {
        series = series * q + 1.0 / odd;
    }
    2.0 * s * (series * q + 1.0)
}

/// `-ln x` for x in [0, 1], at most [`MOST_LOG_ODDS`].
#[inline(always)]
fn minus_ln(x: f64) -> f64 {
    // What is smaller has no full mantissa.
    let is_tiny = x < 1e-300;
    let scaled = if is_tiny { x * TWO_100 } else { x };
    // The mantissa in [sqrt(1/2), sqrt(2)), in which the series is short, and its exponent.
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    let shifted = scaled
        .to_bits()
        .wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF);
    let mantissa = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff) + SQRT_HALF);
    // A small whole number in the last bits of 2^52 is that number more.
    let biased = f64::from_bits(0x4330_0000_0000_0000 | (shifted >> 52));
    let k = biased - (4_503_599_627_370_496.0 + 1023.0) - if is_tiny { 100.0 } else { 0.0 };
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let q = s * s;
    let mut series = 1.0 / 25.0;
    for odd in [
        23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0_f64,
    ] {
        series = series * q + 1.0 / odd;
    }
    let ln = k * LN_2[0] + (2.0 * s * (series * q + 1.0) + k * LN_2[1]);
    if x > 0.0 && ln > -MOST_LOG_ODDS {
        -ln
    } else {
        MOST_LOG_ODDS
    }
}

/// Values of a run of examples of two classes; all slices have one length.
pub(super) struct Columns<'a> {
    /// Gradient norms g.
    pub norms: &'a mut [f64],
    /// `1 - g`, from log-odds.
    pub rights: &'a mut [f64],
    /// Cross-entropies, `-ln(1 - g)`; from probabilities at most [`MOST_LOSS`].
    pub losses: &'a mut [f64],
    /// `-ln g`.
    pub logs: &'a mut [f64],
}

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// From log-odds against the true class.
pub(super) fn of_log_odds(errors: &[f64], columns: Columns<'_>) {
    let n = errors.len();
    let (norms, losses) = (&mut columns.norms[..n], &mut columns.losses[..n]);
    let (rights, logs) = (&mut columns.rights[..n], &mut columns.logs[..n]);
    for i in 0..n {
        let z = errors[i];
        let e = exp(-z.abs());
        norms[i] = if z >= 0.0 { 1.0 } else { e } / (1.0 + e);
        rights[i] = if z >= 0.0 { e } else { 1.0 } / (1.0 + e);
        losses[i] = if z >= 0.0 { z } else { 0.0 } + ln_1p(e);
        logs[i] = losses[i] - z;
    }
}

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// From probabilities of the true class; the norms are there already.
pub(super) fn of_probabilities(right: &[f64], columns: Columns<'_>) {
    let n = right.len();
    let (norms, losses) = (&columns.norms[..n], &mut columns.losses[..n]);
    let logs = &mut columns.logs[..n];
    for i in 0..n {
        let loss = minus_ln(right[i]);
        losses[i] = if loss < MOST_LOSS { loss } else { MOST_LOSS };
        logs[i] = minus_ln(norms[i]);
    }
}

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// Weight and loss of every example under the focal loss without alpha. `gamma` is its exponent.
pub(super) fn focal(
    gamma: f64,
    norms: &[f64],
    losses: &[f64],
    logs: &[f64],
    weights: &mut [f64],
    values: &mut [f64],
) {
    let n = norms.len();
    let (losses, logs) = (&losses[..n], &logs[..n]);
    let (weights, values) = (&mut weights[..n], &mut values[..n]);
    let squared = gamma == 2.0;
    for i in 0..n {
        let (g, loss) = (norms[i], losses[i]);
        let modulator = if squared {
            g * g
        } else {
            exp(-(gamma * logs[i]))
        };
        let ratio = if g > 1e-300 { loss / g } else { 1.0 };
        weights[i] = modulator * (1.0 + gamma * (1.0 - g) * ratio);
        values[i] = modulator * loss;
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, focal, of_log_odds, of_probabilities};
    use crate::ghm::{focal_weight, sigmoid, softplus};

    fn near(name: &str, at: f64, got: f64, want: f64) {
        let slack = 1e-12 * want.abs() + 1e-290;
        assert!((got - want).abs() <= slack, "{name} at {at}: {got} {want}");
    }

    #[test]
    fn blocks_are_what_single_examples_are() {
        let errors: Vec<f64> = (-80_000..=80_000)
            .map(|i| f64::from(i) / 1000.0)
            .chain([-745.0, 745.0, -1e-300, 1e-300, -700.0, -37.5, 36.9])
            .collect();
        let n = errors.len();
        let [mut norms, mut rights, mut losses, mut logs] = [(); 4].map(|()| vec![0.0; n]);
        let [mut weights, mut values] = [(); 2].map(|()| vec![0.0; n]);
        let columns = Columns {
            norms: &mut norms,
            rights: &mut rights,
            losses: &mut losses,
            logs: &mut logs,
        };
        of_log_odds(&errors, columns);
        for gamma in [0.0, 0.5, 2.0, 5.0] {
            focal(gamma, &norms, &losses, &logs, &mut weights, &mut values);
            for (i, &z) in errors.iter().enumerate().filter(|(_, z)| **z > -700.0) {
                near("sigmoid", z, norms[i], sigmoid(z));
                near("1 - sigmoid", z, rights[i], sigmoid(-z));
                near("softplus", z, losses[i], softplus(z));
                near("weight", z, weights[i], focal_weight(z, gamma));
            }
        }
    }

    #[test]
    fn probabilities_have_the_logarithms_of_libm() {
        let right: Vec<f64> = (0..=100_000)
            .map(|i| f64::from(i) / 100_000.0)
            .chain((0..1074).map(|k| libm::exp2(-f64::from(k))))
            .chain([
                5e-324,
                1e-310,
                1.0 - f64::EPSILON / 2.0,
                0.707_106_781_186_547_5,
            ])
            .collect();
        let mut norms: Vec<f64> = right.iter().map(|p| 1.0 - p).collect();
        let [mut losses, mut logs] = [(); 2].map(|()| vec![f64::NAN; right.len()]);
        let columns = Columns {
            norms: &mut norms,
            rights: &mut [],
            losses: &mut losses,
            logs: &mut logs,
        };
        of_probabilities(&right, columns);
        for (i, &p) in right.iter().enumerate() {
            near("-ln p", p, losses[i], (-libm::log(p)).min(100.0));
            near("-ln g", p, logs[i], (-libm::log(1.0 - p)).min(744.0));
        }
    }
}
