//! Links and files: round trips, noise, and what bad values become.

use ghm_lab::config::{Config, SETTINGS, SettingError, setting};
use ghm_lab::data::{Random, Shape};
use ghm_lab::ghm::{Convention, Task};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::support::runs::small_config;
use crate::{assert_valid, configs, keys, of, read};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_link_reads_back_to_the_same_settings(mut config in configs()) {
        if config.validate().is_err() {
            config.fit_batch();
        }
        prop_assume!(config.validate().is_ok());
        let link = config.to_link();
        let (read, errors) = Config::from_link(&link);
        prop_assert_eq!(&errors, &[], "{}", link);
        prop_assert_eq!(&read, &config, "{}", link);
        prop_assert_eq!(Config::from_link(&format!("#{link}")).0, config);
        prop_assert!(link.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.=&".contains(&b)));
    }

    #[test]
    fn a_file_reads_back_to_the_same_settings(mut config in configs()) {
        config.fit_batch();
        prop_assume!(config.validate().is_ok());
        let text = config.to_json().to_string();
        let object: Map<String, Json> = serde_json::from_str(&text).expect("JSON");
        prop_assert_eq!(object.len(), SETTINGS.len());
        prop_assert_eq!(Config::default().with_json(&object), Ok(config.clone()));
        prop_assert_eq!(small_config().with_json(&object), Ok(config));
    }

    #[test]
    fn every_value_reads_back_from_its_text(config in configs()) {
        let mut read = Config::default();
        for setting in SETTINGS {
            setting.parse(&mut read, &setting.text(&config)).expect("its own text");
        }
        prop_assert_eq!(read, config);
    }
}

/// Text that looks like a link more or less: keys, numbers and noise.
fn random_link(random: &mut Random) -> String {
    const PIECES: [&str; 24] = [
        "=",
        "&",
        "#",
        "-",
        ".",
        "1",
        "0",
        "1e9",
        "1e999",
        "-1",
        "NaN",
        "inf",
        "9007199254740993",
        "0.5",
        "100",
        "100000000000000000000",
        "%20",
        "\u{0}",
        "é",
        "🎛",
        " ",
        "ghm-c",
        "0x10",
        "1_000",
    ];
    let mut text = String::new();
    for _ in 0..random.below(24) {
        let piece = match random.below(3) {
            0 => SETTINGS[random.below(SETTINGS.len() as u32) as usize].key,
            1 => PIECES[random.below(PIECES.len() as u32) as usize],
            _ => {
                let code = random.below(0x11_0000);
                text.extend(char::from_u32(code));
                "="
            }
        };
        text += piece;
        if random.below(4) == 0 {
            text += "&";
        }
    }
    text
}

/// A good link with values put next to keys at random.
fn mutated_link(random: &mut Random) -> String {
    const VALUES: [&str; 14] = [
        "0",
        "1",
        "2",
        "100",
        "101",
        "0.0001",
        "0.5",
        "256",
        "1000000",
        "-3",
        "",
        "ghm-c",
        "1e-4",
        "4294967295",
    ];
    let pair = |_| {
        let key = SETTINGS[random.below(SETTINGS.len() as u32) as usize].key;
        let value = VALUES[random.below(VALUES.len() as u32) as usize];
        format!("{key}={value}")
    };
    (0..8).map(pair).collect::<Vec<_>>().join("&")
}

#[test]
fn no_link_whatsoever_panics_or_gives_settings_that_cannot_run() {
    let mut random = Random::named(2, "links");
    let (mut good, mut bad) = (0, 0);
    for i in 0..20_000 {
        let link = match i % 2 {
            0 => random_link(&mut random),
            _ => mutated_link(&mut random),
        };
        let (config, errors) = Config::from_link(&link);
        assert_valid(&config);
        for error in &errors {
            assert!(setting(error.key).is_some(), "{link:?}: {error}");
            assert!(
                !error.message.contains(char::is_control),
                "{link:?}: {error}"
            );
            assert!(error.to_string().len() < 300, "{link:?}: {error}");
        }
        if errors.is_empty() {
            assert_eq!(read(&config.to_link()), config, "{link:?}");
            good += 1;
        } else {
            bad += 1;
        }
    }
    assert!(good > 1000 && bad > 1000, "{good} good, {bad} bad");
}

#[test]
fn the_opening_is_an_empty_link() {
    assert_eq!(Config::opening().to_link(), "");
    for empty in ["", "#", "&", "#&&", "utm_source=x"] {
        assert_eq!(read(empty), Config::opening(), "{empty:?}");
    }
    assert_eq!(Config::default().to_link(), "convention=per-bin");
    assert_eq!(Config::default().changes(), "");
    assert_valid(&Config::opening());
}

