//! Archives of arrays: damaged, overlapping, and claiming more than there is.

use ghm_lab::data::predictions::Input;

use crate::arrays::{are_the_six, floats, label, logit, read, whole};
use crate::formats::npy;

/// A member of an archive that is written byte by byte, so that it can lie.
struct Member {
    name: &'static str,
    deflated: bool,
    packed: Vec<u8>,
    unpacked: u32,
    crc: u32,
}

/// An archive; members of equal `at` share their bytes.
fn zip(members: &[Member], shared: bool) -> Vec<u8> {
    let (mut file, mut listing) = (Vec::new(), Vec::new());
    let mut first = None;
    for member in members {
        let at = *first.filter(|_| shared).get_or_insert(file.len() as u32);
        let name = format!("{}.npy", member.name);
        let method = if member.deflated { 8_u16 } else { 0 };
        let mut common = [20_u16, 0, method, 0, 0].map(u16::to_le_bytes).concat();
        common.extend(
            [member.crc, member.packed.len() as u32, member.unpacked]
                .map(u32::to_le_bytes)
                .concat(),
        );
        common.extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
        if first.is_none() || !shared {
            file.extend(
                [
                    b"PK\x03\x04",
                    common.as_slice(),
                    name.as_bytes(),
                    &member.packed,
                ]
                .concat(),
            );
        }
        first = first.or(Some(at));
        listing.extend(
            [
                b"PK\x01\x02\x14\x00",
                common.as_slice(),
                &[0; 10],
                &at.to_le_bytes()[..],
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let count = (members.len() as u16).to_le_bytes();
    let (size, at) = (listing.len() as u32, file.len() as u32);
    let end = [
        b"PK\x05\x06\0\0\0\0",
        &count[..],
        &count,
        &size.to_le_bytes(),
        &at.to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [file, listing, end].concat()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, bytes).expect("memory");
    packed.finish().expect("memory")
}

fn member(name: &'static str, deflated: bool, bytes: &[u8]) -> Member {
    Member {
        name,
        deflated,
        packed: if deflated {
            deflate(bytes)
        } else {
            bytes.to_vec()
        },
        unpacked: bytes.len() as u32,
        crc: crc32fast::hash(bytes),
    }
}

#[test]
fn a_damaged_member_is_seen_however_it_is_read() {
    let n = 300;
    let data: Vec<f64> = (0..3 * n).map(|i| f64::from(i % 7) - 3.0).collect();
    let labels = npy(
        "<i8",
        &format!("({n},)"),
        false,
        &whole(&vec![1; n as usize]),
    );
    for fortran in [false, true] {
        let logits = npy("<f8", &format!("({n}, 3)"), fortran, &floats(&data));
        for deflated in [false, true] {
            let outcome = |crc: u32, of_other: u32| {
                let mut members = [
                    member("logit", deflated, &logits),
                    member("label", !deflated, &labels),
                    member("other", deflated, &labels),
                ];
                members[0].crc ^= crc;
                members[2].crc ^= of_other;
                read(vec![Input::bytes("a.npz", zip(&members, false))], None)
            };
            assert_eq!(outcome(0, 0).expect("whole").targets.len(), n as usize);
            let error = outcome(1, 0).expect_err("damaged");
            assert!(error.contains("array \"logit\": it is damaged"), "{error}");
            outcome(0, 1).expect("what nobody needs is not read");
        }
    }
    let mut flipped = zip(
        &[
            member("logit", false, &logit()),
            member("label", false, &label()),
        ],
        false,
    );
    let at = flipped
        .windows(8)
        .position(|bytes| bytes == 0.5_f64.to_le_bytes())
        .expect("a value");
    flipped[at] ^= 1;
    let error = read(vec![Input::bytes("a.npz", flipped)], None).expect_err("a flipped bit");
    assert!(error.contains("CRC-32"), "{error}");
}

#[test]
fn limits_hold_for_all_members_together() {
    let names = ["logit", "label", "valid", "group"];
    let shared = names.map(|name| member(name, true, &logit()));
    let error =
        read(vec![Input::bytes("a.npz", zip(&shared, true))], None).expect_err("one for all");
    assert!(error.contains("overlap"), "{error}");

    // Arrays that must be unpacked as a whole: nothing is, unless it is needed and there is room.
    let claimed = 1_200_000_000;
    let header = npy("<f8", "(70000000, 2)", true, &[]);
    let bomb = |name: &'static str| Member {
        name,
        deflated: true,
        packed: [
            deflate(&[&header[..], &[0; 4096]].concat()),
            vec![0; 1_100_000],
        ]
        .concat(),
        unpacked: claimed,
        crc: 0,
    };
    let needed = [
        bomb("logit"),
        member("label", true, &npy("<i8", "(70000000,)", false, &[])),
    ];
    let error = read(vec![Input::bytes("a.npz", zip(&needed, false))], None).expect_err("no room");
    assert!(error.contains("1 GiB"), "{error}");
    // Either alone has room.
    let header = npy("<f8", "(35000000, 2)", true, &[]);
    let half = |name: &'static str| Member {
        name,
        deflated: true,
        packed: [deflate(&header), vec![0; 600_000]].concat(),
        unpacked: header.len() as u32 + 560_000_000,
        crc: 0,
    };
    let both = [half("logit"), half("label")];
    let error = read(vec![Input::bytes("a.npz", zip(&both, false))], None).expect_err("no room");
    assert!(error.contains("1 GiB"), "{error}");
    let beside = ["a", "b", "c", "d"].map(bomb);
    let mut members: Vec<Member> = beside.into_iter().collect();
    members.extend([
        member("logit", true, &logit()),
        member("label", true, &label()),
    ]);
    are_the_six(
        &read(vec![Input::bytes("a.npz", zip(&members, false))], None).expect("not needed"),
    );
    let labels = npy("<i1", "(70000000,)", false, &vec![0; 70_000_000]);
    let needed = [bomb("logit"), member("label", true, &labels)];
    let error = read(vec![Input::bytes("a.npz", zip(&needed, false))], None).expect_err("no room");
    assert!(error.contains("1 GiB"), "{error}");
}
