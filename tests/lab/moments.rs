//! Looking back, and where to put the threshold.

use ghm_lab::config::Config;
use ghm_lab::ghm::Task;
use ghm_lab::lab::{ArmCommand, Command, Decisions, Lab};

use super::support::runs::small_config;
use super::{after, bits, run};

/// What is shown at each of these steps.
fn walk(lab: &mut Lab, steps: u64) -> Vec<Vec<u32>> {
    (0..steps)
        .map(|_| {
            run(lab, Command::Step(1));
            bits_now(lab)
        })
        .collect()
}

/// As [`bits`], with the scores that are shown.
fn bits_now(lab: &Lab) -> Vec<u32> {
    let scores = lab.evaluation().expect("a settled lab has its scores");
    let loss = scores.test.loss.to_bits();
    let mut all = bits(lab);
    // Those of the present are among them, whatever is shown.
    all.truncate(all.len() - 4);
    all.extend([loss as u32, (loss >> 32) as u32, scores.step as u32]);
    all
}

#[test]
fn the_past_is_shown_as_it_was_and_training_goes_on_from_the_present() {
    let mut lab = after(&small_config(), 0);
    lab.arm(ArmCommand::AllLosses);
    let seen = walk(&mut lab, 12);
    assert_eq!(lab.moments().max(), Some(12));
    for step in [3, 12, 7, 1] {
        lab.look_back(Some(step));
        assert_eq!(lab.looks_back(), Some(step));
        assert_eq!(bits_now(&lab), seen[step as usize - 1], "step {step}");
        let steps: Vec<u64> = lab.arms().iter().map(|arm| arm.snapshot().step).collect();
        assert_eq!(steps, vec![step; lab.arms().len()]);
        assert_eq!((lab.step(), lab.is_playing()), (12, false));
    }
    lab.look_back(None);
    assert_eq!(bits_now(&lab), seen[11]);
    // What is saved is the present, whatever is shown.
    let saved = lab.experiment();
    lab.look_back(Some(4));
    assert_eq!(lab.experiment(), saved);

    lab.look_back(Some(2));
    run(&mut lab, Command::Step(1));
    assert_eq!((lab.looks_back(), lab.snapshot().step), (None, 13));
    let mut straight = after(&small_config(), 0);
    straight.arm(ArmCommand::AllLosses);
    walk(&mut straight, 13);
    assert_eq!(bits(&lab), bits(&straight));
}

#[test]
fn looking_back_pauses_and_a_restart_has_no_past() {
    let mut lab = after(&small_config(), 5);
    lab.command(Command::Play);
    lab.tick();
    lab.look_back(Some(5));
    assert!(!lab.is_playing());
    run(&mut lab, Command::Restart);
    assert_eq!(lab.looks_back(), None);
    assert_eq!(lab.moments().collect::<Vec<_>>(), [0]);
    // A change that acts live is seen at once.
    run(&mut lab, Command::Step(3));
    lab.look_back(Some(0));
    let config = Config {
        momentum: 0.5,
        ..lab.config().clone()
    };
    lab.configure(&config);
    assert_eq!(lab.looks_back(), None);
}

#[test]
fn moments_stay_within_their_bounds_and_reach_over_the_whole_run() {
    // 3 classes: a map of 9,216 x 3 numbers at each.
    let config = small_config().for_task(Task::Classes);
    let mut lab = after(&config, 0);
    walk(&mut lab, 400);
    let steps: Vec<u64> = lab.moments().collect();
    assert!(steps.len() <= 256 && steps.len() > 30, "{}", steps.len());
    assert_eq!(steps[0], 0);
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    let gap = steps.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(gap <= Some(16), "{gap:?}");
    let last = *steps.last().expect("there are some");
    assert!(last > 400 - 16, "{last}");
    let bytes = steps.len() * lab.map().expect("a map").values.len() * 4;
    assert!(bytes <= 8 << 20, "{bytes}");
}

#[test]
fn decisions_are_those_of_the_outputs() {
    for task in [Task::Binary, Task::Classes] {
        let config = small_config().for_task(task);
        let lab = after(&config, 40);
        let arm = &lab.arms()[0];
        let outputs = arm.outputs().expect("it was evaluated");
        let class = config.number_of_classes() - 1;
        let decisions = Decisions::of(arm, lab.data(), class).expect("a classification");
        let test = &lab.data().test;
        assert_eq!((decisions.class, decisions.examples), (class, test.len()));
        let logits: Vec<&[f32]> = outputs.splits[1].chunks(outputs.width).collect();
        // The log-odds of the class, written out.
        let odds = |row: &[f32]| -> f64 {
            let exp = |x: f32| f64::from(x).exp();
            let others = row.iter().enumerate().filter(|(c, _)| *c != class);
            match task {
                Task::Binary => f64::from(row[0]),
                _ => exp(row[class]).ln() - others.map(|(_, x)| exp(*x)).sum::<f64>().ln(),
            }
        };
        for threshold in [0.0_f64, 0.03, 0.31, 0.5, 0.9, 1.1] {
            let mut counts = [0; 4];
            for (i, row) in logits.iter().enumerate() {
                let says = 1.0 / (1.0 + (-odds(row)).exp()) >= threshold;
                counts[usize::from(says) + 2 * usize::from(test.class(i) == class)] += 1;
            }
            let got = decisions.at(threshold);
            let got = [
                got.true_negatives,
                got.false_positives,
                got.false_negatives,
                got.true_positives,
            ];
            assert_eq!(got, counts, "{task:?} from {threshold} on");
        }
        let inside: usize = decisions.calibration.iter().map(|bin| bin.examples).sum();
        assert_eq!(inside, test.len());
        if task == Task::Binary {
            // The area of the steps is the average precision that is shown.
            let mut last = 0.0;
            let area: f64 = (decisions.precision_recall.iter())
                .map(|&[recall, precision]| {
                    (recall - std::mem::replace(&mut last, recall)) * precision
                })
                .sum();
            let scores = lab.evaluation().expect("scores").test;
            assert!((area - scores.average_precision.expect("a classification")).abs() < 1e-12);
            let (best, shown) = (decisions.best, scores.best_f1);
            assert_eq!(best.map(|best| best.f1), shown.map(|best| best.f1));
        }
    }
    let lab = after(&small_config().for_task(Task::Regression), 5);
    assert!(Decisions::of(&lab.arms()[0], lab.data(), 0).is_none());
}
