//! A distribution of gradient norms that was counted elsewhere.

use super::decimal::number;
use super::delimited::Delimited;
use super::error::{ReadError, shorten};
use super::packed::unpacked;
use super::{Input, Reading, Table, Taken};
use crate::words::{tr, word};

/// The paper's own distribution in a converged detector, read off its figure: number of samples in a
/// bin 0.01 wide.
pub const PAPER: &str = include_str!("paper_gradient_norms.csv");

/// The column of the centres.
const NORM: &str = "gradient_norm";
/// Bytes that tell whether a file is a histogram.
const BEGINNING: u64 = 1 << 17;
/// Most bins that centres may stand for, and rows that are read: in one step, since they are so few.
const MOST_BINS: f64 = 1e6;
/// Largest count: so many in each bin still have a sum.
const MOST_COUNT: f64 = 1e300;
/// How far a centre may be from the middle of its bin, in bins.
const SLACK: f64 = 0.02;
/// How far one that was rounded may be.
const ROUNDED_SLACK: f64 = 0.25;

/// Gradient norms by bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// One entry a bin of equal width over [0, 1].
    pub counts: Vec<f64>,
    /// How the file was taken.
    pub reading: Reading,
}

/// Whether a file has the column that only a histogram has. Names stand at its beginning: no more is read.
pub fn is_histogram(input: &Input) -> bool {
    let beginning = |of: Input| Input::bytes(of.name.clone(), of.beginning(BEGINNING));
    let text = unpacked(input).and_then(|input| Delimited::open_commented(&beginning(input)));
    text.is_ok_and(|text| text.names().iter().any(|name| name == NORM))
}

/// Reads `gradient_norm,count` or `gradient_norm,log10_count`: centres of bins of equal width, in
/// ascending order. Bins that have no row are empty, as a listing by GROUP BY leaves them out.
/// Lines that begin with `#` are comments.
///
/// # Errors
/// Names file, line and column.
pub fn read_histogram(input: &Input) -> Result<Histogram, ReadError> {
    let file = &input.name;
    let mut text = Delimited::open_commented(&unpacked(input)?)?;
    let names = text.names().to_vec();
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
    let mut decimals = 0;
    // One more than there may be: what no bins have is told below.
    while points.len() <= MOST_BINS as usize
        && let Some(record) = text.next()?
    {
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
        decimals = decimals.max(digits(record.get(norm)));
        points.push([g, count]);
    }
    let centres: Vec<f64> = points.iter().map(|&[g, _]| g).collect();
    let rounding = 0.5 * 0.1_f64.powi(decimals) + 1e-12;
    let places = match bins(&centres, rounding) {
        Some(places) => places,
        None => return Err(ReadError::of(file, no_bins(&centres, rounding))),
    };
    let mut counts = vec![0.0; places.bins];
    for (place, [_, count]) in places.of.iter().zip(&points) {
        counts[*place] = *count;
    }
    if counts.iter().all(|&count| count == 0.0) {
        let what = word("there is no example among the rows that is not ignored");
        return Err(ReadError::of(file, what));
    }
    let mut notes = text.notes().to_vec();
    let (bins, absent) = (places.bins, places.bins - points.len());
    if absent > 0 {
        notes.push(tr!(
            "its centres are those of {bins} bins; taken as empty, having no row: {absent}",
            bins,
            absent
        ));
    }
    let (taken, left): (Vec<_>, Vec<_>) =
        (names.into_iter().enumerate()).partition(|(column, _)| [norm, count].contains(column));
    let taken = taken.into_iter().map(|(_, column)| Taken {
        role: column.clone(),
        column,
    });
    let reading = Reading {
        files: vec![file.clone()],
        columns: taken.collect(),
        left: left.into_iter().map(|(_, name)| name).collect(),
        notes,
        ..Reading::default()
    };
    Ok(Histogram { counts, reading })
}

/// Digits behind the point of a number; more than any has where it is written with an exponent.
fn digits(field: &[u8]) -> i32 {
    const ALL: usize = 17;
    let field = field.trim_ascii();
    let at = field.iter().position(|&byte| byte == b'.');
    let count = match at {
        _ if !field
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.') =>
        {
            ALL
        }
        Some(at) => field.len() - at - 1,
        None => 0,
    };
    count.min(ALL) as i32
}

/// How many bins there are, and which of them each centre is of.
struct Places {
    bins: usize,
    of: Vec<usize>,
}

