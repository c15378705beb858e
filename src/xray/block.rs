//! Sigmoid and cross-entropy over blocks of log-odds, in loops that the compiler can vectorise.
//!
//! The functions of `ghm` are the oracle; these differ from them by a few units in the last place, and
//! by none between machines.

use multiversion::multiversion;

/// Examples that are worked on at a time.
pub(super) const BLOCK: usize = 512;

/// Below this `e^x` is 0 in effect, and its exponent would leave the normal numbers.
const LEAST: f64 = -708.0;
/// Adding and subtracting it rounds to a whole number.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// `e^x` for `x <= 0`.
#[inline(always)]
fn exp(x: f64) -> f64 {
    let x = if x < LEAST { LEAST } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    // ln 2 in two parts, so that the remainder keeps its digits.
    let r = (x - k * 0.693_147_180_369_123_8) - k * 1.908_214_929_270_587_7e-10;
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

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// Gradient norm and cross-entropy of every log-odds; all slices have one length.
pub(super) fn measure(errors: &[f64], norms: &mut [f64], losses: &mut [f64]) {
    let n = errors.len();
    let (norms, losses) = (&mut norms[..n], &mut losses[..n]);
    for i in 0..n {
        let z = errors[i];
        let e = exp(-z.abs());
        norms[i] = if z >= 0.0 { 1.0 } else { e } / (1.0 + e);
        losses[i] = if z >= 0.0 { z } else { 0.0 } + ln_1p(e);
    }
}

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// Weight and loss of every example under the focal loss without alpha. `gamma` is its exponent.
pub(super) fn focal(
    gamma: f64,
    errors: &[f64],
    norms: &[f64],
    losses: &[f64],
    weights: &mut [f64],
    values: &mut [f64],
) {
    let n = errors.len();
    let (norms, losses) = (&norms[..n], &losses[..n]);
    let (weights, values) = (&mut weights[..n], &mut values[..n]);
    // ln g = -(ln(1 + e^z) - z), which is 2 in all but name where gamma is 2.
    let squared = gamma == 2.0;
    for i in 0..n {
        let (z, g, loss) = (errors[i], norms[i], losses[i]);
        let modulator = if squared {
            g * g
        } else {
            exp(-(gamma * (loss - z)))
        };
        let ratio = if g > 1e-300 { loss / g } else { 1.0 };
        weights[i] = modulator * (1.0 + gamma * (1.0 - g) * ratio);
        values[i] = modulator * loss;
    }
}

#[cfg(test)]
mod tests {
    use super::{focal, measure};
    use crate::ghm::{focal_weight, sigmoid, softplus};

    #[test]
    fn blocks_are_what_single_examples_are() {
        let errors: Vec<f64> = (-80_000..=80_000)
            .map(|i| f64::from(i) / 1000.0)
            .chain([-745.0, 745.0, -1e-300, 1e-300, -700.0, -37.5, 36.9])
            .collect();
        let n = errors.len();
        let [mut norms, mut losses, mut weights, mut values] = [(); 4].map(|()| vec![0.0; n]);
        measure(&errors, &mut norms, &mut losses);
        for gamma in [0.0, 0.5, 2.0, 5.0] {
            focal(gamma, &errors, &norms, &losses, &mut weights, &mut values);
            for i in 0..n {
                let z = errors[i];
                let near = |name: &str, got: f64, want: f64| {
                    let slack = 1e-12 * want.abs() + 1e-290;
                    assert!(
                        (got - want).abs() <= slack,
                        "{name}({z}), gamma {gamma}: {got} {want}"
                    );
                };
                if z > -700.0 {
                    near("sigmoid", norms[i], sigmoid(z));
                    near("softplus", losses[i], softplus(z));
                    near("weight", weights[i], focal_weight(z, gamma));
                }
            }
        }
    }
}
