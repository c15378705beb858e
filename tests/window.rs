//! The window itself, on a display of its own: its device is lost, it rests, its display dies.
//!
//! Needs Xvfb and an adapter; without one of them it fails. Windows want the main thread, which the usual harness
//! keeps for itself: hence a `main`, which runs itself once more on the new display.
#![cfg(not(target_arch = "wasm32"))]

use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Output, Stdio};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eframe::CreationContext;
use eframe::egui::{Ui, ViewportCommand};
use ghm_lab::app::SharedLab;
use ghm_lab::cli::window;
use ghm_lab::config::{Backend, Config};
use ghm_lab::engine::gpu::Gpu;
use ghm_lab::ghm::Loss;
use ghm_lab::lab::{Arm, ArmCommand, Command as LabCommand, Lab, Message};

const IS_INSIDE: &str = "GHM_LAB_TEST_ON_ITS_DISPLAY";
/// The process of a display that dies, for the test of that, and whether the lab plays then.
const DIES: &str = "GHM_LAB_TEST_DISPLAY_DIES";
/// Only so that it ends at all: what is waited for is a condition.
const PATIENCE: Duration = Duration::from_secs(900);

/// Seconds of CPU time in 4 s of a window that rests.
const AT_REST: f64 = 0.2;

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
        let ran = on_a_display(Stdio::inherit(), |_| Vec::new());
        let died = ["playing", "paused"].map(|state| {
            let dies = |display| vec![(DIES, format!("{display} {state}"))];
            says_that_the_display_is_gone(&on_a_display(Stdio::piped(), dies))
        });
        return ExitCode::from(u8::from(!ran.status.success() || died.contains(&false)));
    }
    if let Ok(dies) = std::env::var(DIES) {
        let (display, state) = dies.split_once(' ').expect("a process and a state");
        a_display_that_dies_is_told_as_such(display, state == "playing");
    }
    let outcome = std::panic::catch_unwind(|| {
        a_window_whose_device_is_lost_is_followed_by_another(Backend::Gpu, Moment::BeforeAFrame);
        a_window_whose_device_is_lost_is_followed_by_another(
            Backend::Auto,
            Moment::BeforeItIsDrawn,
        );
        devices_that_are_lost_at_once_end_it_with_the_way_on();
        a_paused_window_uses_no_cpu();
    });
    // Before what it holds goes away.
    WINDOWS.take();
    ExitCode::from(u8::from(outcome.is_err()))
}

fn config(backend: Backend) -> Config {
    Config {
        loss: Loss::Focal,
        bins: 17,
        examples: 3000,
        batch_size: 256,
        backend,
        ..Config::default()
    }
}

fn device(context: &CreationContext<'_>) -> wgpu::Device {
    let state = context.wgpu_render_state.as_ref();
    state.expect("wgpu draws").device.clone()
}

