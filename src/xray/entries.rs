//! Sums over one mini-batch where every entry of an example counts.

use super::settings::Settings;
use super::totals::Totals;

/// See the module.
pub(super) struct Entries {
    pub norms: Vec<f64>,
    pub counts: Vec<u64>,
    /// Gradient norms `[bin of the example, bin of the entry]` and `[class, bin of the entry]`.
    pub plain: Vec<f64>,
    pub classes: Vec<f64>,
    /// Under the focal loss, by bin of the entry.
    pub focal: Vec<f64>,
}

impl Entries {
    pub fn new(settings: &Settings) -> Self {
        let bins = settings.bins;
        Self {
            norms: vec![0.0; settings.entries],
            counts: vec![0; bins],
            plain: vec![0.0; bins * bins],
            classes: vec![0.0; bins * settings.header.classes],
            focal: vec![0.0; bins],
        }
    }

    /// Adds what the mini-batch comes to, by bin of the entry, and begins the next one. Only what it holds is
    /// touched: these bins of examples, and these classes.
    pub fn finish(
        &mut self,
        owns: impl Iterator<Item = usize>,
        classes: &[usize],
        totals: &mut Totals,
    ) {
        let bins = self.counts.len();
        for own in owns {
            let beta = totals.beta[own];
            for (j, sum) in self.plain[own * bins..][..bins].iter_mut().enumerate() {
                let sum = std::mem::take(sum);
                totals.plain.norms[j] += sum;
                totals.harmonized.norms[j] += beta * sum;
            }
        }
        let add = |totals: &mut [f64], sums: &mut [f64]| {
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total += std::mem::take(sum);
            }
        };
        for &class in classes {
            let range = class * bins..(class + 1) * bins;
            let own = &mut self.classes[range.clone()];
            add(&mut totals.class_norms[range], own);
        }
        add(&mut totals.direct[0].norms, &mut self.focal);
        self.counts.fill(0);
    }
}
