//! The table of a comparison.

use crate::ghm::Loss;
use crate::lab::FinalScores;

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

/// A row a loss, in Markdown with aligned columns.
pub(super) fn markdown(columns: &[&Column], table: &[(Loss, Vec<&FinalScores>)]) -> String {
    let names = columns.iter().map(|column| column.name.to_owned());
    let mut rows = vec![std::iter::once("loss".to_owned()).chain(names).collect()];
    rows.extend(table.iter().map(|(loss, scores)| {
        let cells = columns.iter().map(|column| {
            let values: Vec<f64> = scores.iter().filter_map(|of| (column.value)(of)).collect();
            cell(&values)
        });
        std::iter::once(loss.label().to_owned())
            .chain(cells)
            .collect::<Vec<String>>()
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..=columns.len()).filter_map(width).collect();
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
