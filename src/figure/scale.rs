//! Axes: where a value lies, where ticks stand, and how numbers are written.

use super::fonts;
use super::{Axis, AxisScale};

/// Type size of tick labels in pixels.
pub(super) const LABEL_SIZE: f32 = 12.0;
/// Least distance between labels above each other in pixels.
const LEVEL_ROOM: f32 = 24.0;
/// Least gap between labels side by side in pixels.
const LABEL_GAP: f32 = 12.0;
/// Most ticks that an axis ever gets.
const MOST: usize = 64;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub value: f64,
    /// Empty on a minor tick.
    pub label: String,
}

/// Where a value lies as a share of the axis, also outside of 0 to 1; `None` where the axis has no
/// place for it.
pub(super) fn share(axis: &Axis, value: f64) -> Option<f64> {
    let place = |v: f64| match axis.scale {
        AxisScale::Linear => v,
        AxisScale::Log => v.log10(),
    };
    let [low, high] = axis.range.map(place);
    // Halves, since the whole of a huge range may be infinite.
    let length = high * 0.5 - low * 0.5;
    let share = (place(value) * 0.5 - low * 0.5) / length;
    (length > 0.0 && share.is_finite()).then_some(share)
}

/// Where a value lies on the axis, from 0 to 1; `None` outside of it, and for what is not positive
/// on a log axis.
pub fn position(axis: &Axis, value: f64) -> Option<f32> {
    share(axis, value)
        .filter(|share| (0.0..=1.0).contains(share))
        .map(|share| share as f32)
}

/// The value at a share of the axis, 0 to 1: what [`position`] undoes.
pub fn value_at(axis: &Axis, share: f64) -> f64 {
    let [low, high] = axis.range;
    match axis.scale {
        AxisScale::Linear => low * (1.0 - share) + high * share,
        AxisScale::Log => 10f64.powf(low.log10() * (1.0 - share) + high.log10() * share),
    }
}

/// The ticks of a horizontal axis that is `room` pixels long, in increasing order and with labels
/// that stay apart; none on an axis without a valid range.
pub fn ticks(axis: &Axis, room: f32) -> Vec<Tick> {
    spaced(axis, room, |label| {
        fonts::width(label, LABEL_SIZE, false) + LABEL_GAP
    })
}

/// The ticks of a vertical axis.
pub(super) fn levels(axis: &Axis, room: f32) -> Vec<Tick> {
    spaced(axis, room, |_| LEVEL_ROOM)
}

/// Ticks for labels that need so many pixels along the axis.
fn spaced(axis: &Axis, room: f32, need: impl Fn(&str) -> f32) -> Vec<Tick> {
    let [low, high] = axis.range;
    let valid = share(axis, low).is_some() && share(axis, high).is_some() && room > 0.0;
    if !valid {
        return Vec::new();
    }
    let mut ticks = match axis.scale {
        AxisScale::Log => log(low, high, room / need("10⁻⁹")),
        AxisScale::Linear => linear(low, high, room, need),
    };
    ticks.retain(|tick| position(axis, tick.value).is_some());
    ticks.dedup_by(|b, a| b.value <= a.value || (!b.label.is_empty() && b.label == a.label));
    ticks
}

fn linear(low: f64, high: f64, room: f32, need: impl Fn(&str) -> f32) -> Vec<Tick> {
    let length = high - low;
    let fits = |step: f64| {
        let need = |value: f64| need(&tick_label((value / step).round() * step, step));
        let widest = need(low).max(need(high)).max(need(low + step));
        f64::from(widest) <= step / length * f64::from(room)
    };
    let mut decade = 10f64.powf((length / MOST as f64).log10().ceil());
    // Past two decades the axis is too short for any label.
    let step = (0..9).find_map(|i| {
        let step = decade * [1.0, 2.0, 5.0][i % 3];
        if i % 3 == 2 {
            decade *= 10.0;
        }
        fits(step).then_some(step)
    });
    // Below that, rounding decides where ticks stand.
    let Some(step) = step.filter(|step| step / low.abs().max(high.abs()) > 1e-9) else {
        return Vec::new();
    };
    let first = (low / step - 1e-6).ceil();
    let last = (high / step + 1e-6).floor();
    (0..=(last - first) as usize)
        .take(MOST)
        .map(|i| (first + i as f64) * step)
        .map(|value| Tick {
            value: value.clamp(low, high),
            label: tick_label(value, step),
        })
        .collect()
}

