//! The window itself, on a display of its own: its device is lost.
//!
//! Needs Xvfb and an adapter; without one of them it fails. Windows want the main thread, which the usual harness
//! keeps for itself: hence a `main`, which runs itself once more on the new display.
#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{Ui, ViewportCommand};
use ghm_lab::app::SharedLab;
use ghm_lab::cli::window;
use ghm_lab::config::{Backend, Config};
use ghm_lab::ghm::Loss;
use ghm_lab::lab::Message;

const IS_INSIDE: &str = "GHM_LAB_TEST_ON_ITS_DISPLAY";
const PATIENCE: Duration = Duration::from_secs(120);

/// The experiments of the windows that opened so far. What egui calls back may not own them.
type Windows = RefCell<Vec<SharedLab>>;
thread_local! {
    static WINDOWS: Windows = const { RefCell::new(Vec::new()) };
}

/// When the device is lost.
#[derive(Clone, Copy)]
enum Moment {
    BeforeAFrame,
    BeforeItIsDrawn,
}

fn main() -> ExitCode {
    if std::env::var_os(IS_INSIDE).is_none() {
        return on_a_display();
    }
    for (backend, moment) in [
        (Backend::Gpu, Moment::BeforeAFrame),
        (Backend::Auto, Moment::BeforeItIsDrawn),
    ] {
        a_window_whose_device_is_lost_is_followed_by_another(backend, moment);
    }
    a_device_that_is_lost_at_once_ends_the_window();
    // Before what it holds goes away.
    WINDOWS.take();
    ExitCode::SUCCESS
}

fn a_window_whose_device_is_lost_is_followed_by_another(backend: Backend, moment: Moment) {
    let config = Config {
        loss: Loss::Focal,
        bins: 17,
        examples: 3000,
        batch_size: 256,
        backend,
        ..Config::default()
    };
    WINDOWS.take();
    let since = Instant::now();
    let shown = window::show(&config, Vec::new(), &|context, lab| {
        WINDOWS.with_borrow_mut(|windows| windows.push(lab.clone()));
        let device = context
            .wgpu_render_state
            .as_ref()
            .expect("wgpu draws")
            .device
            .clone();
        let opened_at = Instant::now();
        let act = move |ui: &mut Ui| {
            assert!(since.elapsed() < PATIENCE, "{:?}", said());
            WINDOWS.with_borrow(|windows| match windows.as_slice() {
                [lab] if opened_at.elapsed().as_secs() > 6 => {
                    let lab = lab.borrow();
                    if lab.last_good_step().is_some_and(|step| step > 0) {
                        device.destroy();
                    }
                }
                [_, _] if opened_at.elapsed().as_secs() > 4 => {
                    ui.send_viewport_cmd(ViewportCommand::Close);
                }
                _ => {}
            });
        };
        match moment {
            Moment::BeforeAFrame => context.egui_ctx.on_begin_pass("the test", Arc::new(act)),
            Moment::BeforeItIsDrawn => context.egui_ctx.on_end_pass("the test", Arc::new(act)),
        }
    });
    assert_eq!(shown, Ok(()));
    let said = said();
    let last_said = said.last().expect("a message");
    WINDOWS.with_borrow(|windows| {
        assert_eq!(windows.len(), 2);
        assert!(
            std::rc::Rc::ptr_eq(&windows[0], &windows[1]),
            "the same experiment"
        );
        let lab = windows[0].borrow();
        assert_eq!(lab.config(), &config);
        assert!(lab.is_playing());
        let from = last_said
            .split_once("from step ")
            .and_then(|(_, rest)| rest.split_once(' '))
            .and_then(|(step, _)| step.parse().ok());
        let from: u64 = from.expect("the step");
        assert!(from > 0 && lab.snapshot().step > from, "{said:?}");
    });
    let engine = if backend == Backend::Gpu {
        "(vulkan)"
    } else {
        "(cpu)"
    };
    for part in ["device was lost", "Training goes on from step ", engine] {
        assert!(last_said.contains(part), "{said:?}");
    }
    println!("{last_said}: ok");
}

fn a_device_that_is_lost_at_once_ends_the_window() {
    let shown = window::show(&Config::default(), Vec::new(), &|context, _| {
        context
            .wgpu_render_state
            .as_ref()
            .expect("wgpu draws")
            .device
            .destroy();
    });
    let why = shown.expect_err("no window stays");
    assert!(why.contains("device was lost"), "{why}");
    assert!(why.contains("ghm-lab train"), "{why}");
    println!("{why}: ok");
}

/// What the experiment of the last window says.
fn said() -> Vec<String> {
    WINDOWS.with_borrow(|windows| {
        let lab = windows.last().expect("a window").borrow();
        lab.messages
            .list()
            .iter()
            .map(|Message { text, .. }| text.clone())
            .collect()
    })
}

fn on_a_display() -> ExitCode {
    let mut display = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb (Debian: xvfb) starts");
    let mut number = String::new();
    let stdout = display.stdout.take().expect("piped");
    BufReader::new(stdout)
        .read_line(&mut number)
        .expect("the number of the display");
    let ran = Command::new(std::env::current_exe().expect("this test"))
        .env(IS_INSIDE, "1")
        .env("DISPLAY", format!(":{}", number.trim()))
        .env_remove("WAYLAND_DISPLAY")
        .status()
        .expect("this test runs once more");
    // Whether it is still there does not matter.
    let _ = display.kill();
    let _ = display.wait();
    ExitCode::from(u8::from(!ran.success()))
}
