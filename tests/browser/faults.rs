//! What a long life brings to a page: restarts, sliders that are dragged, sleep, sizes that change; and
//! what may not run in it.

use std::time::Instant;

use serde_json::{Value, json};

use crate::cdp::{Browser, Graphics, PATIENCE, Page};
use crate::site::Site;

/// Keeps what a test must see: the memory of the bundle, the bytes of buffers on the device that are not
/// destroyed, what is drawn, and a clock that can be moved.
const WATCH: &str = include_str!("watch.js");

fn watched<'a>(browser: &'a mut Browser, site: &Site, backend: &str) -> Page<'a> {
    let mut page = browser.blank();
    page.before_load(WATCH);
    let link = format!("#examples=2000&batch-size=256&backend={backend}");
    page.go(&format!("{}{link}", site.origin));
    page.ready();
    page.wait_for("ghmLab.snapshot().step > 5");
    page
}

/// Bytes of the bundle's memory and of buffers on the device.
fn bytes(page: &mut Page<'_>) -> [f64; 2] {
    ["watched.memory.buffer.byteLength", "watched.gpuBytes"]
        .map(|what| page.evaluate(what).as_f64().expect("a number"))
}

/// Restarts, changes and races; each changes all that can hold memory.
const LIVE: &str = "(async (times) => {
    for (let i = 0; i < times; i++) {
        await ghmLab.setConfig({ seed: i, width: 8 + i % 3 });
        await ghmLab.step(3);
    }
    for (let i = 0; i < 5 * times; i++) {
        await ghmLab.setConfig({ bins: 2 + i % 99, momentum: (i % 9) / 10, 'learning-rate': 0.001 * (1 + i % 9), loss: ['ce', 'focal', 'ghm-c'][i % 3] });
    }
    return await ghmLab.step(1);
})";

fn leaks_nothing(graphics: Graphics, backend: &str) {
    let site = Site::serve();
    let mut browser = Browser::launch(graphics);
    let mut page = watched(&mut browser, &site, backend);
    page.evaluate("ghmLab.pause()");
    page.evaluate(&format!("{LIVE}(40)"));
    let before = bytes(&mut page);
    page.evaluate(&format!("{LIVE}(200)"));
    let after = bytes(&mut page);
    println!("bytes of memory and of buffers: {before:?}, then {after:?}");
    // The memory grows in steps; what a leak of a run would hold is 200 times its own.
    assert!(
        after[0] - before[0] <= f64::from(4 << 20),
        "{before:?} {after:?}"
    );
    assert!(
        after[1] - before[1] <= f64::from(1 << 20),
        "{before:?} {after:?}"
    );
    assert_eq!(page.evaluate("ghmLab.messages()"), json!([]));
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn two_hundred_restarts_and_a_thousand_changes_leak_nothing_on_webgpu() {
    leaks_nothing(Graphics::WebGpu, "gpu");
}

#[test]
fn two_hundred_restarts_and_a_thousand_changes_leak_nothing_on_webgl() {
    leaks_nothing(Graphics::WebGl, "cpu");
}

/// Lets an hour pass, and a hundred steps: how many came, and in how many seconds.
const AFTER_AN_HOUR: &str = "(async () => {
    const now = () => (performance.now() - watched.skew) / 1000;
    const [since, before] = [now(), ghmLab.snapshot().step];
    watched.skew += 3.6e6;
    while (ghmLab.snapshot().step < before + 100) await new Promise(requestAnimationFrame);
    return [ghmLab.snapshot().step - before, now() - since];
})()";

#[test]
fn sizes_sleep_and_pauses_do_no_harm() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = watched(&mut browser, &site, "cpu");
    for (width, height, ratio) in [
        (1, 1, 1.0),
        (1280, 1, 2.0),
        (1, 800, 0.5),
        (3000, 2000, 1.0),
        (390, 844, 3.0),
    ] {
        page.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": false}),
        );
        let step = page.evaluate("ghmLab.snapshot().step");
        page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
    }
    page.call("Emulation.clearDeviceMetricsOverride", json!({}));

    // A laptop that slept for an hour: no burst of the steps that it missed. How many come is compared with the time
    // that they took, however long that is; the screen may be some steps behind.
    let ran = page.evaluate(AFTER_AN_HOUR);
    let [steps, seconds] = [0, 1].map(|index| ran[index].as_f64().expect("a number"));
    assert!(
        steps < 100.0 * seconds + 40.0,
        "at 100 steps/s, {steps} in {seconds} s"
    );

    // Nothing is drawn, and nothing computed, while nothing changes.
    let draws = |page: &mut Page<'_>, wait: u64| {
        page.evaluate(&format!(
            "(async () => {{
                const before = watched.draws;
                await new Promise((done) => setTimeout(done, {wait}));
                return watched.draws - before;
            }})()"
        ))
        .as_u64()
        .expect("a number")
    };
    let before = page.evaluate("watched.draws");
    page.wait_for(&format!("watched.draws > {before} + 5"));
    page.evaluate("ghmLab.pause()");
    // The axes come to rest, sooner or later.
    let since = Instant::now();
    while draws(&mut page, 2000) > 0 {
        assert!(since.elapsed() < PATIENCE, "it draws on and on");
    }
    assert_eq!(draws(&mut page, 3000), 0, "nor does it begin again");
    page.evaluate("ghmLab.play()");

    // A page that is frozen and comes back.
    for state in ["frozen", "active"] {
        page.call("Page.setWebLifecycleState", json!({"state": state}));
    }
    let step = page.evaluate("ghmLab.snapshot().step");
    page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn no_script_of_others_runs_and_nothing_comes_from_elsewhere() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.go(&site.origin);
    page.ready();
    let ran = page.evaluate(
        "(() => {
            const script = document.createElement('script');
            script.textContent = 'window.intruder = true';
            document.body.append(script);
            const button = document.createElement('button');
            button.setAttribute('onclick', 'window.intruder = true');
            document.body.append(button);
            button.click();
            button.remove();
            return window.intruder ?? null;
        })()",
    );
    assert_eq!(ran, Value::Null, "inline scripts are refused");
    let fetched =
        page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'fetched', (error) => error.name)");
    assert_eq!(fetched, "TypeError");
    let policy =
        page.evaluate("document.querySelector('meta[http-equiv=Content-Security-Policy]').content");
    let policy = policy.as_str().expect("a policy").to_owned();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    let strangers = page.evaluate(
        "performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => !name.startsWith(location.origin) && !name.startsWith('blob:'))",
    );
    // The one that this test asked for.
    assert_eq!(strangers.as_array().map(Vec::len), Some(0), "{strangers}");
}

