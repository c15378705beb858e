//! What an X-ray found, in a few lines for people.

use super::{Source, kind};
use crate::data::predictions::{Outputs, shorten};
use crate::figure::{count, fixed, number};
use crate::ghm::{Loss, Task};
use crate::xray::{Quality, Report, Share};

/// Groups that are listed; the others are counted.
const MOST_GROUPS: usize = 12;

/// Names what was read in one line.
pub(super) fn caption(report: &Report, name: &str) -> String {
    let config = &report.config;
    let of_regression = match report.task {
        Task::Regression => format!(", mu {}", config.mu),
        Task::Binary | Task::Classes => String::new(),
    };
    let momentum = match report.batches {
        0 | 1 => "one mini-batch".to_owned(),
        batches => format!("{batches} mini-batches, momentum {}", config.momentum),
    };
    format!(
        "{name}: {} example{}, {} bins, {momentum}, {}{of_regression}",
        number(report.examples),
        if report.examples == 1.0 { "" } else { "s" },
        report.counts.len(),
        config.convention.label(),
    )
}

/// The whole text.
pub(super) fn describe(report: &Report, losses: &[Loss], source: &Source) -> String {
    let mut text = what(report, source);
    for sentence in source.reading().sentences() {
        text += &format!("{sentence}.\n");
    }
    for verdict in report.verdicts() {
        let (code, text_of, advice) = (verdict.code, &verdict.text, verdict.advice);
        text += &format!("{code} {text_of} {advice}\n");
    }
    text += &format!(
        "Gradient norms from 0 to 1, {} bins, log: |{}|\n",
        report.counts.len(),
        sparkline(&report.counts)
    );
    text += &table(&loss_rows(report, losses));
    for (loss, why) in report.left_out.iter().filter(|_| losses.len() > 1) {
        text += &format!("{} is left out: {why}.\n", loss.label());
    }
    for (name, shares) in [("class", &report.classes), ("group", &report.groups)] {
        if !shares.is_empty() {
            text.push('\n');
            text += &table(&share_rows(report, name, shares));
            if shares.len() > MOST_GROUPS {
                text += &format!("and {} more\n", shares.len() - MOST_GROUPS);
            }
        }
    }
    let metrics = metrics(report);
    if !metrics.is_empty() {
        text += &format!("\n{}.\n", metrics.join(", "));
    }
    for note in &report.notes {
        text += &format!("{note}\n");
    }
    if let Source::Predictions(predictions) = source {
        let skipped = predictions.skipped();
        if skipped.count > 0 {
            text += &format!(
                "\nSkipped {} row{} that cannot be used, such as:\n",
                count(skipped.count),
                if skipped.count == 1 { "" } else { "s" }
            );
            for sentence in &skipped.first {
                text += &format!("  {sentence}\n");
            }
        }
    }
    text
}

fn what(report: &Report, source: &Source) -> String {
    let mut text = source.name();
    if let Some(header) = &report.header {
        text += &format!(": {}", kind(header));
    }
    let plural = if report.examples == 1.0 { "" } else { "s" };
    text += &format!(", {} example{plural}", whole(report.examples));
    if report.ignored > 0 {
        text += &format!(" and {} ignored", count(report.ignored));
    }
    if report.batches > 1 {
        text += &format!(", {} mini-batches", count(report.batches));
    }
    text + "\n"
}

fn whole(value: f64) -> String {
    if value < 1e15 {
        count(value.round() as u64)
    } else {
        number(value)
    }
}

/// One character a bin, log of the count; a space where there is none. So many that they would flood a
/// terminal share characters.
fn sparkline(counts: &[f64]) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const MOST: usize = 256;
    let logs: Vec<Option<f64>> = (counts.chunks(counts.len().div_ceil(MOST).max(1)))
        .map(|bins| bins.iter().sum())
        .map(|count: f64| (count > 0.0).then(|| count.log10()))
        .collect();
    let known = || logs.iter().flatten().copied();
    let (low, high) = known().fold((f64::MAX, f64::MIN), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    // A flat distribution is in the middle.
    let range = (high - low).max(1e-9);
    let level = |log: f64| LEVELS[(((log - low) / range * 7.0).round() as usize).min(7)];
    logs.iter().map(|log| log.map_or(' ', level)).collect()
}

