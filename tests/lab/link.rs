//! Links that hold a whole race.

use ghm_lab::config::Config;
use ghm_lab::ghm::{Convention, Loss};
use ghm_lab::lab::{ArmCommand, Command, Lab};

use super::run;
use super::support::runs::{lab, small_config};

/// Settings, names and the shown arm: what a link must bring back.
fn race(lab: &Lab) -> (Vec<(Config, String)>, usize) {
    let arms = lab.arms().iter();
    let arms = arms.map(|arm| (arm.config().clone(), arm.name().to_owned()));
    (arms.collect(), lab.shown())
}

fn two_of_a_loss() -> Lab {
    let mut lab = lab(&small_config());
    lab.arm(ArmCommand::AllLosses);
    lab.arm(ArmCommand::Duplicate(2));
    let config = Config {
        focal_gamma: 4.5,
        learning_rate: 0.002,
        ..lab.config().clone()
    };
    lab.configure(&config);
    lab.arm(ArmCommand::Rename(5, "γ = 4.5, slow & #1".to_owned()));
    lab
}

#[test]
fn a_link_brings_all_arms_back() {
    let mut first = two_of_a_loss();
    let link = first.link();
    assert!(link.is_ascii() && !link.contains([' ', '#']), "{link}");
    for config in [Config::default(), small_config()] {
        let mut other = lab(&config);
        assert_eq!(other.open_link(&format!("#{link}")), []);
        assert_eq!(race(&other), race(&first), "{link}");
        assert_eq!(other.link(), link);
    }
    // The same arms train to the same bits.
    let mut other = lab(&Config::default());
    other.open_link(&link);
    for lab in [&mut first, &mut other] {
        run(lab, Command::Step(5));
    }
    assert_eq!(super::bits(&first), super::bits(&other));
    let steps = other.step();
    other.open_link(&link);
    assert_eq!(other.step(), steps, "what runs already goes on");
    // A link without arms is of a single run.
    assert_eq!(other.open_link("loss=ce"), []);
    assert_eq!(
        (other.arms().len(), other.config().loss),
        (1, Loss::CrossEntropy)
    );
}

#[test]
fn a_step_of_the_tour_with_other_arms_has_its_link_too() {
    let mut lab = lab(&small_config());
    lab.visit(3);
    lab.arm(ArmCommand::AllLosses);
    let link = lab.link();
    assert!(link.starts_with("tour="), "{link}");
    let mut other = super::support::runs::lab(&small_config());
    assert_eq!(other.open_link(&link), []);
    assert_eq!(race(&other), race(&lab));
    assert_eq!((other.tour().is_open(), other.tour().index()), (true, 3));
    // And one of a race that has lost all arms but one.
    lab.visit(5);
    lab.arm(ArmCommand::Remove(2));
    lab.arm(ArmCommand::Remove(1));
    assert_eq!(other.open_link(&lab.link()), []);
    assert_eq!(race(&other), race(&lab));
}

#[test]
fn what_is_wrong_with_an_arm_is_named_and_the_rest_is_used() {
    let mut lab = lab(&small_config());
    let link = "bins=999&shown=9&arm=loss:ce,bins:0,dataset:circles,what:1&arm=loss:focal,name:%FF%41&arm=";
    let errors = lab.open_link(link);
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    for (part, error) in ["999", "dataset is the same for all arms", "bins: 0"]
        .iter()
        .zip(&said)
    {
        assert!(error.contains(part), "{part}: {error}");
    }
    let losses: Vec<Loss> = lab.arms().iter().map(|arm| arm.config().loss).collect();
    assert_eq!(losses, [Loss::CrossEntropy, Loss::Focal, Loss::GhmC]);
    assert_eq!((lab.shown(), lab.config().bins), (2, 30));
    let many = ["arm=loss:ce"; 9].join("&");
    let errors = lab.open_link(&many);
    assert!(errors[0].to_string().contains("of 9 arms"), "{errors:?}");
    assert_eq!(lab.arms().len(), Lab::MOST_ARMS);
}

/// What a lab says after it has opened a link.
fn said(link: &str) -> (Vec<String>, Vec<String>) {
    let mut lab = lab(&small_config());
    let errors = lab.open_link(link);
    let texts = super::texts(&lab).into_iter().map(str::to_owned);
    let errors = errors.iter().map(ToString::to_string);
    (errors.collect(), texts.collect())
}

