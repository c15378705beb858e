//! The built page in a real browser: both bundles, links, scripts, failures, pictures.
//!
//! Needs `web/dist` (web/build.sh), the server (cargo build -p ghm-lab-server) and Chromium;
//! without one of them these tests fail. `tests/run.sh` provides all three.
#![cfg(not(target_arch = "wasm32"))]

mod cdp;
mod embed;
mod faults;
mod mirror;
mod offline;
mod readings;
mod scripts;
mod site;
#[path = "../support/mod.rs"]
mod support;
mod tour;

use cdp::{Browser, Graphics, Page};
use ghm_lab::config::{Backend, Config};
use ghm_lab::data::predictions::{Input, Options};
use ghm_lab::engine::gpu::Gpu;
use ghm_lab::engine::{Compute, Request, Snapshot};
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::SAMPLES;
use ghm_lab::xray::{Job, Progress};
use mirror::{click_name, open_mirror};
use serde_json::{Value, json};
use site::Site;

/// What both bundles must do: train from the first moment, fall in loss, and repeat seed 7.
fn trains(page: &mut Page<'_>, site: &Site, backend: &str) {
    page.ready();
    assert_eq!(page.evaluate("ghmLab.version"), env!("CARGO_PKG_VERSION"));
    page.wait_for("ghmLab.snapshot().step > 5");
    assert_eq!(page.evaluate("ghmLab.snapshot().backend"), backend);
    assert_ne!(page.evaluate("ghmLab.snapshot().adapter"), "");

    // A run of its own from the first step, as nobody presses play.
    let first = page.evaluate(
        "ghmLab.pause(); ghmLab.setConfig({seed: 8, loss: 'ce'}).then(() => ghmLab.step(1))",
    );
    assert_eq!(first["step"], 1);
    let later = page.evaluate("ghmLab.step(200)");
    assert_eq!(later["step"], 201);
    let (before, after) = (number(&first["loss"]), number(&later["loss"]));
    assert!(after < 0.5 * before, "the loss falls: {before} to {after}");
    assert!(number(&later["averagePrecision"]) > 0.2, "{later}");

    let page_run = page.evaluate(
        "ghmLab.setConfig({seed: 7, loss: 'ghm-c'}).then(() => Promise.all([ghmLab.step(20), ghmLab.step(30)])).then((both) => both[1])",
    );
    agrees(&page_run, &native_run(50));

    assert_eq!(page.errors(), Vec::<String>::new());
    let strangers: Vec<_> = page
        .requests()
        .into_iter()
        .filter(|url| !url.starts_with(&site.origin))
        .collect();
    assert_eq!(strangers, Vec::<String>::new(), "requests stay at home");
}

/// The first steps under the default settings, on the GPU here and now.
fn native_run(steps: u32) -> Snapshot {
    let gpu = Gpu::headless().expect("this test needs an adapter that computes");
    let config = Config {
        backend: Backend::Gpu,
        ..Config::default()
    };
    let (mut trainer, note) = Compute::Gpu(gpu).start(&config).unwrap();
    assert_eq!(note, None);
    trainer.advance(steps).unwrap();
    trainer.read_now(Request::default()).unwrap().snapshot
}

fn agrees(page: &Value, native: &Snapshot) {
    assert_eq!(page["step"], native.step);
    assert_eq!(page["examples"], native.examples);
    close("loss", &[number(&page["loss"])], &[native.loss], 1e-3);
    let counts: Vec<f32> = native.counts.iter().map(|&count| count as f32).collect();
    let contribution = &page["contribution"];
    for (name, there, here) in [
        ("counts", &page["counts"], &counts),
        ("ema", &page["ema"], &native.ema),
        ("density", &page["density"], &native.density),
    ] {
        close(name, &numbers(there), here, 0.01);
    }
    for &loss in Loss::of(Task::Binary) {
        let there = numbers(&contribution[loss.key()]);
        close(loss.key(), &there, native.contribution_of(loss), 0.01);
    }
}

/// An example whose gradient norm lies on the edge of a bin may fall to either side, so the whole
/// is compared: the sum of the differences, in parts of the sum.
fn close(name: &str, page: &[f64], native: &[f32], tolerance: f64) {
    assert_eq!(page.len(), native.len(), "{name}");
    let pairs = page.iter().zip(native);
    let difference: f64 = pairs.map(|(a, &b)| (a - f64::from(b)).abs()).sum();
    let sum: f64 = native.iter().map(|&b| f64::from(b.abs())).sum();
    assert!(
        difference <= tolerance * sum,
        "{name}: {page:?} is not {native:?}"
    );
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(number).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// How many colours a picture has, counted by the browser itself.
fn colours(browser: &mut Browser, picture: &str) -> u64 {
    let script = format!(
        "(async () => {{
            const image = new Image();
            image.src = 'data:image/png;base64,{picture}';
            await image.decode();
            const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
            canvas.drawImage(image, 0, 0);
            const {{ data }} = canvas.getImageData(0, 0, image.width, image.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }})()"
    );
    browser.blank().evaluate(&script).as_u64().unwrap_or(0)
}

