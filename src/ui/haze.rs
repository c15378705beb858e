//! How densely the examples lie in the plane: all of them, where there are more than can be told apart. An image
//! that is made once for a dataset, so that a million examples cost a frame no more than a few do.

use egui::{Color32, ColorImage};

use super::egui;
use super::style::IntoColor;
use crate::data::{PLANE, Split};
use crate::figure::Theme;
use crate::ghm::Task;

/// Cells of the image along each side.
const CELLS: usize = 160;
/// How strongly the densest cell is coloured.
const STRENGTH: f32 = 0.55;

/// The density of the examples on a logarithmic scale, each cell in the mean colour of its classes.
pub(super) fn image(split: &Split, task: Task, colors: &Theme) -> ColorImage {
    let mut counts = vec![[0_u32; 5]; CELLS * CELLS];
    let cell = |x: f32| (0.5 * (x / PLANE + 1.0) * CELLS as f32).floor();
    let whole = 0.0..CELLS as f32;
    for (i, &[x, y]) in split.points.iter().enumerate() {
        // Images run from the top.
        let (column, row) = (cell(x), cell(-y));
        if whole.contains(&column) && whole.contains(&row) {
            let class = match task {
                Task::Regression => 0,
                Task::Binary | Task::Classes => split.class(i),
            };
            counts[row as usize * CELLS + column as usize][class] += 1;
        }
    }
    let log = |counts: &[u32; 5]| (1.0 + counts.iter().sum::<u32>() as f32).ln();
    let most = counts.iter().map(log).fold(1.0, f32::max);
    let pixel = |counts: &[u32; 5]| {
        let total = counts.iter().sum::<u32>() as f32;
        let mut mean = [0.0; 3];
        for (&count, color) in counts.iter().zip(&colors.classes) {
            let rgb = color.into_color();
            for (mean, part) in mean.iter_mut().zip([rgb.r(), rgb.g(), rgb.b()]) {
                *mean += f32::from(part) * count as f32 / total.max(1.0);
            }
        }
        let [r, g, b] = mean.map(|part| part as u8);
        Color32::from_rgb(r, g, b).gamma_multiply(STRENGTH * log(counts) / most)
    };
    ColorImage::new([CELLS, CELLS], counts.iter().map(pixel).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(points: Vec<[f32; 2]>, targets: Vec<f32>) -> Split {
        let n = points.len();
        Split {
            points,
            targets,
            flipped: vec![false; n],
            ignored: vec![false; n],
        }
    }

    #[test]
    fn cells_are_coloured_by_count_and_class_and_empty_ones_not_at_all() {
        let corner = 0.999 * PLANE;
        let mut points = vec![[-corner, corner]; 9];
        points.push([corner, -corner]);
        // Outside the plane there is nothing to see.
        points.push([2.0 * PLANE, 0.0]);
        let mut targets = vec![0.0; 9];
        targets.extend([1.0, 0.0]);
        for colors in [&Theme::LIGHT, &Theme::DARK] {
            let image = image(
                &split(points.clone(), targets.clone()),
                Task::Binary,
                colors,
            );
            let (first, last) = (image.pixels[0], image.pixels[CELLS * CELLS - 1]);
            assert!(first.a() > last.a() && last.a() > 0, "{first:?} {last:?}");
            let of =
                |class: usize, part: f32| colors.classes[class].into_color().gamma_multiply(part);
            assert_eq!(first, of(0, STRENGTH));
            let least = STRENGTH * 2.0_f32.ln() / 10.0_f32.ln();
            assert_eq!(last, of(1, least));
            let empty = image.pixels.iter().filter(|pixel| pixel.a() == 0).count();
            assert_eq!(empty, CELLS * CELLS - 2);
        }
    }
}
