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
                    marks: steps(&snapshot.ema),
                },
            ]
        } else {
            Vec::new()
        },
        empty: "The first step brings counts".to_owned(),
    }
}

/// What each loss multiplies a gradient by: 1 under cross-entropy, beta under GHM-C.
pub fn regularization(snapshot: &Snapshot) -> Panel {
    let used = hit(snapshot, &snapshot.beta);
    Panel {
        title: "1 / density".to_owned(),
        x: gradient_axis(),
        y: Axis {
            title: "weight".to_owned(),
            scale: AxisScale::Log,
            range: log_range(used.chain([1.0]), [0.1, 100.0]),
        },
        series: if snapshot.step > 0 {
            vec![
                Series {
                    name: "GHM-C".to_owned(),
                    ink: Ink::Ghm,
                    dash: Dash::Solid,
                    marks: steps(&snapshot.beta),
                },
                Series {
                    name: "CE: always 1".to_owned(),
                    ink: Ink::CrossEntropy,
                    dash: Dash::Dashed,
                    marks: Marks::Steps(vec![1.0; snapshot.beta.len()]),
                },
            ]
        } else {
            Vec::new()
        },
        empty: "The first step brings weights".to_owned(),
    }
}

/// Total contribution by gradient norm under both losses and the straight line; `running` is the
/// loss that trains and is shown as it is, the other as it would be on the same mini-batch.
pub fn harmonized(snapshot: &Snapshot, running: Loss) -> Panel {
    let slope = snapshot.slope;
    let mut series = Vec::new();
    if snapshot.step > 0 {
        let mut order = Loss::ALL.to_vec();
        order.sort_by_key(|&loss| loss != running);
        for loss in order {
            let (dash, tense) = if loss == running {
                (Dash::Solid, "as it is")
            } else {
                (Dash::Dashed, "would be")
            };
            let (name, ink) = match loss {
                Loss::CrossEntropy => ("CE", Ink::CrossEntropy),
                Loss::GhmC => ("GHM-C", Ink::Ghm),
            };
            series.push(Series {
                name: format!("{name}, {tense}"),
                ink,
                dash,
                marks: steps(snapshot.contribution_of(loss)),
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
    let values = Loss::ALL
        .iter()
        .flat_map(|&loss| hit(snapshot, snapshot.contribution_of(loss)));
    Panel {
        title: "Harmonized gradients".to_owned(),
        x: gradient_axis(),
        y: Axis {
            title: "total contribution".to_owned(),
            scale: AxisScale::Log,
            range: log_range(values, [1e-2, 10.0]),
        },
        series,
        empty: "The first step brings gradients".to_owned(),
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
        title: match loss {
            Loss::CrossEntropy => "Loss (CE)".to_owned(),
            Loss::GhmC => "Loss (GHM-C)".to_owned(),
        },
        x: step_axis(train, test),
        y: Axis {
            title: "mean over the split".to_owned(),
            scale,
            range,
        },
        series: curves(train, test, loss_ink(loss)),
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
            regularization(snapshot),
            harmonized(snapshot, running),
        ],
        signs: vec!["⊗", "="],
        caption,
    }
}

fn loss_ink(loss: Loss) -> Ink {
    match loss {
        Loss::CrossEntropy => Ink::CrossEntropy,
        Loss::GhmC => Ink::Ghm,
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

fn steps(values: &[f32]) -> Marks {
    Marks::Steps(values.iter().map(|&value| f64::from(value)).collect())
}

/// Values of the bins that hold an example: only those weigh anything, and only those say what
/// the axis must show. In an empty bin the average decays towards 0 and its weight towards infinity.
fn hit<'a>(snapshot: &'a Snapshot, values: &'a [f32]) -> impl Iterator<Item = f64> + 'a {
    snapshot
        .counts
        .iter()
        .zip(values)
        .filter(|&(&count, _)| count > 0)
        .map(|(_, &value)| f64::from(value))
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
