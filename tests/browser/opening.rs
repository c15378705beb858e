//! The first ten seconds: what a person meets who knows nothing, and the one button that changes it.

use super::cdp::{Browser, Graphics, Page};
use super::mirror::{click_name, find, open_mirror};
use super::site::Site;

/// Steps of five seconds at the default speed, 100 steps/s.
const FIVE_SECONDS: u64 = 500;

fn number(page: &mut Page<'_>, expression: &str) -> f64 {
    let value = page.evaluate(expression);
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{expression}: {value}"))
}

/// How far the contribution of each bin that is hit is off the straight line through its examples: the mean of g
/// times one slope, here from the bins' middles, within half a bin.
fn off_the_line(page: &mut Page<'_>) -> f64 {
    number(
        page,
        "(() => {
            const { contribution, counts } = ghmLab.snapshot();
            const total = contribution['ghm-c'], bins = counts.length;
            const hit = counts.map((count, bin) => (count > 0 ? bin : -1)).filter((bin) => bin >= 3);
            const slope = bins / hit.concat(counts.slice(0, 3).flatMap((count, bin) => (count > 0 ? [bin] : []))).length;
            const off = hit.map((bin) => Math.abs(total[bin] / (slope * (bin + 0.5) / bins) - 1) - 0.5 / (bin + 0.5));
            return Math.max(...off);
        })()",
    )
}

#[test]
fn one_press_of_harmonize_finds_the_rare_class() {
    let site = Site::serve();
    for graphics in [Graphics::WebGl, Graphics::WebGpu] {
        let mut browser = Browser::launch(graphics);
        let mut page = browser.blank();
        page.resize(1280, 800);
        page.go(&site.origin);
        page.ready();
        open_mirror(&mut page);
        // It trains by itself, under cross-entropy, and says what is wrong.
        page.wait_for("ghmLab.snapshot().step >= 300");
        page.evaluate("ghmLab.pause()");
        page.evaluate("ghmLab.step(1)");
        assert_eq!(page.evaluate("ghmLab.config().loss"), "ce");
        find(
            &mut page,
            "/examples are easy .* of the push is theirs/.test(name(of))",
        );
        // Its numbers are those of the panel.
        let sentence = page.evaluate(
            "(() => {
                const { counts } = ghmLab.snapshot();
                const sum = (of) => of.reduce((a, b) => a + b).toLocaleString('en-US');
                return `${sum(counts.slice(0, 3))} of ${sum(counts)} examples`;
            })()",
        );
        find(&mut page, &format!("name(of).startsWith({sentence})"));
        let before = number(&mut page, "ghmLab.snapshot().averagePrecision");
        click_name(&mut page, "Harmonize");
        page.wait_for("ghmLab.config().loss === 'ghm-c'");
        page.evaluate(&format!("ghmLab.step({FIVE_SECONDS})"));
        // It trains no more; the scores of where it is come when they are there.
        page.wait_for(&format!(
            "ghmLab.snapshot().averagePrecision >= {before} + 0.3"
        ));
        let off = off_the_line(&mut page);
        assert!(off <= 0.05, "{graphics:?}: {off} off the straight line");
        find(
            &mut page,
            "/The contribution is the straight line/.test(name(of))",
        );
        // Undo goes back.
        click_name(&mut page, "Undo");
        page.wait_for("ghmLab.config().loss === 'ce'");
        page.wait_for("location.hash === ''");
        assert_eq!(page.errors(), Vec::<String>::new());
    }
}
