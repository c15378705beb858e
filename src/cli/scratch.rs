//! Files that appear whole or not at all: written beside their place, and renamed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether a file of this name can be written here. What has the name is not touched: another run may
/// just have put its result there.
///
/// # Errors
/// Why not.
pub(super) fn probe(path: &Path) -> io::Result<()> {
    Scratch::beside(path).map(drop)
}

/// Writes a file whole or not at all.
///
/// # Errors
/// Why not; a file that was there is as before.
pub(super) fn replace(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let (scratch, file) = Scratch::beside(path)?;
    if let Ok(there) = fs::metadata(path) {
        fs::set_permissions(&scratch.file, there.permissions())?;
    }
    write_all(&file, content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&scratch.file, path)
}

pub(super) fn write_all(
    file: impl Write,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    content(&mut writer)?;
    writer.flush()
}

/// Folders of scratch files that are there now.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn folders() -> MutexGuard<'static, Vec<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new file of the same name as another, in a folder of its own beside it: the name itself may be
/// refused, for its length or its characters. Gone when dropped, unless it was renamed.
struct Scratch {
    folder: PathBuf,
    file: PathBuf,
}

impl Scratch {
    fn beside(path: &Path) -> io::Result<(Self, File)> {
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
        // Who cleans up must know of each that is there, and there is none after that.
        let mut folders = folders();
        let mut attempt = 0;
        let folder = loop {
            let mut name = OsString::from(".ghm-lab-");
            name.push(format!("{}-{attempt}.tmp", std::process::id()));
            let folder = path.with_file_name(name);
            match fs::create_dir(&folder) {
                Ok(()) => break folder,
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && attempt < 100 => {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        };
        folders.push(folder.clone());
        let file = folder.join(name);
        let opened = File::create_new(&file);
        drop(folders);
        let scratch = Self { folder, file };
        opened.map(|file| (scratch, file))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Fails after the rename, as it should.
        let _ = fs::remove_file(&self.file);
        let _ = fs::remove_dir(&self.folder);
        folders().retain(|folder| *folder != self.folder);
    }
}

/// From now on a process that is asked to end leaves no scratch file behind.
#[cfg(unix)]
pub(super) fn clean_up_when_ended() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    // Whoever started it may have taken one away, as nohup does with the last.
    let signals = [SIGINT, SIGTERM, SIGHUP].into_iter();
    let signals: Vec<i32> = signals.filter(|&signal| !is_ignored(signal)).collect();
    // Fails where there can be none: then a hidden folder stays.
    let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) else {
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            end(128 + signal);
        }
    });
}

#[cfg(not(unix))]
pub(super) fn clean_up_when_ended() {
    // Fails where there is a handler already, and where there can be none: then a hidden folder stays.
    let _ = ctrlc::set_handler(|| end(130));
}

/// Whether the process was started with a signal ignored; where that cannot be told, no.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Ends the process; its scratch files go.
fn end(code: i32) -> ! {
    // Held to the end: nobody makes another, or tells of the one that is gone.
    let folders = folders();
    for folder in folders.iter() {
        let _ = fs::remove_dir_all(folder);
    }
    super::note("Interrupted: what was not written by now is not there.");
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    use super::{fs, probe, replace};

    #[test]
    fn a_file_is_replaced_and_never_half_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let [path, other] = ["a.json", "b.json"].map(|name| folder.path().join(name));
        replace(&path, |w| w.write_all(b"before")).expect("it is writable");
        // A second name of the old file still has all of it.
        fs::hard_link(&path, &other).expect("links are there");
        replace(&path, |w| w.write_all(b"after")).expect("it is writable");
        assert_eq!(fs::read(&path).expect("it is there"), b"after");
        assert_eq!(fs::read(&other).expect("it is there"), b"before");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2);
    }

    #[test]
    fn a_probe_never_touches_what_has_the_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        std::thread::scope(|scope| {
            // Another process: neither creates nor sees the name in between, and loses nothing.
            let other = scope.spawn(|| {
                for _ in 0..300 {
                    let mut other = fs::File::create_new(&path).expect("nobody else has the name");
                    std::io::Write::write_all(&mut other, b"result").expect("written");
                    std::thread::yield_now();
                    assert_eq!(fs::read(&path).expect("it stays"), b"result");
                    fs::remove_file(&path).expect("it is still there");
                }
            });
            while !other.is_finished() {
                probe(&path).expect("it is writable");
            }
        });
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
    }
}
