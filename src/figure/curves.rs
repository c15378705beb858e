//! The curves over the steps.

use super::panels::{above, log_range};
use super::{Axis, AxisScale, Dash, Ink, Marks, Panel, Series};
use crate::ghm::Task;
use crate::words::{tr, word};

/// Losses move to a log axis when the largest is this many times the median.
const LOG_FROM: f64 = 20.0;
/// Losses this many times the median leave the plot at its top: an example in a bin that the moving
/// average has forgotten weighs without bound.
pub(super) const SPIKE: f64 = 1000.0;

/// Mean of the running loss over the steps, points `[step, loss]`, under its name and in its colour.
pub fn losses(train: &[[f64; 2]], test: &[[f64; 2]], name: &str, ink: Ink) -> Panel {
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
        title: tr!("Loss ({name})", name),
        x: step_axis(train, test),
        y: Axis {
            title: word("mean over the split").to_owned(),
            scale,
            range,
        },
        series: curves(train, test, ink),
        empty: word("No evaluation yet").to_owned(),
    }
}

/// How good the predictions are over the steps, points `[step, score]`: average precision, its mean
/// over the classes, or the mean absolute error.
pub fn scores(train: &[[f64; 2]], test: &[[f64; 2]], task: Task) -> Panel {
    let (title, unit) = match task {
        Task::Binary => (
            word("Average precision"),
            word("area under precision over recall"),
        ),
        Task::Classes => (
            word("Mean average precision"),
            word("each class against the others"),
        ),
        Task::Regression => (word("Mean absolute error"), word("in units of the target")),
    };
    let most = train.iter().chain(test).map(|point| point[1]);
    let most = most.filter(|v| v.is_finite()).fold(0.0, f64::max);
    Panel {
        title: title.to_owned(),
        x: step_axis(train, test),
        y: Axis {
            title: unit.to_owned(),
            scale: AxisScale::Linear,
            range: match task {
                Task::Regression => [0.0, above(most)],
                Task::Binary | Task::Classes => [0.0, 1.0],
            },
        },
        series: curves(train, test, Ink::Text),
        empty: word("No evaluation yet").to_owned(),
    }
}

fn curves(train: &[[f64; 2]], test: &[[f64; 2]], ink: Ink) -> Vec<Series> {
    [
        (word("test"), Dash::Solid, test),
        (word("train"), Dash::Dashed, train),
    ]
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

fn step_axis(train: &[[f64; 2]], test: &[[f64; 2]]) -> Axis {
    let last = train.iter().chain(test).map(|point| point[0]);
    Axis {
        title: word("step").to_owned(),
        scale: AxisScale::Linear,
        range: [
            0.0,
            last.filter(|step| step.is_finite()).fold(10.0, f64::max),
        ],
    }
}
