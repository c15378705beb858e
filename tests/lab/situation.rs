//! The numbers of the sentence over the panels, and what its button does.

use ghm_lab::config::Config;
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::{ArmCommand, Command, Situation};

use crate::support::runs::{lab, small_config};
use crate::{after, run};

/// The crowd and its share of a contribution, from the bins at one end: 10 or 30 of them divide at 0.1 and 0.9.
fn plainly(counts: &[u32], total: &[f32], task: Task) -> (u32, f64) {
    let end = counts.len() / 10;
    let range = match task {
        Task::Binary | Task::Classes => 0..end,
        Task::Regression => counts.len() - end..counts.len(),
    };
    let sum = |of: &[f32]| of.iter().map(|&v| f64::from(v)).sum::<f64>();
    let crowd = counts[range.clone()].iter().sum();
    (crowd, sum(&total[range]) / sum(total))
}

#[test]
fn its_numbers_are_those_of_the_panels() {
    for task in Task::ALL {
        for &loss in Loss::of(*task) {
            let config = Config {
                loss,
                ..small_config().for_task(*task)
            };
            assert_eq!(lab(&config).situation(), None, "before the first step");
            let lab = after(&config, 40);
            let found = lab.situation().expect("a step was made");
            let snapshot = lab.snapshot();
            let of = |loss| plainly(&snapshot.counts, snapshot.contribution_of(loss), *task);
            let (crowd, share) = of(loss);
            let harmonizing = match task {
                Task::Regression => Loss::GhmR,
                Task::Binary | Task::Classes => Loss::GhmC,
            };
            let (_, unweighted) = of(harmonizing.unweighted());
            assert!(
                (found.share - share).abs() < 1e-5,
                "{loss:?}: {found:?}, {share}"
            );
            assert!(
                (found.share_unweighted - unweighted).abs() < 1e-5,
                "{loss:?}"
            );
            let expected = Situation {
                task: *task,
                acting: loss,
                examples: snapshot.examples,
                end: 0.1,
                crowd,
                off_line: snapshot.line_deviation(),
                can_harmonize: loss != harmonizing,
                ..found
            };
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn a_race_has_none_and_a_warm_up_is_the_loss_that_acts() {
    let mut lab = after(&small_config(), 5);
    lab.arm(ArmCommand::AllLosses);
    run(&mut lab, Command::Step(5));
    assert_eq!(lab.situation(), None);
    let warm = Config {
        warm_up_steps: 5,
        ..small_config()
    };
    for (steps, acting) in [(5, Loss::CrossEntropy), (6, Loss::GhmC)] {
        let lab = after(&warm, steps);
        assert_eq!(lab.situation().expect("a step was made").acting, acting);
    }
}

#[test]
fn where_bins_say_nothing_of_examples_nothing_is_said() {
    let of = |change: fn(&mut Config)| {
        let mut config = small_config();
        change(&mut config);
        after(&config, 5).situation()
    };
    assert_eq!(of(|config| config.bins = 1), None);
    let edge = of(|config| config.bins = 7).map(|of| of.end);
    assert_eq!(edge, Some(1.0 / 7.0));
    let entries = of(|config| {
        *config = config.for_task(Task::Classes);
        config.counting = ghm_lab::config::Counting::EveryEntry;
    });
    assert_eq!(entries, None);
}

#[test]
fn harmonize_goes_on_and_undo_goes_back() {
    for task in Task::ALL {
        let config = Config {
            loss: Loss::of(*task)[0],
            ..small_config().for_task(*task)
        };
        let mut lab = after(&config, 5);
        lab.harmonize();
        assert!(lab.config().loss.harmonizes());
        assert_eq!(lab.step(), 5, "it goes on");
        run(&mut lab, Command::Step(5));
        assert!(!lab.situation().expect("steps").can_harmonize);
        lab.undo();
        assert_eq!(*lab.config(), config);
    }
}

#[test]
fn the_opening_is_stuck_until_it_is_harmonized() {
    let opening = Config {
        backend: ghm_lab::config::Backend::Cpu,
        ..Config::opening()
    };
    let mut lab = after(&opening, 300);
    let precision = |lab: &ghm_lab::lab::Lab| {
        let last = lab.evaluation().expect("it is evaluated");
        last.test.average_precision.expect("there are positives")
    };
    let before = precision(&lab);
    let stuck = lab.situation().expect("steps");
    assert!(stuck.crowd > 9 * stuck.examples / 10, "{stuck:?}");
    let mut alone = after(&opening, 800);
    assert!(
        precision(&alone) - before < 0.1,
        "without it: {}",
        precision(&alone)
    );
    run(&mut alone, Command::Pause);
    lab.harmonize();
    run(&mut lab, Command::Step(500));
    assert!(
        precision(&lab) - before > 0.3,
        "{before} to {}",
        precision(&lab)
    );
    let off = lab
        .situation()
        .expect("steps")
        .off_line
        .expect("bins are hit");
    assert!(off < 1e-5, "{off}");
}
