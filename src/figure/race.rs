//! The panels and curves of a race: one look for each arm, everywhere.

use super::curves::SPIKE;
use super::panels::{above, dash, gradient_axis, log_range};
use super::{Axis, AxisScale, Dash, Ink, Marks, Panel, Profile, Series};
use crate::config::{ContributionAxis, Regularization};
use crate::ghm::{Loss, Task};
use crate::words::{tr, word};

/// Colour and dash of an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub ink: Ink,
    pub dash: Dash,
}

/// The looks of arms under these losses: the first arm of a loss looks as the loss does everywhere, a
/// further one has a colour and a dash that no other arm has.
pub fn looks(losses: &[Loss]) -> Vec<Look> {
    let own: Vec<bool> = (losses.iter().enumerate())
        .map(|(index, loss)| !losses[..index].contains(loss))
        .collect();
    let mut dashes = Dash::ALL
        .into_iter()
        .filter(|&free| !losses.iter().any(|&loss| dash(loss) == free))
        .collect::<Vec<_>>()
        .into_iter();
    let mut number = 0;
    (losses.iter().zip(own))
        .map(|(&loss, own)| {
            if own {
                return Look {
                    ink: Ink::Loss(loss),
                    dash: dash(loss),
                };
            }
            number += 1;
            Look {
                ink: Ink::Arm(number - 1),
                dash: dashes.next().unwrap_or(Dash::Dotted),
            }
        })
        .collect()
}

/// An arm of the three panels.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceArm {
    pub name: String,
    pub look: Look,
    pub loss: Loss,
    pub profile: Profile,
}

/// Statistics, regularization and overall: each arm with its own gradients under its own loss.
pub fn race_panels(
    arms: &[RaceArm],
    task: Task,
    panel: Regularization,
    axis: ContributionAxis,
) -> [Panel; 3] {
    let started: Vec<&RaceArm> = arms.iter().filter(|arm| arm.profile.started()).collect();
    let steps = |of: &dyn Fn(&RaceArm) -> Vec<f64>| -> Vec<Series> {
        let series = |arm: &&RaceArm| Series {
            name: arm.name.clone(),
            ink: arm.look.ink,
            dash: arm.look.dash,
            marks: Marks::Steps(of(arm)),
        };
        started.iter().map(series).collect()
    };
    let hit = |of: &dyn Fn(&RaceArm) -> Vec<f64>, fallback| {
        let values = started.iter().flat_map(|arm| {
            let values = of(arm);
            arm.profile.hit(&values).collect::<Vec<_>>()
        });
        log_range(values, fallback)
    };
    let log = |title: &str, range| Axis {
        title: title.to_owned(),
        scale: AxisScale::Log,
        range,
    };
    let counts = |arm: &RaceArm| arm.profile.counts.clone();
    let counted = (started.iter())
        .map(|arm| arm.profile.counted)
        .fold(1.0, f64::max);
    let [plain, _] = match task {
        Task::Regression => [Loss::Asl1, Loss::GhmR],
        Task::Binary | Task::Classes => [Loss::CrossEntropy, Loss::GhmC],
    };
    let reformulated = |arm: &RaceArm| match (panel, arm.loss) {
        (Regularization::GradientNorm, loss) => arm.profile.norms(loss),
        (_, loss) if loss == plain => vec![1.0; arm.profile.bins()],
        (_, loss) => arm.profile.weights(loss),
    };
    let (title, unit) = match panel {
        Regularization::InverseDensity => (word("Weights"), word("mean of the bin")),
        Regularization::GradientNorm => {
            (word("Reformulated gradient norm"), word("mean of the bin"))
        }
    };
    let total = |arm: &RaceArm| arm.profile.contribution_of(arm.loss).to_vec();
    let totals = match axis {
        ContributionAxis::ByLoss | ContributionAxis::Log => {
            log(word("total contribution"), hit(&total, [1e-2, 10.0]))
        }
        ContributionAxis::Linear => Axis {
            title: word("total contribution").to_owned(),
            scale: AxisScale::Linear,
            range: [0.0, above(1.05 * hit(&total, [0.0, 1.0])[1])],
        },
    };
    let of = |title: &str, y, series| Panel {
        title: title.to_owned(),
        x: gradient_axis(task),
        y,
        series,
        empty: word("The first step brings gradients").to_owned(),
    };
    [
        of(
            word("Gradient statistics"),
            log(
                word("number of examples"),
                [0.5, 10f64.powf(counted.max(100.0).log10().ceil())],
            ),
            steps(&counts),
        ),
        of(
            title,
            log(unit, hit(&reformulated, [0.1, 100.0])),
            steps(&reformulated),
        ),
        of(word("Harmonized gradients"), totals, steps(&total)),
    ]
}