#[test]
fn webgpu_bundle_trains_on_the_gpu() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGpu);
    let mut page = browser.open(&format!("{}#backend=gpu", site.origin));
    trains(&mut page, &site, "webgpu");

    // A device in software is left to those who ask for it.
    let mut page = browser.open(&site.origin);
    page.ready();
    page.wait_for("ghmLab.snapshot().step > 0");
    assert_eq!(page.evaluate("ghmLab.snapshot().backend"), "cpu");
    let said = page.evaluate("ghmLab.messages().join(' ')").to_string();
    assert!(said.contains("the GPU here is software"), "{said}");

    // WebGPU is there, but does not start.
    let mut page = browser.blank();
    page.before_load(
        "GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error('out of order'));",
    );
    page.go(&site.origin);
    page.ready();
    page.wait_for("ghmLab.snapshot().step > 0");
    assert_eq!(page.evaluate("ghmLab.snapshot().backend"), "cpu");
    let said = page.evaluate("ghmLab.messages().join(' ')").to_string();
    assert!(said.contains("WebGPU did not start"), "{said}");

    // It is smaller than the kernels need.
    let mut page = browser.blank();
    page.before_load(
        "Object.defineProperty(GPUAdapter.prototype, 'limits', { get: () => ({ maxBufferSize: 4096 }) });",
    );
    page.go(&site.origin);
    page.ready();
    page.wait_for("ghmLab.snapshot().step > 0");
    assert_eq!(page.evaluate("ghmLab.snapshot().backend"), "cpu");
    let said = page.evaluate("ghmLab.messages().join(' ')").to_string();
    let why = "the graphics device's maxBufferSize is 4096, less than 268435456";
    assert!(said.contains(why), "{said}");
}

/// Keeps the page's device where a test can destroy it.
const KEEP_DEVICE: &str = "const request = GPUAdapter.prototype.requestDevice;
     GPUAdapter.prototype.requestDevice = async function (...all) {
         return (window.device = await request.apply(this, all));
     };";

#[test]
fn a_lost_device_is_replaced_and_training_goes_on() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGpu);
    // Where the GPU trains, and where it only draws.
    for (backend, engines) in [("gpu", ["webgpu", "cpu"]), ("auto", ["cpu", "cpu"])] {
        let mut page = browser.blank();
        page.before_load(KEEP_DEVICE);
        let link = format!("#loss=focal&bins=17&batch-size=256&backend={backend}");
        page.go(&format!("{}{link}", site.origin));
        page.ready();
        goes_on(&mut page, engines);
    }
}

/// The device is lost twice: then the page draws by WebGL.
fn goes_on(page: &mut Page<'_>, engines: [&str; 2]) {
    for engine in engines {
        // Evaluations are what can be gone on from.
        page.wait_for("ghmLab.arms()[0].averagePrecision !== null && ghmLab.snapshot().step > 100");
        let before = page.evaluate("ghmLab.snapshot().step").as_u64().unwrap();
        page.evaluate("window.lost = ghmLab.messages().at(-1), device.destroy()");
        page.wait_for("ghmLab.messages().at(-1) !== lost");
        page.wait_for(&format!("ghmLab.snapshot().step > {before}"));
        let said = page.evaluate("ghmLab.messages().at(-1)").to_string();
        assert!(said.contains("lost the graphics device"), "{said}");
        assert!(said.contains("Training goes on from step"), "{said}");
        assert!(!said.contains("step 0 "), "{said}");
        assert_eq!(page.evaluate("ghmLab.snapshot().backend"), engine);
        let kept = page.evaluate("[ghmLab.config().bins, ghmLab.config().loss].join()");
        assert_eq!(kept, "17,focal");
    }
    assert_eq!(
        page.evaluate("document.querySelectorAll('canvas').length"),
        1
    );
}

