//! Where every entry counts: the panels of many small mini-batches, each of which holds little, by their definition.

use ghm_lab::config::{Config, Counting};
use ghm_lab::data::Random;
use ghm_lab::data::predictions::{Header, Outputs, Rows};
use ghm_lab::ghm::{Average, DensityRule, Loss, Task, bin, density, softmax};
use ghm_lab::xray::Xray;

const CLASSES: usize = 5;
const BINS: usize = 7;
const ROWS: usize = 300;

#[test]
fn mini_batches_that_hold_little_are_summed_by_the_bins_of_their_entries() {
    let config = Config {
        bins: BINS as u32,
        momentum: 0.75,
        counting: Counting::EveryEntry,
        ..Config::of_task(Task::Classes)
    };
    let header = Header {
        task: Task::Classes,
        classes: CLASSES,
        outputs: Outputs::Logits,
        has_valid: false,
        has_batch: true,
        has_group: false,
    };
    let mut random = Random::named(3, "entries");
    let outputs = (0..ROWS * CLASSES).map(|_| random.between(-4.0, 4.0));
    let outputs: Vec<f64> = outputs.collect();
    let targets = (0..ROWS).map(|_| f64::from(random.below(CLASSES as u32)));
    let targets: Vec<f64> = targets.collect();
    // Of one, two and three rows, and of more.
    let batch: Vec<u32> = (0..ROWS)
        .map(|row| (row as f64 / 2.5).sqrt() as u32)
        .collect();

    let rule = DensityRule::of(config.convention, config.momentum);
    let mut average = Average::new(BINS);
    let (mut gd, mut beta) = (vec![0.0; BINS], vec![0.0; BINS]);
    let mut sums = [vec![0.0; BINS], vec![0.0; BINS]];
    for number in 0..=batch[ROWS - 1] {
        let rows = (0..ROWS).filter(|&row| batch[row] == number);
        let norms: Vec<(usize, Vec<f64>)> = rows
            .map(|row| {
                let class = targets[row] as usize;
                let mut g = vec![0.0; CLASSES];
                softmax(&outputs[row * CLASSES..][..CLASSES], &mut g);
                g[class] = 1.0 - g[class];
                (bin(g[class], BINS), g)
            })
            .collect();
        let mut counts = vec![0.0; BINS];
        let all = norms.iter().flat_map(|(_, g)| g);
        all.for_each(|&g| counts[bin(g, BINS)] += 1.0);
        density(&counts, &rule, &mut average, &mut gd, &mut beta);
        for (own, norms) in &norms {
            for &g in norms {
                sums[0][bin(g, BINS)] += g;
                sums[1][bin(g, BINS)] += beta[*own] * g;
            }
        }
    }

    let mut xray = Xray::new(header, &config);
    xray.add(&Rows {
        outputs,
        targets,
        valid: vec![true; ROWS],
        batch,
        ..Rows::default()
    });
    let report = xray.finish(&[]);
    assert_eq!(report.counts.iter().sum::<f64>(), (ROWS * CLASSES) as f64);
    let scale = BINS as f64 / (ROWS * CLASSES) as f64;
    for (loss, sums) in [Loss::CrossEntropy, Loss::GhmC].into_iter().zip(sums) {
        let of = report.of(loss).expect("it can be had");
        for (j, (got, sum)) in of.contribution.iter().zip(sums).enumerate() {
            let want = scale * sum;
            assert!(
                (got - want).abs() < 1e-9,
                "{loss:?}, bin {j}: {got}, not {want}"
            );
        }
    }
}
