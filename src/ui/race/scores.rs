//! The exact numbers of all arms.

use egui::{RichText, Ui};

use super::super::egui;
use super::super::table::table;
use super::curves::Score;
use crate::figure::{count, number};
use crate::lab::Lab;
use crate::words::word;

/// A row an arm; the best of each column is strong.
pub(super) fn show(ui: &mut Ui, lab: &Lab) {
    let scores = Score::of(lab);
    let names: Vec<String> = scores.iter().map(|score| score.name(lab)).collect();
    let header: Vec<&str> = [word("arm"), word("step"), word("test loss")]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let values: Vec<Vec<Option<f64>>> = lab
        .heard()
        .map(|(_, arm)| {
            let last = arm.evaluation();
            let of = |score: &Score| last.and_then(|last| score.value(&last.test));
            scores.iter().map(of).collect()
        })
        .collect();
    let best: Vec<Option<f64>> = (scores.iter().enumerate())
        .map(|(column, score)| {
            let column = values.iter().filter_map(|row| row[column]);
            column.reduce(|a, b| if score.rises(lab) { a.max(b) } else { a.min(b) })
        })
        .collect();
    let rows: Vec<Vec<String>> = (lab.heard().zip(&values))
        .map(|((_, arm), values)| {
            let last = arm.evaluation();
            let step = last.map_or("–".to_owned(), |last| count(last.step));
            let loss = last.map_or("–".to_owned(), |last| number(last.test.loss));
            let scores = values.iter().map(|value| match value {
                Some(value) => written(*value),
                None => "–".to_owned(),
            });
            [arm.name().to_owned(), step, loss]
                .into_iter()
                .chain(scores)
                .collect()
        })
        .collect();
    // Equal as they are written.
    let is_best = |row: usize, column: usize| {
        let best = column.checked_sub(3).and_then(|column| best[column]);
        best.is_some_and(|best| rows[row][column] == written(best))
    };
    table(ui, &header, &rows, &is_best);
    ui.add_space(8.0);
    ui.label(
        RichText::new(word(
            "Losses weigh examples differently and have no common scale. Scores are of the test \
             examples, whose labels are clean. One run proves little: repeat with other seeds.",
        ))
        .weak()
        .small(),
    );
}

fn written(value: f64) -> String {
    format!("{value:.4}")
}
