//! What a run needs is told before it starts, and a tick ends long before long work does: a step, an evaluation, an
//! exact density, a repeat. What is counted is pieces, not seconds.

use std::rc::Rc;

use ghm_lab::config::{Backend, Config};
use ghm_lab::engine::cpu::CpuEngine;
use ghm_lab::engine::{Clocks, Engine, Network, Request, Step, memory};
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::{Command, Lab};

use super::support::runs::{lab, no_gpu, settle, small_config, texts};

/// Everything in range, and far too much together.
const HUGE: &str = "task=classes&classes=5&examples=1000000&batch-size=950000&test-share=0.05&layers=3&width=64\
                    &arm=loss:ce&arm=loss:focal&arm=loss:ohem&arm=loss:ghm-c&arm=loss:class-balanced&arm=loss:ce";

fn wide(examples: u32, batch: u32) -> Config {
    Config {
        examples,
        batch_size: batch,
        layers: 3,
        width: 64,
        loss: Loss::CrossEntropy,
        ..small_config()
    }
}

/// All that an arm says at a step, to the bit.
fn bits(lab: &Lab) -> (u32, Vec<u32>, Vec<u32>) {
    let snapshot = lab.snapshot();
    let beta = snapshot.beta.iter().map(|value| value.to_bits());
    (
        snapshot.loss.to_bits(),
        snapshot.counts.clone(),
        beta.collect(),
    )
}

#[test]
fn a_link_that_needs_too_much_is_refused_and_what_runs_stays() {
    let mut lab = lab(&small_config());
    lab.command(Command::Step(3));
    settle(&mut lab);
    let (run, before) = (lab.run(), bits(&lab));
    let errors = lab.open_link(HUGE);
    let [error] = errors.as_slice() else {
        panic!("{errors:?}");
    };
    for part in ["6 arms", "950000", "1.0 GiB", "batch-size", "fewer arms"] {
        assert!(error.message.contains(part), "{error}");
    }
    assert_eq!((lab.run(), lab.step()), (run, 3));
    assert_eq!(lab.config(), &small_config());
    assert_eq!(bits(&lab), before);
}