/// As many decimals as the step needs.
fn tick_label(value: f64, step: f64) -> String {
    let decimals = -step.log10().floor();
    if !(0.0..=4.0).contains(&decimals) || value.abs() >= 1e7 {
        return number(value);
    }
    match format!("{:.*}", decimals as usize, value.abs()) {
        text if text.trim_matches(['0', '.']).is_empty() => "0".to_owned(),
        text => signed(value, separated(&trimmed(text))),
    }
}

/// `labels` is how many fit.
fn log(low: f64, high: f64, labels: f32) -> Vec<Tick> {
    let [first, last] = [low.log10() - 1e-9, high.log10() + 1e-9];
    let decades = last - first;
    let fitting = f64::from(labels).max(1.0);
    let step = [1, 2, 3, 5, 10, 20, 50, 100, 200]
        .into_iter()
        .find(|&step| decades / f64::from(step) <= fitting)
        .unwrap_or(500);
    let exponents = first.ceil() as i32..=last.floor() as i32;
    let majors = exponents.clone().filter(|e| e % step == 0).count();
    // Minor ticks only where they do not run together.
    let minor = step == 1 && decades <= fitting;
    let labelled = step == 1 && majors < 2;
    let mut ticks = Vec::new();
    for exponent in first.floor() as i32..=last.floor() as i32 {
        for digit in 1..=9 {
            let value = f64::from(digit) * 10f64.powi(exponent);
            let label = match digit {
                1 if exponent % step == 0 => power(exponent),
                2 | 5 if labelled => number(value),
                1 if step < 4 => String::new(),
                2.. if minor => String::new(),
                _ => continue,
            };
            ticks.push(Tick { value, label });
        }
    }
    ticks
}

/// A power of ten as the figures write it: 1, 10, 10².
fn power(exponent: i32) -> String {
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => format!("10{}", superscript(exponent)),
    }
}

fn superscript(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
            None => '⁻',
        })
        .collect()
}

/// A number with at most three significant digits, thousands separated: `12,300`, `0.81`,
/// `1.2 × 10⁻⁶`.
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let size = value.abs();
    if size.is_infinite() {
        return signed(value, "∞".to_owned());
    }
    if size == 0.0 {
        return "0".to_owned();
    }
    // What the number is after rounding, so that 999.9 has the exponent of 1000.
    let rounded = format!("{size:.2e}");
    let (digits, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let text = if (-4..7).contains(&exponent) {
        let rounded: f64 = rounded.parse().unwrap_or(size);
        let decimals = usize::try_from(2 - exponent).unwrap_or(0);
        separated(&trimmed(format!("{rounded:.decimals$}")))
    } else {
        let digits = trimmed(digits.to_owned());
        format!("{digits} × 10{}", superscript(exponent))
    };
    signed(value, text)
}

/// A number with so many decimals, without the sign of a zero: `0.00` and never `-0.00`. What is too long
/// to be read so has an exponent.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = match value.abs() < 1e12 || !value.is_finite() {
        true => format!("{value:.decimals$}"),
        false => format!("{value:.decimals$e}"),
    };
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    match text.strip_prefix('-') {
        Some(size) if is_zero => size.to_owned(),
        _ => text,
    }
}

/// A whole number in full, thousands separated: `1,234,567`.
pub fn count(value: u64) -> String {
    separated(&value.to_string())
}

fn signed(value: f64, text: String) -> String {
    if value < 0.0 {
        format!("−{text}")
    } else {
        text
    }
}

/// Without zeros behind the decimal point that say nothing.
fn trimmed(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn separated(text: &str) -> String {
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::with_capacity(text.len() + whole.len() / 3);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}
