//! The page without a network after a first visit, and after a deploy.

use std::path::Path;

use super::cdp::{Browser, Graphics, Page};
use super::copy;
use super::site::{Site, dist};

/// Visits the site and waits until its service worker has kept what the visit used.
fn visit(page: &mut Page<'_>, site: &Site) {
    page.before_load(
        "navigator.serviceWorker.addEventListener('message', ({ data }) => (window.worker = data));
         navigator.serviceWorker.startMessages();",
    );
    page.go(&site.origin);
    page.ready();
    page.wait_for("window.worker === 'kept'");
}

#[test]
fn works_offline_after_the_first_visit() {
    for graphics in [Graphics::WebGl, Graphics::WebGpu] {
        let site = Site::serve();
        let mut browser = Browser::launch(graphics);
        let mut page = browser.blank();
        visit(&mut page, &site);
        let origin = site.origin.clone();
        // A file that is opened on its own is not taken for the page.
        page.go(&format!("{origin}icon.svg"));
        page.wait_for("document.readyState === 'complete' && location.pathname.endsWith('.svg')");
        drop(site);
        let mut page = browser.blank();
        page.go(&format!("{origin}#bins=12"));
        page.ready();
        page.wait_for("ghmLab.snapshot().step > 3");
        assert_eq!(page.evaluate("ghmLab.config().bins"), 12);
    }
}

#[test]
fn a_deploy_is_seen_at_the_next_visit() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("site");
    copy(&dist(), &folder);
    let site = Site::serve_folder(&folder);
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    visit(&mut page, &site);
    let stamp = page.evaluate("new URL(document.querySelector('script').src).search");
    let stamp = stamp.as_str().unwrap().to_owned();
    deploy(&folder, &stamp[1..], "4242");

    let mut page = browser.blank();
    visit(&mut page, &site);
    let now = page.evaluate("new URL(document.querySelector('script').src).search");
    assert_eq!(now, "?4242");
    // What was kept of the old build goes, what was kept of the new one stays.
    page.wait_for(&format!(
        "caches.open(`ghm-lab ${{location.origin}}/`).then((cache) => cache.keys()).then((keys) => {{
            const urls = keys.map((request) => request.url);
            return urls.some((url) => url.endsWith('app_bg.wasm?4242')) && !urls.some((url) => url.endsWith('{stamp}'));
        }})"
    ));
    assert_eq!(page.errors(), Vec::<String>::new());
}

/// Another build: the same files under another stamp.
fn deploy(folder: &Path, old: &str, new: &str) {
    for name in [
        "index.html",
        "api.js",
        "boot.js",
        "export.js",
        "sw.js",
        "words.js",
    ] {
        let file = folder.join(name);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{name} has no stamp");
        std::fs::write(&file, text.replace(old, new)).unwrap();
    }
}
