//! Going on from what was kept of a run.

use ghm_lab::config::{Config, Optimizer};
use ghm_lab::engine::{Checkpoint, Request, Trainer};
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::{ArmCommand, Command, Lab};

use crate::support::runs::{exploding, lab, no_gpu, settle, small_config};
use crate::{after, bits, run, texts};

fn trainer(config: &Config) -> Trainer {
    no_gpu().start(config).expect("the CPU is always there").0
}

fn checkpoint(trainer: &mut Trainer) -> Checkpoint {
    let request = Request {
        parameters: true,
        ..Request::default()
    };
    let update = trainer.read_now(request).expect("a reading");
    update.checkpoint.expect("asked for")
}

#[test]
fn a_resumed_run_is_the_same_run_to_the_bit() {
    let mut failures = Vec::new();
    for &task in Task::ALL {
        for optimizer in [Optimizer::Adam, Optimizer::Sgd] {
            let config = Config {
                task,
                loss: *Loss::of(task).last().expect("each task has losses"),
                optimizer,
                ..small_config()
            };
            let whole = trainer(&config);
            // In the middle of the third epoch, and at the end of one.
            let epoch = whole.batches_left();
            for first in [2 * epoch + 1, 3 * epoch] {
                let mut whole = trainer(&config);
                whole.advance(first).expect("it trains");
                let kept = checkpoint(&mut whole);
                // What is kept survives being written and read.
                let text = serde_json::to_string(&kept).expect("numbers");
                let kept: Checkpoint = serde_json::from_str(&text).expect("what was written");
                whole.advance(epoch + 2).expect("it trains");
                let mut resumed = trainer(&config);
                resumed.resume(&kept).expect("of the same network");
                resumed.advance(epoch + 2).expect("it trains");
                if checkpoint(&mut resumed) != checkpoint(&mut whole) {
                    failures.push(format!("{task:?} {optimizer:?} from step {first}"));
                }
                // Each part of it matters.
                let mut without = kept.clone();
                without.moments.fill(0.0);
                let mut other = trainer(&config);
                other.resume(&without).expect("of the same network");
                other.advance(epoch + 2).expect("it trains");
                assert_ne!(checkpoint(&mut other), checkpoint(&mut whole));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}

#[test]
fn what_is_of_another_network_is_refused() {
    let kept = checkpoint(&mut trainer(&small_config()));
    let wider = Config {
        width: 7,
        ..small_config()
    };
    let mut broken = kept.clone();
    broken.parameters[3] = f32::NAN;
    for (config, kept) in [(wider, kept), (small_config(), broken)] {
        let mut other = trainer(&config);
        other.advance(3).expect("it trains");
        let before = checkpoint(&mut other);
        let error = other.resume(&kept).expect_err("it does not fit");
        assert!(error.0.contains("step 0"), "{error}");
        assert_eq!(checkpoint(&mut other), before);
    }
}

#[test]
fn one_click_leads_back_from_numbers_that_are_none() {
    let gentle = Config {
        learning_rate: 1e-4,
        sgd_momentum: 0.0,
        ..exploding(small_config())
    };
    let mut lab = after(&gentle, 200);
    assert_eq!(lab.last_good_step(), Some(200));
    lab.configure(&exploding(small_config()));
    run(&mut lab, Command::Step(20_000));
    assert!(!lab.snapshot().loss.is_finite());
    assert!(!lab.is_playing() && !lab.is_busy());
    let message = lab.messages.list().last().expect("it says so").clone();
    assert!(message.has_way_back, "{}", message.text);

    let good = lab.last_good_step().expect("there were good ones");
    assert!((200..lab.step()).contains(&good), "{good}");
    lab.go_back();
    settle(&mut lab);
    assert_eq!(lab.step(), good);
    assert_eq!(texts(&lab), [format!("Back at step {good}.")]);
    assert!(lab.snapshot().loss > 0.0 && lab.snapshot().loss.is_finite());
    assert!(lab.snapshot().counts.iter().sum::<u32>() > 0);
    assert_eq!(lab.last_good_step(), Some(good));
    let later = lab.history().points().iter().any(|point| point.step > good);
    assert!(!later, "what lies behind is forgotten");
    lab.configure(&gentle);
    run(&mut lab, Command::Step(50));
    assert!(lab.snapshot().loss.is_finite());
    assert_eq!(lab.step(), good + 50);
}

fn race() -> Lab {
    let mut lab = lab(&small_config());
    lab.arm(ArmCommand::Add(Loss::Focal));
    lab.arm(ArmCommand::Rename(1, "second".to_owned()));
    lab.arm(ArmCommand::Mute(1));
    lab.command(Command::Speed(333.0));
    run(&mut lab, Command::Step(150));
    lab
}

#[test]
fn an_arm_that_is_out_of_the_race_does_not_hold_the_others() {
    let gentle = Config {
        learning_rate: 1e-4,
        sgd_momentum: 0.0,
        ..exploding(small_config())
    };
    let mut one = lab(&gentle);
    one.arm(ArmCommand::Add(Loss::Focal));
    run(&mut one, Command::Step(50));
    one.arm(ArmCommand::Show(1));
    one.configure(&Config {
        loss: Loss::Focal,
        ..exploding(small_config())
    });
    while one.arms()[1].out_at().is_none() {
        run(&mut one, Command::Step(100));
        assert!(one.step() < 20_000, "it never explodes");
    }
    for _ in 0..5 {
        run(&mut one, Command::Step(100));
    }
    let out: Vec<_> = one.arms().iter().map(|arm| arm.out_at()).collect();
    assert!(out[0].is_none() && out[1].is_some(), "{out:?}");
    let good = one.last_good_step().expect("the other arm goes on");
    assert_eq!(good, one.step());
    let mut other = Lab::new(&Config::default(), no_gpu()).expect("the CPU is always there");
    other.receive(&one.handover(), "The device went away.");
    settle(&mut other);
    assert_eq!(other.step(), good);
    assert_eq!(other.arms()[1].out_at(), out[1]);
    for lab in [&mut one, &mut other] {
        run(lab, Command::Step(70));
    }
    let snapshots = [&one, &other].map(|lab| lab.arms()[0].snapshot().clone());
    assert_eq!(snapshots[0], snapshots[1]);
    assert_eq!(snapshots[0].step, good + 70);
}

#[test]
fn what_a_change_of_settings_starts_anew_is_forgotten_in_what_is_kept() {
    let sgd = Config {
        optimizer: Optimizer::Sgd,
        ..small_config()
    };
    let mut lab = after(&sgd, 200);
    let changed = Config {
        optimizer: Optimizer::Adam,
        mu: 0.5,
        momentum: 0.9,
        ..sgd.clone()
    };
    lab.configure(&changed);
    lab.go_back();
    run(&mut lab, Command::Step(20));
    let mut kept = {
        let mut trainer = trainer(&sgd);
        trainer.advance(200).expect("it trains");
        checkpoint(&mut trainer)
    };
    let mut other = trainer(&sgd);
    kept.forget(other.configure(changed));
    other.resume(&kept).expect("of the same network");
    other.advance(20).expect("it trains");
    let theirs = other
        .read_now(Request::default())
        .expect("a reading")
        .snapshot;
    assert_eq!(lab.snapshot().loss.to_bits(), theirs.loss.to_bits());
    // And a moment of the other optimizer would be noticed.
    let mut before = trainer(&sgd);
    before.advance(200).expect("it trains");
    let velocity = checkpoint(&mut before).moments;
    assert!(velocity.iter().any(|v| *v != 0.0) && kept.moments.iter().all(|m| *m == 0.0));
}

#[test]
fn another_app_goes_on_where_one_ended() {
    let mut one = race();
    let text = one.handover();
    let mut other = Lab::new(&Config::default(), no_gpu()).expect("the CPU is always there");
    other.receive(&text, "The device went away.");
    assert_eq!(other.step(), 150, "at once, and not by training anew");
    settle(&mut other);
    assert_eq!(other.step(), 150);
    let of = |lab: &Lab| {
        let arms = lab.arms().iter();
        let arms = arms.map(|arm| (arm.config().clone(), arm.name().to_owned(), arm.is_muted()));
        (arms.collect::<Vec<_>>(), lab.shown(), lab.speed())
    };
    assert_eq!(of(&other), of(&one));
    for (theirs, ours) in other.arms().iter().zip(one.arms()) {
        let points = ours.history().points();
        let kept: Vec<_> = (points.iter().copied())
            .filter(|point| point.step <= 150)
            .collect();
        assert!(kept.len() > 1);
        assert_eq!(theirs.history().points(), kept, "the curves stay");
    }
    assert_eq!(
        texts(&other).last(),
        Some(&"The device went away. Training goes on from step 150 (cpu).")
    );
    for lab in [&mut one, &mut other] {
        run(lab, Command::Step(70));
    }
    assert_eq!(bits(&other), bits(&one));
}

#[test]
fn a_handover_that_cannot_be_read_leaves_the_settings() {
    let mut lab = after(&small_config(), 10);
    for text in [
        "",
        "{}",
        &race().handover().replace("\"bins\":30", "\"bins\":0"),
    ] {
        lab.receive(text, "It went away.");
        settle(&mut lab);
        assert_eq!(lab.config(), &small_config(), "{text}");
        assert!(lab.messages.list().len() >= 2, "{:?}", texts(&lab));
        lab.messages.clear();
    }
}
