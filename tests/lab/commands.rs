//! Play, pause, steps, epochs, restarts: where they lead and that they repeat to the bit.

use ghm_lab::config::{Activation, Config, Optimizer};
use ghm_lab::data::Shape;
use ghm_lab::engine::MAP_SIZE;
use ghm_lab::ghm::Loss;
use ghm_lab::lab::Command;

use crate::support::runs::{lab, settle, small_config};
use crate::{after, bits, run, texts};

#[test]
fn a_new_lab_waits_and_shows_step_zero() {
    let mut lab = lab(&small_config());
    settle(&mut lab);
    assert!(!lab.is_playing());
    assert_eq!((lab.step(), lab.snapshot().step), (0, 0));
    assert_eq!(lab.snapshot().counts, [0; 0]);
    assert_eq!(lab.snapshot().contribution_of(Loss::GhmC), [0.0; 0]);
    assert_eq!(lab.snapshot().line_deviation(), None);
    assert_eq!(
        lab.map().map(|map| map.values.len()),
        Some(MAP_SIZE * MAP_SIZE)
    );
    assert_eq!(lab.history().points().len(), 1);
    assert_eq!(texts(&lab), [""; 0]);
    assert_eq!(lab.rates(), (0.0, 0.0));
}

#[test]
fn steps_land_exactly_where_they_were_asked_for() {
    let mut lab = lab(&small_config());
    let mut want = 0;
    for count in [1, 2, 7, 300, 1] {
        run(&mut lab, Command::Step(count));
        want += u64::from(count);
        assert_eq!((lab.step(), lab.snapshot().step), (want, want));
        assert!(!lab.is_busy() && !lab.is_playing());
        assert_eq!(lab.map().map(|map| map.step), Some(want));
        assert_eq!(lab.history().last().map(|point| point.step), Some(want));
    }
}

#[test]
fn steps_that_are_asked_for_twice_add_up() {
    let mut lab = lab(&small_config());
    lab.command(Command::Step(5));
    run(&mut lab, Command::Step(3));
    assert_eq!(lab.step(), 8);
}

#[test]
fn a_step_while_playing_pauses_right_behind_it() {
    let mut lab = lab(&small_config());
    lab.command(Command::Step(100_000));
    lab.command(Command::Play);
    lab.tick();
    let step = lab.step();
    run(&mut lab, Command::Step(2));
    assert_eq!(lab.step(), step + 2);
}

#[test]
fn an_epoch_ends_with_its_last_batch() {
    // 450 training examples in mini-batches of 128: three full ones and one of 66.
    let mut lab = lab(&small_config());
    assert_eq!(lab.data().train.len(), 450);
    run(&mut lab, Command::Epoch);
    assert_eq!(
        (lab.step(), lab.snapshot().epoch, lab.snapshot().examples),
        (4, 1, 66)
    );
    assert_eq!(lab.snapshot().counts.iter().sum::<u32>(), 66);
    run(&mut lab, Command::Step(1));
    assert_eq!((lab.snapshot().epoch, lab.snapshot().examples), (2, 128));
    run(&mut lab, Command::Epoch);
    assert_eq!((lab.step(), lab.snapshot().epoch), (8, 2));
}

#[test]
fn pause_stops_and_settles() {
    let mut lab = lab(&small_config());
    lab.command(Command::Speed(1e9));
    lab.command(Command::Play);
    for _ in 0..5 {
        lab.tick();
    }
    assert!(lab.is_busy() && lab.is_playing());
    run(&mut lab, Command::Pause);
    let step = lab.step();
    assert!(step > 0);
    assert_eq!(lab.snapshot().step, step);
    lab.tick();
    assert_eq!(lab.step(), step);
}

#[test]
fn pause_gives_up_the_steps_that_were_asked_for() {
    let mut lab = lab(&small_config());
    lab.command(Command::Step(1_000_000));
    lab.tick();
    run(&mut lab, Command::Pause);
    assert!(lab.step() < 1_000_000);
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    for config in [
        small_config(),
        Config {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Sgd,
            activation: Activation::Relu,
            layers: 3,
            dataset: Shape::Spiral,
            ..small_config()
        },
    ] {
        let (a, b) = (after(&config, 40), after(&config, 40));
        assert_eq!(bits(&a), bits(&b));
    }
}

#[test]
fn how_steps_are_divided_does_not_change_the_bits() {
    let whole = after(&small_config(), 40);
    let mut parts = lab(&small_config());
    for count in [1, 2, 30, 7] {
        run(&mut parts, Command::Step(count));
    }
    assert_eq!(bits(&whole), bits(&parts));
}

#[test]
fn a_restart_repeats_the_run_to_the_bit() {
    let mut lab = after(&small_config(), 30);
    let first = bits(&lab);
    let run_before = lab.run();
    run(&mut lab, Command::Restart);
    assert_eq!((lab.step(), lab.run()), (0, run_before + 1));
    assert_eq!(lab.snapshot().counts, [0; 0]);
    assert_eq!(lab.history().points().len(), 1);
    run(&mut lab, Command::Step(30));
    assert_eq!(bits(&lab), first);
    // A live change on the way is part of the settings, not of the run.
    lab.configure(&Config {
        learning_rate: 0.02,
        ..small_config()
    });
    run(&mut lab, Command::Step(5));
    lab.configure(&small_config());
    run(&mut lab, Command::Restart);
    run(&mut lab, Command::Step(30));
    assert_eq!(bits(&lab), first);
}

#[test]
fn a_restart_goes_on_playing() {
    let mut lab = lab(&small_config());
    lab.command(Command::Play);
    lab.tick();
    lab.command(Command::Restart);
    assert!(lab.is_playing());
    lab.tick();
    assert!(lab.step() > 0);
}

#[test]
fn a_new_seed_gives_other_data_and_another_run() {
    let mut lab = after(&small_config(), 10);
    let (first, data) = (bits(&lab), lab.data().train.points.clone());
    run(&mut lab, Command::NewSeed);
    assert_eq!(
        (lab.step(), lab.config().seed),
        (0, small_config().seed + 1)
    );
    assert_ne!(lab.data().train.points, data);
    run(&mut lab, Command::Step(10));
    assert_ne!(bits(&lab), first);
    let wanted = Config {
        seed: small_config().seed + 1,
        ..small_config()
    };
    assert_eq!(bits(&lab), bits(&after(&wanted, 10)));
}

#[test]
fn the_largest_seed_is_followed_by_zero() {
    let mut lab = lab(&Config {
        seed: u32::MAX,
        ..small_config()
    });
    lab.command(Command::NewSeed);
    assert_eq!(lab.config().seed, 0);
}
