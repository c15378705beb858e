//! The three panels: statistics ⊗ regularization = overall.

use super::{Axis, AxisScale, Dash, Figure, Ink, Marks, Panel, Profile, Series, Shown};
use crate::config::{ContributionAxis, Regularization};
use crate::ghm::{Loss, Seen, Task, asl1_norm, bin};
use crate::words::{tr, word};

/// Points of a line that bends.
const LINE_POINTS: u32 = 256;
/// Reformulated norms of a regression move to a log axis above this: rare bins weigh much early on.
const LINEAR_UP_TO: f64 = 8.0;
/// A log axis reaches at most this many decades below its highest value.
const MOST_DECADES: f64 = 9.0;

/// Gradient norms by bin: R as bars, its moving average S as steps.
pub fn statistics(profile: &Profile) -> Panel {
    let started = profile.started();
    let regression = profile.task == Task::Regression;
    let least = if started { 100.0 } else { 1000.0 };
    let highest = (profile.counts.iter().copied()).fold(0.0, f64::max);
    let most = highest.max(profile.counted).max(least);
    let mut series = Vec::new();
    if started {
        series.push(Series {
            name: if profile.ema.is_empty() {
                word("examples R")
            } else {
                word("mini-batch R")
            }
            .to_owned(),
            ink: Ink::Count,
            dash: Dash::Solid,
            marks: Marks::Bars(profile.counts.clone()),
        });
        if !profile.ema.is_empty() {
            series.push(Series {
                name: word("moving average S").to_owned(),
                ink: Ink::Text,
                dash: Dash::Solid,
                marks: Marks::Steps(profile.ema.clone()),
            });
        }
        if let Some((points, error)) = &profile.exact {
            let bins = profile.bins() as f64;
            series.push(Series {
                name: tr!("exact GD / M, R is {} off", percent(*error)),
                ink: Ink::Reference,
                dash: Dash::Dotted,
                marks: Marks::Line(points.iter().map(|&[g, d]| [g, d / bins]).collect()),
            });
        }
    }
    Panel {
        title: word("Gradient statistics").to_owned(),
        x: gradient_axis(profile.task),
        y: Axis {
            title: match profile.class {
                Some(class) => tr!("number of examples of class {class}", class),
                None => word("number of examples").to_owned(),
            },
            scale: if regression {
                AxisScale::Linear
            } else {
                AxisScale::Log
            },
            // From a half, so that a single example shows; N bounds it from above and never jumps.
            range: if regression {
                [0.0, above(highest.max(1.0))]
            } else {
                [0.5, 10f64.powf(most.log10().ceil())]
            },
        },
        series,
        empty: word("The first step brings counts").to_owned(),
    }
}

/// What each loss makes of a gradient: the factor, or the gradient norm that comes out.
pub fn regularization(profile: &Profile, shown: &Shown, panel: Regularization) -> Panel {
    match (panel, profile.task) {
        (Regularization::InverseDensity, _) => weights(profile, shown),
        (Regularization::GradientNorm, Task::Regression) => norms_by_difference(profile, shown),
        (Regularization::GradientNorm, _) => norms(profile, shown),
    }
}

/// What each loss multiplies a gradient by: 1 where it does not weigh, beta where it harmonizes, else
/// the mean over the bin.
fn weights(profile: &Profile, shown: &Shown) -> Panel {
    let [harmonizing, plain] = profile.harmonizing();
    let mut series = steps(profile, shown, |loss| {
        let name = match loss {
            _ if loss == plain => tr!("{}: always 1", word(loss.short())),
            _ if loss == harmonizing => word(loss.short()).to_owned(),
            _ => tr!("{}, mean", word(loss.short())),
        };
        let values = match loss {
            _ if loss == plain => vec![1.0; profile.bins()],
            _ => profile.weights(loss),
        };
        (name, values)
    });
    let used = values(profile, &series);
    if let (Some((points, _)), true) = (&profile.exact, profile.started()) {
        series.push(Series {
            name: word("N / exact GD").to_owned(),
            ink: Ink::Reference,
            dash: Dash::Dotted,
            marks: Marks::Line(
                points
                    .iter()
                    .map(|&[g, d]| [g, profile.counted / d])
                    .collect(),
            ),
        });
    }
    Panel {
        title: word("1 / density").to_owned(),
        x: gradient_axis(profile.task),
        y: Axis {
            title: word("weight").to_owned(),
            scale: AxisScale::Log,
            range: log_range(used.into_iter(), [0.1, 100.0]),
        },
        series,
        empty: word("The first step brings weights").to_owned(),
    }
}

