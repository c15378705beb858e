//! The built page in a real browser: both bundles, links, scripts, failures, pictures.
//!
//! Needs `web/dist` (web/build.sh), the server (cargo build -p ghm-lab-server) and Chromium;
//! without one of them these tests fail. `tests/run.sh` provides all three.
#![cfg(not(target_arch = "wasm32"))]

mod cdp;
mod embed;
mod failures;
mod faults;
mod graphics;
mod input;
mod mirror;
mod offline;
mod opening;
mod readings;
mod scripts;
mod site;
#[path = "../support/mod.rs"]
mod support;
mod tour;
mod xray;

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
    // The middle of the column first: a slider is met there as a rule.
    let places = [130.0, 90.0, 170.0].map(|x| (60..400).step_by(8).map(move |y| (x, f64::from(y))));
    let places = places.into_iter().flatten();
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
        mirror::open_mirror(&mut page);
        mirror::click_name(&mut page, "Race all losses");
        page.wait_for("ghmLab.arms().length === 5");
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
