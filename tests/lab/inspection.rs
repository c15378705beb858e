//! The X-ray beside the experiment.

use ghm_lab::config::Config;
use ghm_lab::data::predictions::Input;
use ghm_lab::ghm::Task;
use ghm_lab::lab::{Lab, SAMPLES};

use crate::support::runs::{lab, small_config};
use crate::texts;

/// Reads until nothing is left to read.
fn read(lab: &mut Lab) {
    while lab.inspection().progress().is_some() {
        lab.tick();
    }
}

fn large() -> Input {
    let rows = "1,0\n-2,1\n0.5,0\n".repeat(1 << 20);
    Input::bytes("large.csv", format!("logit,label\n{rows}").into_bytes())
}

fn examples(lab: &Lab) -> Option<f64> {
    lab.inspection().shown().map(|shown| shown.report.examples)
}

#[test]
fn a_change_of_settings_while_a_file_is_read_does_not_lose_it() {
    let mut lab = lab(&small_config());
    lab.inspect_sample(&SAMPLES[0]);
    read(&mut lab);
    assert_eq!(examples(&lab), Some(4000.0));
    lab.inspect(vec![large()]);
    lab.tick();
    assert_eq!(
        examples(&lab),
        Some(4000.0),
        "what is shown stays meanwhile"
    );
    assert!(lab.inspection().progress().is_some());
    let fewer = Config {
        bins: 12,
        ..lab
            .inspection()
            .config()
            .expect("an X-ray is shown")
            .clone()
    };
    lab.configure_inspection(&fewer);
    read(&mut lab);
    assert_eq!(examples(&lab), Some(3.0 * f64::from(1 << 20)));
    assert_eq!(lab.inspection().name(), "large.csv");
    let shown = lab.inspection().shown().expect("it was read");
    assert_eq!(shown.report.counts.len(), 12);
    assert_eq!(
        lab.config().bins,
        30,
        "the experiment keeps its own settings"
    );
}

#[test]
fn settings_stay_for_files_of_their_task() {
    let mut lab = lab(&small_config());
    lab.inspect_sample(&SAMPLES[0]);
    read(&mut lab);
    let fewer = Config {
        bins: 12,
        ..lab
            .inspection()
            .config()
            .expect("an X-ray is shown")
            .clone()
    };
    lab.configure_inspection(&fewer);
    read(&mut lab);
    let bins = |lab: &Lab| {
        lab.inspection()
            .config()
            .map(|config| (config.task, config.bins))
    };
    for (sample, expected) in SAMPLES.iter().zip([
        (Task::Binary, 12),
        (Task::Classes, 12),
        (Task::Regression, 10),
    ]) {
        lab.inspect_sample(sample);
        read(&mut lab);
        assert_eq!(bins(&lab), Some(expected), "{}", sample.file);
    }
    lab.close_inspection();
    assert_eq!(bins(&lab), None);
    assert_eq!(examples(&lab), None);
}

#[test]
fn a_file_that_turns_out_bad_leaves_what_is_shown() {
    let mut lab = lab(&small_config());
    lab.inspect_sample(&SAMPLES[1]);
    read(&mut lab);
    let before = lab.inspection().config().cloned();
    let late = format!("logit,label\n{}x,1\n", "1,0\n".repeat(100_000));
    lab.inspect(vec![Input::bytes("late.csv", late.into_bytes())]);
    read(&mut lab);
    assert_eq!(
        texts(&lab),
        [
            "late.csv, line 100002, column \"logit\": \"x\" is not a number \
             (--skip-bad-rows leaves out and counts rows that cannot be used)"
        ]
    );
    assert_eq!(lab.inspection().name(), "classes.csv");
    assert_eq!(lab.inspection().config(), before.as_ref());
    assert_eq!(examples(&lab), Some(2000.0));
}

