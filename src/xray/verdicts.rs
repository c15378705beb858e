//! What the numbers say, in words: each verdict has a code that stays, the numbers behind it and what to do.

use super::Report;
use crate::data::predictions::{Outputs, shorten};
use crate::figure::number;
use crate::ghm::{Task, share_within};
use crate::words::{tr, word};

/// A statement that holds of the predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// `GHM001` and so on.
    pub code: &'static str,
    pub text: String,
    /// What to do about it.
    pub advice: &'static str,
    /// The numbers behind it, by name: shares from 0 to 1, counts, thresholds.
    pub numbers: Vec<(&'static str, f64)>,
}

/// One row a verdict: its code, and when it holds.
struct Check {
    code: &'static str,
    look: fn(&Report) -> Option<Found>,
}

/// Text, advice and numbers.
type Found = (String, &'static str, Vec<(&'static str, f64)>);

const CHECKS: [Check; 11] = [
    Check {
        code: "GHM001",
        look: easy_dominate,
    },
    Check {
        code: "GHM002",
        look: noisy_end,
    },
    Check {
        code: "GHM003",
        look: two_crowds,
    },
    Check {
        code: "GHM004",
        look: nothing_to_harmonize,
    },
    Check {
        code: "GHM005",
        look: moved_threshold,
    },
    Check {
        code: "GHM006",
        look: empty_bins,
    },
    Check {
        code: "GHM007",
        look: probabilities_as_logits,
    },
    Check {
        code: "GHM008",
        look: miscalibrated,
    },
    Check {
        code: "GHM009",
        look: one_group,
    },
    Check {
        code: "GHM010",
        look: far_dominate,
    },
    Check {
        code: "GHM011",
        look: undecided,
    },
];

/// The codes that there are.
pub fn verdict_codes() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.code)
}

/// Fewer examples say nothing about a distribution.
const LEAST_EXAMPLES: f64 = 100.0;

impl Report {
    /// What holds of these predictions, in the order of the codes.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let holds = |check: &Check| {
            let (text, advice, numbers) = (check.look)(self)?;
            Some(Verdict {
                code: check.code,
                text,
                advice,
                numbers,
            })
        };
        CHECKS.iter().filter_map(holds).collect()
    }

    /// Share of the examples with a gradient norm in a range; `None` where there are too few.
    fn share(&self, low: f64, high: f64) -> Option<f64> {
        let enough = self.examples >= LEAST_EXAMPLES;
        let share = share_within(self.counts.iter().copied(), low, high);
        share.filter(|_| enough)
    }

    /// Shares of the gradient with a gradient norm in a range: under the loss that harmonizes, and without weights.
    fn gradient(&self, low: f64, high: f64) -> Option<[f64; 2]> {
        let of = |loss| {
            let contribution = &self.of(loss)?.contribution;
            share_within(contribution.iter().copied(), low, high)
        };
        let [harmonizing, plain] = self.harmonizing();
        Some([of(harmonizing)?, of(plain)?])
    }
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent < 0.1 {
        true => number(percent),
        false => format!("{percent:.1}"),
    }
}

fn easy_dominate(report: &Report) -> Option<Found> {
    let examples = report.share(0.0, 0.1)?;
    let [harmonized, plain] = report.gradient(0.0, 0.1)?;
    let holds = report.task != Task::Regression && examples >= 0.5 && plain >= 0.4;
    holds.then(|| {
        (
            tr!(
                "Easy examples dominate: {plain} % of cross-entropy's gradient comes from g below 0.1 ({examples} % of the \
                 examples); GHM-C would make it {harmonized} %.",
                plain = percent(plain),
                examples = percent(examples),
                harmonized = percent(harmonized)
            ),
            word("Compare GHM-C and the focal loss with cross-entropy whose threshold may move."),
            vec![
                ("share_of_gradient", plain),
                ("share_of_harmonized_gradient", harmonized),
                ("share_of_examples", examples),
            ],
        )
    })
}

