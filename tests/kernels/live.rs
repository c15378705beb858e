//! What changes while a run goes on, and how readings come and go.

use ghm_lab::config::{Backend, Config, Optimizer};
use ghm_lab::engine::gpu::{Gpu, watch};
use ghm_lab::engine::{Checkpoint, Compute, Request};
use ghm_lab::ghm::{Convention, Loss};
use ghm_lab::lab::{Command, Lab};

use crate::fixture::gpu;
use crate::support::runs::{exploding, settle_on_gpu as settle};
use crate::training::{both, disagreement, small, start};

const EVERYTHING: Request = Request {
    evaluate: true,
    map: true,
    gradient_norms: true,
    parameters: true,
};

type Change = (&'static str, fn(&mut Config));

#[test]
fn live_changes_agree() {
    let changes: [Change; 9] = [
        ("fewer bins", |c| c.bins = 7),
        ("more bins", |c| c.bins = 200),
        ("momentum", |c| c.momentum = 0.2),
        ("convention", |c| c.convention = Convention::Mmdetection),
        ("optimizer", |c| c.optimizer = Optimizer::Sgd),
        ("batch size up", |c| c.batch_size = 1900),
        ("batch size down", |c| c.batch_size = 33),
        ("loss", |c| c.loss = Loss::CrossEntropy),
        ("adam again", |c| c.optimizer = Optimizer::Adam),
    ];
    let mut trainers = both().map(|compute| start(&compute, &small()));
    let mut failures = Vec::new();
    for (name, change) in changes {
        let [theirs, ours] = trainers.each_mut().map(|trainer| {
            let mut config = trainer.config().clone();
            change(&mut config);
            trainer.configure(config);
            // Before a step the change shows in the average only.
            let before = trainer.read_now(EVERYTHING).expect("a reading");
            trainer.advance(12).expect("it trains");
            (before, trainer.read_now(EVERYTHING).expect("a reading"))
        });
        assert_eq!(
            theirs.0.snapshot.counts.len(),
            ours.0.snapshot.counts.len(),
            "{name}"
        );
        assert_eq!(
            theirs.0.snapshot.contribution.len(),
            ours.0.snapshot.contribution.len()
        );
        let zeros = |ema: &[f32]| ema.iter().filter(|s| **s == 0.0).count();
        let empty = [&theirs, &ours].map(|update| zeros(&update.0.snapshot.ema));
        assert!(empty[0].abs_diff(empty[1]) <= 2, "{name}: {empty:?}");
        if let Some(why) = disagreement(&theirs.1, &ours.1) {
            failures.push(format!("{name}: {why}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn before_the_first_step_there_is_nothing_but_the_network() {
    let [theirs, ours] = both().map(|compute| {
        let mut trainer = start(&compute, &small());
        trainer.read_now(EVERYTHING).expect("a reading")
    });
    assert_eq!(theirs.snapshot, ours.snapshot);
    assert!(theirs.snapshot.counts.is_empty());
    assert_eq!(theirs.checkpoint, ours.checkpoint);
    let scores = [theirs, ours].map(|update| update.evaluation.expect("asked for").train.loss);
    assert!((scores[0] - scores[1]).abs() < 1e-5, "{scores:?}");
}

#[test]
fn readings_come_in_the_order_of_their_requests() {
    let compute = Compute::Gpu(gpu());
    let mut trainer = start(&compute, &small());
    let asked = [
        Request::default(),
        EVERYTHING,
        Request {
            parameters: true,
            ..Request::default()
        },
        Request {
            map: true,
            ..Request::default()
        },
        Request {
            evaluate: true,
            ..Request::default()
        },
    ];
    for round in 0..3_u64 {
        for request in asked {
            trainer.advance(1).expect("it trains");
            trainer.request(request);
        }
        assert_eq!(trainer.readings_due(), asked.len());
        let mut came = Vec::new();
        while came.len() < asked.len() {
            came.extend(trainer.poll().expect("no error"));
        }
        for (i, (update, request)) in came.iter().zip(asked).enumerate() {
            assert_eq!(
                update.snapshot.step,
                round * asked.len() as u64 + i as u64 + 1
            );
            assert_eq!(update.evaluation.is_some(), request.evaluate);
            assert_eq!(update.map.is_some(), request.map);
            assert_eq!(update.checkpoint.is_some(), request.parameters);
        }
        assert!(trainer.poll().expect("no error").is_none());
    }
}

#[test]
fn a_batch_that_does_not_fit_is_refused_in_words_and_the_run_goes_on() {
    let config = Config {
        examples: 400_000,
        layers: 3,
        width: 64,
        batch_size: 64,
        test_share: 0.05,
        ..Config::default()
    };
    let compute = Compute::Gpu(gpu());
    let mut trainer = start(&compute, &config);
    trainer.advance(1).expect("it trains");
    trainer.configure(Config {
        batch_size: 300_000,
        ..config.clone()
    });
    let error = trainer.advance(1).expect_err("too large");
    assert!(
        error.0.contains("batch-size: 300000") && error.0.contains("backend=cpu"),
        "{error}"
    );
    trainer.configure(config);
    trainer.advance(1).expect("it trains on");
    trainer.read_now(Request::default()).expect("a reading");
}

#[test]
fn a_device_that_is_too_small_is_refused_by_name() {
    let wishes = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    let all = wgpu::Instance::new(wishes).enumerate_adapters(wgpu::Backends::all());
    let adapters = pollster::block_on(all);
    let name = gpu().device.adapter_info().name;
    let is_ours = |adapter: &&wgpu::Adapter| adapter.get_info().name == name;
    let adapter = adapters
        .iter()
        .find(is_ours)
        .expect("the adapter of the tests");
    let opened = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
        required_limits: wgpu::Limits {
            max_storage_buffers_per_shader_stage: 4,
            ..wgpu::Limits::default()
        },
        ..Default::default()
    }));
    let (device, queue) = opened.expect("less than it has");
    let refused = Gpu::from_parts(adapter, device, queue).map(|_| ());
    assert_eq!(
        refused.expect_err("4 are not enough"),
        "the device is too small: max storage buffers per shader stage is 4, 8 is needed"
    );
}

#[test]
fn a_resumed_run_is_the_same_run_to_the_bit() {
    let compute = Compute::Gpu(gpu());
    for optimizer in [Optimizer::Adam, Optimizer::Sgd] {
        let config = Config {
            optimizer,
            ..small()
        };
        let mut whole = start(&compute, &config);
        whole.advance(30).expect("it trains");
        let kept = whole.read_now(EVERYTHING).expect("a reading").checkpoint;
        let kept = kept.expect("asked for");
        whole.advance(25).expect("it trains");
        let whole = whole.read_now(EVERYTHING).expect("a reading");
        let resumed = |kept: &Checkpoint| {
            let mut resumed = start(&compute, &config);
            resumed.resume(kept).expect("of the same network");
            resumed.advance(25).expect("it trains");
            resumed.read_now(EVERYTHING).expect("a reading").snapshot
        };
        assert_eq!(resumed(&kept), whole.snapshot, "{optimizer:?}");
        // Each part of it matters.
        let mut without = [(); 4].map(|()| kept.clone());
        without[0].parameters.fill(0.1);
        without[1].moments.fill(0.0);
        without[2].average.ema.fill(0.0);
        without[3].average.filled.fill(0.5);
        for (part, without) in without.iter().enumerate() {
            assert_ne!(
                resumed(without),
                whole.snapshot,
                "{optimizer:?}, part {part}"
            );
        }
    }
}

#[test]
fn a_lost_device_is_an_error_and_not_a_panic() {
    let gpu = gpu();
    let compute = Compute::Gpu(gpu.clone());
    let mut trainer = start(&compute, &small());
    trainer.advance(1).expect("it trains");
    gpu.device.destroy();
    // Queueing goes nowhere, but it may not panic.
    let _ = trainer.advance(1);
    let error = trainer
        .read_now(Request::default())
        .expect_err("the device is gone");
    assert!(!error.0.is_empty());
    let config = Config {
        backend: Backend::Gpu,
        ..small()
    };
    assert!(
        compute.start(&config).is_err(),
        "no new run on a lost device"
    );
}

/// A lab that trains on this device, with something to go on from.
fn lab_on(compute: Compute) -> Lab {
    let config = Config {
        backend: Backend::Gpu,
        ..small()
    };
    let mut lab = Lab::new(&config, compute).expect("a device");
    lab.command(Command::Speed(1e9));
    lab.command(Command::Step(100));
    settle(&mut lab);
    assert_eq!(lab.last_good_step(), Some(100));
    lab
}

#[test]
fn training_goes_on_after_a_lost_device() {
    let gpu = gpu();
    let mut lab = lab_on(Compute::Gpu(gpu.clone()));
    let (config, history) = (lab.config().clone(), lab.history().points().len());
    lab.command(Command::Play);
    lab.tick();
    gpu.device.destroy();
    let start = std::time::Instant::now();
    while lab.messages.list().is_empty() || lab.snapshot().step < 200 {
        // Only so that it ends at all.
        assert!(start.elapsed().as_secs() < 900, "{:?}", lab.messages);
        lab.tick();
    }
    let said: Vec<_> = lab.messages.list().iter().map(|m| m.text.clone()).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    for part in ["lost", "Training goes on from step 1", "vulkan"] {
        assert!(said[0].contains(part), "{said:?}");
    }
    assert!(lab.is_playing());
    assert_eq!(lab.config(), &config);
    assert!(lab.history().points().len() >= history, "curves stay");
}

#[test]
fn where_the_next_device_fails_too_the_cpu_goes_on() {
    let mut lab = lab_on(Compute::Gpu(gpu()));
    let next = gpu();
    next.device.destroy();
    let went_on = lab.go_on_with(Compute::Gpu(next), "It went away.");
    assert_eq!(went_on.err(), None);
    assert_eq!((lab.backend().kind, lab.step()), ("cpu", 100));
    let said = lab.messages.list().last().expect("a message").text.clone();
    assert_eq!(said, "It went away. Training goes on from step 100 (cpu).");
    lab.command(Command::Step(10));
    settle(&mut lab);
    assert_eq!(lab.snapshot().step, 110);
}

#[test]
fn a_device_that_only_draws_is_watched() {
    let gpu = gpu();
    let lost = watch(&gpu.device);
    assert_eq!(lost(), None);
    gpu.device.destroy();
    assert!(lost().is_some_and(|why| why.contains("device was lost")));
}

#[test]
fn auto_takes_a_real_gpu_and_the_cpu_where_that_has_no_room() {
    let mut gpu = gpu();
    gpu.in_software = false;
    let compute = Compute::Gpu(gpu);
    let config = Config {
        examples: 400_000,
        layers: 3,
        width: 64,
        test_share: 0.05,
        ..Config::default()
    };
    let (trainer, why) = compute.start(&config).expect("it starts");
    assert_eq!(why, None);
    assert_ne!(trainer.backend().kind, "cpu");
    let large = Config {
        batch_size: 300_000,
        ..config
    };
    let (trainer, why) = compute.start(&large).expect("it starts");
    assert_eq!(trainer.backend().kind, "cpu");
    assert!(why.is_some_and(|why| why.contains("batch-size: 300000")));
}

#[test]
fn numbers_that_are_none_pause_a_run_on_the_gpu() {
    let config = Config {
        backend: Backend::Gpu,
        ..exploding(small())
    };
    let mut lab = Lab::new(&config, Compute::Gpu(gpu())).expect("a device");
    lab.command(Command::Speed(1e9));
    lab.command(Command::Step(5000));
    settle(&mut lab);
    assert!(!lab.snapshot().loss.is_finite());
    assert!(lab.step() < 5000, "paused early");
    let said = &lab.messages.list()[0].text;
    assert!(said.contains("learning rate 10 "), "{said}");
}

#[test]
fn uncaptured_errors_pause_and_are_told_once() {
    let gpu = gpu();
    let mut lab = lab_on(Compute::Gpu(gpu.clone()));
    lab.command(Command::Play);
    for _ in 0..1000 {
        // A mapped buffer may not be a storage buffer.
        let _ = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("wrong"),
            size: 16,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        });
    }
    for _ in 0..100 {
        lab.tick();
    }
    assert!(!lab.is_playing());
    let said: Vec<_> = lab.messages.list().iter().map(|m| m.text.clone()).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("the device reports an error"), "{said:?}");
    // The device is as good as before.
    lab.messages.clear();
    let step = lab.step();
    lab.command(Command::Step(10));
    settle(&mut lab);
    assert_eq!(lab.snapshot().step, step + 10);
    assert!(lab.messages.list().is_empty());
}
