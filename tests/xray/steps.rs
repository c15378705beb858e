//! Files are looked at in steps of bounded length, so that a window goes on drawing meanwhile.

use ghm_lab::config::Config;
use ghm_lab::data::predictions::{Input, Next, Options, Predictions, Refusal, Rows};
use ghm_lab::xray::{Inspected, Job, Progress, Xray};
use serde_json::Value as Json;

use crate::formats::{npy, npz};

/// Most of a pass over a file that a step may take.
const MOST_SHARE: f32 = 0.1;

/// How often a job paused while it looked, before and after it was open, and while it read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Pauses {
    opening: usize,
    again: usize,
    reading: usize,
    /// Between which the share that was worked through had become another.
    shares: usize,
}

/// What a job comes to that takes a step at a time, of which none goes far.
fn in_steps(input: Input) -> (Result<Box<Inspected>, Refusal>, Pauses) {
    let name = input.name.clone();
    let mut job = Job::start(vec![input], Options::default(), &Config::default());
    let (mut pauses, mut before) = (Pauses::default(), 0.0);
    loop {
        match job.work(0.0) {
            Ok(Progress::Goes(next)) => job = *next,
            Ok(Progress::Done(inspected)) => return (Ok(inspected), pauses),
            Err(refusal) => return (Err(refusal), pauses),
        }
        match (job.is_open(), job.looks()) {
            (false, looks) => {
                assert!(looks, "what is not open is looked at");
                pauses.opening += 1;
            }
            (true, true) => pauses.again += 1,
            (true, false) => pauses.reading += 1,
        }
        let share = job.share();
        assert!((0.0..=1.0).contains(&share), "{share}");
        pauses.shares += usize::from(share != before);
        // It begins again with each pass.
        assert!(
            share - before < MOST_SHARE,
            "{name}: {before} to {share}: {pauses:?}"
        );
        before = share;
    }
}

/// What the same file comes to at once.
fn at_once(input: Input) -> Json {
    let opened = Predictions::open(vec![input], Options::default());
    let mut predictions = opened.unwrap_or_else(|why| panic!("{why}"));
    let begin = |predictions: &Predictions| {
        let header = *predictions.header();
        Xray::new(header, &Config::default().for_task(header.task))
    };
    let (mut xray, mut rows) = (begin(&predictions), Rows::default());
    loop {
        match predictions.read(&mut rows, 1 << 14) {
            Ok(Next::Rows) => xray.add(&rows),
            Ok(Next::Again) => xray = begin(&predictions),
            Ok(Next::End) => break,
            Err(why) => panic!("{why}"),
        }
    }
    xray.name_classes(predictions.class_names());
    let mut json = xray.finish(predictions.groups()).to_json();
    json["skipped"] = predictions.skipped().count.into();
    json["reading"] = predictions.reading().to_json();
    json
}

/// Both come to the same; how often the job paused.
fn same(name: &str, content: impl AsRef<[u8]>) -> Pauses {
    let input = Input::bytes(name, content.as_ref());
    let (inspected, pauses) = in_steps(input.clone());
    let inspected = inspected.unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(inspected.to_json(), at_once(input), "{name}");
    pauses
}

#[test]
fn a_file_whose_names_leave_two_readings_is_looked_at_in_steps() {
    let content = format!("score,label\n{}", "0.75,1\n0.25,0\n".repeat(1_000_000));
    let pauses = same("score.csv", content);
    // Two million rows, at most 4,096 of them a step.
    assert!(pauses.opening > 480, "{pauses:?}");
    assert_eq!(pauses.again, 0);
}

#[test]
fn a_file_whose_names_tell_is_read_without_a_look_at_all_of_it() {
    let content = format!("logit,label\n{}", "0.75,1\n-1.5,0\n".repeat(500_000));
    let pauses = same("logit.csv", &content);
    assert!(pauses.opening < 8, "{pauses:?}");
}

#[test]
fn probabilities_are_compared_with_logits_in_steps() {
    let content = format!("logit,p,label\n{}", "0,0.5,1\n0,0.5,0\n".repeat(500_000));
    let pauses = same("twins.csv", &content);
    assert!(pauses.opening > 240, "{pauses:?}");
}

#[test]
fn another_reading_that_shows_late_is_looked_for_in_steps() {
    let content = format!("logit,label\n{}-2,-1\n", "1.5,1\n".repeat(1_000_000));
    let pauses = same("late.csv", &content);
    assert!(pauses.again > 240, "{pauses:?}");
    // What was read before is void.
    let input = Input::bytes("late.csv", content.as_bytes());
    let report = at_once(input);
    assert_eq!(report["examples"], 1_000_001.0);
    assert!(report["reading"]["notes"].to_string().contains("-1 and 1"));
}

#[test]
fn a_doubt_that_leads_to_no_other_reading_is_settled_in_steps() {
    let content = format!("logit,label\n{}x,1\n", "1.5,1\n".repeat(1_000_000));
    let (refused, pauses) = in_steps(Input::bytes("late.csv", content.as_bytes()));
    assert!(pauses.again > 240, "{pauses:?}");
    let why = refused.expect_err("x is no number").to_string();
    assert!(
        why.contains("line 1000002, column \"logit\": \"x\""),
        "{why}"
    );
}

#[test]
fn what_quotes_mean_is_found_out_in_steps() {
    let rows = "\"a\",1.5,1\n".repeat(500_000);
    let content = format!("group,logit,label\n{rows}\"say \\\"hi\\\", you\",1.5,1\n{rows}");
    let before = same("plain.csv", format!("group,logit,label\n{rows}{rows}"));
    let pauses = same("spark.csv", &content);
    // Steps of 256 KiB, in three readings, of which some end early.
    let more = pauses.reading - before.reading;
    assert!(more > 40, "{before:?} and {pauses:?}");
    // Of each, how far it is was to be seen.
    assert!(
        pauses.shares > before.shares + 40,
        "{before:?} and {pauses:?}"
    );
}

