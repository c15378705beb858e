//! The generated examples: pinned bits, exact shares, independent streams, and the order.

mod support;

use ghm_lab::config::Config;
use ghm_lab::data::{Dataset, Examples, Order, Random, Recipe, Shape};
use ghm_lab::engine::Network;
use proptest::prelude::*;
use support::checksum::{self, CHECKSUMS, INITIAL, ORDER, RECIPE, STREAMS};

fn binary(shape: Shape, positive_fraction: f64) -> Examples {
    Examples::Binary {
        shape,
        positive_fraction,
    }
}

fn of_shape(shape: Shape) -> Recipe {
    Recipe {
        kind: binary(shape, 0.05),
        ..RECIPE
    }
}

fn generate(shape: Shape) -> Dataset {
    of_shape(shape).generate()
}

#[test]
fn every_shape_is_the_same_to_the_bit() {
    let got: Vec<(&str, u64)> = Shape::ALL
        .iter()
        .map(|&shape| (shape.key(), checksum::of_dataset(&generate(shape))))
        .collect();
    assert_eq!(got, CHECKSUMS, "got {got:#018x?}");
}

#[test]
fn the_checksum_notices_one_bit_anywhere() {
    let data = generate(Shape::Moons);
    let sum = checksum::of_dataset(&data);
    let changed = |change: fn(&mut Dataset)| {
        let mut data = data.clone();
        change(&mut data);
        checksum::of_dataset(&data)
    };
    let flip_last_bit = |data: &mut Dataset| {
        let x = &mut data.test.points[3][1];
        *x = f32::from_bits(x.to_bits() ^ 1);
    };
    assert_ne!(sum, changed(flip_last_bit));
    assert_ne!(
        sum,
        changed(|data| data.train.targets[9] = 1.0 - data.train.targets[9])
    );
    assert_ne!(sum, changed(|data| data.train.flipped[9] ^= true));
    assert_ne!(sum, changed(|data| data.train.points.swap(0, 1)));
    // The published value of the function.
    assert_eq!(checksum::fnv1a(*b"foobar"), 0x8594_4171_f739_67e8);
}

#[test]
fn the_streams_of_random_numbers_are_the_same_to_the_bit() {
    let mut random = Random::named(7, "data");
    let uniforms: Vec<f32> = (0..64).map(|_| random.uniform() as f32).collect();
    let gaussians: Vec<f32> = (0..64).map(|_| random.gaussian() as f32).collect();
    let integers: Vec<f32> = (0..64).map(|_| random.below(1000) as f32).collect();
    let got = [&uniforms, &gaussians, &integers].map(|values| checksum::of_values(values));
    assert_eq!(got, STREAMS, "got {got:#018x?}");
}

#[test]
fn the_order_is_the_same_to_the_bit() {
    let mut order = Order::new(7, 1000);
    let bytes: Vec<u8> = (0..40)
        .flat_map(|_| order.next_batch(64).to_vec())
        .flat_map(u32::to_le_bytes)
        .collect();
    let got = checksum::fnv1a(bytes);
    assert_eq!(got, ORDER, "got {got:#018x}");
}

#[test]
fn the_initial_weights_are_the_same_to_the_bit() {
    let config = Config::default();
    let got = checksum::of_values(&Network::of(&config).initial(7));
    assert_eq!(got, INITIAL, "got {got:#018x}");
}

#[test]
fn the_same_recipe_gives_the_same_data_and_another_seed_other_data() {
    for &shape in Shape::ALL {
        assert_eq!(generate(shape), generate(shape));
        let other = Recipe {
            seed: 8,
            ..of_shape(shape)
        }
        .generate();
        assert_ne!(generate(shape).train.points, other.train.points);
        assert_ne!(generate(shape).train.targets, other.train.targets);
    }
}

