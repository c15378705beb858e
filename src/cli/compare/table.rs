//! The tables of a comparison.

use super::plan::Plan;
use super::{Row, main, scores};
use crate::ghm::Task;
use crate::lab::{Ending, FinalScores};

/// A measure of the table.
pub(super) struct Column {
    /// The name in JSON.
    pub key: &'static str,
    pub name: &'static str,
    pub value: fn(&FinalScores) -> Option<f64>,
}

/// All measures; a task has some of them.
pub(super) const COLUMNS: [Column; 8] = [
    Column {
        key: "average_precision",
        name: "average precision",
        value: |of| of.test.average_precision.map(|quality| quality.value),
    },
    Column {
        key: "accuracy",
        name: "accuracy",
        // Of two classes, saying no to all is nearly always right.
        value: |of| of.test.accuracy.filter(|_| of.f1_at_half.is_none()),
    },
    Column {
        key: "f1_at_half",
        name: "F1 at p > 0.5",
        value: |of| of.f1_at_half,
    },
    Column {
        key: "f1_moved",
        name: "F1, moved threshold",
        value: |of| of.f1_moved,
    },
    Column {
        key: "best_f1",
        name: "best F1",
        value: |of| of.test.best_f1.map(|(best, _)| best.f1),
    },
    Column {
        key: "expected_calibration_error",
        name: "calibration error",
        value: |of| of.test.expected_calibration_error,
    },
    Column {
        key: "mean_absolute_error",
        name: "mean absolute error",
        value: |of| of.test.mean_absolute_error,
    },
    Column {
        key: "root_mean_square_error",
        name: "root mean square error",
        value: |of| of.test.root_mean_square_error,
    },
];

/// Mean and, from two values on, standard deviation of a sample.
fn spread(values: &[f64]) -> (f64, Option<f64>) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (values.len() > 1).then(|| libm::sqrt(squares / (count - 1.0)));
    (mean, deviation)
}

fn cell(values: &[f64]) -> String {
    match spread(values) {
        _ if values.is_empty() => "–".to_owned(),
        (mean, None) => format!("{mean:.4}"),
        (mean, Some(deviation)) => format!("{mean:.4} ± {deviation:.4}"),
    }
}

/// Steps until a score was reached: the median of the runs that did, and how many those are.
fn steps_cell(endings: &[&Ending]) -> String {
    let mut reached: Vec<u32> = (endings.iter())
        .filter_map(|ending| scores(ending)?.reached)
        .collect();
    reached.sort_unstable();
    let (count, all) = (reached.len(), endings.len());
    match count {
        0 => format!("none of {all}"),
        _ => format!("{} ({count} of {all})", reached[(count - 1) / 2]),
    }
}

/// Values over seeds; runs that ended without a score are counted.
fn cell_of(endings: &[&Ending], value: &dyn Fn(&FinalScores) -> Option<f64>) -> String {
    let values: Vec<f64> = (endings.iter())
        .filter_map(|ending| value(scores(ending)?))
        .collect();
    let diverged = endings.iter().filter(|of| scores(of).is_none()).count();
    match diverged {
        0 => cell(&values),
        _ => format!(
            "{} ({diverged} of {} diverged)",
            cell(&values),
            endings.len()
        ),
    }
}

/// A row a loss, under its own best values.
pub(super) fn of_losses(plan: &Plan, columns: &[&Column], table: &[Row]) -> String {
    let mut head = vec!["loss".to_owned()];
    if !plan.sweeps.is_empty() {
        head.push(plan.swept());
    }
    head.extend(columns.iter().map(|column| column.name.to_owned()));
    head.extend(plan.reach.map(|reach| match plan.base.task {
        Task::Binary | Task::Classes => format!("steps to {reach}"),
        Task::Regression => format!("steps to an error of {reach}"),
    }));
    let row = |row: &Row| {
        let mut cells = vec![row.loss.label().to_owned()];
        if !plan.sweeps.is_empty() {
            cells.push(plan.values(row.chosen));
        }
        let of_column = |column: &&Column| cell_of(&row.endings, &column.value);
        cells.extend(columns.iter().map(of_column));
        cells.extend(plan.reach.map(|_| steps_cell(&row.endings)));
        cells
    };
    markdown(head, table.iter().map(row))
}

/// What values are chosen by.
pub(super) fn measure(task: Task) -> &'static str {
    match task {
        Task::Binary => "average precision",
        Task::Classes => "mean average precision",
        Task::Regression => "mean absolute error",
    }
}

/// A row a loss and a column a combination of values, over all seeds.
pub(super) fn of_values(plan: &Plan, endings: &[Ending]) -> String {
    let measure = measure(plan.base.task);
    let combinations = 0..plan.combinations.len();
    let mut head = vec![format!("{measure} by {}", plan.swept())];
    head.extend(combinations.clone().map(|index| plan.values(index)));
    let row = |(number, loss): (usize, &crate::ghm::Loss)| {
        let mut cells = vec![loss.label().to_owned()];
        cells.extend(combinations.clone().map(|combination| {
            let of_seed = |seed| &endings[plan.run(number, combination, seed)];
            let endings: Vec<&Ending> = (0..plan.seeds as usize).map(of_seed).collect();
            cell_of(&endings, &main)
        }));
        cells
    };
    markdown(head, plan.losses.iter().enumerate().map(row))
}

/// Aligned columns in Markdown.
fn markdown(head: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let columns = head.len();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).filter_map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut text = line(&rows[0]);
    let rules = widths
        .iter()
        .enumerate()
        .map(|(column, &width)| match column {
            0 => "-".repeat(width),
            _ => format!("{}:", "-".repeat(width - 1)),
        });
    text += &line(&rules.collect::<Vec<_>>());
    rows[1..].iter().for_each(|row| text += &line(row));
    text
}

#[cfg(test)]
mod tests {
    use super::{cell, spread};

    #[test]
    fn spreads_are_those_of_a_sample() {
        assert_eq!(spread(&[2.0]), (2.0, None));
        assert_eq!(spread(&[1.0, 2.0, 3.0]), (2.0, Some(1.0)));
        assert_eq!(cell(&[1.0, 2.0, 3.0]), "2.0000 ± 1.0000");
        assert_eq!(cell(&[]), "–");
    }
}
