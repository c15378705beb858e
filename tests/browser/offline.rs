//! The page without a network after a first visit, and after a deploy.

use std::path::{Path, PathBuf};

use serde_json::json;

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
    come_to_rest(page);
    page.wait_for("window.worker === 'kept'");
}

/// Chromium looks for a worker of a new build once a page has come to rest, or after a minute.
fn come_to_rest(page: &mut Page<'_>) {
    page.ready();
    page.evaluate("ghmLab.pause()");
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

/// A copy of the site that a test may change, and its stamp.
fn own_copy(temporary: &tempfile::TempDir) -> (PathBuf, String) {
    let folder = temporary.path().join("site");
    copy(&dist(), &folder);
    let page = std::fs::read_to_string(folder.join("index.html")).unwrap();
    let (_, rest) = page.split_once("boot.js?").expect("the script's address");
    let (stamp, _) = rest.split_once('"').expect("the end of an address");
    (folder, stamp.to_owned())
}

/// Files that are kept, each as its path with the stamp.
fn kept(page: &mut Page<'_>) -> Vec<String> {
    let keys = page.evaluate(
        "caches.open(`ghm-lab ${location.origin}/`).then((cache) => cache.keys()).then((keys) =>
            keys.map(({ url }) => url.slice(location.origin.length)))",
    );
    let keys = keys.as_array().unwrap().iter();
    keys.map(|key| key.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_deploy_is_seen_at_the_next_visit() {
    let temporary = tempfile::tempdir().unwrap();
    let (folder, stamp) = own_copy(&temporary);
    let site = Site::serve_folder(&folder);
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    visit(&mut page, &site);
    deploy(&mut page, &folder, &stamp, "4242");

    let mut page = browser.blank();
    visit(&mut page, &site);
    let now = page.evaluate("new URL(document.querySelector('script').src).search");
    assert_eq!(now, "?4242");
    // What was kept of the old build goes, what was kept of the new one stays.
    let kept = kept(&mut page);
    assert!(kept.iter().any(|url| url.ends_with("app_bg.wasm?4242")));
    assert!(!kept.iter().any(|url| url.ends_with(&stamp)), "{kept:?}");
    assert_eq!(page.errors(), Vec::<String>::new());
}

/// The page is of the new build already, one of its scripts still of the old one.
#[test]
fn a_deploy_that_is_half_done_is_not_kept() {
    let temporary = tempfile::tempdir().unwrap();
    let (folder, stamp) = own_copy(&temporary);
    let site = Site::serve_folder(&folder);
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    visit(&mut page, &site);
    let late = folder.join("export.js");
    let old = std::fs::read_to_string(&late).unwrap();
    deploy(&mut page, &folder, &stamp, "4242");
    let new = std::fs::read_to_string(&late).unwrap();
    std::fs::write(&late, &old).unwrap();

    let mut page = browser.blank();
    page.go(&site.origin);
    come_to_rest(&mut page);
    // The worker of the new build has done what it does.
    page.wait_for(
        "navigator.serviceWorker.ready.then(async ({ active }) =>
            active.state === 'activated' && (await (await fetch('sw.js')).text()).includes('4242'))",
    );
    page.wait_for(
        "caches.open(`ghm-lab ${location.origin}/`).then((cache) => cache.match('boot.js?4242')).then(Boolean)",
    );
    let there = kept(&mut page);
    assert!(!there.contains(&"/export.js?4242".to_owned()), "{there:?}");
    // The old build, which is whole, is what there is without a network.
    assert!(there.contains(&format!("/boot.js?{stamp}")), "{there:?}");
    let last = "caches.open(`ghm-lab ${location.origin}/`).then((cache) => cache.match(location.origin + '/')).then((last) => last.text())";
    let last = page.evaluate(last).to_string();
    assert!(last.contains(&format!("boot.js?{stamp}")), "{last}");

    std::fs::write(&late, &new).unwrap();
    let mut page = browser.blank();
    visit(&mut page, &site);
    let script = page.evaluate(
        "caches.open(`ghm-lab ${location.origin}/`).then((cache) => cache.match('export.js?4242')).then((script) => script.text())",
    );
    assert_eq!(script, new);
    assert!(!kept(&mut page).iter().any(|url| url.ends_with(&stamp)));
}

/// A network that answers everything with a page of its own, and says that all is well.
#[test]
fn a_portal_is_shown_but_never_kept() {
    let temporary = tempfile::tempdir().unwrap();
    let (folder, stamp) = own_copy(&temporary);
    let site = Site::serve_folder(&folder);
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    visit(&mut page, &site);
    let portal = "<!doctype html><title>Portal</title><p>Accept the terms to go online.</p>";
    for name in ["index.html", "sw.js", "embed.js", "words.js"] {
        std::fs::write(folder.join(name), portal).unwrap();
    }
    // A page that was open before tells the worker again what it used.
    page.evaluate(&format!(
        "navigator.serviceWorker.ready.then(({{ active }}) =>
            active.postMessage({{ used: [`${{location.origin}}/boot.js?{stamp}`] }}))"
    ));

    let mut page = browser.blank();
    page.go(&site.origin);
    page.wait_for("document.title === 'Portal'");
    // What was not kept before is asked for through the worker, and comes from the portal.
    let fetched = page.evaluate(&format!(
        "fetch('samples/none.csv?{stamp}').then(() => fetch('words.js?{stamp}')).then((answer) => answer.text())"
    ));
    assert!(!fetched.to_string().contains("Accept"), "kept before");
    let origin = site.origin.clone();
    drop(site);
    let mut page = browser.blank();
    page.go(&origin);
    page.ready();
    page.wait_for("ghmLab.snapshot().step > 3");
}

/// Another build: the same files under another stamp.
fn deploy(page: &mut Page<'_>, folder: &Path, old: &str, new: &str) {
    let worker = folder.join("sw.js");
    let mut digests = std::fs::read_to_string(&worker).unwrap().replace(old, new);
    for name in ["index.html", "api.js", "boot.js", "export.js", "words.js"] {
        let file = folder.join(name);
        let before = std::fs::read_to_string(&file).unwrap();
        assert!(before.contains(old), "{name} has no stamp");
        let after = before.replace(old, new);
        let [from, to] = [&before, &after].map(|text| digest(page, text));
        assert!(digests.contains(&from), "{name} has no digest");
        digests = digests.replace(&from, &to);
        std::fs::write(&file, after).unwrap();
    }
    std::fs::write(&worker, digests).unwrap();
}

/// SHA-256 in hexadecimal digits, by the browser.
fn digest(page: &mut Page<'_>, text: &str) -> String {
    let hex = page.evaluate(&format!(
        "crypto.subtle.digest('SHA-256', new TextEncoder().encode({})).then((bytes) =>
            Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join(''))",
        json!(text)
    ));
    hex.as_str().unwrap().to_owned()
}
