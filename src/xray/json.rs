//! A report as JSON and as CSV, a line for each bin.

use serde_json::{Map, Value as Json, json};

use super::{Quality, Report, Share, Verdict};
use crate::config::SETTINGS;
use crate::data::predictions::Outputs;
use crate::ghm::Task;

impl Report {
    /// Everything, as an object.
    pub fn to_json(&self) -> Json {
        let losses: Map<String, Json> = self
            .losses
            .iter()
            .map(|report| {
                let of_loss = json!({
                    "mean": report.mean,
                    "effective_sample_size": report.effective_sample_size,
                    "contribution": report.contribution,
                });
                (report.loss.key().to_owned(), of_loss)
            })
            .collect();
        let left_out: Map<String, Json> = (self.left_out.iter())
            .map(|(loss, why)| (loss.key().to_owned(), json!(why)))
            .collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "task": self.task.key(),
            "settings": self.settings(),
            "classes": self.header.map(|header| header.classes).filter(|_| self.task != Task::Regression),
            "examples": self.examples,
            "ignored": self.ignored,
            "batches": self.batches,
            "bins": self.counts.len(),
            "counts": self.counts,
            "ema": self.ema,
            "density": self.density,
            "beta": self.beta,
            "losses": losses,
            "left_out": left_out,
            "verdicts": self.verdicts().iter().map(verdict).collect::<Vec<_>>(),
            "notes": self.notes,
            "by_class": self.classes.iter().map(share).collect::<Vec<_>>(),
            "by_group": self.groups.iter().map(share).collect::<Vec<_>>(),
            "metrics": metrics(self),
        })
    }

    /// The settings that matter to an X-ray.
    fn settings(&self) -> Json {
        let all = self.config.to_json();
        let of_loss = SETTINGS
            .iter()
            .filter(|s| s.group == crate::config::Group::Loss && s.key != "loss");
        let chosen: Map<String, Json> = of_loss
            .filter_map(|setting| Some((setting.key.to_owned(), all.get(setting.key)?.clone())))
            .collect();
        Json::Object(chosen)
    }

    /// A header, and a line for each bin: its edges, what was counted, the weight, and the total
    /// contribution under each loss.
    pub fn to_csv(&self) -> String {
        let mut text = "bin,from,to,count,ema,density,beta".to_owned();
        for report in &self.losses {
            text += &format!(",contribution_{}", report.loss.key());
        }
        text.push('\n');
        let bins = self.counts.len() as f64;
        for j in 0..self.counts.len() {
            let edges = [j as f64 / bins, (j + 1) as f64 / bins];
            let of_bin = [self.counts[j], self.ema[j], self.density[j], self.beta[j]];
            let contributions = self.losses.iter().map(|report| report.contribution[j]);
            let values = edges.into_iter().chain(of_bin).chain(contributions);
            text += &j.to_string();
            for value in values {
                text += &format!(",{value:?}");
            }
            text.push('\n');
        }
        text
    }
}

fn verdict(verdict: &Verdict) -> Json {
    let numbers: Map<String, Json> = (verdict.numbers.iter())
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    json!({
        "code": verdict.code,
        "text": verdict.text,
        "advice": verdict.advice,
        "numbers": numbers,
    })
}

fn share(share: &Share) -> Json {
    json!({
        "name": share.name,
        "examples": share.examples,
        "share_of_examples": share.of_examples,
        "share_of_gradient": share.of_plain,
        "share_of_harmonized_gradient": share.of_harmonized,
    })
}

/// What counts as positive, and as said.
fn conventions(report: &Report) -> Option<Json> {
    let outputs = report.header?.outputs;
    let pair = report.second_of_two();
    let [said, from] = match (report.task, outputs) {
        (Task::Regression, _) => return None,
        (Task::Classes, Outputs::Probabilities) if pair.is_some() => {
            ["p_1 > p_0", "p_1 >= threshold"]
        }
        (Task::Classes, _) if pair.is_some() => {
            ["logit_1 > logit_0", "logit_1 - logit_0 >= threshold"]
        }
        (Task::Classes, _) => {
            return Some(json!({
                "accuracy": "the class of the highest score, the first of equal ones",
                "average_precision": "mean over the classes that occur, each against the others",
                "roc_auc": "mean over the classes that occur, each against the others",
                "expected_calibration_error": "the highest probability of each example (top label), in 15 intervals",
            }));
        }
        (Task::Binary, Outputs::Probabilities) => ["p > 0.5", "p >= threshold"],
        (Task::Binary, _) => ["logit > 0", "logit >= threshold"],
    };
    Some(json!({
        "accuracy": said,
        "best_f1": from,
        "positive": pair.unwrap_or("1"),
        "average_precision": "of the positives",
        "roc_auc": "of the positives",
        "expected_calibration_error": "the probability of the positive class, in 15 intervals",
    }))
}

fn metrics(report: &Report) -> Json {
    let metrics = &report.metrics;
    let mut object = Map::new();
    let mut put = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    };
    let quality = |quality: Quality| match quality.error_bound {
        0.0 => json!({"value": quality.value, "exact": true}),
        bound => json!({"value": quality.value, "exact": false, "error_bound": bound}),
    };
    put("average_precision", metrics.average_precision.map(quality));
    put("roc_auc", metrics.roc_auc.map(quality));
    put(
        "best_f1",
        metrics.best_f1.map(|(best, bound)| {
            json!({
                "value": best.f1,
                "threshold": best.threshold,
                "precision": best.precision,
                "recall": best.recall,
                "exact": bound == 0.0,
                "error_bound": bound,
            })
        }),
    );
    let number = |value: Option<f64>| value.map(Json::from);
    put(
        "expected_calibration_error",
        number(metrics.expected_calibration_error),
    );
    put("accuracy", number(metrics.accuracy));
    put("decided_by", conventions(report));
    put("mean_absolute_error", number(metrics.mean_absolute_error));
    put(
        "root_mean_square_error",
        number(metrics.root_mean_square_error),
    );
    if !metrics.by_class.is_empty() {
        put("average_precision_by_class", Some(json!(metrics.by_class)));
        put("classes_without_examples", Some(json!(metrics.absent)));
    }
    Json::Object(object)
}
