//! The panels from a distribution of gradient norms that was counted elsewhere: every example is taken
//! to lie at the centre of its bin.

use super::report::{LossReport, Report, slope};
use super::scores::Metrics;
use crate::config::Config;
use crate::data::predictions::Histogram;
use crate::ghm::{
    Average, DensityRule, Loss, Seen, Selection, Task, density, effective_sample_size,
};
use crate::words::{text, tr};

/// What a distribution comes to as one mini-batch. `bins` must divide the number of its bins; without
/// it they stay as they are.
///
/// # Errors
/// One sentence, when `bins` does not.
pub fn of_histogram(
    histogram: &Histogram,
    bins: Option<usize>,
    config: &Config,
) -> Result<Report, String> {
    let own = histogram.counts.len();
    let bins = bins.unwrap_or(own);
    if bins == 0 || !own.is_multiple_of(bins) {
        return Err(tr!(
            "bins: {bins} does not divide the {own} bins of the histogram",
            bins,
            own
        ));
    }
    // Sums over the histogram's own bins, whose centres are closer to the examples.
    let per_bin = own / bins;
    let counts: Vec<f64> = histogram
        .counts
        .chunks_exact(per_bin)
        .map(|c| c.iter().sum())
        .collect();
    let examples: f64 = counts.iter().sum();
    let mut average = Average::new(bins);
    let [mut gd, mut beta] = [vec![0.0; bins], vec![0.0; bins]];
    let rule = DensityRule::of(config.convention, config.momentum);
    density(&counts, &rule, &mut average, &mut gd, &mut beta);
    let losses = [Loss::CrossEntropy, Loss::Focal, Loss::Ohem, Loss::GhmC];
    let kept = hardest(&histogram.counts, config.ohem_keep * examples);
    let reports = losses.map(|loss| {
        let mut contribution = vec![0.0; bins];
        let (mut value, mut weight, mut squared) = (0.0, 0.0, 0.0);
        for (i, &count) in histogram.counts.iter().enumerate() {
            let g = (i as f64 + 0.5) / own as f64;
            let j = i / per_bin;
            let seen = Seen {
                error: libm::log(g) - libm::log1p(-g),
                class_weight: 1.0,
                alpha: 1.0,
                beta: beta[j],
                kept: true,
            };
            // OHEM keeps a part of the bin at its threshold.
            let count = if loss == Loss::Ohem { kept[i] } else { count };
            let rule = config.loss_rule();
            contribution[j] += count * loss.norm(&rule, &seen, g) * bins as f64 / examples;
            value += count * loss.value(&rule, &seen);
            let w = loss.weight(&rule, &seen);
            weight += count * w;
            squared += count * w * w;
        }
        LossReport {
            loss,
            mean: value / examples,
            effective_sample_size: Some(effective_sample_size(weight, squared)),
            contribution,
        }
    });
    Ok(Report {
        header: None,
        task: Task::Binary,
        config: config.clone(),
        rule: config.loss_rule(),
        examples,
        ignored: 0,
        batches: 1,
        slope: slope(config.convention.normaliser(), &counts),
        counts,
        ema: average.ema,
        density: gd,
        beta,
        losses: reports.to_vec(),
        left_out: vec![(
            Loss::ClassBalanced,
            text("a distribution of gradient norms does not say which class an example is of"),
        )],
        notes: Vec::new(),
        classes: Vec::new(),
        groups: Vec::new(),
        metrics: Metrics::default(),
        class_weights: Vec::new(),
        selection: Selection::everything(),
    })
}

/// Examples of each bin among so many hardest.
fn hardest(counts: &[f64], keep: f64) -> Vec<f64> {
    let mut left = keep;
    let mut kept: Vec<f64> = counts
        .iter()
        .rev()
        .map(|&count| {
            let taken = count.min(left);
            left -= taken;
            taken
        })
        .collect();
    kept.reverse();
    kept
}