fn noisy_end(report: &Report) -> Option<Found> {
    let hardest = report.share(0.9, 1.0)?;
    let before = report.share(0.7, 0.9)? / 2.0;
    let [_, plain] = report.gradient(0.9, 1.0)?;
    let rise = hardest / before.max(1.0 / report.examples);
    let is_classification = report.task != Task::Regression;
    let holds =
        is_classification && hardest * report.examples >= 5.0 && hardest < 0.2 && rise >= 3.0;
    holds.then(|| {
        (
            tr!(
                "The hardest look like label noise: {hardest} % of the examples have g above 0.9, {rise} times as many as \
                 there are on as much of the scale before it, and {plain} % of the gradient.",
                hardest = percent(hardest),
                rise = format!("{rise:.1}"),
                plain = percent(plain)
            ),
            word(
                "Look at them before a loss turns them up or down: they are mislabelled, or a rare truth. A file of all \
                 examples (--per-example) has their g.",
            ),
            vec![
                ("share_of_examples", hardest),
                ("times_the_share_before", rise),
                ("share_of_gradient", plain),
            ],
        )
    })
}

fn two_crowds(report: &Report) -> Option<Found> {
    let easy = report.share(0.0, 0.1)?;
    let hard = report.share(0.9, 1.0)?;
    let middle = report.share(0.3, 0.7)? / 4.0;
    let holds = report.task != Task::Regression
        && easy >= 0.5
        && hard * report.examples >= 5.0
        && middle < hard / 2.0;
    holds.then(|| {
        (
            tr!(
                "Two crowds with a thin middle: {easy} % of the examples have g below 0.1 and {hard} % above 0.9, and a \
                 tenth of the scale between has {middle} %.",
                easy = percent(easy),
                hard = percent(hard),
                middle = percent(middle)
            ),
            word("GHM-C was made for this: it turns both ends down."),
            vec![("share_easy", easy), ("share_hard", hard), ("share_of_a_tenth_between", middle)],
        )
    })
}

fn nothing_to_harmonize(report: &Report) -> Option<Found> {
    let [harmonizing, plain] = report.harmonizing();
    let shares = |loss| -> Option<Vec<f64>> {
        let contribution = &report.of(loss)?.contribution;
        let whole: f64 = contribution.iter().sum();
        let share = |value: &f64| value / whole;
        (whole > 0.0).then(|| contribution.iter().map(share).collect())
    };
    let (after, before) = (shares(harmonizing)?, shares(plain)?);
    let apart = after.iter().zip(&before).map(|(a, b)| (a - b).abs());
    let moved = apart.sum::<f64>() / 2.0;
    let holds = report.examples >= LEAST_EXAMPLES && report.counts.len() > 1 && moved < 0.1;
    holds.then(|| {
        (
            tr!(
                "Nothing to harmonize: GHM would move {moved} % of the gradient to other bins.",
                moved = percent(moved)
            ),
            word("GHM is not needed here; the loss without weights does the same."),
            vec![("share_that_moves", moved)],
        )
    })
}

fn moved_threshold(report: &Report) -> Option<Found> {
    let (best, _) = report.metrics.best_f1?;
    let accuracy = report.metrics.accuracy?;
    let positives = report.classes.get(1)?.of_examples;
    let p = match report.header?.outputs {
        Outputs::Probabilities => best.threshold,
        Outputs::Logits | Outputs::Values => 1.0 / (1.0 + libm::exp(-best.threshold)),
    };
    // Where a threshold is told to lie says nothing in a gap between scores: what it decides must differ.
    let found = best.recall * positives;
    let wrongly = found / best.precision - found;
    let moved = 1.0 - (positives - found) - wrongly;
    let differs = (moved - accuracy).abs() >= 0.1 * positives;
    let holds =
        report.examples >= LEAST_EXAMPLES && best.f1 >= 0.3 && !(0.2..=0.8).contains(&p) && differs;
    holds.then(|| {
        (
            tr!(
                "Probabilities have moved: the best F1, {f1}, is at p from {p} on, not at 0.5.",
                f1 = format!("{:.3}", best.f1),
                p = format!("{p:.3}")
            ),
            word(
                "Move the threshold before you change the loss, and compare losses with theirs moved.",
            ),
            vec![("best_f1", best.f1), ("threshold_as_probability", p)],
        )
    })
}

