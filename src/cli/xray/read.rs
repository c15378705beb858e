//! Reading on one thread, adding up on another.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::config::{Config, SettingError};
use crate::data::predictions::{Header, Next, Predictions, Refusal, Rows};
use crate::ghm::Task;
use crate::xray::{Report, Xray};

/// Rows that are handed on at a time.
const BLOCK: usize = 1 << 14;
/// Blocks that may wait.
const WAITING: usize = 4;

/// What the reading thread hands on.
enum Read {
    /// And bytes read by now.
    Rows(Rows, u64),
    /// What came before is void.
    Again(Header),
}

/// Reads all rows and hands the reader back for a second pass.
///
/// # Errors
/// At the first row that cannot be used.
pub(super) fn xray(
    predictions: Predictions,
    config: impl Fn(Task) -> Result<Config, Vec<SettingError>>,
) -> Result<(Report, Predictions), Failure> {
    let (_, bytes) = predictions.progress();
    let bar = progress(bytes);
    let begin = |header: Header| Ok::<_, Failure>(Xray::new(header, &config(header.task)?));
    let mut xray = begin(*predictions.header())?;
    let (send, receive) = sync_channel::<Read>(WAITING);
    let (give_back, empty) = sync_channel::<Rows>(WAITING + 2);
    let outcome = thread::scope(|scope| {
        let reader = scope.spawn(move || read_all(predictions, &send, &empty));
        let mut examples = 0;
        for read in receive {
            let (rows, done) = match read {
                Read::Rows(rows, done) => (rows, done),
                Read::Again(header) => {
                    xray = begin(header)?;
                    examples = 0;
                    continue;
                }
            };
            xray.add(&rows);
            examples += rows.len() as u64;
            bar.set_position(done);
            let rate = examples as f64 / bar.elapsed().as_secs_f64().max(1e-3);
            bar.set_message(format!("{} rows, {:.1} million/s", examples, rate / 1e6));
            // The reader may have ended.
            let _ = give_back.try_send(rows);
        }
        Ok::<_, Failure>(reader.join())
    })?;
    bar.finish_and_clear();
    let predictions = outcome.map_err(|_| Failure::run("reading ended unexpectedly"))??;
    xray.name_classes(predictions.class_names());
    let report = xray.finish(predictions.groups());
    if report.examples == 0.0 {
        return Err(predictions.without_examples().into());
    }
    Ok((report, predictions))
}

fn read_all(
    mut predictions: Predictions,
    send: &SyncSender<Read>,
    empty: &Receiver<Rows>,
) -> Result<Predictions, Refusal> {
    loop {
        let mut rows = empty.try_recv().unwrap_or_default();
        let read = match predictions.read(&mut rows, BLOCK)? {
            Next::Rows => Read::Rows(rows, predictions.progress().0),
            Next::Again => Read::Again(*predictions.header()),
            Next::End => return Ok(predictions),
        };
        if send.send(read).is_err() {
            return Ok(predictions);
        }
    }
}

/// Shows itself only where standard error is a terminal.
fn progress(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    let template = "{bar:30} {bytes}/{total_bytes}, {msg}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
