//! Numbers of an experiment as tables, and its name in one line.

use super::Lab;
use crate::config::Config;
use crate::engine::Snapshot;
use crate::ghm::{Loss, Task};
use crate::words::{tr, word};

/// A line for each bin of the last statistics of each arm, by name.
pub fn bins_csv<'a>(arms: impl IntoIterator<Item = (&'a str, &'a Snapshot)>) -> String {
    let arms: Vec<_> = arms.into_iter().collect();
    let losses = arms
        .first()
        .map_or(&[][..], |(_, snapshot)| Loss::of(snapshot.task));
    let mut text = String::from("arm,step,bin,g_from,g_to,count,ema,density,beta");
    for loss in losses {
        text += &format!(",contribution_{}", loss.key());
    }
    text.push('\n');
    for (name, snapshot) in arms {
        let bins = snapshot.counts.len();
        for bin in 0..bins {
            let [from, to] = [bin, bin + 1].map(|edge| edge as f64 / bins as f64);
            text += &format!(
                "{},{},{},{from},{to},{},{},{},{}",
                csv_text(name),
                snapshot.step,
                bin + 1,
                snapshot.counts[bin],
                snapshot.ema[bin],
                snapshot.density[bin],
                snapshot.beta[bin],
            );
            for &loss in losses {
                text += &format!(",{}", snapshot.contribution_of(loss)[bin]);
            }
            text.push('\n');
        }
    }
    text
}

/// A line for each evaluation of each arm.
pub fn curves_csv(lab: &Lab) -> String {
    let mut text = String::from(
        "arm,step,train_loss,test_loss,train_average_precision,test_average_precision,\
         test_best_f1,test_calibration_error,train_absolute_error,test_absolute_error\n",
    );
    let field = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    for arm in lab.arms() {
        for point in arm.history().points() {
            let [train, test] = [&point.train, &point.test];
            let fields = [
                Some(train.loss),
                Some(test.loss),
                train.average_precision,
                test.average_precision,
                test.best_f1.map(|best| best.f1),
                test.calibration_error,
                train.absolute_error,
                test.absolute_error,
            ];
            let fields = fields.map(field).join(",");
            text += &format!("{},{},{fields}\n", csv_text(arm.name()), point.step);
        }
    }
    text
}

/// What is on the screen, in a few sentences, for who cannot see it.
pub fn summary(lab: &Lab) -> String {
    let config = lab.config();
    let snapshot = lab.snapshot();
    let state = if lab.is_playing() {
        word("training")
    } else {
        word("paused")
    };
    let mut text = tr!(
        "{0} under {1}: step {2}, epoch {3}, {state}.",
        word(config.task.label()),
        word(config.loss.label()),
        snapshot.step,
        snapshot.epoch,
        state
    );
    for arm in lab.arms() {
        let Some(last) = arm.evaluation() else {
            continue;
        };
        let name = if lab.is_race() {
            format!(" {}:", arm.name())
        } else {
            String::new()
        };
        if let Some(score) = last.test.average_precision {
            text += &tr!(
                "{name} average precision {score} on the test examples.",
                name,
                score = format!("{score:.3}")
            );
        } else if let Some(error) = last.test.absolute_error {
            text += &tr!(
                "{name} mean absolute error {error} on the test examples.",
                name,
                error = format!("{error:.4}")
            );
        }
    }
    let total: u32 = snapshot.counts.iter().sum();
    let most = snapshot
        .counts
        .iter()
        .enumerate()
        .max_by_key(|(_, count)| **count);
    if let Some((bin, &count)) = most.filter(|_| total > 0) {
        let bins = snapshot.counts.len() as f64;
        text += &tr!(
            " Most gradient norms, {0} %, lie between {1} and {2}, where the weight is {3}",
            format!("{:.0}", 100.0 * f64::from(count) / f64::from(total)),
            format!("{:.2}", bin as f64 / bins),
            format!("{:.2}", (bin + 1) as f64 / bins),
            format!("{:.3}", snapshot.beta[bin])
        );
        let hardest = f64::from(*snapshot.counts.last().unwrap_or(&0)) / f64::from(total);
        text += &tr!(
            "; {} % are in the hardest bin.",
            format!("{:.1}", 100.0 * hardest)
        );
    }
    text
}

/// A text as a field of CSV. One that a spreadsheet would take for a formula, and that may come from
/// somebody else's link, begins with an apostrophe. Numbers are not for this.
pub fn csv_text(text: &str) -> String {
    const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let mark = if text.trim_start_matches(' ').starts_with(BEGINNINGS) {
        "'"
    } else {
        ""
    };
    if text.contains([',', ';', '"', '\n', '\r', '\t']) {
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{mark}{text}")
    }
}

/// Names the run in one line.
pub fn caption(config: &Config, engine: &str, snapshot: &Snapshot) -> String {
    let data = match config.task {
        Task::Binary => tr!(
            "{0}, {1} examples, positive fraction {2}",
            word(config.dataset.label()),
            config.examples,
            config.positive_fraction
        ),
        Task::Classes => tr!(
            "{0}, {1} examples of {2} classes, {3} of them of the first",
            word(config.layout.label()),
            config.examples,
            config.classes,
            config.class_share
        ),
        Task::Regression => tr!(
            "{0}, {1} examples, outliers {2} {3}, mu {4}",
            word(config.curve.label()),
            config.examples,
            config.outliers,
            word(config.outlier_kind.label()),
            config.mu
        ),
    };
    let class = match config.shown_class.index() {
        Some(class) => tr!(", class {class} alone", class),
        None => String::new(),
    };
    let loss = match config.warm_up_steps {
        warm_up if warm_up > 0 && config.loss.harmonizes() => tr!(
            "{loss} (warm-up {warm_up})",
            loss = word(config.loss.label()),
            warm_up
        ),
        _ => word(config.loss.label()).to_owned(),
    };
    tr!(
        "{0} after {1} steps: {data}{class}, {2} bins, momentum {3}, {4}, batch {5}, seed {6} ({7})",
        loss,
        snapshot.step,
        config.bins,
        config.momentum,
        word(config.convention.label()),
        snapshot.examples,
        config.seed,
        engine,
        data,
        class
    )
}
