//! Every number of a report against its definition, over all losses, mini-batches, groups and ignored
//! examples.

use std::fmt::Write as _;

use ghm_lab::data::Random;
use serde_json::Value;

use crate::support::rows::Rows;
use crate::{numbers, report, text, write};

/// Around a workgroup, a block of the reader, and several mini-batches.
const SIZES: [usize; 8] = [1, 63, 64, 65, 255, 256, 257, 4097];

struct Example {
    outputs: Vec<f64>,
    target: f64,
    valid: bool,
    batch: usize,
    group: usize,
}

/// Examples of a task with so many outputs: 1 and `regression`, 1, or one a class.
fn examples(n: usize, outputs: usize, regression: bool) -> Vec<Example> {
    let mut random = Random::named(n as u32, "examples");
    (0..n)
        .map(|i| Example {
            outputs: (0..outputs).map(|_| random.between(-4.0, 4.0)).collect(),
            target: match (regression, outputs) {
                (true, _) => random.between(-4.0, 4.0),
                (false, 1) => f64::from(random.below(10) / 8),
                (false, classes) => f64::from(random.below(classes as u32)),
            },
            // The first one, so that there always is one.
            valid: i == 0 || random.below(5) > 0,
            batch: i / 100,
            group: random.below(3) as usize,
        })
        .collect()
}

fn csv(examples: &[Example], regression: bool) -> String {
    let width = examples[0].outputs.len();
    let names: Vec<String> = match (regression, width) {
        (true, _) => vec!["pred".to_owned()],
        (false, 1) => vec!["logit".to_owned()],
        (false, _) => (0..width).map(|k| format!("logit_{k}")).collect(),
    };
    let target = if regression { "target" } else { "label" };
    let mut text = format!("group,{target},{},valid,batch\n", names.join(","));
    for example in examples {
        let outputs: Vec<String> = example.outputs.iter().map(f64::to_string).collect();
        let Example {
            target,
            valid,
            batch,
            group,
            ..
        } = example;
        let valid = u8::from(*valid);
        writeln!(
            text,
            "g{group},{target},{},{valid},{batch}",
            outputs.join(",")
        )
        .expect("text");
    }
    text
}

/// Error and gradient norm.
fn measure(example: &Example, regression: bool, mu: f64) -> (f64, f64) {
    let x = &example.outputs;
    let t = example.target;
    if regression {
        let d = x[0] - t;
        return (d, d.abs() / (d * d + mu * mu).sqrt());
    }
    let p = if x.len() == 1 {
        let p = 1.0 / (1.0 + (-x[0]).exp());
        if t == 1.0 { p } else { 1.0 - p }
    } else {
        x[t as usize].exp() / x.iter().map(|x| x.exp()).sum::<f64>()
    };
    (((1.0 - p) / p).ln(), 1.0 - p)
}

fn bin(g: f64, bins: usize) -> usize {
    ((g * bins as f64) as usize).min(bins - 1)
}

/// Weight r / g and loss of each example under each loss, with the default settings.
fn weigh(
    loss: &str,
    examples: &[&Example],
    measured: &[(f64, f64)],
    betas: &[f64],
    regression: bool,
    classes: &[f64],
) -> Vec<(f64, f64)> {
    let n = measured.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| measured[b].0.total_cmp(&measured[a].0).then(a.cmp(&b)));
    // OHEM keeps the hardest quarter of every mini-batch.
    let mut kept = vec![false; n];
    for batch in 0..=examples.last().map_or(0, |e| e.batch) {
        let of_batch: Vec<usize> = order
            .iter()
            .copied()
            .filter(|&i| examples[i].batch == batch)
            .collect();
        for &i in of_batch.iter().take(of_batch.len().div_ceil(4)) {
            kept[i] = true;
        }
    }
    let all: f64 = classes.iter().sum();
    let present = classes.iter().filter(|&&n| n > 0.0).count() as f64;
    (0..n)
        .map(|i| {
            let (error, g) = measured[i];
            let (mu, delta) = (0.02_f64, 1.0 / 9.0);
            let size = error.abs();
            let plain = if regression {
                (error * error + mu * mu).sqrt() - mu
            } else {
                -(1.0 - g).ln()
            };
            let class = examples[i].target as usize;
            match loss {
                "ce" | "asl1" => (1.0, plain),
                "ghm-c" | "ghm-r" => (betas[i], betas[i] * plain),
                "ohem" => (
                    f64::from(u8::from(kept[i])),
                    if kept[i] { plain } else { 0.0 },
                ),
                "class-balanced" => {
                    let w = all / (present * classes[class]);
                    (w, w * plain)
                }
                "focal" => {
                    let alpha = if class == 0 { 0.75 } else { 0.25 };
                    let r = g * g * (g - 2.0 * (1.0 - g) * (1.0 - g).ln());
                    (alpha * r / g, alpha * g * g * plain)
                }
                "l1" => (1.0 / g, size),
                "smooth-l1" if size <= delta => (size / delta / g, size * size / (2.0 * delta)),
                "smooth-l1" => (1.0 / g, size - delta / 2.0),
                other => panic!("what is {other}?"),
            }
        })
        .collect()
}

