//! From bins to examples and back.

use ghm_lab::config::Config;
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::{Brush, Gradients, Lab};

use super::after;
use super::support::runs::small_config;

fn gradients(lab: &Lab) -> Gradients {
    Gradients::of(&lab.arms()[lab.shown()], lab.data()).expect("a settled lab has evaluated")
}

fn sum(values: impl Iterator<Item = f32>) -> f64 {
    values.map(f64::from).sum()
}

#[test]
fn bins_part_the_examples_and_their_shares() {
    for task in Task::ALL.iter().copied() {
        let config = small_config().for_task(task);
        let lab = after(&config, 30);
        let gradients = gradients(&lab);
        let train = &lab.data().train;
        let classes = config.number_of_classes();
        let bins = config.bins as usize;
        let (mut examples, mut flipped, mut before, mut after) = (0, 0, 0.0, 0.0);
        let mut of_classes = vec![0; classes];
        for bin in 0..bins {
            let one = gradients.select(Brush::one(bin, bins), train, task, classes);
            examples += one.examples;
            flipped += one.flipped;
            before += one.share_before;
            after += one.share_after;
            for (sum, of_class) in of_classes.iter_mut().zip(&one.classes) {
                *sum += of_class;
            }
        }
        assert_eq!(examples, train.len());
        assert_eq!(flipped, train.flipped.iter().filter(|&&f| f).count());
        assert!(
            (before - 1.0).abs() < 1e-9 && (after - 1.0).abs() < 1e-9,
            "{task:?}"
        );
        if task != Task::Regression {
            assert_eq!(of_classes, train.classes(classes));
        }
        let all = gradients.select(Brush::between(bins - 1, 0, bins), train, task, classes);
        assert_eq!(all.examples, train.len());
    }
}

#[test]
fn an_example_has_the_gradient_of_its_output() {
    let lab = after(&small_config(), 30);
    let gradients = gradients(&lab);
    let arm = &lab.arms()[0];
    let outputs = arm.outputs().expect("it was evaluated");
    let train = &lab.data().train;
    for index in [0, 7, train.len() - 1] {
        let example = gradients.example(index).expect("none is ignored");
        let p = 1.0 / (1.0 + (-outputs.splits[0][index]).exp());
        let norm = (p - train.targets[index]).abs();
        assert!((example.norm - norm).abs() < 1e-6);
        let weighed = example.norm * example.harmonizing_weight;
        assert!((example.reformulated - weighed).abs() < 1e-6);
        let cross_entropy = -(1.0 - norm).ln();
        assert!((example.plain_loss - cross_entropy).abs() < 1e-5);
    }
    assert_eq!(gradients.example(train.len()), None);
}

#[test]
fn under_cross_entropy_nothing_is_turned_down_and_under_ohem_the_easy_ones_are() {
    let of = |loss| {
        after(
            &Config {
                loss,
                flipped: 0.05,
                ..small_config()
            },
            30,
        )
    };
    let plain = of(Loss::CrossEntropy);
    let down = gradients(&plain).turned_down(0.0, &plain.data().train, Task::Binary);
    assert_eq!(down.total, 0.0);
    assert_eq!(down.examples, plain.data().train.len());

    let ohem = of(Loss::Ohem);
    let gradients = gradients(&ohem);
    let down = gradients.turned_down(0.0, &ohem.data().train, Task::Binary);
    let left = sum(gradients.examples.iter().map(|of| of.reformulated));
    let all = sum(gradients.examples.iter().map(|of| of.norm));
    assert!(
        (down.total - (all - left)).abs() < 1e-3 && down.total > 0.0,
        "{down:?}"
    );
    assert!((down.flipped + down.rare + down.common - 1.0).abs() < 1e-9);
}
