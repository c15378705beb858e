//! A distribution of gradient norms that was counted elsewhere.

use super::Input;
use super::decimal::number;
use super::delimited::Delimited;
use super::error::{ReadError, shorten};
use super::packed::unpacked;
use crate::words::{tr, word};

/// The paper's own distribution in a converged detector, read off its figure: number of samples in a
/// bin 0.01 wide.
pub const PAPER: &str = include_str!("paper_gradient_norms.csv");

/// The column of the centres.
const NORM: &str = "gradient_norm";
/// Most bins that centres may stand for.
const MOST_BINS: f64 = 1e6;
/// Largest count: so many in each bin still have a sum.
const MOST_COUNT: f64 = 1e300;
/// How far a centre may be from the middle of its bin, in bins.
const SLACK: f64 = 0.02;

/// Gradient norms by bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// One entry a bin of equal width over [0, 1].
    pub counts: Vec<f64>,
}

/// Whether a file has the column that only a histogram has.
pub fn is_histogram(input: &Input) -> bool {
    let text = unpacked(input).and_then(|input| Delimited::open_commented(&input));
    text.is_ok_and(|text| super::Table::names(&text).iter().any(|name| name == NORM))
}

/// Reads `gradient_norm,count` or `gradient_norm,log10_count`: centres of bins of equal width, in
/// ascending order. Between centres that are further apart the counts are interpolated, log-linearly.
/// Lines that begin with `#` are comments.
///
/// # Errors
/// Names file, line and column.
pub fn read_histogram(input: &Input) -> Result<Histogram, ReadError> {
    let file = &input.name;
    let mut text = Delimited::open_commented(&unpacked(input)?)?;
    let names = super::Table::names(&text).to_vec();
    let find = |name: &str| names.iter().position(|of| of == name);
    let Some(norm) = find(NORM) else {
        return Err(ReadError::of(
            file,
            word("there is no column \"gradient_norm\""),
        ));
    };
    let (count, is_log) = match (find("count"), find("log10_count")) {
        (Some(column), None) => (column, false),
        (None, Some(column)) => (column, true),
        _ => {
            return Err(ReadError::of(
                file,
                word("one column \"count\" or \"log10_count\" is expected"),
            ));
        }
    };
    let mut points: Vec<[f64; 2]> = Vec::new();
    while let Some(record) = text.next()? {
        let line = record.line();
        let cell = |column: usize, most: f64, expected: &str| {
            let field = record.get(column);
            let value = number(field).filter(|value| (0.0..=most).contains(value));
            value.ok_or_else(|| {
                let shown = shorten(&String::from_utf8_lossy(field));
                let name = &names[column];
                ReadError(tr!(
                    "{file}, line {line}, column \"{name}\": \"{shown}\" is not {expected}",
                    file,
                    line,
                    name,
                    shown,
                    expected
                ))
            })
        };
        let g = cell(norm, 1.0, word("a number from 0 to 1"))?;
        let count = if is_log {
            // Less than one example is none.
            10f64.powf(cell(count, 300.0, word("a number from 0 to 300"))?)
        } else {
            cell(count, MOST_COUNT, word("a number from 0 on"))?
        };
        if let Some([last, _]) = points.last().filter(|[last, _]| *last >= g) {
            return Err(ReadError(tr!(
                "{file}, line {line}, column \"gradient_norm\": {g} does not come after {last}; ascending \
                 centres are expected",
                file,
                line,
                g,
                last
            )));
        }
        points.push([g, count]);
    }
    let counts = fill(&points).ok_or_else(|| {
        ReadError::of(
            file,
            word("its gradient norms are not the centres of bins of equal width over 0 to 1"),
        )
    })?;
    if counts.iter().all(|&count| count == 0.0) {
        let what = word("there is no example among the rows that is not ignored");
        return Err(ReadError::of(file, what));
    }
    Ok(Histogram { counts })
}

/// One count for every bin; `None` when the centres are those of no equal bins.
fn fill(points: &[[f64; 2]]) -> Option<Vec<f64>> {
    let (first, last) = (points.first()?[0], points.last()?[0]);
    // The first centre is in the middle of the first bin, which tells how many there are.
    let bins = (0.5 / first).round();
    if !(1.0..=MOST_BINS).contains(&bins) {
        return None;
    }
    let place = |g: f64| g * bins - 0.5;
    let near = |g: f64| (place(g) - place(g).round()).abs() < SLACK;
    let whole = points.iter().all(|&[g, _]| near(g)) && place(last).round() == bins - 1.0;
    if !whole {
        return None;
    }
    let mut counts = vec![0.0; bins as usize];
    for pair in points.windows(2) {
        let [from, to] = [pair[0], pair[1]].map(|[g, _]| place(g).round() as usize);
        let [low, high] = [pair[0][1], pair[1][1]];
        for (j, count) in counts.iter_mut().enumerate().take(to).skip(from) {
            let share = (j - from) as f64 / (to - from) as f64;
            *count = if j == from || low <= 0.0 || high <= 0.0 {
                if j == from {
                    low
                } else {
                    low + share * (high - low)
                }
            } else {
                // The quotient of the two may be too large for a number.
                (low * (high / low).powf(share)).min(low.max(high))
            };
        }
    }
    *counts.last_mut()? = points.last()?[1];
    Some(counts)
}