#[test]
fn webgl_bundle_trains_on_the_cpu_under_any_path() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), "elsewhere").unwrap();
    let deep = folder.path().join("some/where");
    std::fs::create_dir_all(&deep).unwrap();
    copy(&site::dist(), &deep.join("lab"));
    let site = Site::serve_folder(folder.path());
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.open(&format!("{}some/where/lab/", site.origin));
    trains(&mut page, &site, "cpu");

    page.evaluate("ghmLab.destroy()");
    assert_eq!(
        page.evaluate("document.querySelector('canvas')"),
        Value::Null
    );
    let error = page.try_evaluate("ghmLab.snapshot()").unwrap_err();
    assert!(error.contains("destroyed"), "{error}");
    assert_eq!(page.errors(), Vec::<String>::new());
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            std::fs::copy(&path, copied).unwrap();
        }
    }
}

#[test]
fn links_and_scripts_change_the_settings() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let link = "#loss=ce&bins=12&positive-fraction=0.05";
    let mut page = browser.open(&format!("{}{link}", site.origin));
    page.ready();
    let config = page.evaluate("ghmLab.config()");
    assert_eq!(config["loss"], "ce");
    assert_eq!(config["bins"], 12);
    assert_eq!(config["positive-fraction"], 0.05);
    page.wait_for("ghmLab.snapshot().counts.length === 12");
    assert_eq!(page.evaluate("location.hash"), link);

    // Both ways while it runs.
    page.evaluate("location.hash = '#bins=40'");
    page.wait_for("ghmLab.config().bins === 40 && ghmLab.config().loss === 'ghm-c'");
    let config = page.evaluate("ghmLab.setConfig({momentum: 0.5, convention: 'paper'})");
    assert_eq!(config["momentum"], 0.5);
    page.wait_for("location.hash === '#bins=40&momentum=0.5&convention=paper'");

    for (changes, sentence) in [
        ("{bins: 300}", "bins: 300 is outside 1 to 256"),
        (
            "{bins: 20, momentum: 2}",
            "momentum: 2 is outside 0 to 0.999",
        ),
        ("{loss: 'mse'}", "loss: \"mse\" is not one of"),
        ("{backend: 'gpu'}", "backend: gpu is not available"),
        ("'bins=3'", "setConfig takes an object"),
        ("undefined", "setConfig takes an object"),
    ] {
        let error = page
            .try_evaluate(&format!("ghmLab.setConfig({changes})"))
            .unwrap_err();
        assert!(error.contains(sentence), "{changes}: {error}");
    }
    assert_eq!(page.evaluate("ghmLab.config().bins"), 40);
    for count in ["0", "1.5", "'many'"] {
        let error = page.try_evaluate(&format!("ghmLab.step({count})"));
        assert!(error.unwrap_err().contains("step: "), "{count}");
    }
    assert_eq!(page.errors(), Vec::<String>::new());

    // A bad link is reported, and the address then holds what runs.
    let link = "#bins=300&momentum=0.5&nonsense=1&backend=gpu&%00";
    let mut page = browser.open(&format!("{}{link}", site.origin));
    page.ready();
    let said = page.evaluate("ghmLab.messages().join('\\n')").to_string();
    assert!(said.contains("bins: 300 is outside 1 to 256"), "{said}");
    assert!(said.contains("backend: gpu is not available"), "{said}");
    assert_eq!(page.evaluate("ghmLab.config().bins"), 30);
    page.wait_for("location.hash === '#momentum=0.5'");
    assert_eq!(page.errors(), Vec::<String>::new());
}

/// What the program says of the same file, through its own `--json`.
fn native_xray(name: &str, content: &str) -> Value {
    let inputs = vec![Input::bytes(name, content.as_bytes())];
    let job = Job::start(inputs, Options::default(), &Config::default());
    match job.work(f64::INFINITY).unwrap() {
        Progress::Done(inspected) => inspected.report.to_json(),
        Progress::Goes(_) => panic!("all time in the world was given"),
    }
}