/// The paper's middle panel: the mean gradient norm by bin, of the loss with respect to the logit.
fn norms(profile: &Profile, shown: &Shown) -> Panel {
    let series = steps(profile, shown, |loss| {
        (word(loss.short()).to_owned(), profile.norms(loss))
    });
    Panel {
        title: word("Reformulated gradient norm").to_owned(),
        x: gradient_axis(profile.task),
        y: Axis {
            title: word("mean of the bin").to_owned(),
            scale: AxisScale::Log,
            range: log_range(values(profile, &series).into_iter(), [1e-3, 10.0]),
        },
        series,
        empty: word("The first step brings gradients").to_owned(),
    }
}

/// The paper's middle panel of a regression: the gradient norm over the distance from the target.
fn norms_by_difference(profile: &Profile, shown: &Shown) -> Panel {
    let rule = &profile.rule;
    let reach = above((2.0 * rule.delta).max(8.0 * rule.mu));
    let mut series = Vec::new();
    if profile.started() {
        for &loss in &shown.losses {
            let line = (0..=LINE_POINTS).map(|i| {
                let d = reach * f64::from(i) / f64::from(LINE_POINTS);
                let g = asl1_norm(d, rule.mu);
                let seen = Seen {
                    error: d,
                    class_weight: 1.0,
                    alpha: 1.0,
                    beta: profile.beta[bin(g, profile.bins())],
                    kept: true,
                };
                [d, loss.norm(rule, &seen, g)]
            });
            series.push(Series {
                name: word(loss.short()).to_owned(),
                ink: Ink::Loss(loss),
                dash: dash(loss),
                marks: Marks::Line(line.collect()),
            });
        }
    }
    let highest = (series.iter())
        .flat_map(|series| match &series.marks {
            Marks::Line(points) => points.iter().map(|point| point[1]).collect(),
            _ => Vec::new(),
        })
        .fold(1.0, f64::max);
    Panel {
        title: word("Reformulated gradient norm").to_owned(),
        x: Axis {
            title: word("|d|, distance from the target").to_owned(),
            scale: AxisScale::Linear,
            range: [0.0, reach],
        },
        y: if highest > LINEAR_UP_TO {
            Axis {
                title: word("norm").to_owned(),
                scale: AxisScale::Log,
                range: log_range([0.01, highest].into_iter(), [0.01, 10.0]),
            }
        } else {
            Axis {
                title: word("norm").to_owned(),
                scale: AxisScale::Linear,
                range: [0.0, above(1.05 * highest)],
            }
        },
        series,
        empty: word("The first step brings gradients").to_owned(),
    }
}

/// Total contribution by gradient norm and the straight line; the running loss is shown as it is, the
/// others beside it as they would be on the same mini-batch.
pub fn harmonized(profile: &Profile, shown: &Shown, axis: ContributionAxis) -> Panel {
    let mut series = steps(profile, shown, |loss| {
        let name = match shown.running {
            None => word(loss.short()).to_owned(),
            Some(running) if running == loss => tr!("{}, as it is", word(loss.short())),
            Some(_) => tr!("{}, would be", word(loss.short())),
        };
        (name, profile.contribution_of(loss).to_vec())
    });
    let is_linear = match axis {
        ContributionAxis::Linear => true,
        ContributionAxis::Log => false,
        ContributionAxis::ByLoss => shown.running.is_some_and(Loss::harmonizes),
    };
    let (scale, range) = if is_linear {
        let [harmonizing, _] = profile.harmonizing();
        let highest = profile.hit(profile.contribution_of(harmonizing));
        let highest = highest.fold(profile.slope, f64::max);
        let top = if profile.started() {
            1.05 * highest
        } else {
            1.0
        };
        (AxisScale::Linear, [0.0, above(top)])
    } else {
        let used = values(profile, &series);
        (AxisScale::Log, log_range(used.into_iter(), [1e-2, 10.0]))
    };
    if profile.started() {
        let line = (1..=LINE_POINTS).map(|i| {
            // Quadratic: closer points where the log of the line is steep.
            let g = (f64::from(i) / f64::from(LINE_POINTS)).powi(2);
            [g, profile.slope * g]
        });
        series.push(Series {
            name: word("straight line").to_owned(),
            ink: Ink::Reference,
            dash: Dash::Dotted,
            marks: Marks::Line(line.collect()),
        });
    }
    Panel {
        title: word("Harmonized gradients").to_owned(),
        x: gradient_axis(profile.task),
        y: Axis {
            title: word("total contribution").to_owned(),
            scale,
            range,
        },
        series,
        empty: word("The first step brings gradients").to_owned(),
    }
}

