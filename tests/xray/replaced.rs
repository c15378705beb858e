//! Files that another one takes the place of while they are opened or read.

use std::path::Path;

use ghm_lab::data::predictions::{Input, Next, Opening, Options, Predictions, Refusal, Rows};

use crate::{text, write};

/// Rows that have to be looked at as a whole: the names leave two readings, and so do the first values.
fn doubtful() -> String {
    let rows = "0,0,0,0,0,0,0,0\n1,1,1,1,1,1,1,1\n".repeat(40_000);
    let late = "0,0,0,0,0,0,0,0.5\n".repeat(40_000);
    format!("a,b,c,d,e,f,label,score\n{rows}{late}")
}

/// Moves a file of this content over another, as programs do that write a whole one first.
fn replace(folder: &tempfile::TempDir, path: &Path, content: &str) {
    let whole = write(folder, "whole", content);
    std::fs::rename(whole, path).expect("it can be moved");
}

/// Opens a file in steps, and reads it then.
fn in_steps(opening: &mut Opening, mut at: impl FnMut(usize)) -> Result<u64, Refusal> {
    let mut steps = 0;
    let mut predictions = loop {
        at(steps);
        steps += 1;
        if let Some(opened) = opening.step() {
            break opened?;
        }
    };
    let (mut rows, mut count) = (Rows::default(), 0);
    loop {
        at(steps);
        steps += 1;
        match predictions.step(&mut rows, 1 << 13)? {
            None => {}
            Some(Next::Rows) => count += rows.len() as u64,
            Some(Next::Again) => count = 0,
            Some(Next::End) => return Ok(count),
        }
    }
}

/// Whatever comes instead, and whenever it does, that is told, and nothing breaks.
#[test]
fn a_file_that_is_replaced_while_it_is_opened_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = doubtful();
    for now in [
        "label,p\n1,0.5\n",
        "{\"p\": [0.5], \"label\": [1]}",
        "\0\0\0\0",
        "",
    ] {
        // Before the first step nothing is known of it, and behind the last one nothing is read.
        let mut moment = 1;
        loop {
            let path = write(&folder, "scores.csv", &content);
            let mut opening = Opening::new(vec![Input::file(&path)], Options::default());
            let mut is_replaced = false;
            let read = in_steps(&mut opening, |step| {
                if step == moment {
                    is_replaced = true;
                    replace(&folder, &path, now);
                }
            });
            if !is_replaced {
                assert!(moment > 20, "it took {moment} steps");
                break;
            }
            moment += 1 + moment / 4;
            let why = match read {
                Ok(rows) => panic!("{now:?} at {moment}: {rows} rows"),
                Err(why) => why.to_string(),
            };
            assert!(
                why.contains("scores.csv: the file changed while it was read"),
                "{now:?} at {moment}: {why}"
            );
        }
    }
}

/// The second of two, whose columns are found by their names.
#[test]
fn each_of_several_files_may_be_the_one_that_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = doubtful();
    for moment in [1, 8, 30] {
        let first = write(&folder, "first.csv", &content);
        let second = write(&folder, "second.csv", &content);
        let inputs = vec![Input::file(&first), Input::file(&second)];
        let mut opening = Opening::new(inputs, Options::default());
        let read = in_steps(&mut opening, |step| {
            if step == moment {
                replace(&folder, &second, "label,p\n1,0.5\n");
            }
        });
        let why = read.expect_err("it is another file").to_string();
        assert!(
            why.contains("second.csv: the file changed while it was read"),
            "{moment}: {why}"
        );
    }
}

/// Late rows lead to another look, for which the file is opened again.
#[test]
fn a_file_that_is_replaced_before_the_second_look_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = format!(
        "a,b,logit,label\n{}1,1,-2,-1\n",
        "1,1,1.5,1\n".repeat(100_000)
    );
    let path = write(&folder, "late.csv", content);
    let opened = Predictions::open(vec![Input::file(&path)], Options::default());
    let mut predictions = opened.unwrap_or_else(|why| panic!("{why}"));
    // What was opened goes on to be that which was there.
    replace(&folder, &path, "label,p\n1,0.5\n");
    let mut rows = Rows::default();
    let why = loop {
        match predictions.read(&mut rows, 1 << 13) {
            Ok(Next::Rows) => {}
            Ok(next) => panic!("{next:?} of {}", text(&path)),
            Err(why) => break why.to_string(),
        }
    };
    assert!(
        why.contains("late.csv: the file changed while it was read"),
        "{why}"
    );
}