#[test]
fn predictions_dropped_on_the_page_are_xrayed() {
    let site = Site::serve();
    for graphics in [Graphics::WebGl, Graphics::WebGpu] {
        let mut browser = Browser::launch(graphics);
        let mut page = browser.open(&site.origin);
        page.ready();
        assert_eq!(page.evaluate("ghmLab.xray()"), Value::Null);
        let [binary, classes, _] = SAMPLES;
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        page.drop_file(&file(binary.file, binary.content));
        page.wait_for("ghmLab.xray().then((report) => report !== null)");
        let mut dropped = page.evaluate("ghmLab.xray()");
        let expected = native_xray(binary.file, binary.content);
        same(&mut dropped, &expected);

        // The same through the script, as text and as a File, and with other settings.
        let text = json!(binary.content);
        let mut report = page.evaluate(&format!("ghmLab.xray({text})"));
        same(&mut report, &expected);
        let fewer = page.evaluate(&format!(
            "ghmLab.xray(new File([{text}], 'a.csv'), {{bins: 10}})"
        ));
        assert_eq!(numbers(&fewer["counts"]).len(), 10);
        let sum = |report: &Value| numbers(&report["counts"]).iter().sum::<f64>();
        assert_eq!(sum(&fewer), sum(&expected));
        assert_eq!(
            page.evaluate("ghmLab.config().bins"),
            30,
            "the experiment keeps its own"
        );
        let text = json!(classes.content);
        let report = page.evaluate(&format!("ghmLab.xray({text})"));
        assert_eq!(report["task"], "classes");

        // What is wrong is said, and all else stays.
        let error = page
            .try_evaluate("ghmLab.xray('logit,label\\n1,7\\n')")
            .unwrap_err();
        assert!(
            error.contains("line 2, column \"label\": 7 is not 0 or 1"),
            "{error}"
        );
        assert_eq!(page.evaluate("ghmLab.xray()")["task"], "classes");
        page.drop_file(&file("bad.csv", "logit,label\n1,0\nx,1\n"));
        page.wait_for(
            "ghmLab.messages().some((text) => text.includes('bad.csv, line 3, column \"logit\"'))",
        );
        let step = page.evaluate("ghmLab.snapshot().step").as_f64();
        page.wait_for(&format!("ghmLab.snapshot().step > {}", step.unwrap()));
        let error = page
            .try_evaluate("ghmLab.xray('p,label\\n1,1\\n', {bins: 0})")
            .unwrap_err();
        assert!(error.contains("bins: 0 is outside 1 to 256"), "{error}");
        assert_eq!(page.errors(), Vec::<String>::new());
    }
}

/// As with the slider: where the entries of the menu lie is the screen's own affair. Also leaves pictures.
#[test]
fn a_sample_opens_with_one_click() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.resize(1280, 800);
    page.go(&site.origin);
    page.ready();
    page.evaluate("ghmLab.pause()");
    open_mirror(&mut page);
    click_name(&mut page, "X-ray");
    click_name(&mut page, "regression with outliers");
    page.wait_for("ghmLab.xray().then((report) => report?.task === 'regression')");
    assert_eq!(page.errors(), Vec::<String>::new());
    for (width, height) in [(1280, 800), (390, 844)] {
        page.resize(width, height);
        page.wait_for(&format!(
            "(({{ width, height }}) => width === {width} && height === {height})(document.querySelector('canvas'))"
        ));
        let name = format!("xray-{width}x{height}.png");
        let picture = decode_base64(&page.screenshot());
        std::fs::write(screenshots().join(name), picture).unwrap();
    }
}

/// Equal but for how often rows were handed on, which changes the order of sums.
fn same(page: &mut Value, native: &Value) {
    assert_eq!(
        page.as_object_mut().unwrap().remove("skipped"),
        Some(json!(0))
    );
    // JavaScript has one kind of number.
    assert_eq!(numbers(&page["counts"]), numbers(&native["counts"]));
    assert_eq!(page["examples"].as_f64(), native["examples"].as_f64());
    for key in ["ema", "density", "beta"] {
        close_f64(&page[key], &native[key]);
    }
    for loss in Loss::of(Task::Binary) {
        let of = |report: &Value, key: &str| report["losses"][loss.key()][key].clone();
        close_f64(&of(page, "contribution"), &of(native, "contribution"));
    }
    assert_eq!(
        page["metrics"]["average_precision"],
        native["metrics"]["average_precision"]
    );
}

fn close_f64(page: &Value, native: &Value) {
    let (page, native) = (numbers(page), numbers(native));
    assert_eq!(page.len(), native.len());
    for (a, b) in page.iter().zip(&native) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} is not {b}");
    }
}

/// The canvas has given way to a sentence and a way to go on.
fn stopped(page: &mut Page<'_>, sentence: &str) {
    page.wait_for("!document.getElementById('failure').hidden");
    let text = page
        .evaluate("document.getElementById('failure').innerText")
        .to_string();
    assert!(text.contains(sentence), "{text}");
    assert_eq!(
        page.evaluate("document.querySelector('canvas')"),
        Value::Null
    );
    let error = page.try_evaluate("ghmLab.snapshot()").unwrap_err();
    assert!(error.contains("GHM Lab"), "{error}");
}

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

