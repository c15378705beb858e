//! Elements of the screen by name: found in the page's mirror of it, clicked where they are.

use std::time::Instant;

use serde_json::json;

use super::cdp::{PATIENCE, Page};

/// Has the page mirror the screen.
pub fn open_mirror(page: &mut Page<'_>) {
    page.evaluate("document.getElementById('mirror-all').click()");
    pause(page);
}

/// Two frames, however long they take, and long enough for the mirror of them.
pub fn pause(page: &mut Page<'_>) {
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 600))))",
    );
}

/// Clicks at a point.
pub fn tap(page: &mut Page<'_>, at: (f64, f64)) {
    page.click(at);
    pause(page);
}

/// Middle of an element on the screen, by a condition on its mirror.
fn place(page: &mut Page<'_>, condition: &str) -> Option<(f64, f64)> {
    let script = format!(
        "(() => {{
            const all = [...document.querySelectorAll('#mirror-elements > *')];
            const name = (of) => of.getAttribute('aria-label') ?? of.textContent;
            const found = all.find((of) => {condition});
            return found?.dataset.bounds ?? null;
        }})()"
    );
    let bounds = page.evaluate(&script);
    let bounds: Vec<f64> = bounds
        .as_str()?
        .split(' ')
        .map(|v| v.parse().unwrap())
        .collect();
    Some(((bounds[0] + bounds[2]) / 2.0, (bounds[1] + bounds[3]) / 2.0))
}

/// Waits until the mirror has an element.
pub fn find(page: &mut Page<'_>, condition: &str) -> (f64, f64) {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(place) = place(page, condition) {
            return place;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let names = page.evaluate(
        "[...document.querySelectorAll('#mirror-elements > *')].map((of) => of.getAttribute('aria-label') ?? of.textContent).join(' | ')",
    );
    panic!("nothing on the screen fits {condition}: {names}");
}

fn click(page: &mut Page<'_>, condition: &str) {
    let at = find(page, condition);
    tap(page, at);
}

pub fn click_name(page: &mut Page<'_>, name: &str) {
    let name = json!(name);
    click(
        page,
        &format!("of.localName === 'button' && name(of) === {name}"),
    );
}

/// Clicks an element's mirror, as assistive technology does: it may be scrolled out of sight.
pub fn press(page: &mut Page<'_>, condition: &str) {
    find(page, condition);
    page.evaluate(&format!(
        "(() => {{
            const all = [...document.querySelectorAll('#mirror-elements > *')];
            const name = (of) => of.getAttribute('aria-label') ?? of.textContent;
            all.find((of) => {condition}).click();
        }})()"
    ));
    pause(page);
}