fn a_window_whose_device_is_lost_is_followed_by_another(backend: Backend, moment: Moment) {
    let config = config(backend);
    WINDOWS.take();
    let since = Instant::now();
    let shown = window::show(&config, Vec::new(), &|context, lab| {
        WINDOWS.with_borrow_mut(|windows| windows.push(lab.clone()));
        if lab.borrow().arms().len() == 1 {
            lab.borrow_mut().arm(ArmCommand::Add(Loss::Ohem));
            lab.borrow_mut().command(LabCommand::Play);
        }
        let opened_at = Instant::now();
        let device = device(context);
        let act = move |ui: &mut Ui| {
            assert!(since.elapsed() < PATIENCE, "{:?}", said());
            WINDOWS.with_borrow(|windows| match windows.as_slice() {
                // Later than at once, however much later, and where there are a curve and something to go on from.
                [lab] if opened_at.elapsed().as_secs() > 6 && has_a_curve(&lab.borrow()) => {
                    device.destroy();
                }
                [_, lab]
                    if went_on_from().is_some_and(|from| lab.borrow().snapshot().step > from) =>
                {
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
    let last_said = said().pop().expect("a message");
    WINDOWS.with_borrow(|windows| {
        assert_eq!(windows.len(), 2);
        assert!(Rc::ptr_eq(&windows[0], &windows[1]), "the same experiment");
        let lab = windows[0].borrow();
        let arms: Vec<_> = lab.arms().iter().map(|arm| arm.config().clone()).collect();
        let second = Config {
            loss: Loss::Ohem,
            ..config.clone()
        };
        assert_eq!(arms, [config, second]);
        assert!(lab.is_playing());
        let from = went_on_from().expect("the step");
        assert!(from > 0, "{last_said}");
        let first = lab.history().points()[0].step;
        assert!(first < from, "the curves stay");
        let in_software = Gpu::headless().expect("an adapter").in_software;
        let on_cpu = backend == Backend::Auto && in_software;
        assert_eq!(lab.backend().kind == "cpu", on_cpu, "{last_said}");
        assert!(last_said.contains("device was lost"), "{last_said}");
        assert!(
            last_said.ends_with(&format!("({}).", lab.backend().kind)),
            "{last_said}"
        );
    });
    println!("{last_said}: ok");
}

/// Whether all arms have a point of their curves before the last step that is kept.
fn has_a_curve(lab: &Lab) -> bool {
    let Some(good) = lab.last_good_step() else {
        return false;
    };
    let first = |arm: &Arm| arm.history().points().first().map(|point| point.step);
    lab.arms()
        .iter()
        .all(|arm| first(arm).is_some_and(|first| first < good))
}

/// The step that a message names.
fn went_on_from() -> Option<u64> {
    let said = said().pop()?;
    let (_, rest) = said.split_once("goes on from step ")?;
    rest.split_once(' ')?.0.parse().ok()
}

fn devices_that_are_lost_at_once_end_it_with_the_way_on() {
    let windows = Cell::new(0);
    let shown = window::show(&config(Backend::Auto), Vec::new(), &|context, _| {
        windows.set(windows.get() + 1);
        device(context).destroy();
    });
    let why = shown.expect_err("no window stays");
    for part in ["device was lost", "ghm-lab train", "#loss=focal", "bins=17"] {
        assert!(why.contains(part), "{why}");
    }
    assert_eq!(windows.get(), 3, "tries");
    println!("{why}: ok");
}

fn a_display_that_dies_is_told_as_such(display: &str, plays: bool) -> ! {
    let display = display.to_owned();
    let shown = window::show(&config(Backend::Cpu), Vec::new(), &move |context, lab| {
        let display = display.clone();
        // What egui calls back may not own it.
        WINDOWS.with_borrow_mut(|windows| windows.push(lab.clone()));
        let dies = move |_: &mut Ui| {
            let trains = |lab: &SharedLab| {
                let has_trained = lab.borrow().snapshot().step > 0;
                if has_trained && !plays {
                    lab.borrow_mut().command(LabCommand::Pause);
                }
                has_trained
            };
            if WINDOWS.with_borrow(|windows| windows.last().is_some_and(trains)) {
                let killed = Command::new("kill").args(["-KILL", &display]).status();
                assert!(killed.expect("kill runs").success());
            }
        };
        context.egui_ctx.on_end_pass("the test", Arc::new(dies));
    });
    // As the program says it, where a panic has not ended it before.
    eprintln!("error: {}", shown.expect_err("it has no display"));
    std::process::exit(1);
}

/// Whether a process whose display died said so, and nothing else.
fn says_that_the_display_is_gone(ran: &Output) -> bool {
    let said = String::from_utf8_lossy(&ran.stderr);
    let parts = ["the display is gone", "ghm-lab train"];
    let wrong = ["mistake", "panicked"];
    let is_right = ran.status.code() == Some(1)
        && parts.iter().all(|part| said.contains(part))
        && !wrong.iter().any(|part| said.contains(part));
    println!("{:?}: {said}", ran.status);
    is_right
}

fn a_paused_window_uses_no_cpu() {
    let used = Arc::new(Mutex::new(f64::INFINITY));
    let since = Instant::now();
    let shown = window::show(&config(Backend::Cpu), Vec::new(), &|context, lab| {
        lab.borrow_mut().command(LabCommand::Pause);
        let (used, context) = (Arc::clone(&used), context.egui_ctx.clone());
        std::thread::spawn(move || {
            // What moves comes to rest, sooner or later; what draws again and again never does.
            while since.elapsed() < PATIENCE {
                let before = cpu_seconds();
                std::thread::sleep(Duration::from_secs(4));
                let in_between = cpu_seconds() - before;
                *used.lock().expect("nobody panics with it") = in_between;
                if in_between < AT_REST {
                    break;
                }
            }
            context.send_viewport_cmd(ViewportCommand::Close);
            context.request_repaint();
        });
    });
    assert_eq!(shown, Ok(()));
    let used = *used.lock().expect("nobody panics with it");
    assert!(used < AT_REST, "{used} s of CPU time in 4 s");
    println!("paused, {used} s of CPU time in 4 s: ok");
}

/// CPU time of this process so far, user's and system's.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // The name before may hold anything but this.
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: f64 = ticks.map(|of| of.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
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

/// Runs this test once more, on a display of its own, with the variables that the process of the display needs.
fn on_a_display(
    stderr: Stdio,
    variables: impl FnOnce(u32) -> Vec<(&'static str, String)>,
) -> Output {
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
        .envs(variables(display.id()))
        .stdout(Stdio::inherit())
        .stderr(stderr)
        .output()
        .expect("this test runs once more");
    // Whether it is still there does not matter.
    let _ = display.kill();
    let _ = display.wait();
    ran
}
