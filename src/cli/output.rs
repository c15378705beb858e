//! Files that appear whole or not at all.
//!
//! A file is written beside its place and renamed, so that an interrupted run leaves what was there
//! before. Whether that will work is tried before training, so that a long run is not lost.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::Failure;

/// A file to be written, or standard output.
#[derive(Debug)]
pub(super) struct Output {
    flag: &'static str,
    /// As the person wrote it.
    shown: PathBuf,
    target: Target,
}

#[derive(Debug, PartialEq, Eq)]
enum Target {
    Stdout,
    /// A device or pipe, which cannot be replaced.
    Stream(PathBuf),
    /// A regular file, there already or not yet, by its folder's real path.
    File(PathBuf),
}

impl Output {
    /// A file that can be written now; nothing is left behind by trying. `-` is standard output.
    ///
    /// # Errors
    /// Names flag, file and reason.
    pub fn file(flag: &'static str, path: &Path) -> Result<Self, Failure> {
        let output = |target| Self {
            flag,
            shown: path.to_owned(),
            target,
        };
        if path == Path::new("-") {
            return Ok(output(Target::Stdout));
        }
        let refuse = |reason: &str| {
            let path = path.display();
            Failure::usage(format!("--{flag}: \"{path}\" cannot be written: {reason}"))
        };
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(refuse("it is a folder")),
            Ok(there) if !there.is_file() => Ok(output(Target::Stream(path.to_owned()))),
            Ok(_) => try_existing(path).map(|real| output(Target::File(real))),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                try_new(path).map(|real| output(Target::File(real)))
            }
            Err(error) => Err(error),
        }
        .map_err(|error| refuse(&reason(&error)))
    }

    pub fn is_stdout(&self) -> bool {
        self.target == Target::Stdout
    }

    /// Refuses two outputs in one place.
    ///
    /// # Errors
    /// Names both flags.
    pub fn check_distinct<'a>(outputs: impl IntoIterator<Item = &'a Self>) -> Result<(), Failure> {
        let mut seen: Vec<&Self> = Vec::new();
        for output in outputs {
            let is_stream = matches!(output.target, Target::Stream(_));
            if let Some(twin) = seen
                .iter()
                .find(|other| !is_stream && other.target == output.target)
            {
                return Err(Failure::usage(format!(
                    "--{}: \"{}\" is already the file of --{}; choose another",
                    output.flag,
                    output.shown.display(),
                    twin.flag
                )));
            }
            seen.push(output);
        }
        Ok(())
    }

    /// Refuses to write over what is read.
    ///
    /// # Errors
    /// Names flag and file.
    pub fn check_not_input(&self, input: &Path) -> Result<(), Failure> {
        match (&self.target, fs::canonicalize(input)) {
            (Target::File(target), Ok(input)) if *target == input => {
                let (flag, path) = (self.flag, self.shown.display());
                Err(Failure::usage(format!(
                    "--{flag}: \"{path}\" is read from; choose another"
                )))
            }
            _ => Ok(()),
        }
    }

    /// Writes the whole content.
    ///
    /// # Errors
    /// Names flag, file and reason; a file that was there is as before.
    pub fn write(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let result = match &self.target {
            Target::Stdout => write_all(io::stdout().lock(), content),
            Target::Stream(path) => OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|file| write_all(file, content)),
            Target::File(path) => replace(path, content),
        };
        result.map_err(|error| {
            let (flag, path) = (self.flag, self.shown.display());
            let reason = reason(&error);
            Failure::run(format!(
                "--{flag}: \"{path}\" could not be written: {reason}"
            ))
        })
    }

    /// The path as the person wrote it.
    pub fn shown(&self) -> std::path::Display<'_> {
        self.shown.display()
    }
}

/// What became of the outputs of a command.
#[derive(Debug, Default)]
pub(super) struct Written {
    paths: Vec<String>,
    failures: Vec<String>,
    /// Whether one of them has standard output to itself.
    to_stdout: bool,
}

impl Written {
    /// Notes what became of an output.
    pub fn note(&mut self, output: &Output, result: Result<(), Failure>) {
        match result {
            Ok(()) if output.is_stdout() => self.to_stdout = true,
            Ok(()) => self.paths.push(output.shown().to_string()),
            Err(failure) => self.failures.extend(failure.sentences),
        }
    }

