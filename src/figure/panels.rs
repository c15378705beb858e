//! The panels of the experiment, built from what training tells.

use super::{Axis, AxisScale, Dash, Figure, Ink, Marks, Panel, Series};
use crate::engine::Snapshot;
use crate::ghm::Loss;

/// Points of the straight line, which bends on a log axis.
const LINE_POINTS: u32 = 128;
/// A log axis reaches at most this many decades below its highest value.
const MOST_DECADES: f64 = 9.0;
/// Losses move to a log axis when the largest is this many times the median.
const LOG_FROM: f64 = 20.0;
/// Losses this many times the median leave the plot at its top: an example in a bin that the moving
/// average has forgotten weighs without bound.
const SPIKE: f64 = 1000.0;

/// Examples by gradient norm: the mini-batch R as bars, its moving average S as steps.
pub fn statistics(snapshot: &Snapshot) -> Panel {
    let counts = snapshot.counts.iter().map(|&count| f64::from(count));
    let started = snapshot.step > 0;
    let least = if started { 100.0 } else { 1000.0 };
    let most = counts
        .clone()
        .chain([f64::from(snapshot.examples)])
        .fold(least, f64::max);
    Panel {
        title: "Gradient statistics".to_owned(),
        x: gradient_axis(),
        y: Axis {
            title: "number of examples".to_owned(),
            scale: AxisScale::Log,
            // From a half, so that a single example shows; N bounds it from above and never jumps.
            range: [0.5, 10f64.powf(most.log10().ceil())],
        },
        series: if started {
            vec![
                Series {
                    name: "mini-batch R".to_owned(),
                    ink: Ink::Count,
                    dash: Dash::Solid,
                    marks: Marks::Bars(counts.collect()),
                },
                Series {
                    name: "moving average S".to_owned(),
                    ink: Ink::Text,
                    dash: Dash::Solid,
                    marks: Marks::Steps(numbers(&snapshot.ema)),
                },
            ]
        } else {
            Vec::new()
        },
        empty: "The first step brings counts".to_owned(),
    }
}

/// What each loss multiplies a gradient by: 1 under cross-entropy, beta under GHM-C, and under the
/// `running` loss the mean over the bin.
pub fn regularization(snapshot: &Snapshot, running: Loss) -> Panel {
    let mut series = Vec::new();
    if snapshot.step > 0 {
        for loss in shown(running) {
            let (name, values) = match loss {
                Loss::CrossEntropy => ("CE: always 1".to_owned(), vec![1.0; snapshot.beta.len()]),
                Loss::GhmC => ("GHM-C".to_owned(), numbers(&snapshot.beta)),
                _ => (
                    format!("{}, mean", short(loss)),
                    mean_weights(snapshot, loss),
                ),
            };
            series.push(Series {
                name,
                ink: Ink::Loss(loss),
                dash: dash(loss),
                marks: Marks::Steps(values),
            });
        }
    }
    let used = (series.iter()).flat_map(|series| match &series.marks {
        Marks::Steps(values) => hit(snapshot, values).collect(),
        _ => Vec::new(),
    });
    Panel {
        title: "1 / density".to_owned(),
        x: gradient_axis(),
        y: Axis {
            title: "weight".to_owned(),
            scale: AxisScale::Log,
            range: log_range(used, [0.1, 100.0]),
        },
        series,
        empty: "The first step brings weights".to_owned(),
    }
}

/// Mean weight of a loss over the examples of each bin: its contribution over that of the
/// cross-entropy. 0 in empty bins.
fn mean_weights(snapshot: &Snapshot, loss: Loss) -> Vec<f64> {
    let plain = snapshot.contribution_of(Loss::CrossEntropy);
    let weighted = snapshot.contribution_of(loss).iter().zip(plain);
    weighted
        .map(|(&weighted, &plain)| match plain {
            0.0 => 0.0,
            _ => f64::from(weighted) / f64::from(plain),
        })
        .collect()
}

/// Total contribution by gradient norm and the straight line; the `running` loss is shown as it is,
/// cross-entropy and GHM-C beside it as they would be on the same mini-batch.
pub fn harmonized(snapshot: &Snapshot, running: Loss) -> Panel {
    let slope = snapshot.slope;
    let losses = shown(running);
    let mut series = Vec::new();
    if snapshot.step > 0 {
        for &loss in &losses {
            let tense = if loss == running {
                "as it is"
            } else {
                "would be"
            };
            series.push(Series {
                name: format!("{}, {tense}", short(loss)),
                ink: Ink::Loss(loss),
                dash: dash(loss),
                marks: Marks::Steps(numbers(snapshot.contribution_of(loss))),
            });
        }
        let line = (1..=LINE_POINTS).map(|i| {
            // Quadratic: closer points where the log of the line is steep.
            let g = (f64::from(i) / f64::from(LINE_POINTS)).powi(2);
            [g, slope * g]
        });
        series.push(Series {
            name: "straight line".to_owned(),
            ink: Ink::Reference,
            dash: Dash::Dotted,
            marks: Marks::Line(line.collect()),
        });
    }
    let values: Vec<f64> = losses
        .iter()
        .flat_map(|&loss| {
            let values = numbers(snapshot.contribution_of(loss));
            hit(snapshot, &values).collect::<Vec<_>>()
        })
        .collect();
    Panel {
        title: "Harmonized gradients".to_owned(),
        x: gradient_axis(),
        y: Axis {
            title: "total contribution".to_owned(),
            scale: AxisScale::Log,
            range: log_range(values.into_iter(), [1e-2, 10.0]),
        },
        series,
        empty: "The first step brings gradients".to_owned(),
    }
}

