//! Every shader parses and validates as it is assembled, binds what the table of kernels says, and
//! sees the shared structs where Rust puts them.
#![cfg(feature = "gpu")]

use std::collections::BTreeSet;
use std::mem::offset_of;

use ghm_lab::engine::Step;
use ghm_lab::engine::gpu::{Example, Grid, KERNELS, Kernel, LayerTable, NetworkTable, Statistics};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, StorageAccess, TypeInner};

fn assembled(kernel: &Kernel) -> Module {
    naga::front::wgsl::parse_str(kernel.source)
        .unwrap_or_else(|e| panic!("{}: {}", kernel.name, e.emit_to_string(kernel.source)))
}

/// Offset and name of the members, and the size, of a struct in any of the shaders.
fn layout_in_shaders(name: &str) -> (Vec<(String, u32)>, u32) {
    for kernel in KERNELS {
        let module = assembled(kernel);
        for (_, ty) in module.types.iter() {
            if ty.name.as_deref() == Some(name) {
                let TypeInner::Struct { members, span } = &ty.inner else {
                    panic!("{name} is no struct");
                };
                let members = members
                    .iter()
                    .map(|m| (m.name.clone().unwrap_or_default(), m.offset))
                    .collect();
                return (members, *span);
            }
        }
    }
    panic!("no shader has a struct {name}");
}

macro_rules! assert_same_layout {
    ($rust:ty, $shader:literal, [$($field:ident),+]) => {
        let (members, size) = layout_in_shaders($shader);
        let ours = vec![$((stringify!($field).to_owned(), offset_of!($rust, $field) as u32)),+];
        assert_eq!(members, ours, "{}", $shader);
        assert_eq!(size as usize, size_of::<$rust>(), "size of {}", $shader);
        assert_eq!(size % 16, 0, "size of {}", $shader);
    };
}

#[test]
fn shared_structs_have_the_same_layout() {
    assert_same_layout!(
        Step,
        "Step",
        [
            first,
            examples,
            valid,
            task,
            classes,
            entries,
            bins,
            loss,
            ema_momentum,
            corrects_bias,
            holds_empty_bins,
            normaliser,
            optimizer,
            learning_rate,
            sgd_momentum,
            adam_correction1,
            adam_correction2,
            activation,
            class_weight0,
            class_weight1,
            class_weight2,
            class_weight3,
            class_weight4,
            gamma,
            alpha0,
            alpha1,
            mu,
            delta,
            keep,
            reserved0,
            reserved1,
            reserved2
        ]
    );
    assert_same_layout!(
        LayerTable,
        "Layer",
        [
            inputs, outputs, weights, biases, units, reserved0, reserved1, reserved2
        ]
    );
    assert_same_layout!(
        NetworkTable,
        "Network",
        [
            depth,
            parameters,
            hidden,
            activation,
            most_slices,
            reserved0,
            reserved1,
            reserved2,
            layers
        ]
    );
    assert_same_layout!(Example, "Example", [x, y, target_value, ignored]);
    assert_same_layout!(
        Statistics,
        "Statistics",
        [
            counts,
            ema,
            filled,
            density,
            beta,
            class_counts,
            contribution,
            loss,
            threshold,
            last_kept,
            reserved
        ]
    );
}

#[test]
fn every_file_belongs_to_a_kernel() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/shaders");
    let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("shaders/ is there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    let used: BTreeSet<String> = KERNELS
        .iter()
        .flat_map(|kernel| kernel.files)
        .map(|file| format!("{file}.wgsl"))
        .collect();
    assert!(!used.is_empty());
    assert_eq!(on_disk, used);
}

#[test]
fn every_kernel_validates_and_binds_what_the_table_says() {
    assert!(!KERNELS.is_empty());
    for kernel in KERNELS {
        let name = kernel.name;
        let module = assembled(kernel);
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(kernel.source)));

        let [entry] = module.entry_points.as_slice() else {
            panic!("{name} has {} entry points", module.entry_points.len());
        };
        assert_eq!(entry.name, name);
        let lanes: u32 = entry.workgroup_size.iter().product();
        assert_eq!(
            lanes,
            if kernel.grid == Grid::One { 256 } else { 64 },
            "{name}"
        );
        assert!(kernel.arrays.len() <= 8, "{name}: storage buffers a stage");
        let touched: BTreeSet<_> = kernel.arrays.iter().map(|(a, _)| *a as u32).collect();
        assert_eq!(
            touched.len(),
            kernel.arrays.len(),
            "{name} binds an array twice"
        );

        let mut storage = Vec::new();
        let mut workgroup_bytes = 0;
        for (_, global) in module.global_variables.iter() {
            if global.space == AddressSpace::WorkGroup {
                workgroup_bytes += module.types[global.ty].inner.size(module.to_ctx());
            }
            let Some(binding) = &global.binding else {
                continue;
            };
            assert_eq!(binding.group, 0, "{name}");
            match global.space {
                AddressSpace::Uniform => assert!(binding.binding < Kernel::FIRST_ARRAY, "{name}"),
                AddressSpace::Storage { access } => {
                    storage.push((binding.binding, access.contains(StorageAccess::STORE)));
                }
                space => panic!("{name}: binding in {space:?}"),
            }
        }
        storage.sort_unstable();
        let expected: Vec<(u32, bool)> = (Kernel::FIRST_ARRAY..)
            .zip(kernel.arrays.iter().map(|&(_, writes)| writes))
            .collect();
        assert_eq!(storage, expected, "{name}");
        assert!(workgroup_bytes <= 16_384, "{name}: {workgroup_bytes} bytes");
    }
}

#[test]
fn a_shader_with_an_error_is_caught() {
    let broken = KERNELS[0].source.replace("stable_tanh(x)", "stable_tan(x)");
    assert_ne!(broken, KERNELS[0].source);
    assert!(naga::front::wgsl::parse_str(&broken).is_err());
}

#[test]
fn shaders_are_short() {
    for kernel in KERNELS {
        for file in kernel.files {
            let path = format!("{}/shaders/{file}.wgsl", env!("CARGO_MANIFEST_DIR"));
            let lines = std::fs::read_to_string(&path)
                .expect("readable")
                .lines()
                .count();
            assert!(lines <= 150, "{file}.wgsl has {lines} lines");
        }
    }
}
