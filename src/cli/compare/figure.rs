//! `--figure`: the score of every loss over the values of a setting.

use super::plan::Plan;
use super::table::measure;
use super::{main, scores};
use crate::cli::Failure;
use crate::config::{Kind, Scale, Value};
use crate::figure::{Axis, AxisScale, Figure, RaceCurve, count, looks, swept_scores};
use crate::ghm::Task;
use crate::lab::{Ending, Spread};

/// Pixels: one panel.
pub(super) const SIZE: [f32; 2] = [640.0, 400.0];

/// The numbers of the one setting that is swept.
///
/// # Errors
/// When none, several or no numbers are swept.
pub(super) fn numbers(plan: &Plan) -> Result<Vec<f64>, Failure> {
    let wrong = || {
        Failure::usage(
            "--figure: draws scores over the numbers of one setting: exactly one --sweep, of a setting with numbers",
        )
    };
    let [sweep] = plan.sweeps.as_slice() else {
        return Err(wrong());
    };
    let number = |text: &String| {
        let mut config = plan.base.clone();
        sweep.setting.parse(&mut config, text).ok()?;
        match sweep.setting.get(&config) {
            Value::Integer(v) => Some(f64::from(v)),
            Value::Real(v) => Some(v),
            Value::Choice(_) => None,
        }
    };
    let numbers: Option<Vec<f64>> = sweep.values.iter().map(number).collect();
    numbers.filter(|of| of.len() > 1).ok_or_else(wrong)
}

/// Means over all seeds, and their standard deviations as bands.
pub(super) fn draw(plan: &Plan, numbers: &[f64], endings: &[Ending]) -> Figure {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    let curve = |(number, look): (usize, crate::figure::Look)| {
        let at = |&value: &usize| {
            let of_seed = |seed| main(scores(&endings[plan.run(number, value, seed)])?);
            let values: Vec<f64> = (0..plan.seeds as usize).filter_map(of_seed).collect();
            Spread::of(&values).map(|of| (numbers[value], of))
        };
        let spreads: Vec<(f64, Spread)> = order.iter().filter_map(at).collect();
        let band = |(x, of): &(f64, Spread)| [*x, of.mean - of.deviation, of.mean + of.deviation];
        RaceCurve {
            name: plan.losses[number].short().to_owned(),
            look,
            points: spreads.iter().map(|(x, of)| [*x, of.mean]).collect(),
            band: spreads.iter().map(band).collect(),
        }
    };
    let looks = looks(&plan.losses).into_iter().enumerate();
    let curves: Vec<RaceCurve> = looks.map(curve).collect();
    let [low, high] = [order.first(), order.last()].map(|of| of.map_or(0.0, |&of| numbers[of]));
    let setting = plan.sweeps[0].setting;
    let is_log = match setting.kind {
        Kind::Integer { scale, .. } | Kind::Real { scale, .. } => scale == Scale::Log && low > 0.0,
        Kind::Choice { .. } => false,
    };
    let x = Axis {
        title: setting.label.to_owned(),
        scale: if is_log {
            AxisScale::Log
        } else {
            AxisScale::Linear
        },
        range: [low, high],
    };
    let is_share = plan.base.task != Task::Regression;
    let measure = measure(plan.base.task);
    let mut title = measure.to_owned();
    title[..1].make_ascii_uppercase();
    Figure {
        panels: vec![swept_scores(
            &curves,
            x,
            &title,
            "mean over the seeds, ± standard deviation",
            is_share,
        )],
        signs: Vec::new(),
        caption: format!(
            "{} seeds, {} steps, test examples; ghm-lab compare",
            plan.seeds,
            count(u64::from(plan.steps))
        ),
    }
}