/// Rows that are left out come to nothing, and take as long.
#[test]
fn rows_that_are_left_out_are_read_in_steps() {
    const BLOCK: usize = 1 << 10;
    let blocks = 100;
    let content = format!(
        "logit,label\n1.5,1\n{}-1.5,0\n",
        "x,1\n".repeat(blocks * BLOCK)
    );
    let options = Options {
        skip_bad_rows: true,
        ..Options::default()
    };
    let input = Input::bytes("bad.csv", content.as_bytes());
    let mut predictions =
        Predictions::open(vec![input], options).unwrap_or_else(|why| panic!("{why}"));
    let (mut rows, mut examples, mut pauses) = (Rows::default(), 0, 0);
    let mut before = 0;
    loop {
        match predictions.step(&mut rows, BLOCK) {
            Ok(None) => pauses += 1,
            Ok(Some(Next::Rows)) => examples += rows.len(),
            Ok(Some(Next::Again)) => examples = 0,
            Ok(Some(Next::End)) => break,
            Err(why) => panic!("{why}"),
        }
        let skipped = predictions.skipped().count;
        assert!(skipped <= before + BLOCK as u64, "{before} to {skipped}");
        before = skipped;
    }
    assert_eq!((examples, before), (2, (blocks * BLOCK) as u64));
    assert!(pauses >= blocks - 1, "{pauses}");
}

/// What quotes mean can be told in no reading: that is said as often as one asks.
#[test]
fn a_doubt_that_cannot_be_settled_is_told_again() {
    let rows = "\"a\",1.5,1\n".repeat(100_000);
    let content = format!("group,logit,label\n{rows}\"b\" c,1.5,1\n\"d\\\" e,1.5,1\n{rows}");
    let input = Input::bytes("quotes.csv", content.as_bytes());
    let opened = Predictions::open(vec![input], Options::default());
    let mut predictions = opened.unwrap_or_else(|why| panic!("{why}"));
    let mut rows = Rows::default();
    let why = loop {
        match predictions.read(&mut rows, 1 << 13) {
            Ok(Next::Rows) => {}
            Ok(next) => panic!("{next:?}"),
            Err(why) => break why.to_string(),
        }
    };
    assert!(why.contains("quotes.csv, line 100002"), "{why}");
    let again = predictions.read(&mut rows, 1 << 13);
    again.expect_err("it cannot be read");
}

#[test]
fn json_is_parsed_in_steps() {
    let numbers = |one: &str| vec![one; 1_000_000].join(",");
    let arrays = format!(
        "{{\"logit\":[{}],\"label\":[{}]}}",
        numbers("1.5"),
        numbers("1")
    );
    let nested = format!("{{\"results\":{arrays}}}");
    let keyed: Vec<String> = (0..400_000).map(|row| format!("\"{row}\":1.0")).collect();
    let keyed = keyed.join(",");
    let keyed = format!("{{\"logit\":{{{keyed}}},\"label\":{{{keyed}}}}}");
    let records = vec!["{\"logit\":1.5,\"label\":1}"; 300_000];
    for (name, content) in [
        ("arrays.json", arrays),
        ("nested.json", nested),
        ("keyed.json", keyed),
        ("records.json", format!("[{}]", records.join(","))),
        ("lines.jsonl", records.join("\n")),
    ] {
        let pauses = same(name, &content);
        // Steps of 256 KiB.
        assert!(pauses.opening >= content.len() >> 18, "{name}: {pauses:?}");
    }
}

#[test]
fn columns_of_an_archive_are_checked_and_unpacked_in_steps() {
    let n = 400_000_u32;
    let noise = |i: u32| i.wrapping_mul(2_654_435_769) as f32 / 1e9 - 2.0;
    let outputs: Vec<u8> = (0..3 * n).flat_map(|i| noise(i).to_le_bytes()).collect();
    let outputs = npy("<f4", &format!("({n}, 3)"), true, &outputs);
    let labels: Vec<u8> = (0..n)
        .map(|i| (i.wrapping_mul(40_503) >> 8) as u8 % 3)
        .collect();
    let labels = npy("|u1", &format!("({n},)"), false, &labels);
    // Every other member is packed.
    for arrays in [
        [
            ("logits", outputs.as_slice()),
            ("labels", labels.as_slice()),
        ],
        [("labels", &labels), ("logits", &outputs)],
    ] {
        let pauses = same("columns.npz", npz(&arrays));
        // Steps of 256 KiB, of which it can be seen how far they are.
        let steps = outputs.len() >> 18;
        assert!(pauses.opening >= steps, "{pauses:?}");
        let still = pauses.opening + pauses.reading - pauses.shares;
        assert!(still < steps, "{pauses:?}");
    }
}

#[test]
fn a_question_comes_out_of_the_work_as_it_comes_at_once() {
    let content = format!("animal,p\n{}", "cat,0.75\ndog,0.25\n".repeat(500_000));
    let input = Input::bytes("animals.csv", content.as_bytes());
    let (asked, pauses) = in_steps(input.clone());
    assert!(pauses.opening > 240, "{pauses:?}");
    let at_once = Predictions::open(vec![input], Options::default()).err();
    let [Some(Refusal::Ask(one)), Some(Refusal::Ask(other))] = [asked.err(), at_once] else {
        panic!("only a person knows");
    };
    assert_eq!(one.to_string(), other.to_string());
    assert_eq!(one.labels, other.labels);
}