#[test]
fn an_experiment_and_a_slider_that_need_too_much_are_refused() {
    let mut lab = lab(&small_config());
    let shared = r#""task":"classes","classes":5,"examples":1000000,"batch-size":950000,"layers":3,"width":64,"test-share":0.05"#;
    let arms = vec![format!(r#"{{"config":{{{shared}}}}}"#); 6].join(",");
    let text = format!(r#"{{"format":"ghm-lab experiment","version":1,"step":5,"arms":[{arms}]}}"#);
    lab.open_experiment("evil.json", &text);
    assert_eq!(lab.config(), &small_config());
    assert!(
        texts(&lab)
            .iter()
            .any(|text| text.contains("of memory would be needed")),
        "{:?}",
        texts(&lab)
    );

    // The batch size acts live.
    let start =
        "task=classes&classes=5&examples=1000000&batch-size=1000&test-share=0.05&layers=3&width=64";
    let (config, errors) = Config::from_link(start);
    assert_eq!(errors, []);
    let mut lab = super::lab(&config);
    for loss in [
        Loss::Focal,
        Loss::Ohem,
        Loss::GhmC,
        Loss::ClassBalanced,
        Loss::CrossEntropy,
    ] {
        lab.arm(ghm_lab::lab::ArmCommand::Add(loss));
    }
    assert_eq!(lab.arms().len(), 6, "{:?}", texts(&lab));
    let was = lab.config().clone();
    lab.configure(&Config {
        batch_size: 950_000,
        ..was.clone()
    });
    assert_eq!(lab.config(), &was);
    assert!(
        texts(&lab)
            .iter()
            .any(|text| text.contains("of memory would be needed")),
        "{:?}",
        texts(&lab)
    );
}

#[test]
fn what_fits_is_not_refused() {
    let (huge, _) = Config::from_link(HUGE);
    let one = memory::on_cpu(std::slice::from_ref(&huge));
    assert!(
        one < memory::BUDGET / 2,
        "one run of anything trains: {one}"
    );
    assert!(memory::on_cpu(&vec![Config::default(); 6]) < memory::BUDGET / 4);
    assert!(memory::on_gpu(&vec![Config::default(); 6]) < memory::BUDGET / 4);
    // The GPU keeps all that lies between the two passes.
    assert!(memory::on_gpu(std::slice::from_ref(&huge)) > memory::BUDGET);
    assert!(
        memory::fitting(
            &no_gpu(),
            &[Config {
                backend: Backend::Auto,
                ..huge
            }]
        )
        .is_ok()
    );
}

#[test]
fn a_tick_ends_before_a_long_step_does() {
    let config = wide(120_000, 100_000);
    let mut sliced = lab(&config);
    sliced.command(Command::Step(1));
    let mut ticks = 0;
    while sliced.snapshot().step < 1 {
        sliced.tick();
        ticks += 1;
    }
    assert!(ticks > 5, "{ticks}");
    settle(&mut sliced);
    let (mut whole, _) = no_gpu().start(&config).expect("the CPU is there");
    whole.advance(1).expect("it trains");
    let update = whole.read_now(Request::default()).expect("it reads");
    assert_eq!(update.snapshot.loss.to_bits(), bits(&sliced).0);
    assert_eq!(update.snapshot.counts, bits(&sliced).1);
}

/// An engine, and a step of so many of its examples.
fn engine(config: &Config) -> (CpuEngine, impl FnMut(usize, usize) -> (Step, Vec<u32>)) {
    let data = Rc::new(config.recipe().generate());
    let network = Network::of(config);
    let initial = network.initial(config.seed);
    let engine = CpuEngine::<f32>::new(network, Rc::clone(&data), &initial);
    let mut clocks = Clocks {
        classes: match config.task {
            Task::Regression => Vec::new(),
            _ => data.train.classes(config.number_of_classes()),
        },
        ..Clocks::default()
    };
    let config = config.clone();
    let step = move |first: usize, count: usize| {
        let indices = (first as u32..(first + count) as u32).collect();
        (clocks.step(&config, 0, count, count), indices)
    };
    (engine, step)
}

#[test]
fn in_however_many_slices_it_comes_to_the_same_bits() {
    let config = wide(80_000, 40_000);
    let outcome = |slices: bool| {
        let (mut engine, mut step) = engine(&config);
        if slices {
            engine.work_in_slices(0.0);
        }
        let mut calls = 0;
        for first in [0, 8_000] {
            let (step, indices) = step(first, 40_000);
            engine.train(&[step], &indices).expect("it trains");
        }
        // What is asked for behind them waits for them.
        engine.reset_optimizer();
        engine.request(Request {
            evaluate: true,
            parameters: true,
            ..Request::default()
        });
        while engine.in_flight() > 0 {
            engine.work();
            calls += 1;
        }
        engine.wait();
        (
            engine.poll().expect("it reads").expect("there is one"),
            calls,
        )
    };
    let (whole, none) = outcome(false);
    let (sliced, many) = outcome(true);
    assert_eq!(none, 0);
    assert!(many > 8, "{many}");
    assert_eq!(whole, sliced);
    let [_, moments] = whole.parameters.expect("asked for");
    assert!(moments.iter().all(|&moment| moment == 0.0));
}

#[test]
fn what_is_not_kept_between_the_passes_is_made_once_more() {
    // Of a quarter all is kept, of the whole it is not.
    const QUARTER: usize = 24 * 1024;
    let config = wide(140_000, 1000);
    let gradient = |first: usize, count: usize| {
        let (mut engine, mut step) = engine(&config);
        let (step, indices) = step(first, count);
        engine.train(&[step], &indices).expect("it trains");
        engine.gradient().to_vec()
    };
    let whole = gradient(0, 4 * QUARTER);
    let quarters: Vec<Vec<f32>> = (0..4).map(|i| gradient(i * QUARTER, QUARTER)).collect();
    let largest = whole
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    for (index, value) in whole.iter().enumerate() {
        let mean: f32 = quarters.iter().map(|of| of[index]).sum::<f32>() / 4.0;
        assert!(
            (value - mean).abs() < 1e-5 * largest,
            "{index}: {value}, {mean}"
        );
    }
}

/// Large enough that every look at all examples takes longer than a tick, on any machine.
fn large() -> Config {
    let link = "task=classes&classes=5&examples=400000&test-share=0.5&layers=1&width=4&batch-size=150000\
                &exact=on&counting=every-entry&backend=cpu";
    let (config, errors) = Config::from_link(link);
    assert_eq!(errors, []);
    config
}

#[test]
fn what_has_arrived_is_looked_at_in_pieces_and_comes_to_the_same() {
    let config = large();
    let outcome = |slices: bool| {
        let (mut trainer, _) = no_gpu().start(&config).expect("the CPU is there");
        if slices {
            trainer.work_in_slices(0.0);
        }
        trainer.advance(1).expect("it trains");
        trainer.request(Request {
            evaluate: true,
            gradient_norms: true,
            map: true,
            parameters: true,
        });
        let (mut works, mut polls) = (0, 0);
        while trainer.in_flight() > 0 {
            trainer.work();
            works += 1;
        }
        loop {
            trainer.work();
            polls += 1;
            if let Some(update) = trainer.poll().expect("it reads") {
                assert_eq!(trainer.readings_due(), 0);
                return (update, works, polls);
            }
            assert_eq!(trainer.readings_due(), 1);
        }
    };
    let (whole, none, one) = outcome(false);
    let (sliced, works, polls) = outcome(true);
    assert_eq!((none, one), (0, 1));
    // Predictions of 200,000 examples and a map, statistics of five classes under five losses, scores of five
    // classes in two splits, the exact density of 750,000 norms.
    let pieces = 200_000 / 2048 + 5 * 6 + 2 * 6 + 5;
    assert!(works > 0 && polls >= pieces, "{works}, {polls}, {pieces}");
    assert!(whole.snapshot.exact.is_some() && whole.evaluation.is_some());
    assert_eq!(whole, sliced);
}

#[test]
fn a_tick_is_for_a_piece_of_what_six_arms_have_to_do() {
    let mut lab = lab(&Config {
        exact: ghm_lab::config::Exact::Off,
        ..large()
    });
    for loss in [Loss::Focal, Loss::Ohem, Loss::CrossEntropy] {
        lab.arm(ghm_lab::lab::ArmCommand::Add(loss));
    }
    lab.command(Command::Step(1));
    let mut ticks = 0;
    while lab.is_busy() {
        lab.tick();
        ticks += 1;
    }
    assert!(lab.arms().iter().all(|arm| arm.evaluation().is_some()));
    // A look at 100,000 examples or more each.
    let looks = 4 * (5 + 2 * 5);
    assert!(ticks > looks, "{ticks} ticks for {looks} looks");
}

#[test]
fn repeats_go_on_in_pieces_and_need_room_of_their_own() {
    let config = Config {
        exact: ghm_lab::config::Exact::Off,
        ..large()
    };
    let mut lab = lab(&config);
    lab.repeat(1, 2);
    let mut ticks = 0;
    while lab.repeats().is_some_and(|of| of.is_running()) {
        lab.tick();
        ticks += 1;
    }
    // Three evaluations of two splits.
    assert!(ticks > 3 * 2 * 5, "{ticks}");
    assert_eq!(lab.repeats().map(|of| of.seeds_done()), Some(1));

    let (huge, _) = Config::from_link(HUGE);
    let mut lab = super::lab(&huge);
    for loss in [Loss::Focal, Loss::Ohem] {
        lab.arm(ghm_lab::lab::ArmCommand::Add(loss));
    }
    assert_eq!(lab.arms().len(), 3, "{:?}", texts(&lab));
    lab.repeat(3, 10);
    assert!(lab.repeats().is_none());
    let said = texts(&lab).join(" ");
    assert!(
        said.contains("the race and one of its arms beside it"),
        "{said}"
    );
}

#[test]
fn arms_see_the_examples_in_one_order_and_one_shuffles_for_all() {
    let mut alone = lab(&small_config());
    let mut race = lab(&small_config());
    race.arm(ghm_lab::lab::ArmCommand::AllLosses);
    for lab in [&mut alone, &mut race] {
        lab.command(Command::Step(23));
        settle(lab);
    }
    // Of as many steps as were queued last, which differs.
    let indices = alone.arms()[0].last_indices();
    for arm in race.arms() {
        let (these, those) = (arm.last_indices(), indices);
        let both = these.len().min(those.len());
        assert!(both > 0);
        assert_eq!(these[these.len() - both..], those[those.len() - both..]);
    }
}
