//! What a script may get wrong without ending the lab, and what ends it.

use super::cdp::{Browser, Graphics};
use super::site::Site;
use super::stopped;

/// Promises that nobody listens to: refusals, not failures.
#[test]
fn refusals_that_no_script_catches_leave_the_lab_running() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.before_load(
        "window.refused = [];
         addEventListener('unhandledrejection', ({ reason }) => refused.push(reason.message));",
    );
    page.go(&site.origin);
    page.ready();
    let calls = [
        "setConfig({bins: 0})",
        "setConfig({nonsense: 1})",
        "setConfig('bins=3')",
        "setConfig({backend: 'gpu'})",
        "step(-1)",
        "step('many')",
        "bench({x: 1})",
        "bench({filter: 'nothing'})",
        "xray('logit,label\\n1,7\\n')",
        "xray('logit,label\\n1,1\\n', {bins: 0})",
        "xray(undefined, 'bins')",
    ];
    for call in calls {
        // From a task of its own: a console's own promises are watched by nobody either.
        page.evaluate(&format!("setTimeout(() => void ghmLab.{call}.then()), 0"));
    }
    page.wait_for(&format!("refused.length === {}", calls.len()));
    let step = page.evaluate("ghmLab.snapshot().step");
    page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
    assert_eq!(
        page.evaluate("document.getElementById('failure').hidden"),
        true
    );
    // An error of another script of the page, and one of a caller's handler.
    page.evaluate("setTimeout(() => { throw new Error(ghmLab.version) }), 0");
    page.evaluate("setTimeout(() => ghmLab.play(Symbol()) + ghmLab.nothing()), 0");
    page.evaluate("new Promise((done) => setTimeout(done, 50))");
    let step = page.evaluate("ghmLab.snapshot().step");
    page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
}

/// The module's own trap, in a call whose script catches everything: nothing may ask it for more.
#[test]
fn a_trap_ends_the_lab_for_its_first_reason_even_where_a_script_catches_it() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    // Reading the file traps the way memory that cannot be had does.
    page.before_load(
        "Blob.prototype.arrayBuffer = async () => ({ get byteLength() { throw new WebAssembly.RuntimeError('unreachable') } });
         const { Uint8Array: Bytes } = window;
         window.Uint8Array = new Proxy(Bytes, { construct(target, args, self) {
             if (args[0] && Object.hasOwn(args[0], 'byteLength')) return { get length() { throw new WebAssembly.RuntimeError('unreachable') } };
             return Reflect.construct(target, args, self);
         } });",
    );
    page.go(&site.origin);
    page.ready();
    page.evaluate("ghmLab.xray('logit,label\\n1,1\\n').catch(() => true)");
    stopped(
        &mut page,
        "It broke off, perhaps for want of memory: unreachable",
    );
}

#[test]
fn an_origin_that_is_none_is_ignored_and_said() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.before_load(
        "window.warned = [];
         const { warn } = console;
         console.warn = (text) => { warned.push(text); warn(text); };",
    );
    page.go(&format!(
        "{}?embed=1&origin=data:,x,nonsense,https://example.org",
        site.origin
    ));
    page.ready();
    let warned = page.evaluate("warned.join('\\n')").to_string();
    assert!(warned.contains("ignores origin=data:"), "{warned}");
    assert!(warned.contains("ignores origin=nonsense"), "{warned}");
    assert!(!warned.contains("example.org/"), "{warned}");
    // A frame whose origin is opaque, as one in a sandbox, is nobody that was named.
    page.evaluate(
        "new Promise((done) => {
            const frame = document.createElement('iframe');
            frame.setAttribute('sandbox', 'allow-scripts');
            document.body.append(frame);
            window.strange = [];
            addEventListener('error', ({ message }) => strange.push(message));
            addEventListener('unhandledrejection', ({ reason }) => strange.push(reason.message));
            dispatchEvent(new MessageEvent('message', {
                source: frame.contentWindow, origin: 'null', data: { ghmLab: 1, id: 1, method: 'pause' },
            }));
            setTimeout(done, 50);
        })",
    );
    assert_eq!(page.evaluate("strange.length"), 0);
    let warned = page.evaluate("warned.join('\\n')").to_string();
    assert!(warned.contains("does not answer null"), "{warned}");
    let step = page.evaluate("ghmLab.snapshot().step");
    page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
}
