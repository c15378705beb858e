//! A race of losses: the arms differ in their loss alone.

use ghm_lab::config::Config;
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::{ArmCommand, Command, Lab};

use super::support::runs::{lab, settle, small_config};
use super::{bits, run, texts};

fn race(config: &Config) -> Lab {
    let mut lab = lab(config);
    lab.arm(ArmCommand::AllLosses);
    lab
}

fn losses(lab: &Lab) -> Vec<Loss> {
    lab.arms().iter().map(|arm| arm.config().loss).collect()
}

/// A lab's arms by name, their names of losses where they have none of their own.
fn names(lab: &Lab) -> Vec<&str> {
    lab.arms().iter().map(|arm| arm.name()).collect()
}

fn show(lab: &mut Lab, index: usize) {
    lab.arm(ArmCommand::Show(index));
    settle(lab);
}

#[test]
fn all_arms_start_from_the_same_bits_and_see_the_same_mini_batches() {
    // The default data.
    let config = Config {
        backend: small_config().backend,
        ..Config::default()
    };
    let mut lab = race(&config);
    assert_eq!(losses(&lab), Loss::of(Task::Binary));
    let start = |lab: &Lab, index: usize| -> Vec<u32> {
        let parameters = lab.arms()[index].initial_parameters().iter();
        parameters.map(|p| p.to_bits()).collect()
    };
    for _ in 0..20 {
        run(&mut lab, Command::Step(1));
        let first = lab.arms()[0].last_indices();
        assert!(!first.is_empty());
        for (index, arm) in lab.arms().iter().enumerate() {
            assert_eq!(arm.last_indices(), first, "arm {index}");
            assert_eq!(start(&lab, index), start(&lab, 0), "arm {index}");
        }
    }
    let other = race(&Config {
        seed: config.seed + 1,
        ..config
    });
    assert_ne!(
        start(&other, 0),
        start(&lab, 0),
        "the check sees a difference"
    );
}