fn compare(examples: &[Example], regression: bool, got: &Value) -> Rows {
    let mut rows = Rows::default();
    let bins = if regression { 10 } else { 30 };
    let momentum: f64 = if regression { 0.7 } else { 0.75 };
    let used: Vec<&Example> = examples.iter().filter(|e| e.valid).collect();
    let measured: Vec<(f64, f64)> = used.iter().map(|e| measure(e, regression, 0.02)).collect();
    let n = used.len() as f64;
    let mut counts = vec![0.0; bins];
    let (mut ema, mut beta) = (vec![0.0; bins], vec![0.0; bins]);
    let mut betas = vec![0.0; used.len()];
    let mut updates = vec![0; bins];
    for batch in 0..=used.last().map_or(0, |e| e.batch) {
        let of_batch: Vec<usize> = (0..used.len())
            .filter(|&i| used[i].batch == batch)
            .collect();
        if of_batch.is_empty() {
            continue;
        }
        let mut now = vec![0.0; bins];
        for &i in &of_batch {
            now[bin(measured[i].1, bins)] += 1.0;
        }
        let hit = now.iter().filter(|&&r| r > 0.0).count() as f64;
        for j in 0..bins {
            counts[j] += now[j];
            // The default convention: an empty bin keeps what it has, and the bias is that of its own updates.
            if now[j] > 0.0 {
                ema[j] = momentum * ema[j] + (1.0 - momentum) * now[j];
                updates[j] += 1;
            }
            let bias = 1.0 - momentum.powi(updates[j]);
            let density = if bias > 0.0 { ema[j] / bias * hit } else { 0.0 };
            beta[j] = if density > 1e-30 {
                of_batch.len() as f64 / density
            } else {
                0.0
            };
        }
        for &i in &of_batch {
            betas[i] = beta[bin(measured[i].1, bins)];
        }
    }
    let list = |rows: &mut Rows, name: &str, got: &Value, want: &[f64]| {
        let got = numbers(got);
        rows.equal(format!("{name} length"), got.len(), want.len());
        for (j, (got, want)) in got.iter().zip(want).enumerate() {
            rows.within(
                format!("{name}[{j}]"),
                *got,
                *want,
                1e-9 * want.abs().max(1e-3),
            );
        }
    };
    list(&mut rows, "counts", &got["counts"], &counts);
    list(&mut rows, "ema", &got["ema"], &ema);
    list(&mut rows, "beta", &got["beta"], &beta);
    rows.equal("examples", got["examples"].as_f64(), Some(n));
    rows.equal(
        "ignored",
        got["ignored"].as_u64(),
        Some((examples.len() - used.len()) as u64),
    );
    let width = used[0].outputs.len();
    let mut classes = vec![0.0; width.max(2)];
    if !regression {
        used.iter().for_each(|e| classes[e.target as usize] += 1.0);
    }
    let losses: &[&str] = if regression {
        &["l1", "smooth-l1", "asl1", "ghm-r"]
    } else {
        &["ce", "class-balanced", "focal", "ohem", "ghm-c"]
    };
    rows.equal(
        "losses",
        got["losses"].as_object().map(|o| o.len()),
        Some(losses.len()),
    );
    let mut harmonized = Vec::new();
    for &loss in losses {
        let of = &got["losses"][loss];
        let weighed = weigh(loss, &used, &measured, &betas, regression, &classes);
        let mut contribution = vec![0.0; bins];
        for (&(w, _), &(_, g)) in weighed.iter().zip(&measured) {
            contribution[bin(g, bins)] += w * g * bins as f64 / n;
        }
        list(
            &mut rows,
            &format!("{loss} contribution"),
            &of["contribution"],
            &contribution,
        );
        let mean = weighed.iter().map(|w| w.1).sum::<f64>() / n;
        rows.close(
            format!("{loss} mean"),
            of["mean"].as_f64().unwrap_or(f64::NAN),
            mean,
            1e-9,
        );
        if let Some(size) = of["effective_sample_size"].as_f64() {
            let (sum, squares) = weighed
                .iter()
                .fold((0.0, 0.0), |(s, q), (w, _)| (s + w, q + w * w));
            rows.close(format!("{loss} size"), size, sum * sum / squares, 1e-9);
        }
        if loss.starts_with("ghm") {
            harmonized = weighed;
        }
    }
    for group in got["by_group"].as_array().expect("groups") {
        let name = group["name"].as_str().expect("a name");
        let inside = |i: &usize| format!("g{}", used[*i].group) == name;
        let sum = |of: &dyn Fn(usize) -> f64| {
            let all: f64 = (0..used.len()).map(of).sum();
            (0..used.len()).filter(inside).map(of).sum::<f64>() / all
        };
        for (key, want) in [
            ("share_of_examples", sum(&|_| 1.0)),
            ("share_of_gradient", sum(&|i| measured[i].1)),
            (
                "share_of_harmonized_gradient",
                sum(&|i| measured[i].1 * harmonized[i].0),
            ),
        ] {
            rows.within(
                format!("{name} {key}"),
                group[key].as_f64().unwrap_or(f64::NAN),
                want,
                1e-9,
            );
        }
    }
    rows
}

#[test]
fn every_number_follows_its_definition() {
    let folder = tempfile::tempdir().expect("a folder");
    for n in SIZES {
        for (outputs, regression) in [(1, false), (4, false), (1, true)] {
            let examples = examples(n, outputs, regression);
            let path = write(&folder, "examples.csv", csv(&examples, regression));
            let got = report(&[text(&path)]);
            compare(&examples, regression, &got).assert_none();
            let mut changed = got.clone();
            let value = &mut changed["losses"][if regression { "ghm-r" } else { "ghm-c" }]["mean"];
            *value = (value.as_f64().expect("a number") * (1.0 + 1e-6)).into();
            assert_eq!(compare(&examples, regression, &changed).failures().len(), 1);
        }
    }
}
