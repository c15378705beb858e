//! Repeats of a race over seeds.

use ghm_lab::config::{Config, Optimizer};
use ghm_lab::engine::Scores;
use ghm_lab::lab::{ArmCommand, Command, Lab, Paired, Spread};

use super::support::runs::{lab, settle, small_config};
use super::{run, texts};

fn loss(scores: &Scores) -> Option<f64> {
    Some(scores.loss)
}

fn repeated(seeds: u32, steps: u32) -> Lab {
    let mut lab = lab(&small_config());
    lab.arm(ArmCommand::AllLosses);
    lab.repeat(seeds, steps);
    settle(&mut lab);
    lab
}

#[test]
fn each_run_is_that_of_its_seed_alone() {
    let race = repeated(3, 50);
    let repeats = race.repeats().expect("it was repeated");
    assert!(!repeats.is_running());
    assert_eq!((repeats.seeds_done(), repeats.progress()), (3, 1.0));
    let mut wrong = Vec::new();
    for (index, arm) in repeats.arms().iter().enumerate() {
        let last = repeats.last(index, &loss);
        assert_ne!(last[0], last[1], "seeds differ");
        for (number, last) in last.into_iter().enumerate() {
            let mut alone = lab(&Config {
                seed: arm.config.seed + number as u32,
                ..arm.config.clone()
            });
            run(&mut alone, Command::Step(50));
            let expected = alone.history().last().map(|last| last.test.loss);
            if last != expected {
                wrong.push((arm.name.clone(), number, last, expected));
            }
        }
        let steps: Vec<u64> = repeats.curve(index, &loss).iter().map(|at| at.0).collect();
        assert_eq!((steps[0], steps[steps.len() - 1]), (0, 50));
        assert!(steps.is_sorted() && steps.len() == 25, "{steps:?}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_experiment_goes_on_beside_them_and_they_can_be_cancelled() {
    let mut lab = lab(&small_config());
    lab.arm(ArmCommand::AllLosses);
    lab.repeat(50, 2000);
    run_ticks(&mut lab, 20);
    lab.command(Command::Step(5));
    run_ticks(&mut lab, 20);
    assert_eq!(lab.snapshot().step, 5);
    let progress = lab.repeats().expect("they run").progress();
    assert!(progress > 0.0 && progress < 1.0, "{progress}");
    lab.cancel_repeats();
    settle(&mut lab);
    let repeats = lab.repeats().expect("what is finished stays");
    assert!(!repeats.is_running());
}

fn run_ticks(lab: &mut Lab, count: u32) {
    for _ in 0..count {
        lab.tick();
    }
}

#[test]
fn a_run_that_blows_up_ends_them_with_its_name_and_seed() {
    let mut lab = lab(&Config {
        learning_rate: 10.0,
        optimizer: Optimizer::Sgd,
        activation: ghm_lab::config::Activation::Relu,
        layers: 3,
        width: 64,
        ..small_config()
    });
    lab.repeat(2, 200);
    settle(&mut lab);
    let said = texts(&lab).join(" ");
    assert!(said.contains("GHM-C with seed 7"), "{said}");
    assert!(!lab.repeats().expect("they began").is_running());
}

#[test]
fn spreads_and_paired_differences_are_those_of_a_sample() {
    let spread = Spread::of(&[1.0, 2.0, 3.0]).expect("values");
    assert_eq!((spread.mean, spread.deviation), (2.0, 1.0));
    assert_eq!(Spread::of(&[]), None);
    let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
    let mut values = some(&[0.5, 0.75, 1.0, 0.25]);
    let reference = some(&[0.25, 0.25, 0.25, 0.5]);
    // Differences 0.25, 0.5, 0.75, -0.25: mean 0.3125, SD 0.42696; t(3) = 3.18245.
    let paired = Paired::of(&values, &reference).expect("pairs");
    assert_eq!(
        (paired.difference, paired.higher, paired.pairs),
        (0.3125, 3, 4)
    );
    assert!(
        (paired.margin - 3.18245 * 0.426_956 / 2.0).abs() < 1e-4,
        "{paired:?}"
    );
    values[3] = None;
    let three = Paired::of(&values, &reference).expect("pairs");
    assert_eq!((three.difference, three.pairs), (0.5, 3));
    let one = Paired::of(&values[..1], &reference).expect("a pair");
    assert!(one.margin.is_infinite());
    assert_eq!(Paired::of(&[None], &reference), None);
}
