//! Both bundles train: on the GPU as a native run does, after a device is lost, and on the CPU.

use super::*;

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

#[test]
fn webgpu_bundle_trains_on_the_gpu() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGpu);
    let mut page = browser.open(&format!("{}#backend=gpu&convention=per-bin", site.origin));
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
    let mut page = browser.open(&format!(
        "{}some/where/lab/#convention=per-bin",
        site.origin
    ));
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