    /// Tells the person what was found and what was written: on standard error where standard output
    /// is taken.
    ///
    /// # Errors
    /// When an output failed.
    pub fn finish(mut self, mut text: String) -> Result<(), Failure> {
        if !self.paths.is_empty() {
            text += &format!("Wrote {}.\n", self.paths.join(", "));
        }
        if self.to_stdout {
            super::note(text.trim_end());
        } else if let Err(failure) = super::print(&text) {
            self.failures.extend(failure.sentences);
        }
        match self.failures.as_slice() {
            [] => Ok(()),
            _ => Err(Failure {
                code: 1,
                sentences: self.failures,
            }),
        }
    }
}

fn write_all(
    file: impl Write,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    content(&mut writer)?;
    writer.flush()
}

/// An existing file must itself be writable, although it will be replaced.
fn try_existing(path: &Path) -> io::Result<PathBuf> {
    OpenOptions::new().write(true).open(path)?;
    let real = fs::canonicalize(path)?;
    Scratch::beside(&real)?;
    Ok(real)
}

fn try_new(path: &Path) -> io::Result<PathBuf> {
    let shown = path.to_string_lossy();
    let name = path
        .file_name()
        .filter(|_| !shown.ends_with(std::path::is_separator))
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let real = fs::canonicalize(folder)?.join(name);
    // The name itself may be refused, for its length or its characters.
    drop(
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&real)?,
    );
    fs::remove_file(&real)?;
    Scratch::beside(&real)?;
    Ok(real)
}

fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let (scratch, file) = Scratch::beside(path)?;
    if let Ok(there) = fs::metadata(path) {
        fs::set_permissions(&scratch.path, there.permissions())?;
    }
    write_all(&file, content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&scratch.path, path)
}

/// Writes a file whole or not at all.
///
/// # Errors
/// Why not; a file that was there is as before.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    // A link stays one.
    let real = fs::canonicalize(path);
    let path = real.as_deref().unwrap_or(path);
    replace(path, |writer| writer.write_all(bytes)).map_err(|error| reason(&error))
}

/// Scratch files that are there now.
static SCRATCHES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From now on Ctrl-C ends the process without leaving a scratch file behind.
pub(super) fn clean_up_on_interrupt() {
    // Fails where there is a handler already, and where there can be none: then a hidden file stays.
    let _ = ctrlc::set_handler(|| {
        if let Ok(scratches) = SCRATCHES.lock() {
            for path in scratches.iter() {
                let _ = fs::remove_file(path);
            }
        }
        super::note("Interrupted: what was not written by now is not there.");
        std::process::exit(130);
    });
}

/// A new file beside another; gone when dropped, unless it was renamed.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn beside(path: &Path) -> io::Result<(Self, File)> {
        let mut attempt = 0;
        loop {
            let mut name = OsString::from(".ghm-lab-");
            name.push(format!("{}-{attempt}.tmp", std::process::id()));
            let path = path.with_file_name(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    if let Ok(mut scratches) = SCRATCHES.lock() {
                        scratches.push(path.clone());
                    }
                    return Ok((Self { path }, file));
                }
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && attempt < 100 => {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Fails after the rename, as it should.
        let _ = fs::remove_file(&self.path);
        if let Ok(mut scratches) = SCRATCHES.lock() {
            scratches.retain(|path| *path != self.path);
        }
    }
}

/// What went wrong, for people.
pub(super) fn reason(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "its folder does not exist",
        ErrorKind::PermissionDenied => "permission is denied",
        ErrorKind::NotADirectory => "a part of its path is not a folder",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::StorageFull => "no space is left",
        ErrorKind::InvalidFilename => "the name is too long or not allowed",
        ErrorKind::BrokenPipe => "nobody reads it any more",
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            return text[..end].to_lowercase();
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{fs, write_whole};

    #[test]
    fn a_file_is_replaced_and_never_half_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let [path, other] = ["a.json", "b.json"].map(|name| folder.path().join(name));
        write_whole(&path, b"before").expect("it is writable");
        // A second name of the old file still has all of it.
        fs::hard_link(&path, &other).expect("links are there");
        write_whole(&path, b"after").expect("it is writable");
        assert_eq!(fs::read(&path).expect("it is there"), b"after");
        assert_eq!(fs::read(&other).expect("it is there"), b"before");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2);

        let gone = folder.path().join("gone").join("a.json");
        assert_eq!(
            write_whole(&gone, b""),
            Err("its folder does not exist".to_owned())
        );
    }
}
