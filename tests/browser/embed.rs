//! The lab in a frame of another page, and the scripting interface over postMessage.

use std::time::Instant;

use serde_json::Value;

use super::cdp::{Browser, Graphics, PATIENCE};
use super::site::Site;
use super::{decode_base64, screenshots};

const HOST: &str = r#"<!doctype html><title>An article</title>
<body style="margin: 0"><iframe width="1000" height="360" style="border: 0"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.src = location.hash.slice(1);
let last = 0;
const waiting = new Map();
addEventListener("message", ({ data }) => {
  waiting.get(data.id)?.(data);
});
window.ask = (method, ...args) => new Promise((resolve) => {
  const id = ++last;
  waiting.set(id, resolve);
  frame.contentWindow.postMessage({ ghmLab: 1, id, method, args }, "*");
});
</script>"#;

#[test]
fn a_page_that_is_named_commands_the_embedded_lab() {
    let lab = Site::serve();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), HOST).unwrap();
    let host = Site::serve_folder(folder.path());
    let mut browser = Browser::launch(Graphics::WebGl);
    let own = host.origin.trim_end_matches('/');

    let mut page = browser.blank();
    page.resize(1000, 360);
    page.go(&format!(
        "{}#{}?embed=1&origin={own}",
        host.origin, lab.origin
    ));
    // The frame may still be loading: what was sent before that is lost.
    page.wait_for("typeof ask === 'function'");
    // One of many is heard; the others are answered later or never.
    page.evaluate("window.heard = null");
    page.wait_for("ask('config').then((answer) => (heard = answer)), heard?.result?.bins === 30");
    page.evaluate("ask('pause')");
    let answer = page.evaluate("ask('setConfig', { bins: 12 })");
    assert_eq!(answer["result"]["bins"], 12);
    let answer = page.evaluate("ask('setConfig', { bins: 1000 })");
    assert!(
        answer["error"].as_str().unwrap().contains("bins"),
        "{answer}"
    );
    let answer = page.evaluate("ask('step', 30)");
    assert_eq!(answer["result"]["counts"].as_array().unwrap().len(), 12);
    let answer = page.evaluate("ask('destroy')");
    assert!(
        answer["error"].as_str().unwrap().contains("is not one of"),
        "{answer}"
    );
    let picture = page.screenshot();
    std::fs::write(screenshots().join("embedded.png"), decode_base64(&picture)).unwrap();

    // Another origin than the one that the address names.
    let mut page = browser.blank();
    page.go(&format!(
        "{}#{}?embed=1&origin=https://example.org",
        host.origin, lab.origin
    ));
    page.wait_for("typeof ask === 'function'");
    // It may still be loading: it is asked until it says that it will not answer.
    let deadline = Instant::now() + PATIENCE;
    page.evaluate("window.heard = null");
    while !page
        .warnings()
        .iter()
        .any(|text| text.contains("does not answer"))
    {
        assert!(Instant::now() < deadline, "it hears and says nothing");
        page.evaluate("void ask('config').then((answer) => (heard = answer))");
    }
    assert_eq!(page.evaluate("heard"), Value::Null);
}
