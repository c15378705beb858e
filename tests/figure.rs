//! Figures from a fixed snapshot: what they say, where marks lie, and that nothing upsets them.

use ghm_lab::engine::Snapshot;
use ghm_lab::figure::{
    Anchor, Area, Axis, AxisScale, Figure, Ink, Marks, Panel, Rgb, SIZE, Series, Shape, Theme,
    average_precisions, bin_at, compose, count, figure, fonts, harmonized, losses, number, place,
    position, regularization, statistics, ticks, to_png, to_svg, value_at,
};
use ghm_lab::ghm::Loss;
use proptest::prelude::*;
use resvg::{tiny_skia, usvg};
use usvg::roxmltree;

/// Ten bins with the two spikes of the paper and one empty bin.
fn fixture() -> Snapshot {
    let counts = vec![900u32, 40, 20, 10, 8, 6, 0, 5, 10, 25];
    let n = counts.iter().sum::<u32>() as f32;
    let m = counts.len() as f32;
    let ema: Vec<f32> = counts.iter().map(|&count| count as f32).collect();
    let beta: Vec<f32> = ema
        .iter()
        .map(|&s| if s > 0.0 { n / (s * m) } else { 0.0 })
        .collect();
    let mean = |j: usize| (j as f32 + 0.5) / m;
    let ce: Vec<f32> = (0..counts.len())
        .map(|j| m / n * counts[j] as f32 * mean(j))
        .collect();
    let ghm = ce.iter().zip(&beta).map(|(c, b)| c * b).collect();
    Snapshot {
        step: 120,
        epoch: 3,
        examples: n as u32,
        loss: 0.2,
        density: ema.iter().map(|s| s * m).collect(),
        counts,
        ema,
        beta,
        contribution: contributions(ce, ghm),
        slope: 1.0,
    }
}

/// By loss; those that are not looked at are a tenth of GHM-C's.
fn contributions(ce: Vec<f32>, ghm: Vec<f32>) -> Vec<Vec<f32>> {
    let tenth: Vec<f32> = ghm.iter().map(|c| c / 10.0).collect();
    (Loss::ALL.iter())
        .map(|loss| match loss {
            Loss::CrossEntropy => ce.clone(),
            Loss::GhmC => ghm.clone(),
            _ => tenth.clone(),
        })
        .collect()
}

fn fixed_figure() -> Figure {
    figure(
        &fixture(),
        Loss::GhmC,
        "moons · M = 10 · step 120".to_owned(),
    )
}

fn texts(shapes: &[Shape]) -> Vec<&str> {
    shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// Bars inside the plot, without the legend's sample.
fn bars(panel: &Panel, size: [f32; 2]) -> (Area, Vec<Area>) {
    let placed = place(panel, size);
    let bars = placed
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Rect { area, .. } if area.top >= placed.area.top => Some(*area),
            _ => None,
        })
        .collect();
    (placed.area, bars)
}

/// The lines of an ink inside the plot.
fn lines(panel: &Panel, size: [f32; 2], wanted: Ink) -> (Area, Vec<Vec<[f32; 2]>>) {
    let placed = place(panel, size);
    let inside = |points: &[[f32; 2]]| {
        points.iter().all(|p| {
            p[1] >= placed.area.top - 1e-3
                && p[1] <= placed.area.top + placed.area.height + 1e-3
                && p[0] >= placed.area.left - 1e-3
        })
    };
    let lines = placed
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Line { points, ink, .. } if *ink == wanted && inside(points) => {
                Some(points.clone())
            }
            _ => None,
        })
        .collect();
    (placed.area, lines)
}

#[test]
fn svg_says_what_the_figure_shows() {
    let svg = to_svg(&fixed_figure(), &Theme::LIGHT, SIZE);
    let document = roxmltree::Document::parse(&svg).unwrap();
    let said: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text())
        .map(str::trim)
        .collect();
    for expected in [
        "Gradient statistics",
        "1 / density",
        "Harmonized gradients",
        "number of examples",
        "weight",
        "total contribution",
        "gradient norm g",
        "mini-batch R",
        "moving average S",
        "GHM-C, as it is",
        "CE, would be",
        "straight line",
        "10²",
        "0.6",
        "1",
        "moons · M = 10 · step 120",
    ] {
        assert!(said.contains(&expected), "{expected} is not among {said:?}");
    }
    assert_eq!(svg, to_svg(&fixed_figure(), &Theme::LIGHT, SIZE));
    assert_ne!(svg, to_svg(&fixed_figure(), &Theme::DARK, SIZE));
}

#[test]
fn the_running_loss_is_named_as_it_is() {
    let shapes = place(&harmonized(&fixture(), Loss::CrossEntropy), [300.0, 260.0]).shapes;
    let said = texts(&shapes);
    assert!(said.contains(&"CE, as it is") && said.contains(&"GHM-C, would be"));
    assert!(!said.contains(&"Focal, as it is"));
    // Any other loss stands beside both.
    let shapes = place(&harmonized(&fixture(), Loss::Focal), [300.0, 260.0]).shapes;
    let said = texts(&shapes);
    for name in ["Focal, as it is", "GHM-C, would be", "CE, would be"] {
        assert!(said.contains(&name), "{name} is not among {said:?}");
    }
    let mean = regularization(&fixture(), Loss::Focal).series;
    let focal = mean
        .iter()
        .find(|series| series.name == "Focal, mean")
        .expect("its weight");
    let snapshot = fixture();
    let want: Vec<f64> = (0..snapshot.counts.len())
        .map(|j| match snapshot.counts[j] {
            0 => 0.0,
            _ => {
                f64::from(snapshot.contribution_of(Loss::Focal)[j])
                    / f64::from(snapshot.contribution_of(Loss::CrossEntropy)[j])
            }
        })
        .collect();
    assert_eq!(focal.marks, Marks::Steps(want));
}