/// One level a bin for each loss.
fn steps(profile: &Profile, shown: &Shown, of: impl Fn(Loss) -> (String, Vec<f64>)) -> Vec<Series> {
    if !profile.started() {
        return Vec::new();
    }
    let one = |&loss: &Loss| {
        let (name, values) = of(loss);
        Series {
            name,
            ink: Ink::Loss(loss),
            dash: dash(loss),
            marks: Marks::Steps(values),
        }
    };
    shown.losses.iter().map(one).collect()
}

/// What the axis of these series must show.
fn values(profile: &Profile, series: &[Series]) -> Vec<f64> {
    let of = |series: &Series| match &series.marks {
        Marks::Steps(values) => profile.hit(values).collect(),
        _ => Vec::new(),
    };
    series.iter().flat_map(of).collect()
}

/// The second cue beside the colour: the same everywhere, as the colour is.
pub(super) fn dash(loss: Loss) -> Dash {
    match loss {
        Loss::GhmC | Loss::GhmR => Dash::Solid,
        Loss::CrossEntropy | Loss::Asl1 => Dash::Dashed,
        Loss::ClassBalanced | Loss::L1 => Dash::DashDotted,
        Loss::Focal | Loss::SmoothL1 => Dash::LongDashed,
        Loss::Ohem => Dash::DashDotDotted,
    }
}

/// The paper's figure: statistics ⊗ regularization = overall.
pub fn figure(
    profile: &Profile,
    shown: &Shown,
    panel: Regularization,
    axis: ContributionAxis,
    caption: String,
) -> Figure {
    Figure {
        panels: vec![
            statistics(profile),
            regularization(profile, shown, panel),
            harmonized(profile, shown, axis),
        ],
        signs: vec!["⊗", "="],
        caption,
    }
}

pub(super) fn gradient_axis(task: Task) -> Axis {
    Axis {
        title: match task {
            Task::Regression => word("gradient norm g of ASL1"),
            Task::Binary | Task::Classes => word("gradient norm g"),
        }
        .to_owned(),
        scale: AxisScale::Linear,
        range: [0.0, 1.0],
    }
}

fn percent(share: f64) -> String {
    format!("{} %", super::number((share * 100.0).max(0.0)))
}

/// Whole decades around the positive values, two at least; `fallback` without any.
pub(super) fn log_range(values: impl Iterator<Item = f64>, fallback: [f64; 2]) -> [f64; 2] {
    let (low, high) = values
        .filter(|value| value.is_finite() && *value > 0.0)
        .map(f64::log10)
        .fold((f64::MAX, f64::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if low > high {
        return fallback;
    }
    let high = (high - 1e-6).ceil().clamp(-290.0, 300.0);
    let low = (low + 1e-6).floor().clamp(high - MOST_DECADES, high - 2.0);
    [low, high].map(|exponent| 10f64.powf(exponent))
}

/// The next of 1, 1.5, 2, 3, 5, 7 times a power of ten.
pub(super) fn above(value: f64) -> f64 {
    let decade = 10f64.powf(value.clamp(1e-9, 1e300).log10().floor());
    [1.0, 1.5, 2.0, 3.0, 5.0, 7.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|&bound| bound >= value)
        .unwrap_or(10.0 * decade)
}