#[test]
fn the_page_measures_what_the_command_line_measures() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.go(&site.origin);
    page.ready();
    let page_says = page.evaluate("ghmLab.bench({filter: 'train/256'})");
    let mut bench = ghm_lab::bench::Bench::new(
        ghm_lab::engine::Compute::Unavailable(String::new()),
        ghm_lab::config::Backend::Cpu,
        "train/256",
    )
    .expect("there is one");
    while !bench.is_done() {
        bench.work(1.0);
    }
    let native = json!(bench.results());
    let keys = |value: &Value| {
        value
            .as_object()
            .map(|of| of.keys().cloned().collect::<Vec<_>>())
    };
    assert_eq!(keys(&page_says), keys(&native));
    let (theirs, ours) = (&page_says["rows"][0], &native["rows"][0]);
    assert_eq!(keys(theirs), keys(ours));
    for key in ["name", "backend"] {
        assert_eq!(theirs[key], ours[key]);
    }
    let [ms, rate] = ["ms", "examples_per_s"].map(|key| theirs[key].as_f64().expect("a number"));
    assert!((rate * ms / 256e3 - 1.0).abs() < 1e-9, "{theirs}");
    let two = page.evaluate(
        "Promise.all(['map', 'train/256'].map((filter) => ghmLab.bench({ filter })))
            .then((all) => all.map(({ rows }) => rows.map(({ name }) => name).join()).join())",
    );
    assert_eq!(two, "map,train/256", "each gets its own");
    let refused = page.try_evaluate("ghmLab.bench('map')").unwrap_err();
    assert!(refused.contains("bench: takes"), "{refused}");
    let refused = page.try_evaluate("ghmLab.bench({filter: 'nothing'})");
    assert!(refused.is_err_and(|why| why.contains("no workload is called nothing")));
}

#[test]
fn a_lost_webgl_context_is_replaced_and_training_goes_on() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.open(&format!("{}#loss=focal&bins=17", site.origin));
    page.ready();
    page.wait_for("ghmLab.arms()[0].averagePrecision !== null && ghmLab.snapshot().step > 100");
    page.evaluate(
        "document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()",
    );
    page.wait_for("ghmLab.messages().join().includes('lost the WebGL context')");
    let said = page.evaluate("ghmLab.messages()");
    let [said] = said.as_array().expect("messages").as_slice() else {
        panic!("{said}");
    };
    let said = said.as_str().expect("a text");
    let start = "The browser lost the WebGL context. Training goes on from step ";
    let step = said
        .strip_prefix(start)
        .and_then(|rest| rest.strip_suffix(" (cpu)."));
    let step: u64 = step.and_then(|step| step.parse().ok()).expect(said);
    assert!(step > 0, "{said}");
    page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
    let kept = page.evaluate("[ghmLab.config().bins, ghmLab.config().loss].join()");
    assert_eq!(kept, "17,focal");
    assert_eq!(
        page.evaluate("document.querySelectorAll('canvas').length"),
        1
    );
}

/// A browser whose shader compiler refuses one of the kernels.
const BREAK_A_KERNEL: &str = "
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function ({ code, ...rest }) {
        const broken = code.includes('fn reduce(') ? `${code} fn broken() { missing(); }` : code;
        return createShaderModule.call(this, { code: broken, ...rest });
    };";

#[test]
fn a_kernel_that_does_not_compile_is_told_once_and_the_cpu_offered() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGpu);
    let mut page = browser.blank();
    page.before_load(BREAK_A_KERNEL);
    page.go(&format!("{}#backend=gpu", site.origin));
    page.ready();
    page.wait_for("ghmLab.messages().length > 0");
    let said = page.evaluate("ghmLab.messages()").to_string();
    assert!(said.contains("the device reports an error"), "{said}");
    assert!(said.contains("missing"), "{said}");
    assert!(said.contains("backend=cpu"), "{said}");
    assert_eq!(page.evaluate("ghmLab.messages().length"), 1, "{said}");
    page.evaluate("ghmLab.setConfig({ backend: 'cpu' }).then(() => ghmLab.play())");
    page.wait_for("ghmLab.snapshot().step > 10");
    assert_eq!(page.evaluate("ghmLab.snapshot().backend"), "cpu");
}
