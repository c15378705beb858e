//! Where marks and texts lie.

use ghm_lab::config::ContributionAxis;
use ghm_lab::engine::{ClassStatistics, Snapshot};
use ghm_lab::figure::{
    self, Anchor, Area, AxisScale, Ink, Marks, Profile, Shape, bin_at, bin_span, count, fonts,
    losses, number, place, position, scores,
};
use ghm_lab::ghm::{Loss, Task};

use crate::{bars, fixture, harmonized, lines, regularization, shown, statistics, texts};

#[test]
fn bars_land_where_the_scale_says() {
    let size = [300.0, 260.0];
    let panel = statistics(&fixture());
    let (area, seen) = bars(&panel, size);
    // One bin of ten is empty and has no bar.
    assert_eq!(seen.len(), 9);
    let expected = position(&panel.y, 900.0).unwrap() * area.height;
    assert!((seen[0].height - expected).abs() < 1e-3);
    assert!((seen[0].top + seen[0].height - (area.top + area.height)).abs() < 1e-3);

    let mut other = fixture();
    other.counts[1] *= 2;
    let (_, moved) = bars(&statistics(&other), size);
    assert!(moved[1].height > seen[1].height + 5.0);
    assert_eq!(moved[0], seen[0]);
}

#[test]
fn steps_land_where_the_scale_says() {
    let size = [300.0, 260.0];
    let panel = regularization(&fixture(), Loss::GhmC);
    let (area, seen) = lines(&panel, size, Ink::Loss(Loss::GhmC));
    // The empty bin parts the line in two.
    assert_eq!(seen.len(), 2);
    let y = area.top + (1.0 - position(&panel.y, 1024.0 / 9000.0).unwrap()) * area.height;
    assert!((seen[0][0][1] - y).abs() < 1e-2, "{:?} for {y}", seen[0][0]);

    let mut other = fixture();
    other.beta[0] *= 1.5;
    let (_, moved) = lines(
        &regularization(&other, Loss::GhmC),
        size,
        Ink::Loss(Loss::GhmC),
    );
    assert!(moved[0][0][1] < seen[0][0][1] - 1.0);
}

#[test]
fn harmonized_steps_follow_the_straight_line() {
    let panel = harmonized(&fixture(), Loss::GhmC);
    let Marks::Steps(levels) = &panel.series[0].marks else {
        panic!("the running loss is a step line");
    };
    let Marks::Line(line) = &panel.series[2].marks else {
        panic!("the reference is a line");
    };
    for &[g, y] in line {
        assert!((y / g - 1.0).abs() < 1e-12);
    }
    for (j, level) in levels.iter().enumerate().filter(|(j, _)| *j != 6) {
        assert!((level - (j as f64 + 0.5) / 10.0).abs() < 1e-6);
    }
}

#[test]
fn the_straight_line_is_one_where_the_axis_is_linear() {
    let profile = Profile::of(&fixture(), None);
    let of = |running, axis| {
        let panel = figure::harmonized(&profile, &shown(&fixture(), running), axis);
        panel.y
    };
    for (running, axis, scale) in [
        (Loss::GhmC, ContributionAxis::ByLoss, AxisScale::Linear),
        (Loss::Focal, ContributionAxis::ByLoss, AxisScale::Log),
        (Loss::Focal, ContributionAxis::Linear, AxisScale::Linear),
        (Loss::GhmC, ContributionAxis::Log, AxisScale::Log),
    ] {
        assert_eq!(of(running, axis).scale, scale, "{running:?} {axis:?}");
    }
    let y = of(Loss::GhmC, ContributionAxis::ByLoss);
    let highest = profile
        .contribution_of(Loss::GhmC)
        .iter()
        .fold(0.0, |a: f64, &b| a.max(b));
    assert!(
        y.range[0] == 0.0 && y.range[1] >= highest && y.range[1] < 3.0 * highest,
        "{y:?}"
    );
}

#[test]
fn a_pixel_finds_its_bin() {
    let panel = statistics(&fixture());
    let placed = place(&panel, [300.0, 260.0]);
    let Area { left, width, .. } = placed.area;
    assert_eq!(
        bin_at(&panel, &placed, left + 0.05 * width, 10, 0.02),
        Some(0)
    );
    assert_eq!(
        bin_at(&panel, &placed, left + 0.55 * width, 10, 0.02),
        Some(5)
    );
    assert_eq!(bin_at(&panel, &placed, left + width, 10, 0.02), Some(9));
    assert_eq!(bin_at(&panel, &placed, left - 1.0, 10, 0.02), None);
    assert_eq!(bin_at(&panel, &placed, f32::NAN, 10, 0.02), None);
    let curves = scores(&[[0.0, 0.1]], &[], Task::Binary);
    let placed = place(&curves, [300.0, 260.0]);
    assert_eq!(bin_at(&curves, &placed, 100.0, 0, 0.02), None);
}

#[test]
fn a_bin_is_where_its_gradient_norms_are_on_an_axis_of_distances() {
    let mut panel = scores(&[[0.0, 0.1]], &[], Task::Regression);
    panel.x.range = [0.0, 0.5];
    let (bins, mu) = (10, 0.04);
    let placed = place(&panel, [300.0, 260.0]);
    let Area { left, width, .. } = placed.area;
    let mut before = 0.0;
    for bin in 0..bins {
        let [from, to] = bin_span(&panel, bin, bins, mu);
        assert_eq!(from, before, "bin {bin}");
        before = to;
        let middle = left + width * (from + to) / 2.0;
        assert_eq!(bin_at(&panel, &placed, middle, bins, mu), Some(bin));
        // The edge's own gradient norm.
        let d = 0.5 * f64::from(to);
        let g = d / (d * d + mu * mu).sqrt();
        let edge = (bin + 1) as f64 / bins as f64;
        assert!((g - edge).abs() < 1e-6 || bin == bins - 1, "bin {bin}: {g}");
    }
    assert_eq!(before, 1.0, "the last bin reaches the edge");
    let by_norm = statistics(&fixture());
    assert_eq!(bin_span(&by_norm, 3, 10, mu), [0.3, 0.4]);
}