/// The number of bins of which these are centres: all of them, or else the fewest; `None` where there is no such
/// number, or rounding leaves more than one.
fn bins(centres: &[f64], rounding: f64) -> Option<Places> {
    let fits = |bins: usize| fit(centres, bins, 0.5, rounding);
    if let Some(of) = fits(centres.len()) {
        return Some(Places {
            bins: centres.len(),
            of,
        });
    }
    let (first, last) = (*centres.first()?, *centres.last()?);
    let mut candidates = Vec::new();
    // The first centre is in the first bin, or the last in the last, or some two are in neighbours.
    candidates.extend(range(0.5, first, rounding));
    candidates.extend(range(0.5, 1.0 - last, rounding));
    let gaps = centres.windows(2).map(|pair| pair[1] - pair[0]);
    candidates.extend(range(1.0, gaps.fold(1.0, f64::min), 2.0 * rounding));
    candidates.sort_unstable();
    candidates.dedup();
    let mut found = candidates
        .into_iter()
        .filter_map(|bins| fits(bins).map(|of| Places { bins, of }));
    let fewest = found.next()?;
    // The centres of bins are those of an odd multiple of them as well.
    let is_alone = found.all(|other| other.bins % fewest.bins == 0);
    is_alone.then_some(fewest)
}

/// Numbers of bins for which `share` of a bin is `length`, give or take `rounding`.
fn range(share: f64, length: f64, rounding: f64) -> impl Iterator<Item = usize> {
    /// Where there are more, digits are missing.
    const MOST: usize = 64;
    let [low, high] = [length + rounding, length - rounding].map(|of| share / of);
    let is_sound = low >= 0.5 && high <= MOST_BINS && low <= high;
    let [low, high] = if is_sound {
        [low.round(), high.round()]
    } else {
        [1.0, 0.0]
    };
    (low as usize..=high as usize).take(MOST)
}

/// The bin of each place, where every one is `offset` of a bin behind its beginning.
fn fit(places: &[f64], bins: usize, offset: f64, rounding: f64) -> Option<Vec<usize>> {
    let count = bins as f64;
    if !(1.0..=MOST_BINS).contains(&count) {
        return None;
    }
    let rounding = Some(rounding * count).filter(|of| *of < ROUNDED_SLACK);
    let slack = SLACK.max(rounding.unwrap_or(0.0) + 1e-9);
    let mut next = 0;
    let place = |&g: &f64| {
        let place = g * count - offset;
        let bin = place.round().max(0.0);
        let is_there = (place - bin).abs() < slack && bin >= next as f64 && bin < count;
        next = bin as usize + 1;
        is_there.then_some(bin as usize)
    };
    places.iter().map(place).collect()
}

/// Why no bins have these centres.
fn no_bins(centres: &[f64], rounding: f64) -> String {
    let cure = word("the centre of a bin is (left + right) / 2");
    let (first, last) = (
        centres.first().copied().unwrap_or(0.5),
        centres.last().copied().unwrap_or(0.5),
    );
    let gap = centres
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .fold(1.0, f64::min);
    // Edges are round numbers, which few digits write exactly.
    let near = |one: f64, other: f64| (one - other).abs() <= rounding.min(1e-3);
    let exact = (1.0 / gap).round().min(MOST_BINS) as usize;
    for bins in range(1.0, gap, 2.0 * rounding).chain([exact]) {
        // A row for the right end of the last bin may follow.
        let inner = centres
            .strip_suffix(&[last])
            .filter(|_| near(last, 1.0) && near(first, 0.0));
        if near(first, 0.0)
            && centres.len() > 1
            && fit(inner.unwrap_or(centres), bins, 0.0, rounding).is_some()
        {
            return tr!(
                "its gradient norms look like the left edges of {bins} bins; centres are expected: {cure}",
                bins,
                cure
            );
        }
        if near(last, 1.0) && centres.len() > 1 && fit(centres, bins, 1.0, rounding).is_some() {
            return tr!(
                "its gradient norms look like the right edges of {bins} bins; centres are expected: {cure}",
                bins,
                cure
            );
        }
    }
    word(
        "its gradient norms are not the centres of bins of equal width over 0 to 1; values must be counted in bins first: \
         count, edges = np.histogram(g, bins=30, range=(0, 1)); gradient_norm = (edges[:-1] + edges[1:]) / 2",
    )
    .to_owned()
}