fn empty_bins(report: &Report) -> Option<Found> {
    let hit = report.counts.iter().filter(|&&count| count > 0.0).count();
    let few = report
        .counts
        .iter()
        .filter(|&&count| count > 0.0 && count < 10.0)
        .count();
    let holds = report.counts.len() > 3 && 2 * few > hit;
    holds.then(|| {
        (
            tr!(
                "Too few examples for so many bins: {few} of {hit} bins that are hit have fewer than 10 examples.",
                few,
                hit
            ),
            word("Take fewer bins, or more examples: these weights are chance."),
            vec![("bins_hit", hit as f64), ("bins_with_fewer_than_10", few as f64)],
        )
    })
}

fn probabilities_as_logits(report: &Report) -> Option<Found> {
    let header = report.header?;
    let is_logit = report.task == Task::Binary && header.outputs == Outputs::Logits;
    // The sigmoid of 0 is 1/2, that of 1 is 0.731: g of a positive lies between 0.269 and 1/2, of a negative above it.
    let bins = report.counts.len() as f64;
    let [low, high] = [(0.269 * bins).floor() / bins, (0.731 * bins).ceil() / bins];
    let inside = report.share(low, high)?;
    let at_ends = inside - report.share(0.3, 0.7)?;
    let holds = is_logit && low > 0.1 && inside >= 1.0 - 1e-9 && at_ends >= 0.05;
    holds.then(|| {
        (
            word(
                "Logits that look like probabilities: every one comes to a p between 0.5 and 0.74.",
            )
            .to_owned(),
            word("If the column holds probabilities, say so: --map NAME=p."),
            vec![("share_between_0.27_and_0.73", inside)],
        )
    })
}

fn miscalibrated(report: &Report) -> Option<Found> {
    let error = report.metrics.expected_calibration_error?;
    let holds = report.examples >= LEAST_EXAMPLES && error >= 0.1;
    holds.then(|| {
        (
            tr!(
                "Probabilities are no frequencies: they are off by {error} on average.",
                error = format!("{error:.3}")
            ),
            word("Calibrate them, as by a temperature, before you read them as chances; a loss that weighs moves them."),
            vec![("expected_calibration_error", error)],
        )
    })
}

fn one_group(report: &Report) -> Option<Found> {
    let stands_out =
        |share: &&super::Share| share.of_plain >= 0.1 && share.of_plain >= 5.0 * share.of_examples;
    let groups = report.groups.iter().filter(stands_out);
    let group = groups.max_by(|a, b| a.of_plain.total_cmp(&b.of_plain))?;
    (report.examples >= LEAST_EXAMPLES).then(|| {
        (
            tr!(
                "One group stands out: {name} is {examples} % of the examples and {plain} % of the gradient.",
                name = shorten(&group.name),
                examples = percent(group.of_examples),
                plain = percent(group.of_plain)
            ),
            word("Look at its labels, and at what the model lacks there."),
            vec![("share_of_examples", group.of_examples), ("share_of_gradient", group.of_plain)],
        )
    })
}

fn far_dominate(report: &Report) -> Option<Found> {
    let examples = report.share(0.9, 1.0)?;
    let [harmonized, plain] = report.gradient(0.9, 1.0)?;
    let holds = report.task == Task::Regression && plain >= 0.5 && examples <= 0.5;
    holds.then(|| {
        (
            tr!(
                "What is far off dominates: {plain} % of ASL1's gradient comes from g above 0.9 ({examples} % of the \
                 examples); GHM-R would make it {harmonized} %.",
                plain = percent(plain),
                examples = percent(examples),
                harmonized = percent(harmonized)
            ),
            word("If these are outliers, try GHM-R or L1; if not, the model has not learned them yet."),
            vec![
                ("share_of_gradient", plain),
                ("share_of_harmonized_gradient", harmonized),
                ("share_of_examples", examples),
            ],
        )
    })
}

fn undecided(report: &Report) -> Option<Found> {
    let middle = report.share(0.4, 0.6)?;
    let holds = report.task == Task::Binary && middle >= 0.8;
    holds.then(|| {
        (
            tr!(
                "Undecided: {middle} % of the examples have g between 0.4 and 0.6.",
                middle = percent(middle)
            ),
            word("The model has hardly learned, or these are not the outputs of its last layer."),
            vec![("share_of_examples", middle)],
        )
    })
}