#[test]
fn a_link_says_on_which_engine_it_was_made_where_that_matters() {
    // These labs are on the CPU.
    for (settings, matters) in [
        ("task=regression&loss=ghm-r", true),
        ("task=regression&loss=l1", true),
        ("task=regression&loss=asl1", false),
        ("task=classes&counting=every-entry", true),
        ("task=classes&loss=focal", false),
        ("arm=loss:ce&arm=loss:ghm-c", false),
        ("task=regression&shown=0&arm=loss:asl1&arm=loss:l1", true),
    ] {
        let mut lab = lab(&small_config());
        assert_eq!(lab.open_link(settings), []);
        let link = lab.link();
        let names = link.split('&').filter(|pair| *pair == "engine=cpu").count();
        assert_eq!(names == 1, matters, "{link}");
        assert_eq!(link.contains("engine"), matters, "{link}");
        // It comes back as it was, and nothing is said on the same engine.
        let mut other = super::lab(&small_config());
        assert_eq!(other.open_link(&link), []);
        assert_eq!((race(&other), other.link()), (race(&lab), link.clone()));
        let drifts = |texts: &[String]| {
            texts
                .iter()
                .filter(|of| of.contains("another engine"))
                .count()
        };
        assert_eq!(drifts(&said(&link).1), 0, "{link}");
        let from_gpu = format!("{}&engine=gpu", link.replace("&engine=cpu", ""));
        let (errors, texts) = said(&from_gpu);
        assert_eq!(errors, [""; 0]);
        assert_eq!(
            drifts(&texts),
            usize::from(matters),
            "{from_gpu}: {texts:?}"
        );
        if matters {
            let text = texts.iter().find(|text| text.contains("another engine"));
            assert!(
                text.is_some_and(
                    |text| text.starts_with("The link was made on another engine (gpu)")
                )
            );
        }
    }
    let (errors, texts) = said("task=regression&engine=quantum");
    assert_eq!(errors, ["engine: \"quantum\" is not one of cpu, gpu"]);
    assert!(
        !texts.iter().any(|text| text.contains("another engine")),
        "{texts:?}"
    );
    // A step of the tour as it was prepared stays that.
    let mut lab = lab(&small_config());
    assert_eq!(lab.open_link("tour=regression&engine=cpu"), []);
    assert_eq!(lab.link(), "tour=regression");
}

#[test]
fn what_a_link_says_that_is_unknown_is_told_and_the_rest_is_used() {
    let (errors, texts) = said("bins=12&nonsense=1&utm_source=mail&tour=nowhere&ignore-label=3");
    assert_eq!(errors, [""; 0]);
    let expected = [
        "The link says \"nonsense\", which is no setting of this lab.",
        "The link leads to \"nowhere\", which is no step of the tour.",
        "The link says \"ignore-label\", which is no setting of this lab.",
    ];
    for text in expected {
        assert!(texts.iter().any(|of| of == text), "{text}: {texts:?}");
    }
    let unknown = texts.iter().filter(|of| of.starts_with("The link")).count();
    assert_eq!(unknown, 3, "{texts:?}");
    // A long one does not flood the screen.
    let many = "x=1&".repeat(5000);
    assert!(said(&many).1.len() < 10);
}

#[test]
fn arms_of_before_the_default_convention_changed_mean_what_they_meant() {
    for link in [
        "arm=",
        "arm=&arm=loss:ce",
        "shown=0&arm=loss:ghm-c&arm=loss:ce",
    ] {
        let mut lab = lab(&small_config());
        assert_eq!(lab.open_link(link), []);
        let corrected = |arm: &ghm_lab::lab::Arm| arm.config().convention == Convention::Corrected;
        assert!(lab.arms().iter().all(corrected), "{link}");
    }
    // And a race under the present default comes back as it is.
    let mut race_of_now = lab(&Config::default());
    race_of_now.arm(ArmCommand::AllLosses);
    let mut other = lab(&small_config());
    assert_eq!(other.open_link(&race_of_now.link()), []);
    assert_eq!(race(&other), race(&race_of_now));
    assert_eq!(other.config().convention, Convention::PerBin);
}

#[test]
fn the_opening_within_a_step_of_the_tour_comes_back() {
    let mut lab = lab(&small_config());
    assert_eq!(lab.open_link("tour=density&utm_source=x"), []);
    assert_eq!(lab.link(), "tour=density");
    lab.configure(&Config::opening());
    let mut other = super::lab(&small_config());
    assert_eq!(other.open_link(&lab.link()), []);
    assert_eq!(other.config(), lab.config());
    assert!(other.tour().is_open());
}
