//! Settings that change while a run is under way.

use ghm_lab::config::{Activation, Backend, Config, Optimizer};
use ghm_lab::data::Shape;
use ghm_lab::ghm::{Convention, Loss, Task};
use ghm_lab::lab::Command;

use crate::support::runs::{lab, settle, small_config};
use crate::{after, bits, run, texts};

/// Settings that differ from the small ones by a live change each.
fn live_changes() -> Vec<Config> {
    let base = small_config();
    vec![
        Config {
            loss: Loss::CrossEntropy,
            ..base.clone()
        },
        Config {
            bins: 12,
            ..base.clone()
        },
        Config {
            bins: 200,
            ..base.clone()
        },
        Config {
            momentum: 0.2,
            ..base.clone()
        },
        Config {
            convention: Convention::Paper,
            ..base.clone()
        },
        Config {
            optimizer: Optimizer::Sgd,
            ..base.clone()
        },
        Config {
            learning_rate: 0.001,
            ..base.clone()
        },
        Config {
            batch_size: 32,
            ..base
        },
    ]
}

#[test]
fn live_changes_go_on_from_where_the_run_is() {
    for changed in live_changes() {
        let mut lab = after(&small_config(), 10);
        let (run_before, points) = (lab.run(), lab.history().points().len());
        lab.configure(&changed);
        assert_eq!((lab.step(), lab.run()), (10, run_before));
        assert_eq!(lab.config(), &changed);
        run(&mut lab, Command::Step(10));
        let snapshot = lab.snapshot();
        assert_eq!((lab.step(), snapshot.step), (20, 20));
        assert!(snapshot.loss.is_finite());
        assert_eq!(snapshot.counts.len(), changed.bins as usize);
        assert_eq!(snapshot.beta.len(), changed.bins as usize);
        assert!(lab.history().points().len() > points);
        assert_ne!(bits(&lab), bits(&after(&small_config(), 20)), "{changed:?}");
        assert_eq!(texts(&lab), [""; 0]);
    }
}

#[test]
fn new_bins_or_another_convention_start_the_average_anew() {
    for changed in [
        Config {
            bins: 12,
            momentum: 0.9,
            ..small_config()
        },
        Config {
            convention: Convention::Paper,
            momentum: 0.9,
            ..small_config()
        },
        Config {
            convention: Convention::Mmdetection,
            momentum: 0.9,
            ..small_config()
        },
    ] {
        let mut lab = after(&small_config(), 10);
        lab.configure(&changed);
        run(&mut lab, Command::Step(1));
        let snapshot = lab.snapshot();
        for (ema, &count) in snapshot.ema.iter().zip(&snapshot.counts) {
            assert!((ema - 0.1 * count as f32).abs() < 1e-4, "{ema} {count}");
        }
    }
}

#[test]
fn changes_of_data_network_or_backend_start_anew() {
    let base = small_config();
    for changed in [
        Config {
            dataset: Shape::Rings,
            ..base.clone()
        },
        Config {
            examples: 700,
            ..base.clone()
        },
        Config {
            noise: 0.3,
            ..base.clone()
        },
        Config {
            flipped: 0.1,
            ..base.clone()
        },
        Config {
            seed: 8,
            ..base.clone()
        },
        Config {
            layers: 1,
            ..base.clone()
        },
        Config {
            width: 9,
            ..base.clone()
        },
        Config {
            activation: Activation::Relu,
            ..base.clone()
        },
        Config {
            backend: Backend::Auto,
            ..base.clone()
        },
    ] {
        let mut lab = after(&base, 10);
        let run_before = lab.run();
        lab.configure(&changed);
        settle(&mut lab);
        assert_eq!((lab.step(), lab.run()), (0, run_before + 1), "{changed:?}");
        assert_eq!(lab.config(), &changed);
        run(&mut lab, Command::Step(10));
        assert_eq!(bits(&lab), bits(&after(&changed, 10)));
    }
}

#[test]
fn the_same_settings_change_nothing() {
    let mut lab = after(&small_config(), 10);
    let (before, run_before) = (bits(&lab), lab.run());
    lab.configure(&small_config());
    assert!(!lab.is_busy());
    assert_eq!((bits(&lab), lab.run()), (before, run_before));
}

#[test]
fn settings_that_change_after_the_last_step_do_not_change_what_it_was() {
    let config = Config {
        convention: Convention::Paper,
        momentum: 0.0,
        ..small_config()
    };
    let mut lab = lab(&config);
    lab.command(Command::Play);
    lab.tick();
    lab.command(Command::Pause);
    lab.configure(&Config {
        convention: Convention::Keras,
        ..config
    });
    settle(&mut lab);
    assert_eq!(lab.snapshot().slope, 1.0);
    let off = lab.snapshot().line_deviation();
    assert!(off.is_some_and(|off| off < 1e-6), "{off:?}");
}

#[test]
fn a_warm_up_is_the_unweighted_loss_until_it_ends() {
    for task in [Task::Binary, Task::Classes, Task::Regression] {
        let ghm = small_config().for_task(task);
        assert!(ghm.loss.harmonizes());
        let warm = Config {
            warm_up_steps: 10,
            ..ghm.clone()
        };
        let plain = Config {
            loss: ghm.loss.unweighted(),
            ..ghm.clone()
        };
        let mut warm = after(&warm, 10);
        let mut plain = after(&plain, 10);
        assert_eq!(bits(&warm), bits(&plain), "{task:?}");
        assert_eq!(warm.snapshot().acting, ghm.loss.unweighted());
        // The density was counted all the while: from here it is as if the loss had changed.
        plain.configure(&ghm);
        for lab in [&mut warm, &mut plain] {
            run(lab, Command::Step(5));
        }
        assert_eq!(bits(&warm), bits(&plain), "{task:?}");
        assert_eq!(warm.snapshot().acting, ghm.loss);
        assert_ne!(bits(&warm), bits(&after(&ghm, 15)), "{task:?}");
    }
}
