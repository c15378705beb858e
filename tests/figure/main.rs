//! Figures from a fixed snapshot: what they say, where marks lie, and that nothing upsets them.

mod formula;
mod layout;
mod robustness;

use ghm_lab::config::{ContributionAxis, Regularization};
use ghm_lab::engine::Snapshot;
use ghm_lab::figure::{
    self, Area, Figure, Ink, Marks, Panel, Profile, Rgb, SIZE, Shape, Shown, Theme, fonts, place,
    to_png, to_svg,
};
use ghm_lab::ghm::{Loss, Task};
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
        ..Snapshot::default()
    }
}

/// Under a loss of the snapshot's own task, or the one that harmonizes.
fn shown(snapshot: &Snapshot, running: Loss) -> Shown {
    let losses = Loss::of(snapshot.task);
    let running = losses.iter().copied().find(|&loss| loss == running);
    let harmonizing = losses[losses.len() - 1];
    Shown::training(running.unwrap_or(harmonizing), snapshot.task)
}

fn statistics(snapshot: &Snapshot) -> Panel {
    figure::statistics(&Profile::of(snapshot, None))
}

fn regularization(snapshot: &Snapshot, running: Loss) -> Panel {
    let profile = Profile::of(snapshot, None);
    let panel = Regularization::InverseDensity;
    figure::regularization(&profile, &shown(snapshot, running), panel)
}

fn harmonized(snapshot: &Snapshot, running: Loss) -> Panel {
    let profile = Profile::of(snapshot, None);
    let axis = ContributionAxis::Log;
    figure::harmonized(&profile, &shown(snapshot, running), axis)
}

fn whole(snapshot: &Snapshot, running: Loss, panel: Regularization, caption: &str) -> Figure {
    let profile = Profile::of(snapshot, None);
    figure::figure(
        &profile,
        &shown(snapshot, running),
        panel,
        ContributionAxis::Log,
        caption.to_owned(),
    )
}

/// By loss; those that are not looked at are a tenth of GHM-C's.
fn contributions(ce: Vec<f32>, ghm: Vec<f32>) -> Vec<Vec<f32>> {
    let tenth: Vec<f32> = ghm.iter().map(|c| c / 10.0).collect();
    (Loss::of(Task::Binary).iter())
        .map(|loss| match loss {
            Loss::CrossEntropy => ce.clone(),
            Loss::GhmC => ghm.clone(),
            _ => tenth.clone(),
        })
        .collect()
}

fn fixed_figure() -> Figure {
    let panel = Regularization::InverseDensity;
    whole(&fixture(), Loss::GhmC, panel, "moons · M = 10 · step 120")
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
