//! What a run shows: the straight line, scores, history, messages.

use ghm_lab::config::{Backend, Config};
use ghm_lab::engine::{Evaluation, Scores};
use ghm_lab::ghm::Convention;
use ghm_lab::lab::{History, Severity};

use crate::support::runs::{lab, small_config};
use crate::{after, texts};

#[test]
fn without_a_past_the_snapshot_is_on_the_straight_line() {
    for &convention in Convention::ALL {
        for examples in [600, 60_000] {
            let config = Config {
                momentum: 0.0,
                convention,
                examples,
                batch_size: examples / 2,
                ..small_config()
            };
            let lab = after(&config, 5);
            let off = lab.snapshot().line_deviation().expect("hit bins");
            assert!(off < 1e-6, "{convention:?}, {examples} examples: {off:e}");
        }
    }
    // With momentum the correction puts the first step there too.
    for momentum in [0.3, 0.75, 0.999] {
        let config = Config {
            momentum,
            ..small_config()
        };
        let off = after(&config, 1).snapshot().line_deviation();
        assert!(
            off.is_some_and(|off| off < 1e-6),
            "momentum {momentum}: {off:?}"
        );
    }
    let config = Config {
        momentum: 0.75,
        convention: Convention::Paper,
        ..small_config()
    };
    let off = after(&config, 1)
        .snapshot()
        .line_deviation()
        .expect("hit bins");
    // From a zero start every weight is four times too large.
    assert!((off - 3.0).abs() < 1e-4, "{off}");
}

#[test]
fn scores_and_weights_stay_within_reason_over_a_long_run() {
    for momentum in [0.0, 0.05, 0.75, 0.99] {
        for &convention in Convention::ALL {
            let config = Config {
                momentum,
                convention,
                noise: 0.0,
                flipped: 0.0,
                ..small_config()
            };
            let lab = after(&config, 2000);
            for point in lab.history().points() {
                // The largest weight a batch of 128 can have here is 12,800.
                let bounded = [point.train.loss, point.test.loss].map(|loss| loss < 1e6);
                assert_eq!(
                    bounded, [true; 2],
                    "{convention:?}, momentum {momentum}: {point:?}"
                );
            }
            let snapshot = lab.snapshot();
            let numbers = [&snapshot.ema, &snapshot.density, &snapshot.beta];
            let numbers = numbers.into_iter().chain(&snapshot.contribution).flatten();
            assert!(
                numbers.into_iter().all(|v| v.is_finite()),
                "{convention:?}, momentum {momentum}: {snapshot:?}"
            );
        }
    }
}

fn evaluation(step: u64) -> Evaluation {
    let scores = Scores {
        loss: step as f64,
        ..Scores::default()
    };
    Evaluation {
        step,
        train: scores,
        test: scores,
    }
}

#[test]
fn the_history_is_bounded_and_keeps_its_ends() {
    let mut history = History::default();
    for step in 0..50_000 {
        history.push(&evaluation(step));
        assert!(history.points().len() <= History::LIMIT);
    }
    let points = history.points();
    assert!(points.len() > History::LIMIT / 4);
    assert_eq!(
        (points[0].step, history.last().map(|p| p.step)),
        (0, Some(49_999))
    );
    assert!(points.windows(2).all(|pair| pair[0].step < pair[1].step));
}

#[test]
fn a_second_evaluation_of_a_step_replaces_the_first() {
    let mut history = History::default();
    for step in [0, 3, 3] {
        history.push(&evaluation(step));
    }
    let steps: Vec<u64> = history.points().iter().map(|point| point.step).collect();
    assert_eq!(steps, [0, 3]);
}

#[test]
fn messages_do_not_pile_up() {
    let mut lab = lab(&small_config());
    for i in 0..100 {
        lab.messages.add(Severity::Note, format!("message {i}"));
        lab.messages.add(Severity::Error, "the same");
    }
    assert!(lab.messages.list().len() <= 4);
    assert_eq!(
        texts(&lab)
            .iter()
            .filter(|text| **text == "the same")
            .count(),
        1
    );
    assert_eq!(texts(&lab).last(), Some(&"the same"));
}

#[test]
fn training_learns_the_default_data() {
    let config = Config {
        backend: Backend::Cpu,
        examples: 4000,
        ..Config::default()
    };
    let lab = after(&config, 400);
    let points = lab.history().points();
    let reached = lab.history().last().and_then(|p| p.test.average_precision);
    assert!(reached.is_some_and(|ap| ap > 0.8), "{reached:?}");
    assert!(points[0].step < 400 || points.len() == 1);
}
