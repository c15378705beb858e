//! What cannot go on becomes a sentence.

use super::*;

#[test]
fn failures_become_sentences_in_the_page() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.open(&site.origin);
    page.ready();
    // eframe expects the clock to be there: a real panic, without a door for it in the product.
    page.evaluate("window.performance = undefined");
    stopped(
        &mut page,
        "A mistake in the lab itself: should have a Performance",
    );
    let details = page.evaluate("document.getElementById('failure-trace').textContent");
    assert!(details.to_string().contains("panicked at"), "{details}");
    page.evaluate("document.getElementById('failure-reload').click()");
    page.wait_for("ghmLab.snapshot().step > 0");

    let mut page = browser.open(&format!("{}?renderer=webgpu", site.origin));
    stopped(&mut page, "GHM Lab cannot use WebGPU here");
    let mut page = browser.open(&format!("{}?renderer=paper", site.origin));
    stopped(&mut page, "\\\"paper\\\" is not one of webgpu, webgl");
    drop(browser);

    let mut browser = Browser::launch(Graphics::None);
    let mut page = browser.open(&site.origin);
    stopped(&mut page, "It needs WebGPU or WebGL 2");
    let error = page.try_evaluate("ghmLab.ready").unwrap_err();
    assert!(error.contains("needs WebGPU or WebGL 2"), "{error}");
    assert_eq!(page.errors(), Vec::<String>::new());
}