/// Three million rows that have to be looked at before they can be read.
fn doubtful_text() -> Vec<u8> {
    let rows = "0.75,1\n0.25,0\n0.5,1\n".repeat(1 << 20);
    format!("score,label\n{rows}").into_bytes()
}

fn doubtful() -> Input {
    Input::bytes("doubtful.csv", doubtful_text())
}

#[test]
fn a_file_that_is_refused_leaves_the_one_that_is_being_read() {
    let mut lab = lab(&small_config());
    lab.inspect(vec![large()]);
    while lab.inspection().looks() {
        lab.tick();
    }
    lab.inspect(vec![Input::bytes("bad.csv", vec![0; 16])]);
    while lab.inspection().looks() {
        lab.tick();
    }
    assert_eq!(
        texts(&lab),
        ["bad.csv: it is not text, and no NPY, NPZ or Parquet file either"]
    );
    let animals = b"animal,p\ncat,0.75\ndog,0.25\n".to_vec();
    lab.inspect(vec![Input::bytes("animals.csv", animals)]);
    read(&mut lab);
    assert!(lab.inspection().question().is_some());
    assert_eq!(lab.inspection().name(), "large.csv");
    assert_eq!(examples(&lab), Some(3.0 * f64::from(1 << 20)));
}

#[test]
fn a_file_that_is_looked_at_gives_way_to_another() {
    let mut lab = lab(&small_config());
    lab.inspect_sample(&SAMPLES[1]);
    read(&mut lab);
    lab.inspect(vec![doubtful()]);
    lab.tick();
    assert!(lab.inspection().looks(), "there is more to look at");
    assert_eq!(
        examples(&lab),
        Some(2000.0),
        "what is shown stays meanwhile"
    );
    lab.inspect_sample(&SAMPLES[0]);
    read(&mut lab);
    assert_eq!(lab.inspection().name(), SAMPLES[0].file);
    assert_eq!(
        (examples(&lab), lab.inspection().ticket()),
        (Some(4000.0), Some(3))
    );
    assert_eq!(texts(&lab), [""; 0]);
}

#[test]
fn settings_that_change_while_a_file_is_looked_at_are_those_of_its_report() {
    let mut lab = lab(&small_config());
    lab.inspect_sample(&SAMPLES[0]);
    read(&mut lab);
    lab.inspect(vec![doubtful()]);
    lab.tick();
    let fewer = Config {
        bins: 12,
        ..lab
            .inspection()
            .config()
            .expect("an X-ray is shown")
            .clone()
    };
    lab.configure_inspection(&fewer);
    assert_eq!(lab.inspection().config(), Some(&fewer));
    read(&mut lab);
    assert_eq!(lab.inspection().name(), "doubtful.csv");
    let shown = lab.inspection().shown().expect("it was read");
    assert_eq!(shown.report.counts.len(), 12);
}

#[test]
fn a_refused_file_leaves_the_one_that_is_still_looked_at() {
    let mut lab = lab(&small_config());
    lab.inspect_sample(&SAMPLES[0]);
    read(&mut lab);
    lab.inspect(vec![doubtful()]);
    lab.tick();
    assert!(lab.inspection().looks(), "there is more to look at");
    lab.inspect(vec![Input::bytes("bad.csv", vec![0; 16])]);
    read(&mut lab);
    assert_eq!(texts(&lab).len(), 1, "{:?}", texts(&lab));
    assert_eq!(lab.inspection().name(), "doubtful.csv");
    assert_eq!(examples(&lab), Some(3.0 * f64::from(1 << 20)));
    assert_eq!(lab.inspection().ticket(), Some(2));
}

/// What is read goes before what is looked at, and that before nothing.
#[test]
fn of_several_files_the_last_that_is_open_goes_on() {
    let bad = || vec![Input::bytes("bad.csv", vec![0; 16])];
    for (is_open, expected) in [(true, "large.csv"), (false, "doubtful.csv")] {
        let mut lab = lab(&small_config());
        lab.inspect(vec![large()]);
        while is_open && lab.inspection().looks() {
            lab.tick();
        }
        lab.inspect(vec![doubtful()]);
        lab.inspect(bad());
        read(&mut lab);
        assert_eq!(lab.inspection().name(), expected);
    }
}

