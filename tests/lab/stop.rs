//! Training that pauses by itself.

use ghm_lab::config::Config;
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::{ArmCommand, Command, Lab};

use super::support::runs::{lab, small_config};
use super::{bits, run, texts};

/// Plays until the lab rests by itself.
fn play(lab: &mut Lab) {
    lab.command(Command::Speed(f64::INFINITY));
    lab.command(Command::Play);
    for _ in 0..20_000 {
        lab.tick();
        if !lab.is_busy() {
            return;
        }
    }
    panic!("it never pauses: step {}", lab.step());
}

#[test]
fn pauses_at_its_step_and_epoch_to_the_step_and_goes_on_when_asked() {
    let config = Config {
        stop_step: 37,
        stop_epoch: 3,
        ..small_config()
    };
    let mut lab = lab(&config);
    run(&mut lab, Command::Epoch);
    let epoch = lab.step();
    assert!(epoch > 1 && 3 * epoch != 37, "{epoch}");
    let mut stops = [37, 3 * epoch];
    stops.sort_unstable();
    for stop in stops {
        play(&mut lab);
        assert_eq!((lab.step(), lab.is_playing()), (stop, false));
    }
    let said = texts(&lab).join("\n");
    assert!(said.contains("Stopped at step 37"), "{said}");
    assert!(said.contains("Stopped after epoch 3"), "{said}");
    let mut straight = super::after(&config, stops[1] as u32);
    assert_eq!(bits(&lab), bits(&straight));
    // What was passed no longer stops it.
    run(&mut straight, Command::Step(1));
    straight.command(Command::Play);
    (0..50).for_each(|_| straight.tick());
    assert!(straight.is_playing());
}

#[test]
fn a_race_pauses_when_the_first_arm_is_at_the_target() {
    let config = Config {
        stop_score: 0.8,
        ..small_config()
    };
    let mut lab = lab(&config);
    lab.arm(ArmCommand::Add(Loss::Focal));
    play(&mut lab);
    let scores: Vec<f64> = (lab.arms().iter())
        .filter_map(|arm| arm.evaluation()?.test.average_precision)
        .collect();
    assert!(scores.iter().any(|&score| score >= 0.79), "{scores:?}");
    let text = texts(&lab).join("\n");
    assert!(text.contains("has reached 0."), "{text}");
}

#[test]
fn an_error_that_is_small_enough_pauses_a_regression() {
    let mut config = small_config().for_task(Task::Regression);
    config.stop_score = 0.3;
    let mut lab = lab(&config);
    play(&mut lab);
    let error = lab.evaluation().and_then(|of| of.test.absolute_error);
    assert!(error < Some(0.35), "{error:?}");
    assert!(lab.step() > 0);
}

#[test]
fn a_plateau_pauses_and_counts_anew() {
    let config = Config {
        stop_plateau: 200,
        // Nothing gets better without steps of any size.
        learning_rate: 1e-5,
        ..small_config()
    };
    let mut lab = lab(&config);
    play(&mut lab);
    let first = lab.step();
    assert!(first >= 200, "{first}");
    let text = texts(&lab).join("\n");
    assert!(text.contains("no better score over 200 steps"), "{text}");
    play(&mut lab);
    assert!(lab.step() >= first + 200, "{first}, {}", lab.step());
}

#[test]
fn a_race_without_an_arm_that_runs_has_no_plateau() {
    // Both blow up at once.
    let config = Config {
        learning_rate: 10.0,
        optimizer: ghm_lab::config::Optimizer::Sgd,
        activation: ghm_lab::config::Activation::Relu,
        layers: 3,
        width: 64,
        momentum: 0.999,
        convention: ghm_lab::ghm::Convention::Paper,
        ..small_config()
    };
    let mut lab = lab(&config);
    lab.arm(ArmCommand::Duplicate(0));
    let start = std::time::Instant::now();
    while lab.arms().iter().any(|arm| arm.out_at().is_none()) {
        // Only so that it ends at all.
        assert!(start.elapsed().as_secs() < 900, "{:?}", texts(&lab));
        if !lab.is_playing() {
            lab.command(Command::Play);
        }
        lab.tick();
    }
    (0..100).for_each(|_| lab.tick());
    let said = texts(&lab).join("\n");
    assert!(!said.contains("no better score"), "{said}");
}
