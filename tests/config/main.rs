//! Settings as links, files and changes: exact round trips, and one clear message for bad values.

mod links;
mod ranges;
#[path = "../support/mod.rs"]
mod support;

use ghm_lab::config::{
    Activation, Backend, Config, FocalBalance, Optimizer, SETTINGS, Setting, SettingError, setting,
};
use ghm_lab::data::Shape;
use ghm_lab::ghm::{ClassBalance, Convention, Loss};
use proptest::prelude::*;
use proptest::sample::select;

fn of(key: &str) -> &'static Setting {
    setting(key).expect(key)
}

/// Everything that holds of settings which were accepted.
fn assert_valid(config: &Config) {
    config.validate().expect("the rules hold");
    for setting in SETTINGS {
        let value = setting.get(config);
        setting.set(&mut config.clone(), value).expect("in range");
    }
}

fn keys(errors: &[SettingError]) -> Vec<&str> {
    errors.iter().map(|error| error.key).collect()
}

/// Reads a link that has nothing wrong with it.
fn read(link: &str) -> Config {
    let (config, errors) = Config::from_link(link);
    assert_eq!(errors, [], "{link}");
    config
}

prop_compose! {
    fn losses()(
        loss in select(Loss::ALL),
        bins in 1..=256u32,
        momentum in 0.0..=0.999f64,
        convention in select(Convention::ALL),
        (class_balance, effective_beta) in (select(ClassBalance::ALL), 0.0..=0.99999f64),
        (focal_balance, focal_gamma, focal_alpha) in
            (select(FocalBalance::ALL), 0.0..=5.0f64, 0.0..=1.0f64),
        ohem_keep in 0.001..=1.0f64,
    ) -> Config {
        Config {
            loss, bins, momentum, convention, class_balance, effective_beta, focal_gamma,
            focal_balance, focal_alpha, ohem_keep, ..Config::default()
        }
    }
}

prop_compose! {
    fn configs()(
        config in losses(),
        dataset in select(Shape::ALL),
        (examples, positive_fraction) in (100..=1_000_000u32, 0.0001..=0.5f64),
        (noise, flipped, test_share) in (0.0..=0.5f64, 0.0..=0.2f64, 0.05..=0.5f64),
        seed in any::<u32>(),
        (layers, width, activation) in (1..=3u32, 1..=64u32, select(Activation::ALL)),
        (optimizer, learning_rate) in (select(Optimizer::ALL), 0.00001..=10.0f64),
        sgd_momentum in 0.0..=0.999f64,
        batch_size in prop_oneof![1..=2048u32, 1..=1_000_000u32],
        backend in select(Backend::ALL),
        // A setting that nobody touched stays at its default.
        touched in prop::collection::vec(any::<bool>(), SETTINGS.len()),
    ) -> Config {
        let random = Config {
            dataset, examples, positive_fraction, noise, flipped, test_share, seed, layers, width,
            activation, optimizer, learning_rate, sgd_momentum, batch_size, backend, ..config
        };
        let mut config = Config::default();
        for (setting, touched) in SETTINGS.iter().zip(touched) {
            if touched {
                setting.set(&mut config, setting.get(&random)).expect("in range");
            }
        }
        config
    }
}
