//! What cannot be had, and losses that are no number.

use ghm_lab::config::{Backend, Config};
use ghm_lab::ghm::{Convention, Loss};
use ghm_lab::lab::{Command, Lab, Severity};

use crate::support::runs::{exploding, lab, no_gpu, settle, small_config};
use crate::{after, bits, run, texts};

#[test]
fn settings_that_cannot_be_had_leave_the_run_as_it_was_and_say_so() {
    let mut lab = after(&small_config(), 10);
    let (before, run_before) = (bits(&lab), lab.run());
    lab.configure(&Config {
        backend: Backend::Gpu,
        width: 20,
        ..small_config()
    });
    settle(&mut lab);
    assert_eq!(
        (bits(&lab), lab.run(), lab.step()),
        (before, run_before, 10)
    );
    assert_eq!(lab.config(), &small_config());
    let message = &lab.messages.list()[0];
    assert_eq!(message.severity, Severity::Error);
    for part in ["backend", "gpu", "this test has none", "auto or cpu"] {
        assert!(message.text.contains(part), "{}", message.text);
    }
    run(&mut lab, Command::Step(10));
    assert_eq!(bits(&lab), bits(&after(&small_config(), 20)));
    lab.messages.dismiss(0);
    lab.messages.dismiss(7);
    assert_eq!(texts(&lab), [""; 0]);

    let gpu = Config {
        backend: Backend::Gpu,
        ..small_config()
    };
    assert!(Lab::new(&gpu, no_gpu()).is_err());
}

#[test]
fn training_on_the_cpu_for_want_of_a_gpu_is_said() {
    let lab = lab(&Config {
        backend: Backend::Auto,
        ..small_config()
    });
    assert_eq!(lab.backend().kind, "cpu");
    assert_eq!(texts(&lab), ["Training on the CPU: this test has none."]);
    assert_eq!(lab.messages.list()[0].severity, Severity::Note);
}

#[test]
fn a_loss_that_is_no_number_pauses_and_names_the_learning_rate() {
    for loss in [Loss::CrossEntropy, Loss::GhmC] {
        let mut lab = after(
            &Config {
                loss,
                ..exploding(small_config())
            },
            20_000,
        );
        assert!(!lab.snapshot().loss.is_finite());
        assert!(lab.step() < 20_000, "paused early");
        assert!(!lab.is_playing() && !lab.is_busy());
        let message = lab.messages.list()[0].clone();
        assert_eq!(message.severity, Severity::Error);
        assert!(
            message.text.contains("learning rate 10 "),
            "{}",
            message.text
        );
        // Going on without a change pauses again.
        let step = lab.step();
        lab.command(Command::Play);
        lab.command(Command::Speed(1e9));
        for _ in 0..1000 {
            lab.tick();
        }
        assert!(!lab.is_playing(), "{loss:?}");
        assert!(lab.step() > step);
        settle(&mut lab);
        // A restart with a lower rate works.
        lab.configure(&Config {
            learning_rate: 0.01,
            sgd_momentum: 0.0,
            loss,
            ..exploding(small_config())
        });
        lab.messages.clear();
        run(&mut lab, Command::Restart);
        run(&mut lab, Command::Step(10));
        assert!(lab.snapshot().loss.is_finite());
        assert_eq!(texts(&lab), [""; 0]);
    }
}

#[test]
fn a_loss_that_is_no_number_under_high_momentum_from_zero_names_the_momentum() {
    let from_zero = Config {
        momentum: 0.999,
        convention: Convention::Paper,
        ..exploding(small_config())
    };
    let lab = after(&from_zero, 20_000);
    let text = texts(&lab)[0];
    for part in ["momentum 0.999", "1000 times", "convention=per-bin"] {
        assert!(text.contains(part), "{text}");
    }
    // Cross-entropy has no momentum to blame.
    let lab = after(
        &Config {
            loss: Loss::CrossEntropy,
            ..from_zero
        },
        20_000,
    );
    assert!(
        texts(&lab)[0].contains("learning rate"),
        "{}",
        texts(&lab)[0]
    );
}
