//! Files that appear whole or not at all.
//!
//! A file is written beside its place and renamed, so that an interrupted run leaves what was there
//! before. Whether that will work is tried before training, so that a long run is not lost.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use super::scratch::{probe, replace, write_all};

/// A file to be written, or a stream.
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
    Stderr,
    /// A device, pipe or open file, which is written on and cannot be replaced.
    Stream(PathBuf),
    /// A regular file, there already or not yet, by its folder's real path.
    File(PathBuf),
}

/// Most links from one to the next.
const MOST_LINKS: u32 = 40;

impl Target {
    /// What a path leads to, through all links, also through one whose target is not there yet.
    fn of(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        if path.to_string_lossy().ends_with(std::path::is_separator) && !path.is_dir() {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "it has no file name",
            ));
        }
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            if path.is_dir() {
                return Err(ErrorKind::IsADirectory.into());
            }
            let name = path
                .file_name()
                .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let folder = fs::canonicalize(folder)?;
            let real = folder.join(name);
            if is_of_descriptors(&folder) {
                let is_own = folder == Path::new("/dev/fd")
                    || fs::canonicalize("/proc/self/fd").is_ok_and(|own| own == folder);
                return match name.to_str() {
                    Some("1") if is_own => Ok(Self::Stdout),
                    Some("2") if is_own => Ok(Self::Stderr),
                    _ => fs::metadata(&real).map(|_| Self::Stream(real)),
                };
            }
            match fs::symlink_metadata(&real) {
                Ok(there) if there.is_symlink() => path = folder.join(fs::read_link(&real)?),
                Ok(there) if there.is_file() => return Ok(Self::File(real)),
                Ok(_) => return Ok(Self::Stream(real)),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::File(real)),
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("its links lead in a circle"))
    }
}

/// Whether this real folder holds what a process has open.
fn is_of_descriptors(folder: &Path) -> bool {
    folder == Path::new("/dev/fd") || (folder.starts_with("/proc") && folder.ends_with("fd"))
}

impl Output {
    /// A file that can be written now; nothing is left behind by trying. `-` is standard output.
    ///
    /// # Errors
    /// Names flag, file and reason.
    pub fn file(flag: &'static str, path: &Path) -> Result<Self, Failure> {
        let target = Target::of(path).and_then(|target| {
            if let Target::File(real) = &target {
                if real.exists() {
                    // An existing file must itself be writable, although it will be replaced.
                    OpenOptions::new().write(true).open(real)?;
                }
                probe(real)?;
            }
            Ok(target)
        });
        let target = target.map_err(|error| {
            let (path, reason) = (path.display(), reason(&error));
            Failure::usage(format!("--{flag}: \"{path}\" cannot be written: {reason}"))
        })?;
        Ok(Self {
            flag,
            shown: path.to_owned(),
            target,
        })
    }

    pub fn is_stdout(&self) -> bool {
        self.target == Target::Stdout
    }

    /// Whether it is none that is replaced, and has no ending that says anything.
    pub fn is_stream(&self) -> bool {
        !matches!(self.target, Target::File(_))
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
            Target::Stderr => write_all(io::stderr().lock(), content),
            // Behind what is there, as whoever opened it may have asked for.
            Target::Stream(path) => OpenOptions::new()
                .append(true)
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

/// Writes a file whole or not at all.
///
/// # Errors
/// Why not; a file that was there is as before.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let written = match Target::of(path) {
        Ok(Target::File(real)) => replace(&real, |writer| writer.write_all(bytes)),
        Ok(_) => Err(io::Error::other("it is no file but a stream")),
        Err(error) => Err(error),
    };
    written.map_err(|error| reason(&error))
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
            // What the system says begins a sentence; names of files in ours stay as they are.
            let mut letters = text[..end].chars();
            return match (letters.next(), error.raw_os_error()) {
                (Some(first), Some(_)) => first.to_lowercase().chain(letters).collect(),
                (_, _) => text[..end].to_owned(),
            };
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{fs, write_whole};

    #[test]
    fn a_file_whose_folder_is_missing_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = folder.path().join("gone").join("a.json");
        assert_eq!(
            write_whole(&gone, b""),
            Err("its folder does not exist".to_owned())
        );
    }

    #[test]
    fn names_of_files_are_told_as_they_are() {
        let error = std::io::Error::other("it goes into Results/Run.csv");
        assert_eq!(super::reason(&error), "it goes into Results/Run.csv");
        let error = std::io::Error::from_raw_os_error(5);
        let said = super::reason(&error);
        assert!(said.starts_with(char::is_lowercase), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_also_where_nothing_is_at_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let [link, end] = ["link", "end"].map(|name| folder.path().join(name));
        std::os::unix::fs::symlink("end", &link).expect("links are there");
        for content in [b"one", b"two"] {
            write_whole(&link, content).expect("it is writable");
            assert_eq!(fs::read(&end).expect("it is there"), content);
            assert!(link.is_symlink());
        }
    }
}