/// The losses that the panels show: the running one first, GHM-C and cross-entropy to compare.
fn shown(running: Loss) -> Vec<Loss> {
    let others = [Loss::GhmC, Loss::CrossEntropy].into_iter();
    std::iter::once(running)
        .chain(others.filter(|&loss| loss != running))
        .collect()
}

/// The name in legends and titles.
fn short(loss: Loss) -> &'static str {
    match loss {
        Loss::CrossEntropy => "CE",
        _ => loss.label(),
    }
}

/// The second cue beside the colour: the same everywhere, as the colour is.
fn dash(loss: Loss) -> Dash {
    match loss {
        Loss::GhmC => Dash::Solid,
        Loss::CrossEntropy => Dash::Dashed,
        _ => Dash::DashDotted,
    }
}

/// Mean of the running loss over the steps, points `[step, loss]`.
pub fn losses(train: &[[f64; 2]], test: &[[f64; 2]], loss: Loss) -> Panel {
    let mut values: Vec<f64> = train.iter().chain(test).map(|point| point[1]).collect();
    values.retain(|value| value.is_finite() && *value > 0.0);
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or(1.0);
    values.retain(|value| *value <= SPIKE * median);
    let most = values.last().copied().unwrap_or(1.0);
    let (scale, range) = if most > LOG_FROM * median {
        let range = log_range(values.iter().copied(), [0.1, 10.0]);
        (AxisScale::Log, range)
    } else {
        (AxisScale::Linear, [0.0, above(most)])
    };
    Panel {
        title: format!("Loss ({})", short(loss)),
        x: step_axis(train, test),
        y: Axis {
            title: "mean over the split".to_owned(),
            scale,
            range,
        },
        series: curves(train, test, Ink::Loss(loss)),
        empty: "No evaluation yet".to_owned(),
    }
}

/// Average precision over the steps, points `[step, AP]`.
pub fn average_precisions(train: &[[f64; 2]], test: &[[f64; 2]]) -> Panel {
    Panel {
        title: "Average precision".to_owned(),
        x: step_axis(train, test),
        y: Axis {
            title: "area under precision over recall".to_owned(),
            scale: AxisScale::Linear,
            range: [0.0, 1.0],
        },
        series: curves(train, test, Ink::Text),
        empty: "No evaluation yet".to_owned(),
    }
}

/// The paper's figure: statistics ⊗ regularization = overall.
pub fn figure(snapshot: &Snapshot, running: Loss, caption: String) -> Figure {
    Figure {
        panels: vec![
            statistics(snapshot),
            regularization(snapshot, running),
            harmonized(snapshot, running),
        ],
        signs: vec!["⊗", "="],
        caption,
    }
}

fn curves(train: &[[f64; 2]], test: &[[f64; 2]], ink: Ink) -> Vec<Series> {
    [("test", Dash::Solid, test), ("train", Dash::Dashed, train)]
        .into_iter()
        .filter(|(_, _, points)| points.iter().flatten().any(|v| v.is_finite()))
        .map(|(name, dash, points)| Series {
            name: name.to_owned(),
            ink,
            dash,
            marks: Marks::Line(points.to_vec()),
        })
        .collect()
}

fn gradient_axis() -> Axis {
    Axis {
        title: "gradient norm g".to_owned(),
        scale: AxisScale::Linear,
        range: [0.0, 1.0],
    }
}

fn step_axis(train: &[[f64; 2]], test: &[[f64; 2]]) -> Axis {
    let last = train.iter().chain(test).map(|point| point[0]);
    Axis {
        title: "step".to_owned(),
        scale: AxisScale::Linear,
        range: [
            0.0,
            last.filter(|step| step.is_finite()).fold(10.0, f64::max),
        ],
    }
}

fn numbers(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// Values of the bins that hold an example: only those weigh anything, and only those say what
/// the axis must show. In an empty bin the average decays towards 0 and its weight towards infinity.
fn hit<'a>(snapshot: &'a Snapshot, values: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    snapshot
        .counts
        .iter()
        .zip(values)
        .filter(|&(&count, _)| count > 0)
        .map(|(_, &value)| value)
}

/// Whole decades around the positive values, two at least; `fallback` without any.
fn log_range(values: impl Iterator<Item = f64>, fallback: [f64; 2]) -> [f64; 2] {
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
fn above(value: f64) -> f64 {
    let decade = 10f64.powf(value.clamp(1e-9, 1e300).log10().floor());
    [1.0, 1.5, 2.0, 3.0, 5.0, 7.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|&bound| bound >= value)
        .unwrap_or(10.0 * decade)
}
