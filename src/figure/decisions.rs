//! Where to put the threshold: precision over recall, and what is said against what is true.

use super::{Axis, AxisScale, Dash, Ink, Marks, Panel, RaceCurve, Series};
use crate::words::word;

/// Most corners of a curve that are drawn: more than a plot has pixels are of no use.
const MOST_CORNERS: usize = 1000;

/// Precision over recall as steps, points `[recall, precision]` ascending, above the share of
/// positives, which calling everything positive reaches.
pub fn precision_recall(curves: &[RaceCurve], prevalence: f64) -> Panel {
    let mut series = of(curves, |points| {
        let every = points.len().div_ceil(MOST_CORNERS).max(1);
        let mut last = 0.0;
        let corners = points.iter().enumerate();
        let corners = corners.filter(|(i, _)| i % every == 0 || i + 1 == points.len());
        corners
            .flat_map(|(_, &[recall, precision])| {
                [
                    [std::mem::replace(&mut last, recall), precision],
                    [recall, precision],
                ]
            })
            .collect()
    });
    if !series.is_empty() {
        series.push(reference(
            word("prevalence"),
            vec![[0.0, prevalence], [1.0, prevalence]],
        ));
    }
    Panel {
        title: word("Precision over recall").to_owned(),
        x: share(word("recall")),
        y: share(word("precision")),
        series,
        empty: word("No evaluation yet").to_owned(),
    }
}

/// Share of positives over the mean probability, points ascending; on the diagonal what is said is true.
pub fn reliability(curves: &[RaceCurve]) -> Panel {
    let mut series = of(curves, <[_]>::to_vec);
    if !series.is_empty() {
        series.push(reference(word("calibrated"), vec![[0.0, 0.0], [1.0, 1.0]]));
    }
    Panel {
        title: word("Reliability").to_owned(),
        x: share(word("probability that is said")),
        y: share(word("share of positives")),
        series,
        empty: word("No evaluation yet").to_owned(),
    }
}

fn of(curves: &[RaceCurve], line: impl Fn(&[[f64; 2]]) -> Vec<[f64; 2]>) -> Vec<Series> {
    let seen = curves.iter().filter(|curve| !curve.points.is_empty());
    seen.map(|curve| Series {
        name: curve.name.clone(),
        ink: curve.look.ink,
        dash: curve.look.dash,
        marks: Marks::Line(line(&curve.points)),
    })
    .collect()
}

fn reference(name: &str, points: Vec<[f64; 2]>) -> Series {
    Series {
        name: name.to_owned(),
        ink: Ink::Reference,
        dash: Dash::Dotted,
        marks: Marks::Line(points),
    }
}

fn share(title: &str) -> Axis {
    Axis {
        title: title.to_owned(),
        scale: AxisScale::Linear,
        range: [0.0, 1.0],
    }
}