#[test]
fn svg_escapes_what_it_is_given() {
    let mut figure = fixed_figure();
    figure.caption = "a < b & \"c\" \u{1} ]]>".to_owned();
    figure.panels[0].title = "<script>".to_owned();
    let svg = to_svg(&figure, &Theme::DARK, SIZE);
    let document = roxmltree::Document::parse(&svg).unwrap();
    let said = |text: &str| {
        document
            .descendants()
            .any(|node| node.text().map(str::trim) == Some(text))
    };
    assert!(said("a < b & \"c\"   ]]>") && said("<script>"), "{svg}");
}

#[test]
fn png_has_the_size_and_the_colours() {
    for theme in [Theme::LIGHT, Theme::DARK] {
        let png = to_png(&fixed_figure(), &theme, SIZE, 2.0).unwrap();
        let picture = tiny_skia::Pixmap::decode_png(&png).unwrap();
        assert_eq!((picture.width(), picture.height()), (2100, 700));
        let pixels = |Rgb(r, g, b): Rgb| {
            let same = |p: &&tiny_skia::PremultipliedColorU8| {
                (p.red(), p.green(), p.blue(), p.alpha()) == (r, g, b, 255)
            };
            picture.pixels().iter().filter(same).count()
        };
        for ink in [
            Ink::Loss(Loss::CrossEntropy),
            Ink::Loss(Loss::GhmC),
            Ink::Count,
            Ink::Text,
        ] {
            let seen = pixels(theme.color(ink));
            assert!(seen > 500, "{ink:?} has {seen} pixels");
        }
        assert!(pixels(theme.ground) > 1_000_000);
    }
    for scale in [0.0, -1.0, f32::NAN, 1e6] {
        assert!(to_png(&fixed_figure(), &Theme::LIGHT, SIZE, scale).is_err());
    }
}

#[test]
fn embedded_fonts_draw_text() {
    // Text that finds no font leaves no paths: the tree would be empty.
    for (weight, data) in [(400, fonts::REGULAR), (600, fonts::SEMIBOLD)] {
        let mut options = usvg::Options::default();
        options.fontdb_mut().load_font_data(data.to_vec());
        let face = options.fontdb.faces().next().unwrap();
        assert_eq!(face.families[0].0, fonts::FAMILY);
        assert_eq!(face.weight.0, weight);
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='20'>\
             <text y='15' font-family='{}'>0123 10⁻⁴ αβ · ×</text></svg>",
            fonts::FAMILY
        );
        let tree = usvg::Tree::from_str(&svg, &options).unwrap();
        assert!(tree.root().has_children());
    }
}

#[test]
fn widths_of_text_are_near_the_fonts() {
    let mut options = usvg::Options::default();
    for data in [fonts::REGULAR, fonts::SEMIBOLD] {
        options.fontdb_mut().load_font_data(data.to_vec());
    }
    for (text, strong) in [
        ("Harmonized gradients", true),
        ("moving average S", false),
        ("1,234,567", false),
        ("10⁻¹²", false),
    ] {
        let weight = if strong { 600 } else { 400 };
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='20'><text y='15' \
             font-size='14' font-weight='{weight}' font-family='{}'>{text}</text></svg>",
            fonts::FAMILY
        );
        let tree = usvg::Tree::from_str(&svg, &options).unwrap();
        let real = tree.root().bounding_box().width();
        let estimate = fonts::width(text, 14.0, strong);
        assert!(
            (estimate / real - 1.0).abs() < 0.08,
            "{text}: {estimate} for {real}"
        );
    }
}

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
fn a_pixel_finds_its_bin() {
    let panel = statistics(&fixture());
    let placed = place(&panel, [300.0, 260.0]);
    let Area { left, width, .. } = placed.area;
    assert_eq!(bin_at(&panel, &placed, left + 0.05 * width), Some(0));
    assert_eq!(bin_at(&panel, &placed, left + 0.55 * width), Some(5));
    assert_eq!(bin_at(&panel, &placed, left + width), Some(9));
    assert_eq!(bin_at(&panel, &placed, left - 1.0), None);
    assert_eq!(bin_at(&panel, &placed, f32::NAN), None);
    let curves = average_precisions(&[[0.0, 0.1]], &[]);
    assert_eq!(
        bin_at(&curves, &place(&curves, [300.0, 260.0]), 100.0),
        None
    );
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
            losses(&curve, &curve, Loss::GhmC),
            average_precisions(&curve, &curve),
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
        losses(&[], &[], Loss::GhmC),
        average_precisions(&[], &[]),
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
    )
        .prop_flat_map(move |(bins, step, slope)| {
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
        for running in Loss::ALL {
            let figure = figure(&snapshot, *running, String::new());
            check_shapes(&compose(&figure, [width, height]));
            let svg = to_svg(&figure, &Theme::LIGHT, [width, height]);
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}", svg);
        }
    }

    #[test]
    fn nothing_upsets_curves(
        points in proptest::collection::vec([coordinate(), coordinate()], 0..20),
    ) {
        check_shapes(&place(&losses(&points, &points, Loss::GhmC), [300.0, 260.0]).shapes);
        check_shapes(&place(&average_precisions(&points, &[]), [300.0, 260.0]).shapes);
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
