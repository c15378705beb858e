//! The analysis of rows that no file has to hold.

use ghm_lab::config::Config;
use ghm_lab::data::Random;
use ghm_lab::data::predictions::{Header, Outputs, Rows};
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::xray::{Report, Xray};

use crate::measures::near;

fn header(task: Task, classes: usize, outputs: Outputs) -> Header {
    Header {
        task,
        classes,
        outputs,
        has_valid: false,
        has_batch: false,
        has_group: false,
    }
}

fn of_rows(
    header: Header,
    outputs: Vec<f64>,
    targets: Vec<f64>,
    groups: &[String],
    rest: Rows,
) -> Report {
    let mut xray = Xray::new(header, &Config::of_task(header.task));
    xray.add(&Rows {
        valid: vec![true; targets.len()],
        outputs,
        targets,
        ..rest
    });
    xray.finish(groups)
}

#[test]
fn a_logit_of_minus_infinity_is_a_probability_of_0() {
    let never = f64::NEG_INFINITY;
    let targets = vec![0.0, 1.0, 1.0, 2.0];
    let logits = vec![
        0.0, never, never, 0.5, 0.5, never, 1.0, never, 1.0, never, never, 3.0,
    ];
    let p = vec![1.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0, 1.0];
    let [a, b] = [(Outputs::Logits, logits), (Outputs::Probabilities, p)].map(|(kind, outputs)| {
        of_rows(
            header(Task::Classes, 3, kind),
            outputs,
            targets.clone(),
            &[],
            Rows::default(),
        )
    });
    for loss in [Loss::CrossEntropy, Loss::Focal, Loss::Ohem, Loss::GhmC] {
        let [x, y] = [&a, &b].map(|of| of.of(loss).expect("it is told").mean);
        assert!(x.is_finite() && (x - y).abs() < 1e-9, "{loss:?}: {x} {y}");
    }
    // Three of them are right or a draw, the fourth cannot be: its loss is capped, which is said.
    near(
        a.of(Loss::CrossEntropy).map_or(f64::NAN, |of| of.mean),
        (libm::log(2.0) + 100.0) / 4.0,
    );
    assert_eq!(a.counts, b.counts);
    assert_eq!(a.metrics, b.metrics);
    assert_eq!(a.notes, b.notes);
    assert!(
        a.notes[0].starts_with("Examples with probability 0 (below 4e-44) of their class: 1."),
        "{:?}",
        a.notes
    );
}

/// Shares of the harmonized gradient by group, written out plainly, under momentum 0.75.
fn harmonized(rows: &Rows, groups: usize, bins: usize) -> Vec<f64> {
    let (mut ema, mut updates) = (vec![0.0; bins], vec![0; bins]);
    let mut shares = vec![0.0; groups];
    let norms: Vec<f64> = (rows.outputs.iter().zip(&rows.targets))
        .map(|(x, y)| (1.0 / (1.0 + (-x).exp()) - y).abs())
        .collect();
    let place = |g: f64| ((g * bins as f64) as usize).min(bins - 1);
    let batches = rows.batch.last().map_or(0, |last| last + 1);
    for batch in 0..batches {
        let of_batch: Vec<usize> = (0..norms.len())
            .filter(|&i| rows.batch[i] == batch)
            .collect();
        let mut counts = vec![0.0; bins];
        of_batch
            .iter()
            .for_each(|&i| counts[place(norms[i])] += 1.0);
        let hit = counts.iter().filter(|&&count| count > 0.0).count() as f64;
        for (bin, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
            ema[bin] = 0.75 * ema[bin] + 0.25 * count;
            updates[bin] += 1;
        }
        for &i in &of_batch {
            let bin = place(norms[i]);
            let density = ema[bin] / (1.0 - 0.75_f64.powi(updates[bin])) * hit;
            shares[rows.group[i] as usize] += of_batch.len() as f64 / density * norms[i];
        }
    }
    let all: f64 = shares.iter().sum();
    shares.iter().map(|share| share / all).collect()
}

#[test]
fn many_mini_batches_and_groups_come_to_what_they_are() {
    let (n, groups) = (3000, 700);
    let mut random = Random::named(5, "groups");
    let rows = Rows {
        outputs: (0..n).map(|_| random.between(-3.0, 3.0)).collect(),
        targets: (0..n).map(|_| f64::from(random.below(2))).collect(),
        batch: (0..n as u32).map(|i| i / 5).collect(),
        group: (0..n).map(|_| random.below(groups)).collect(),
        ..Rows::default()
    };
    let want = harmonized(&rows, groups as usize, 30);
    let names: Vec<String> = (0..groups).map(|g| format!("image {g}")).collect();
    let mut of = header(Task::Binary, 2, Outputs::Logits);
    (of.has_batch, of.has_group) = (true, true);
    let [outputs, targets] = [rows.outputs.clone(), rows.targets.clone()];
    let got = of_rows(of, outputs, targets, &names, rows);
    assert_eq!((got.batches, got.groups.len()), (600, groups as usize));
    for (share, want) in got.groups.iter().zip(want) {
        near(share.of_harmonized, want);
    }
}

#[test]
fn many_classes_are_ranked_within_the_bound_that_is_said() {
    // 1,000 numbers a row: more than are kept after 40,000 rows.
    let (classes, n) = (1000, 40_400);
    let mut random = Random::named(7, "classes");
    let mut xray = Xray::new(
        header(Task::Classes, classes, Outputs::Probabilities),
        &Config::of_task(Task::Classes),
    );
    // The same row again and again but for its first three classes, of which exact values are kept here.
    let mut seen: Vec<([f64; 3], usize)> = Vec::new();
    let mut rows = Rows::default();
    for i in 0..n {
        let class = random.below(3) as usize;
        let mut p = [0.0; 3].map(|_: f64| random.uniform());
        p[class] += 0.4;
        let sum: f64 = p.iter().sum::<f64>() * 1.25;
        let p = p.map(|p| p / sum);
        rows.outputs.extend(p);
        rows.outputs
            .extend(std::iter::repeat_n(0.2 / (classes - 3) as f64, classes - 3));
        rows.targets.push(class as f64);
        rows.valid.push(true);
        seen.push((p, class));
        if rows.len() == 400 || i + 1 == n {
            xray.add(&std::mem::take(&mut rows));
        }
    }
    let got = xray.finish(&[]).metrics;
    let exact = |k: usize| {
        let mut of_class: Vec<(f64, bool)> = seen.iter().map(|(p, c)| (p[k], *c == k)).collect();
        of_class.sort_by(|a, b| b.0.total_cmp(&a.0));
        let positives = of_class.iter().filter(|(_, hit)| *hit).count() as f64;
        let mut hits = 0.0;
        let at = |(i, (_, hit)): (usize, &(f64, bool))| {
            hits += f64::from(u8::from(*hit));
            if *hit {
                hits / (i + 1) as f64 / positives
            } else {
                0.0
            }
        };
        of_class.iter().enumerate().map(at).sum::<f64>()
    };
    let want = (exact(0) + exact(1) + exact(2)) / 3.0;
    let quality = got.average_precision.expect("it is ranked");
    let off = (quality.value - want).abs();
    assert!(
        quality.error_bound > 0.0 && off <= quality.error_bound,
        "{quality:?}, not {want}"
    );
    assert!(quality.error_bound < 0.05, "{quality:?}");
    assert_eq!(got.absent.len(), classes - 3);
}