/// Where a slider lies is the screen's own affair: a hand finds it by trying, from the top of the
/// column of settings down.
#[test]
fn the_bins_slider_moves_by_mouse() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.resize(1280, 800);
    page.go(&site.origin);
    page.ready();
    let places = (60..400)
        .step_by(8)
        .flat_map(|y| [90.0, 130.0, 170.0].map(|x| (x, f64::from(y))));
    let mut found = None;
    for (x, y) in places {
        page.drag((x, y), (x + 40.0, y));
        if page.evaluate("ghmLab.config().bins !== 30") == true {
            found = Some((x, y));
            break;
        }
    }
    let (x, y) = found.expect("no drag in the column of settings changes the bins");

    // While it trains, too.
    page.evaluate("ghmLab.play()");
    let before = page.evaluate("ghmLab.config().bins");
    page.drag((x + 40.0, y), (x - 20.0, y));
    page.wait_for(&format!("ghmLab.config().bins !== {before}"));
    assert_eq!(page.errors(), Vec::<String>::new());
}

/// All losses at once, on the GPU and on the CPU; leaves pictures to look at.
#[test]
fn a_race_of_all_losses_keeps_one_clock() {
    let site = Site::serve();
    for (graphics, name, backend) in [
        (Graphics::WebGpu, "webgpu", "gpu"),
        (Graphics::WebGl, "webgl", "cpu"),
    ] {
        let mut browser = Browser::launch(graphics);
        let mut page = browser.blank();
        page.resize(1280, 800);
        page.go(&format!("{}#backend={backend}", site.origin));
        page.ready();
        page.evaluate("ghmLab.pause()");
        let on_gpu = page.evaluate("ghmLab.snapshot().backend") != "cpu";
        assert_eq!(on_gpu, backend == "gpu");
        // The button lies in the row above the panels; its place is the screen's own affair.
        let places = (400..900).step_by(30).map(f64::from);
        for x in places {
            page.drag((x, 79.0), (x, 79.0));
            if page.evaluate("ghmLab.arms().length") == 5 {
                break;
            }
        }
        let names = page.evaluate("ghmLab.arms().map((arm) => arm.name).join()");
        assert_eq!(names, "CE,Class-balanced,Focal,OHEM,GHM-C", "{name}");
        page.evaluate("ghmLab.pause()");
        page.evaluate("ghmLab.step(60)");
        page.wait_for("ghmLab.arms().every((arm) => arm.step >= 60 && arm.averagePrecision > 0)");
        let steps = page.evaluate("new Set(ghmLab.arms().map((arm) => arm.step)).size");
        assert_eq!(steps, 1, "{name}");
        let losses = page.evaluate("new Set(ghmLab.arms().map((arm) => arm.loss)).size");
        assert_eq!(losses, 5, "{name}: each arm trains under its own loss");
        let picture = page.screenshot();
        let file = screenshots().join(format!("{name}-race.png"));
        std::fs::write(file, decode_base64(&picture)).unwrap();
        assert_eq!(page.errors(), Vec::<String>::new());
    }
}

/// Also leaves `target/screenshots/` to look at.
#[test]
fn the_canvas_fills_every_window() {
    let site = Site::serve();
    let folder = screenshots();
    for (graphics, name) in [(Graphics::WebGpu, "webgpu"), (Graphics::WebGl, "webgl")] {
        let mut browser = Browser::launch(graphics);
        for (width, height) in [(1280, 800), (390, 844)] {
            for (dark, theme) in [(false, "light"), (true, "dark")] {
                let mut page = browser.blank();
                page.resize(width, height);
                page.dark(dark);
                page.go(&site.origin);
                page.ready();
                page.wait_for("ghmLab.snapshot().step > 50");
                let fits = page.evaluate(
                    "(() => {
                        const { x, y, width, height } = document.querySelector('canvas').getBoundingClientRect();
                        const page = document.scrollingElement;
                        return [x, y, width, height, page.scrollWidth, page.scrollHeight].join();
                    })()",
                );
                assert_eq!(fits, format!("0,0,{width},{height},{width},{height}"));
                let picture = page.screenshot();
                let file = folder.join(format!("{name}-{width}x{height}-{theme}.png"));
                std::fs::write(file, decode_base64(&picture)).unwrap();
                page.evaluate("ghmLab.destroy()");
                let colours = colours(&mut browser, &picture);
                assert!(colours > 50, "{name} {width} {theme}: {colours} colours");
            }
        }
    }
}

/// Where pictures are left to look at.
fn screenshots() -> std::path::PathBuf {
    let folder = site::target_folder().join("../screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn decode_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for symbol in text.bytes() {
        let Some(value) = ALPHABET.iter().position(|&letter| letter == symbol) else {
            continue;
        };
        bits = (bits << 6 | value as u32) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