#[test]
fn each_arm_equals_its_loss_trained_alone() {
    let mut wrong = Vec::new();
    for task in Task::ALL.iter().copied() {
        let config = small_config().for_task(task);
        let mut together = race(&config);
        run(&mut together, Command::Step(40));
        let mut last = Vec::new();
        for (index, &loss) in Loss::of(task).iter().enumerate() {
            let mut alone = lab(&Config {
                loss,
                ..config.clone()
            });
            run(&mut alone, Command::Step(40));
            show(&mut together, index);
            let (race, alone) = (bits(&together), bits(&alone));
            if race != alone {
                wrong.push(loss);
            }
            assert_ne!(race, last, "{loss:?}: the check sees a difference");
            last = race;
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_clock_is_shared() {
    let mut lab = race(&small_config());
    run(&mut lab, Command::Step(3));
    run(&mut lab, Command::Epoch);
    let steps = |lab: &Lab| -> Vec<u64> {
        let arms = lab.arms().iter();
        arms.map(|arm| arm.snapshot().step).collect()
    };
    assert_eq!(steps(&lab), [4; 5]);
    lab.command(Command::Play);
    for _ in 0..50 {
        lab.tick();
    }
    run(&mut lab, Command::Pause);
    assert_eq!(steps(&lab), [lab.step(); 5]);
    run(&mut lab, Command::Restart);
    assert_eq!(steps(&lab), [0; 5]);
}

#[test]
fn a_setting_of_one_arm_leaves_the_others_alone_and_a_shared_one_goes_to_all() {
    let mut lab = race(&small_config());
    show(&mut lab, 4);
    let of_arm = Config {
        bins: 7,
        learning_rate: 0.001,
        ..lab.config().clone()
    };
    lab.configure(&of_arm);
    let bins = |lab: &Lab| -> Vec<u32> {
        let arms = lab.arms().iter();
        arms.map(|arm| arm.config().bins).collect()
    };
    assert_eq!(bins(&lab), [30, 30, 30, 30, 7]);
    let rate = lab.arms()[0].config().learning_rate;
    assert_eq!(rate, small_config().learning_rate);
    for shared in [
        Config {
            batch_size: 64,
            ..of_arm.clone()
        },
        Config {
            noise: 0.2,
            ..of_arm.clone()
        },
    ] {
        lab.configure(&shared);
        settle(&mut lab);
        for arm in lab.arms() {
            assert_eq!(arm.config().batch_size, shared.batch_size);
            assert_eq!(arm.config().noise, shared.noise);
        }
        assert_eq!(losses(&lab), Loss::of(Task::Binary));
        assert_eq!(bins(&lab), [30, 30, 30, 30, 7]);
    }
}

#[test]
fn arms_come_and_go() {
    let mut lab = lab(&small_config());
    lab.arm(ArmCommand::Remove(0));
    assert_eq!(names(&lab), ["GHM-C"], "the last arm stays");
    lab.arm(ArmCommand::Add(Loss::Focal));
    assert_eq!((names(&lab), lab.shown()), (vec!["GHM-C", "Focal"], 1));
    lab.arm(ArmCommand::Rename(0, " thirty bins ".to_owned()));
    lab.arm(ArmCommand::Duplicate(0));
    assert_eq!(names(&lab), ["thirty bins", "Focal", "GHM-C"]);
    run(&mut lab, Command::Step(2));
    let runs = |lab: &Lab| -> Vec<u64> { lab.arms().iter().map(|arm| arm.run()).collect() };
    let before = runs(&lab);
    lab.arm(ArmCommand::Remove(1));
    settle(&mut lab);
    assert_eq!(runs(&lab), [before[0], before[2]], "runs keep their marks");
    assert_eq!(
        (names(&lab), lab.shown()),
        (vec!["thirty bins", "GHM-C"], 1)
    );
    assert_eq!(lab.step(), 2, "removing an arm lets the others run on");
    lab.command(Command::Restart);
    let anew = runs(&lab);
    assert!(anew.iter().all(|run| !before.contains(run)), "{anew:?}");
    lab.arm(ArmCommand::Rename(0, "  ".to_owned()));
    assert_eq!(names(&lab), ["GHM-C", "GHM-C"]);
    for _ in 0..4 {
        lab.arm(ArmCommand::Duplicate(0));
    }
    assert_eq!(lab.arms().len(), 6);
    lab.arm(ArmCommand::Add(Loss::Ohem));
    assert_eq!(lab.arms().len(), 6);
    assert!(
        texts(&lab)[0].contains("at most 6 arms"),
        "{:?}",
        texts(&lab)
    );
    lab.arm(ArmCommand::Show(17));
    assert!(lab.shown() < 6);
}

#[test]
fn mute_and_solo_leave_at_least_one() {
    let mut lab = race(&small_config());
    let heard = |lab: &Lab| -> Vec<usize> { lab.heard().map(|(index, _)| index).collect() };
    lab.arm(ArmCommand::Mute(1));
    assert_eq!(heard(&lab), [0, 2, 3, 4]);
    lab.arm(ArmCommand::Solo(2));
    assert_eq!(heard(&lab), [2]);
    lab.arm(ArmCommand::Mute(2));
    assert_eq!(heard(&lab), [2], "the last one stays");
    run(&mut lab, Command::Step(5));
    assert_eq!(lab.arms()[0].snapshot().step, 5, "muted arms train on");
    lab.arm(ArmCommand::Solo(2));
    assert_eq!(heard(&lab), [0, 1, 2, 3, 4]);
    lab.arm(ArmCommand::Solo(1));
    lab.arm(ArmCommand::Remove(1));
    assert_eq!(heard(&lab).len(), 1);
}

#[test]
fn a_new_task_makes_a_race_of_its_losses() {
    let mut lab = race(&small_config());
    let config = lab.config().for_task(Task::Regression);
    lab.configure(&config);
    settle(&mut lab);
    assert_eq!(losses(&lab)[0], Loss::GhmR);
    assert_eq!(lab.arms().len(), 4, "there are four losses of a regression");
    assert_eq!(lab.shown(), 0);
}

#[test]
fn an_arm_that_blows_up_leaves_the_race_and_the_others_go_on() {
    let mut lab = race(&small_config());
    show(&mut lab, 0);
    let config = Config {
        learning_rate: 10.0,
        optimizer: ghm_lab::config::Optimizer::Sgd,
        activation: ghm_lab::config::Activation::Relu,
        layers: 3,
        width: 64,
        ..lab.config().clone()
    };
    lab.configure(&config);
    run(&mut lab, Command::Step(200));
    assert!(lab.arms()[0].out_at().is_some(), "{:?}", texts(&lab));
    assert!(
        texts(&lab)[0].contains("CE is out of the race"),
        "{:?}",
        texts(&lab)
    );
    for arm in &lab.arms()[1..] {
        assert_eq!((arm.out_at(), arm.snapshot().step), (None, 200));
    }
    run(&mut lab, Command::Restart);
    assert!(lab.arms().iter().all(|arm| arm.out_at().is_none()));
}