#[test]
fn no_two_examples_are_the_same_within_or_across_the_splits() {
    for &shape in Shape::ALL {
        let data = generate(shape);
        let points = data.train.points.iter().chain(&data.test.points);
        let mut bits: Vec<[u32; 2]> = points.map(|p| p.map(f32::to_bits)).collect();
        let all = bits.len();
        bits.sort_unstable();
        bits.dedup();
        assert_eq!(bits.len(), all, "{}", shape.key());
    }
}

#[test]
fn the_noise_has_the_standard_deviation_that_it_says() {
    for &shape in Shape::ALL {
        let noisy = Recipe {
            noise: 0.3,
            ..of_shape(shape)
        }
        .generate();
        let clean = Recipe {
            noise: 0.0,
            ..of_shape(shape)
        }
        .generate();
        assert_eq!(noisy.train.targets, clean.train.targets);
        let pairs = noisy
            .train
            .points
            .iter()
            .flatten()
            .zip(clean.train.points.iter().flatten());
        let differences: Vec<f64> = pairs.map(|(a, b)| f64::from(a - b)).collect();
        let n = differences.len() as f64;
        let mean = differences.iter().sum::<f64>() / n;
        let deviation = (differences.iter().map(|d| d * d).sum::<f64>() / n).sqrt();
        assert!(mean.abs() < 0.02, "{}: {mean}", shape.key());
        assert!(
            (deviation - 0.3).abs() < 0.02,
            "{}: {deviation}",
            shape.key()
        );
    }
}

#[test]
fn the_classes_lie_within_the_plane_that_is_shown() {
    for &shape in Shape::ALL {
        let clean = Recipe {
            noise: 0.0,
            ..of_shape(shape)
        }
        .generate();
        let outside = clean
            .train
            .points
            .iter()
            .flatten()
            .filter(|v| v.abs() > 1.5)
            .count();
        // Overlap is a pair of wide Gaussians, the others are bounded.
        let most = if shape == Shape::Overlap { 10 } else { 0 };
        assert!(outside <= most, "{}: {outside}", shape.key());
    }
}

#[test]
fn how_many_labels_are_flipped_leaves_the_points_and_the_test_set_alone() {
    let clean = Recipe {
        flipped: 0.0,
        ..RECIPE
    }
    .generate();
    let dirty = Recipe {
        flipped: 0.2,
        ..RECIPE
    }
    .generate();
    assert_eq!(clean.train.points, dirty.train.points);
    assert_eq!(clean.test, dirty.test);
    assert_ne!(clean.train.targets, dirty.train.targets);
    // Fewer flips are a subset of more flips.
    let some = Recipe {
        flipped: 0.1,
        ..RECIPE
    }
    .generate();
    let pairs = some.train.flipped.iter().zip(&dirty.train.flipped);
    assert!(pairs.clone().all(|(&some, &more)| !some || more));
}

#[test]
fn streams_of_different_names_are_different() {
    let first = |name| Random::named(7, name).uniform();
    let names = ["data", "flips", "order", "init"];
    for (i, a) in names.iter().enumerate() {
        for b in &names[i + 1..] {
            assert_ne!(first(a), first(b), "{a} {b}");
        }
    }
}

#[test]
fn integers_below_a_bound_are_even() {
    let mut random = Random::named(7, "test");
    let mut counts = [0u32; 6];
    for _ in 0..60_000 {
        counts[random.below(6) as usize] += 1;
    }
    // Six standard deviations of a fair die.
    assert!(
        counts.iter().all(|&c| (9450..=10_550).contains(&c)),
        "{counts:?}"
    );
    assert!((0..100).all(|_| random.below(1) == 0));
}

#[test]
fn a_shuffle_keeps_every_item() {
    let mut items: Vec<u32> = (0..1000).collect();
    Random::named(7, "test").shuffle(&mut items);
    assert_ne!(items, (0..1000).collect::<Vec<_>>());
    items.sort_unstable();
    assert_eq!(items, (0..1000).collect::<Vec<_>>());
}

