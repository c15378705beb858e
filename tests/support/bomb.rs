//! A file that is small and asks for very much.

use std::io::{Cursor, Write};

/// An NPZ file of forty members that share their bytes: half a megabyte that would come to 1.3 gigabytes.
pub fn overlapping() -> Vec<u8> {
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (4, 1048576), }";
    let mut array = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    array.extend(format!("{header:<117}\n").bytes());
    array.resize(array.len() + (32 << 20), 0);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("x00.npy", options).expect("memory");
    archive.write_all(&array).expect("memory");
    let archive = archive.finish().expect("memory").into_inner();
    // The listing is written forty times, with other names.
    let find = |what: &[u8]| archive.windows(4).rposition(|bytes| bytes == what);
    let listing = find(b"PK\x01\x02").expect("a listing");
    let end = find(b"PK\x05\x06").expect("an end");
    let mut bomb = archive[..listing].to_vec();
    for member in 0..40 {
        let mut entry = archive[listing..end].to_vec();
        entry[46..53].copy_from_slice(format!("x{member:02}.npy").as_bytes());
        bomb.extend(entry);
    }
    let size = (bomb.len() - listing) as u32;
    let mut last = archive[end..].to_vec();
    last[8..12].copy_from_slice(&[40, 0, 40, 0]);
    last[12..16].copy_from_slice(&size.to_le_bytes());
    bomb.extend(last);
    bomb
}