fn loss_rows(report: &Report, losses: &[Loss]) -> Vec<Vec<String>> {
    let mut rows = vec![
        [
            "loss",
            "mean",
            "effective sample size",
            "from g < 0.1",
            "from g >= 0.9",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for &loss in losses {
        let Some(of) = report.of(loss) else { continue };
        let all: f64 = of.contribution.iter().sum();
        let bins = of.contribution.len() as f64;
        let part = |from: f64, to: f64| {
            let inside = |j: usize| {
                let middle = (j as f64 + 0.5) / bins;
                from <= middle && middle < to
            };
            let sum: f64 = (0..of.contribution.len())
                .filter(|&j| inside(j))
                .map(|j| of.contribution[j])
                .sum();
            percent(if all > 0.0 { sum / all } else { 0.0 })
        };
        rows.push(vec![
            loss.label().to_owned(),
            fixed(of.mean, 5),
            of.effective_sample_size.map_or("–".to_owned(), whole),
            part(0.0, 0.1),
            part(0.9, 1.0),
        ]);
    }
    rows
}

fn share_rows(report: &Report, name: &str, shares: &[Share]) -> Vec<Vec<String>> {
    let [harmonizing, plain] = report.harmonizing();
    let short = |loss: Loss| match loss {
        Loss::CrossEntropy => "CE",
        loss => loss.label(),
    };
    let mut rows = vec![vec![
        name.to_owned(),
        "examples".to_owned(),
        "share".to_owned(),
        format!("of {} gradient", short(plain)),
        format!("of {} gradient", short(harmonizing)),
    ]];
    rows.extend(shares.iter().take(MOST_GROUPS).map(|share| {
        vec![
            shorten(&share.name),
            count(share.examples),
            percent(share.of_examples),
            percent(share.of_plain),
            percent(share.of_harmonized),
        ]
    }));
    rows
}

fn percent(share: f64) -> String {
    format!("{} %", fixed(100.0 * share, 2))
}

/// The first column to the left, numbers to the right.
fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut text = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let width = width(column);
            text += &match column {
                0 => format!("{cell:<width$}"),
                _ => format!("  {cell:>width$}"),
            };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

fn metrics(report: &Report) -> Vec<String> {
    let metrics = &report.metrics;
    let quality = |name: &str, quality: Quality| match quality.error_bound {
        0.0 => format!("{name} {}", fixed(quality.value, 4)),
        bound => format!(
            "{name} {} (within {bound:.1e}, from a histogram)",
            fixed(quality.value, 4)
        ),
    };
    let mut texts = Vec::new();
    let pair = report.second_of_two();
    let mean = match report.task {
        Task::Classes if pair.is_none() => "mean ",
        Task::Classes | Task::Binary | Task::Regression => "",
    };
    texts.extend(
        metrics
            .average_precision
            .map(|q| quality(&format!("{mean}average precision"), q)),
    );
    texts.extend(
        metrics
            .roc_auc
            .map(|q| quality(&format!("{mean}ROC AUC"), q)),
    );
    texts.extend(metrics.best_f1.map(|(best, _)| {
        let outputs = report.header.map(|header| header.outputs);
        let what = match (outputs, pair) {
            (Some(Outputs::Probabilities), None) => "p",
            (Some(Outputs::Probabilities), Some(_)) => "p_1",
            (_, None) => "logit",
            (_, Some(_)) => "logit_1 - logit_0",
        };
        format!(
            "best F1 {:.4} from {what} = {} on (precision {:.3}, recall {:.3})",
            best.f1,
            // To be copied into code, which knows no other minus.
            number(best.threshold).replace('−', "-"),
            best.precision,
            best.recall
        )
    }));
    let plain =
        |name: &str, value: Option<f64>| value.map(|value| format!("{name} {}", fixed(value, 4)));
    let said = match (report.task, report.header.map(|header| header.outputs)) {
        (Task::Binary, Some(Outputs::Probabilities)) => " (positive where p > 0.5)".to_owned(),
        (Task::Binary, _) => " (positive where logit > 0)".to_owned(),
        (Task::Classes, _) => pair.map_or(String::new(), |name| {
            format!(" (class {} is the positive one)", shorten(name))
        }),
        (Task::Regression, _) => String::new(),
    };
    texts.extend(
        metrics
            .accuracy
            .map(|value| format!("accuracy {}{said}", fixed(value, 4))),
    );
    texts.extend(plain(
        match report.task {
            Task::Classes if pair.is_none() => {
                "expected calibration error of the highest probability"
            }
            Task::Classes | Task::Binary | Task::Regression => "expected calibration error",
        },
        metrics.expected_calibration_error,
    ));
    texts.extend(plain("mean absolute error", metrics.mean_absolute_error));
    texts.extend(plain(
        "root mean square error",
        metrics.root_mean_square_error,
    ));
    if let Some(first) = texts.first_mut() {
        // A sentence begins.
        let rest = first.split_off(1);
        *first = first.to_uppercase() + &rest;
    }
    texts
}