#[test]
fn a_refused_file_leaves_a_change_of_settings_that_is_still_looked_at() {
    let mut lab = lab(&small_config());
    lab.inspect(vec![doubtful()]);
    read(&mut lab);
    let fewer = Config {
        bins: 12,
        ..(lab.inspection().config())
            .expect("an X-ray is shown")
            .clone()
    };
    lab.configure_inspection(&fewer);
    lab.tick();
    assert!(lab.inspection().looks(), "there is more to look at");
    lab.inspect(vec![Input::bytes("bad.csv", vec![0; 16])]);
    read(&mut lab);
    let shown = lab.inspection().shown().expect("it was read");
    assert_eq!(shown.report.counts.len(), 12);
    assert_eq!(lab.inspection().config().map(|of| of.bins), Some(12));
}

/// A report says of which files it is, whatever else was opened, and under which settings.
#[test]
fn a_report_has_the_number_of_its_files() {
    let mut lab = lab(&small_config());
    let shown = |lab: &Lab| (lab.inspection().tickets(), lab.inspection().ticket());
    assert_eq!(shown(&lab), (0, None));
    lab.inspect_sample(&SAMPLES[0]);
    read(&mut lab);
    assert_eq!(shown(&lab), (1, Some(1)));
    lab.inspect(vec![Input::bytes("bad.csv", vec![0; 16])]);
    read(&mut lab);
    assert_eq!(shown(&lab), (2, Some(1)));
    let animals = b"animal,p\ncat,0.75\ndog,0.25\n".to_vec();
    lab.inspect(vec![Input::bytes("animals.csv", animals)]);
    read(&mut lab);
    let asked = |lab: &Lab, ticket| lab.inspection().question_of(ticket).is_some();
    assert_eq!([2, 3].map(|ticket| asked(&lab, ticket)), [false, true]);
    lab.drop_question();
    let fewer = Config {
        bins: 12,
        ..lab.inspection().config().expect("it is shown").clone()
    };
    lab.configure_inspection(&fewer);
    read(&mut lab);
    assert_eq!(shown(&lab), (3, Some(1)));
    lab.inspect_paper();
    assert_eq!(shown(&lab), (4, Some(4)));
    lab.close_inspection();
    assert_eq!(shown(&lab), (4, None));
}

/// Handles of a file that this process has.
#[cfg(target_os = "linux")]
fn handles(path: &std::path::Path) -> usize {
    let handles = std::fs::read_dir("/proc/self/fd").expect("Linux has it");
    let targets = handles.filter_map(|of| std::fs::read_link(of.ok()?.path()).ok());
    targets.filter(|target| target == path).count()
}

/// Each may hold a gigabyte.
#[cfg(target_os = "linux")]
#[test]
fn a_change_of_settings_opens_no_file_twice_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("doubtful.csv");
    std::fs::write(&path, doubtful_text()).expect("it is written");
    let path = path.canonicalize().expect("it is there");
    let mut lab = lab(&small_config());
    lab.inspect_sample(&SAMPLES[0]);
    read(&mut lab);
    lab.inspect(vec![Input::file(&path)]);
    while lab.inspection().looks() {
        lab.tick();
    }
    assert_eq!(handles(&path), 1);
    let fewer = Config {
        bins: 12,
        ..lab.inspection().config().expect("it is shown").clone()
    };
    lab.configure_inspection(&fewer);
    lab.tick();
    assert!(lab.inspection().looks(), "there is more to look at");
    while lab.inspection().progress().is_some() {
        assert!(handles(&path) <= 1);
        lab.tick();
    }
    let shown = lab.inspection().shown().expect("it was read");
    assert_eq!(shown.report.counts.len(), 12);
}