#[test]
fn margins_do_not_depend_on_the_data() {
    for size in [[300.0, 260.0], [340.0, 200.0], [358.0, 220.0]] {
        let first = Snapshot::default();
        for snapshot in [&first, &fixture()] {
            let areas = [
                place(&statistics(snapshot), size).area,
                place(&regularization(snapshot, Loss::GhmC), size).area,
                place(&harmonized(snapshot, Loss::GhmC), size).area,
            ];
            assert_eq!(areas[0], areas[1]);
            assert_eq!(areas[0], areas[2]);
            assert_eq!(areas[0].left, 48.0);
            assert_eq!(areas[0].top, 56.0);
        }
    }
}

#[test]
fn texts_stay_inside_and_apart() {
    let snapshot = fixture();
    let curve = [[0.0, 0.7], [99_000.0, 0.1]];
    for size in [
        [300.0, 260.0],
        [340.0, 200.0],
        [358.0, 220.0],
        [256.0, 200.0],
    ] {
        for panel in [
            statistics(&snapshot),
            regularization(&snapshot, Loss::GhmC),
            harmonized(&snapshot, Loss::GhmC),
            losses(
                &curve,
                &curve,
                "GHM-C",
                ghm_lab::figure::Ink::Loss(Loss::GhmC),
            ),
            scores(&curve, &curve, Task::Binary),
        ] {
            let boxes: Vec<(Area, &str)> = place(&panel, size)
                .shapes
                .iter()
                .filter_map(|shape| match shape {
                    Shape::Text {
                        at,
                        anchor,
                        size,
                        strong,
                        text,
                        ..
                    } => {
                        let width = fonts::width(text, *size, *strong);
                        let left = match anchor {
                            Anchor::Start => at[0],
                            Anchor::Middle => at[0] - width / 2.0,
                            Anchor::End => at[0] - width,
                        };
                        let area = Area {
                            left,
                            top: at[1] - size * 0.45,
                            width,
                            height: size * 0.9,
                        };
                        Some((area, text.clone().leak() as &str))
                    }
                    _ => None,
                })
                .collect();
            for (i, (a, text)) in boxes.iter().enumerate() {
                assert!(
                    a.left >= -0.5 && a.left + a.width <= size[0] + 0.5,
                    "{text} leaves {size:?}"
                );
                for (b, other) in &boxes[..i] {
                    let apart = a.left >= b.left + b.width
                        || b.left >= a.left + a.width
                        || a.top >= b.top + b.height
                        || b.top >= a.top + a.height;
                    assert!(apart, "{text} on {other} at {size:?}");
                }
            }
        }
    }
}

#[test]
fn before_the_first_step_there_are_words() {
    let snapshot = Snapshot::default();
    for panel in [
        statistics(&snapshot),
        regularization(&snapshot, Loss::GhmC),
        harmonized(&snapshot, Loss::GhmC),
        losses(&[], &[], "GHM-C", ghm_lab::figure::Ink::Loss(Loss::GhmC)),
        scores(&[], &[], Task::Classes),
    ] {
        let shapes = place(&panel, [600.0, 260.0]).shapes;
        assert!(texts(&shapes).contains(&panel.empty.as_str()));
    }
    let shapes = place(&statistics(&fixture()), [600.0, 260.0]).shapes;
    assert!(!texts(&shapes).contains(&statistics(&fixture()).empty.as_str()));
}

#[test]
fn numbers_are_written_for_people() {
    for (value, text) in [
        (0.0, "0"),
        (1.0, "1"),
        (0.8126, "0.813"),
        (0.75, "0.75"),
        (999.96, "1,000"),
        (1240.0, "1,240"),
        (12_345.0, "12,300"),
        (-1_234_567.0, "−1,230,000"),
        (12_345_678.0, "1.23 × 10⁷"),
        (0.000_123_4, "0.000123"),
        (0.000_012_34, "1.23 × 10⁻⁵"),
        (f64::INFINITY, "∞"),
        (f64::NEG_INFINITY, "−∞"),
        (f64::NAN, "NaN"),
    ] {
        assert_eq!(number(value), text);
    }
    assert_eq!(count(1_234_567), "1,234,567");
    assert_eq!(count(999), "999");
}

#[test]
fn a_panel_of_one_class_says_so() {
    let mut snapshot = fixture();
    let of_class = |counts: Vec<u32>| ClassStatistics {
        contribution: vec![vec![0.0; counts.len()]; 5],
        counts,
    };
    snapshot.classes = vec![of_class(snapshot.counts.clone()), of_class(vec![1; 10])];
    for (class, title) in [
        (None, "number of examples"),
        (Some(1), "number of examples of class 1"),
        // Not of this snapshot: what is shown are all.
        (Some(4), "number of examples"),
    ] {
        let panel = ghm_lab::figure::statistics(&Profile::of(&snapshot, class));
        assert_eq!(panel.y.title, title);
    }
}