#[test]
fn a_link_holds_only_what_differs_from_the_default() {
    let config = Config {
        bins: 10,
        noise: 0.2,
        dataset: Shape::Rings,
        ..Config::default()
    };
    assert_eq!(
        config.to_link(),
        "bins=10&convention=per-bin&dataset=rings&noise=0.2"
    );
    assert_eq!(config.changes(), "bins=10&dataset=rings&noise=0.2");
    // The default batch size on data that is smaller than it.
    let small = read("examples=400");
    assert_eq!(
        (small.batch_size, small.to_link().as_str()),
        (300, "examples=400")
    );
}

#[test]
fn links_of_before_the_default_convention_changed_mean_what_they_meant() {
    for (link, again) in [
        ("bins=10", "bins=10"),
        ("task=regression", "task=regression"),
        ("loss=ghm-c", "convention=corrected"),
        ("convention=corrected", "convention=corrected"),
    ] {
        let config = read(link);
        assert_eq!(config.convention, Convention::Corrected, "{link}");
        assert_eq!(config.to_link(), again, "{link}");
        assert_eq!(read(again), config, "{link}");
    }
    assert_eq!(Config::default().convention, Convention::PerBin);
    assert_eq!(
        read("momentum=0.5&convention=per-bin").convention,
        Convention::PerBin
    );
}

#[test]
fn unknown_keys_in_links_and_files_are_ignored() {
    let config = read("utm_source=x&bins=12&convention=per-bin&__proto__=1&=3&bin=4&BINS=5");
    assert_eq!(
        config,
        Config {
            bins: 12,
            ..Config::default()
        }
    );
    let object = json!({ "bins": 12, "colour": [1, 2] });
    let object = object.as_object().expect("an object");
    assert_eq!(Config::default().with_json(object), Ok(config));
}

#[test]
fn bad_values_in_a_link_are_reported_by_key_and_replaced_by_the_default() {
    let (config, errors) = Config::from_link("bins=0&momentum=1&loss=mse&width=8&layers=two&noise");
    let want = Config {
        width: 8,
        ..Config::unsaid(Task::Binary)
    };
    assert_eq!(config, want);
    assert_eq!(
        keys(&errors),
        ["bins", "momentum", "loss", "layers", "noise"]
    );
    let texts: Vec<String> = errors.iter().map(SettingError::to_string).collect();
    assert_eq!(texts[0], "bins: 0 is outside 1 to 256");
    assert_eq!(texts[1], "momentum: 1 is outside 0 to 0.999");
    assert_eq!(
        texts[2],
        "loss: \"mse\" is not one of ce, class-balanced, focal, ohem, ghm-c, l1, smooth-l1, asl1, ghm-r"
    );
    assert_eq!(
        texts[3],
        "layers: \"two\" is not a whole number from 1 to 3"
    );
    assert_eq!(texts[4], "noise: \"\" is not a number from 0 to 0.5");
}

#[test]
fn long_values_are_cut_short_in_messages() {
    let long = "7\u{1b}".repeat(500);
    let (_, errors) = Config::from_link(&format!("bins={long}"));
    assert!(errors[0].message.chars().count() < 100, "{}", errors[0]);
    assert!(!errors[0].message.contains('\u{1b}'));
}

#[test]
fn a_batch_larger_than_the_training_data_is_refused_where_it_is_asked_for() {
    let (config, errors) = Config::from_link("examples=400&batch-size=301");
    assert_eq!(keys(&errors), ["batch-size"]);
    assert!(errors[0].message.contains("1 to 300"), "{}", errors[0]);
    assert_eq!(config, read("examples=400"));
    assert_eq!(read("examples=400&batch-size=300").batch_size, 300);

    let errors = Config::default().with([(of("batch-size"), "15001".to_owned())]);
    assert_eq!(keys(&errors.expect_err("too large")), ["batch-size"]);
    // It follows where it was not asked for.
    let fewer = Config::default().with([(of("examples"), "400".to_owned())]);
    assert_eq!(fewer.expect("good").batch_size, 300);
}

#[test]
fn data_without_positives_are_refused_with_what_would_do() {
    let (config, errors) = Config::from_link("examples=1000&positive-fraction=0.001");
    assert_eq!(keys(&errors), ["positive-fraction"]);
    assert!(errors[0].message.contains("0.001 of 1000"), "{}", errors[0]);
    assert!(
        errors[0].message.contains("at least 0.002"),
        "{}",
        errors[0]
    );
    assert_eq!(config, read("examples=1000"));
    assert_valid(&read("examples=1000&positive-fraction=0.002"));

    // Too few examples for the default share of positives: the number of examples gives way.
    let (config, errors) = Config::from_link("examples=100");
    assert_eq!(keys(&errors), ["positive-fraction"]);
    assert_eq!(config, Config::unsaid(Task::Binary));
    let small = [(of("examples"), "100".to_owned())];
    let errors = Config::default().with(small).expect_err("one positive");
    assert_eq!(keys(&errors), ["positive-fraction"]);
}