#[test]
fn too_few_positives_for_both_splits_are_noticed() {
    let with = |examples, positive_fraction| Recipe {
        kind: binary(Shape::Moons, positive_fraction),
        examples,
        ..RECIPE
    };
    assert!(with(200, 0.01).has_all_classes(), "two are enough");
    assert!(!with(100, 0.01).has_all_classes(), "one is not");
    assert!(!with(100, 0.0001).has_all_classes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shares_are_exact(
        examples in 100..3000usize,
        positive_fraction in 0.0001..0.5f64,
        flipped in 0.0..0.2f64,
        test_share in 0.05..0.5f64,
        seed in any::<u32>(),
    ) {
        let recipe = Recipe {
            kind: binary(Shape::Moons, positive_fraction), examples, flipped, test_share, seed, ..RECIPE
        };
        let Dataset { train, test } = recipe.generate();
        prop_assert_eq!(train.len() + test.len(), examples);
        prop_assert_eq!(train.len(), recipe.training_examples());
        for split in [&train, &test] {
            prop_assert_eq!(split.points.len(), split.len());
            prop_assert_eq!(split.flipped.len(), split.len());
            prop_assert!(split.points.iter().flatten().all(|v| v.is_finite()));
        }
        // Flips: the exact number, in the training data only.
        let flips = train.flipped.iter().filter(|&&f| f).count();
        prop_assert_eq!(flips, (train.len() as f64 * flipped).round() as usize);
        prop_assert!(test.flipped.iter().all(|&f| !f));
        // Positives, flips undone: the exact number, shared out by the test share.
        let positive = |&i: &usize| (train.class(i) == 1) ^ train.flipped[i];
        let train_positives = (0..train.len()).filter(positive).count();
        let positives = (examples as f64 * positive_fraction).round() as usize;
        prop_assert_eq!(train_positives + test.classes(2)[1], positives);
        let off = test.classes(2)[1] as f64 - positives as f64 * test_share;
        prop_assert!(off.abs() <= 0.5 || (test.classes(2)[1] == 1 && off <= 1.0));
        let both = train_positives > 0 && test.classes(2)[1] > 0;
        prop_assert_eq!(recipe.has_all_classes(), both);
    }

    #[test]
    fn every_epoch_sees_every_example_once(
        examples in 1..500usize, size in 1..600usize, seed in any::<u32>(),
    ) {
        let (mut order, mut again) = (Order::new(seed, examples), Order::new(seed, examples));
        prop_assert_eq!(order.epoch(), 0);
        let batches = examples.div_ceil(size);
        for epoch in 1..=3 {
            prop_assert_eq!(order.batches_left(size) as usize, batches);
            let mut seen = Vec::new();
            for b in 0..batches {
                let batch = order.next_batch(size).to_vec();
                prop_assert_eq!(&batch[..], again.next_batch(size));
                let last = examples - (batches - 1) * size;
                prop_assert_eq!(batch.len(), if b + 1 == batches { last } else { size });
                prop_assert_eq!(order.epoch(), epoch);
                let left = batches - b - 1;
                let left = if left == 0 { batches } else { left };
                prop_assert_eq!(order.batches_left(size) as usize, left);
                seen.extend(batch);
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..examples as u32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_new_batch_size_within_an_epoch_still_sees_every_example_once(
        examples in 1..500usize, sizes in prop::collection::vec(1..200usize, 1..40),
    ) {
        let mut order = Order::new(3, examples);
        let mut seen = Vec::new();
        for &size in sizes.iter().cycle() {
            seen.extend_from_slice(order.next_batch(size));
            if seen.len() >= examples {
                break;
            }
        }
        prop_assert_eq!(order.epoch(), 1);
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..examples as u32).collect::<Vec<_>>());
    }
}

#[test]
fn epochs_are_shuffled_differently() {
    let mut order = Order::new(7, 100);
    let first = order.next_batch(100).to_vec();
    assert_ne!(first, order.next_batch(100));
    assert_ne!(first, Order::new(8, 100).next_batch(100));
}
