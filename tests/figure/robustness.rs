//! Contrast, and snapshots that nobody should ever see.

use ghm_lab::config::Regularization;
use ghm_lab::engine::Snapshot;
use ghm_lab::figure::{
    Axis, AxisScale, Ink, Marks, Panel, Rgb, Series, Shape, Theme, compose, losses, place,
    position, scores, ticks, to_svg, value_at,
};
use ghm_lab::ghm::{Loss, LossRule, Task};
use proptest::prelude::*;

use crate::{contributions, whole};

#[test]
fn text_has_contrast() {
    let luminance = |Rgb(r, g, b): Rgb| {
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
    };
    let contrast = |a: Rgb, b: Rgb| {
        let [a, b] = [luminance(a), luminance(b)].map(|l| l + 0.05);
        a.max(b) / a.min(b)
    };
    for theme in [Theme::LIGHT, Theme::DARK] {
        for ground in [theme.ground, theme.raised] {
            assert!(contrast(theme.ink, ground) >= 7.0);
            assert!(contrast(theme.faint, ground) >= 4.5);
            assert!(contrast(theme.accent, ground) >= 4.5);
            for color in theme
                .losses
                .into_iter()
                .chain([theme.reference, theme.count])
            {
                let seen = contrast(color, ground);
                assert!(seen >= 3.0, "{color:?} on {ground:?}: {seen}");
            }
        }
    }
}

/// Snapshots that nobody should ever see.
fn wild() -> impl Strategy<Value = Snapshot> {
    let value = prop_oneof![
        Just(0.0f32),
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::MAX),
        Just(f32::MIN_POSITIVE),
        Just(-1.0f32),
        0.0f32..1e3,
    ];
    let counted = prop_oneof![Just(0u32), Just(u32::MAX), 0u32..1000];
    (
        prop_oneof![Just(0usize), Just(1), Just(256), 1usize..40],
        0u64..3,
        prop_oneof![Just(0.0f64), Just(f64::NAN), Just(f64::MAX), 0.0..1e3],
        prop::sample::select(Task::ALL),
    )
        .prop_flat_map(move |(bins, step, slope, task)| {
            let floats = || proptest::collection::vec(value.clone(), bins);
            let counts = proptest::collection::vec(counted.clone(), bins);
            (counts, floats(), floats(), floats(), floats()).prop_map(
                move |(counts, ema, beta, ce, ghm)| Snapshot {
                    step,
                    examples: counts.first().copied().unwrap_or(0),
                    counts,
                    ema,
                    beta,
                    contribution: contributions(ce, ghm),
                    slope,
                    task,
                    rule: LossRule {
                        gamma: 2.0,
                        mu: 0.02,
                        delta: 0.1,
                    },
                    ..Snapshot::default()
                },
            )
        })
}

/// A step, a loss, or neither.
fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MAX),
        Just(0.0),
        Just(-1.0),
        0.0f64..10.0,
        0.0f64..1e5,
    ]
}

fn check_shapes(shapes: &[Shape]) {
    for shape in shapes {
        match shape {
            Shape::Line { points, .. } => {
                assert!(points.iter().flatten().all(|v| v.is_finite()));
            }
            Shape::Rect { area, .. } => {
                assert!(area.left.is_finite() && area.top.is_finite());
                assert!(area.width >= 0.0 && area.height >= 0.0);
            }
            Shape::Text { at, .. } => assert!(at.iter().all(|v| v.is_finite())),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ticks_are_in_order_inside_and_unique(
        log in any::<bool>(),
        low in -12.0f64..12.0,
        length in 0.001f64..14.0,
        room in 20.0f32..1200.0,
    ) {
        let axis = Axis {
            title: String::new(),
            scale: if log { AxisScale::Log } else { AxisScale::Linear },
            range: if log {
                [10f64.powf(low), 10f64.powf(low + length)]
            } else {
                [low * length, low * length + length]
            },
        };
        let ticks = ticks(&axis, room);
        prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value));
        prop_assert!(ticks.iter().all(|tick| position(&axis, tick.value).is_some()));
        let labels: Vec<&str> = ticks
            .iter()
            .map(|tick| tick.label.as_str())
            .filter(|label| !label.is_empty())
            .collect();
        let mut unique = labels.clone();
        unique.sort_unstable();
        unique.dedup();
        prop_assert_eq!(unique.len(), labels.len(), "{:?}", labels);
        prop_assert!(labels.len() as f32 <= 10.0 + room / 24.0);
        prop_assert!(ticks.len() <= 400);
    }

    #[test]
    fn value_at_undoes_position(log in any::<bool>(), share in 0.0f64..1.0) {
        let scale = if log { AxisScale::Log } else { AxisScale::Linear };
        let axis = Axis { title: String::new(), scale, range: [0.5, 1e4] };
        let back = position(&axis, value_at(&axis, share)).unwrap();
        prop_assert!((f64::from(back) - share).abs() < 1e-6);
    }

    #[test]
    fn nothing_upsets_a_figure(snapshot in wild(), width in 1.0f32..1200.0, height in 1.0f32..800.0) {
        for (&running, &panel) in Loss::ALL.iter().flat_map(|l| Regularization::ALL.iter().map(move |p| (l, p))) {
            let figure = whole(&snapshot, running, panel, "");
            check_shapes(&compose(&figure, [width, height]));
            let svg = to_svg(&figure, &Theme::LIGHT, [width, height]);
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}", svg);
        }
    }

    #[test]
    fn nothing_upsets_curves(
        points in proptest::collection::vec([coordinate(), coordinate()], 0..20),
    ) {
        check_shapes(&place(&losses(&points, &points, "GHM-C", ghm_lab::figure::Ink::Loss(Loss::GhmC)), [300.0, 260.0]).shapes);
        check_shapes(&place(&scores(&points, &[], Task::Regression), [300.0, 260.0]).shapes);
    }

    #[test]
    fn nothing_upsets_an_axis(low in any::<f64>(), high in any::<f64>(), log in any::<bool>()) {
        let scale = if log { AxisScale::Log } else { AxisScale::Linear };
        let axis = Axis { title: "y".to_owned(), scale, range: [low, high] };
        let panel = Panel {
            title: "a title".to_owned(),
            x: axis.clone(),
            y: axis,
            series: vec![Series {
                name: "s".to_owned(),
                ink: Ink::Text,
                dash: ghm_lab::figure::Dash::Solid,
                marks: Marks::Line(vec![[low, high], [high, low], [0.0, 1.0]]),
            }],
            empty: "nothing".to_owned(),
        };
        check_shapes(&place(&panel, [300.0, 260.0]).shapes);
    }
}