/// The curve of an arm over the steps.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceCurve {
    pub name: String,
    pub look: Look,
    /// `[step, value]`
    pub points: Vec<[f64; 2]>,
    /// `[step, low, high]` of a mean over seeds; empty of a single run.
    pub band: Vec<[f64; 3]>,
}

/// Losses, each divided by its own first value: those of different losses have no common scale, since
/// each weighs the examples in its own way.
pub fn race_losses(curves: &[RaceCurve]) -> Panel {
    let relative = |curve: &RaceCurve| {
        let mut values = curve.points.iter().map(|point| point[1]);
        let first = values.find(|v| v.is_finite() && *v > 0.0).unwrap_or(1.0);
        let points = curve.points.iter().map(|&[x, y]| [x, y / first]);
        RaceCurve {
            points: points.collect(),
            ..curve.clone()
        }
    };
    let curves: Vec<RaceCurve> = curves.iter().map(relative).collect();
    let values = curves.iter().flat_map(|curve| &curve.points);
    // What blows up leaves the plot at its top, so that the others can be seen.
    let values = values.map(|point| point[1]).filter(|share| *share <= SPIKE);
    let range = log_range(values, [0.01, 1.0]);
    over_steps(
        word("Test loss, each on its own scale"),
        Axis {
            title: word("share of its first value").to_owned(),
            scale: AxisScale::Log,
            range,
        },
        &curves,
    )
}

/// A score of every arm over the steps; one that lies from 0 to 1, or an error.
pub fn race_scores(curves: &[RaceCurve], title: &str, unit: &str, is_share: bool) -> Panel {
    over_steps(title, score_axis(curves, unit, is_share), curves)
}

/// A score at the end, over the values of a setting: points `[value, score]`.
pub fn swept_scores(
    curves: &[RaceCurve],
    setting: Axis,
    title: &str,
    unit: &str,
    is_share: bool,
) -> Panel {
    over(setting, title, score_axis(curves, unit, is_share), curves)
}

fn score_axis(curves: &[RaceCurve], unit: &str, is_share: bool) -> Axis {
    let points = curves.iter().flat_map(|curve| &curve.points);
    let bands = curves.iter().flat_map(|curve| &curve.band);
    let values = points.map(|point| point[1]);
    let most = values
        .chain(bands.map(|point| point[2]))
        .fold(0.0, f64::max);
    Axis {
        title: unit.to_owned(),
        scale: AxisScale::Linear,
        range: [0.0, if is_share { 1.0 } else { above(most) }],
    }
}

fn over_steps(title: &str, y: Axis, curves: &[RaceCurve]) -> Panel {
    let last = curves.iter().filter_map(|curve| curve.points.last());
    let last = last.map(|point| point[0]).fold(10.0, f64::max);
    let x = Axis {
        title: word("step").to_owned(),
        scale: AxisScale::Linear,
        range: [0.0, last],
    };
    over(x, title, y, curves)
}

fn over(x: Axis, title: &str, y: Axis, curves: &[RaceCurve]) -> Panel {
    let bands = curves.iter().filter(|curve| !curve.band.is_empty());
    let bands = bands.map(|curve| Series {
        name: tr!("{}, spread", curve.name),
        ink: curve.look.ink,
        dash: curve.look.dash,
        marks: Marks::Band(curve.band.clone()),
    });
    let seen = curves.iter().filter(|curve| !curve.points.is_empty());
    Panel {
        title: title.to_owned(),
        x,
        y,
        series: seen
            .map(|curve| Series {
                name: curve.name.clone(),
                ink: curve.look.ink,
                dash: curve.look.dash,
                marks: Marks::Line(curve.points.clone()),
            })
            .chain(bands)
            .collect(),
        empty: word("No evaluation yet").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, looks};
    use crate::figure::{Dash, Ink};
    use crate::ghm::Loss;

    #[test]
    fn a_loss_keeps_its_look_and_no_two_arms_share_one() {
        let losses = [
            Loss::GhmC,
            Loss::GhmC,
            Loss::Focal,
            Loss::GhmC,
            Loss::GhmC,
            Loss::GhmC,
        ];
        let looks = looks(&losses);
        let own = Look {
            ink: Ink::Loss(Loss::GhmC),
            dash: Dash::Solid,
        };
        assert_eq!(looks[0], own);
        assert_eq!(looks[2].ink, Ink::Loss(Loss::Focal));
        for (i, a) in looks.iter().enumerate() {
            for b in &looks[..i] {
                assert!(a.ink != b.ink, "{looks:?}");
                // There are as many dashes as arms, and one each while the losses leave enough.
                assert!(a.dash != b.dash, "{looks:?}");
            }
        }
    }
}
