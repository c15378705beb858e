//! Ranges, changes and explanations of single settings.

use ghm_lab::config::{Config, Kind, SETTINGS, Value};
use ghm_lab::data::Random;
use serde_json::{Value as Json, json};

use crate::support::runs::small_config;
use crate::{keys, of};

#[test]
fn every_range_ends_where_it_says_and_says_so() {
    for setting in SETTINGS {
        let (inside, outside): (Vec<String>, Vec<String>) = match setting.kind {
            Kind::Integer { min, max, .. } => (
                vec![min.to_string(), max.to_string()],
                vec![
                    (i64::from(min) - 1).to_string(),
                    (i64::from(max) + 1).to_string(),
                ],
            ),
            Kind::Real { min, max, .. } => (
                vec![min.to_string(), max.to_string()],
                vec![min.next_down().to_string(), max.next_up().to_string()],
            ),
            Kind::Choice { keys, .. } => (
                keys.iter().map(|key| (*key).to_owned()).collect(),
                vec!["none".to_owned(), keys[0].to_uppercase()],
            ),
        };
        for text in inside {
            let mut config = Config::default();
            setting.parse(&mut config, &text).expect(&text);
            assert_eq!(setting.text(&config), text);
        }
        for text in outside {
            let mut config = Config::default();
            let error = setting
                .parse(&mut config, &text)
                .expect_err(&text)
                .to_string();
            assert!(error.starts_with(&format!("{}: ", setting.key)), "{error}");
            assert!(error.contains(&setting.range()), "{error}");
            assert!(error.contains(&text), "{error}");
            assert_eq!(config, Config::default(), "{error}");
        }
        for text in ["", "x", "NaN", "inf", "-inf", "1,5", " 1", "1e400"] {
            let error = setting.parse(&mut Config::default(), text).expect_err(text);
            assert_eq!(error.key, setting.key);
            assert!(error.message.contains(&setting.range()), "{error}");
        }
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    let values = [Value::Integer(3), Value::Real(0.5), Value::Choice(0)];
    let mut config = Config::default();
    for setting in SETTINGS {
        let right = values.map(|value| setting.set(&mut config, value).is_ok());
        assert!(
            right.iter().filter(|&&ok| ok).count() <= 1,
            "{}",
            setting.key
        );
    }
    let choice = of("loss").set(&mut config, Value::Choice(99));
    assert_eq!(choice.expect_err("no such loss").key, "loss");
}

#[test]
fn whole_numbers_may_be_written_as_people_write_them() {
    let mut config = Config::default();
    for (text, want) in [("1e5", 100_000), ("2000.0", 2000), ("+300", 300)] {
        of("examples").parse(&mut config, text).expect(text);
        assert_eq!(config.examples, want);
    }
    assert!(of("examples").parse(&mut config, "300.5").is_err());
}

#[test]
fn changes_that_are_refused_leave_the_settings_as_they_were() {
    let config = small_config();
    let before = config.clone();
    let errors = config
        .with([
            (of("bins"), "12".to_owned()),
            (of("width"), "0".to_owned()),
            (of("noise"), "-1".to_owned()),
        ])
        .expect_err("two are bad");
    assert_eq!(keys(&errors), ["width", "noise"]);
    assert_eq!(config, before);
    let changed = config.with([(of("bins"), "12".to_owned())]).expect("good");
    assert_eq!(
        changed,
        Config {
            bins: 12,
            ..before.clone()
        }
    );
    assert_eq!(config, before);
}

#[test]
fn a_file_may_hold_numbers_or_their_text_and_nothing_else() {
    let with = |value: Json| {
        let object = json!({ "bins": value });
        Config::default().with_json(object.as_object().expect("an object"))
    };
    for value in [json!(12), json!(12.0), json!("12")] {
        assert_eq!(with(value).expect("12").bins, 12);
    }
    for value in [
        json!(null),
        json!(true),
        json!([12]),
        json!({}),
        json!(12.5),
        json!(1e300),
    ] {
        let errors = with(value.clone()).expect_err("not a number of bins");
        assert_eq!(keys(&errors), ["bins"], "{value}");
        assert!(errors[0].message.contains("1 to 256"), "{}", errors[0]);
    }
}

#[test]
fn the_least_share_of_positives_in_the_message_is_enough() {
    let mut random = Random::named(3, "shares");
    for _ in 0..2000 {
        let config = Config {
            examples: 100 + random.below(20_000),
            test_share: random.between(0.05, 0.5),
            batch_size: 1,
            ..Config::default()
        };
        let least = 2.0 / f64::from(config.examples);
        let enough = Config {
            positive_fraction: least,
            ..config
        };
        enough.validate().expect("what the message says is enough");
    }
}

#[test]
fn only_settings_that_say_so_start_training_anew() {
    let before = Config::default();
    let live = [
        "loss",
        "bins",
        "momentum",
        "convention",
        "counting",
        "mu",
        "delta",
        "class-balance",
        "effective-beta",
        "focal-gamma",
        "focal-balance",
        "focal-alpha",
        "ohem-keep",
        "optimizer",
        "learning-rate",
        "sgd-momentum",
        "batch-size",
        "warm-up-steps",
        "stop-step",
        "stop-epoch",
        "stop-score",
        "stop-plateau",
        "panel",
        "contribution-axis",
        "exact",
        "examples-of",
    ];
    for setting in SETTINGS {
        let mut after = before.clone();
        let value = match (setting.kind, setting.get(&before)) {
            (Kind::Integer { max, .. }, _) => Value::Integer(max),
            (Kind::Real { max, .. }, _) => Value::Real(max),
            (_, Value::Choice(0)) => Value::Choice(1),
            _ => Value::Choice(0),
        };
        setting.set(&mut after, value).expect("in range");
        assert_ne!(after, before, "{}", setting.key);
        let restarts = before.needs_restart(&after);
        assert_eq!(restarts, !live.contains(&setting.key), "{}", setting.key);
    }
    assert!(!before.needs_restart(&before));
}

#[test]
fn every_setting_explains_itself() {
    for setting in SETTINGS {
        let text = setting.explanation();
        assert!(
            text.len() > setting.doc.len() && !setting.doc.is_empty(),
            "{}",
            setting.key
        );
        assert!(
            !setting.doc.contains("  "),
            "{}: {}",
            setting.key,
            setting.doc
        );
        if let Kind::Choice { keys, labels, docs } = setting.kind {
            assert_eq!((keys.len(), labels.len()), (docs.len(), docs.len()));
            assert!(keys.iter().all(|key| text.contains(key)));
        } else {
            assert!(text.contains(&setting.range()));
        }
        if let Some(paper) = setting.paper {
            assert!(text.contains(paper));
            setting
                .parse(&mut Config::default(), paper)
                .expect("the paper's value");
        }
    }
    let keys: std::collections::BTreeSet<&str> = SETTINGS.iter().map(|s| s.key).collect();
    assert_eq!(keys.len(), SETTINGS.len(), "no key twice");
}
