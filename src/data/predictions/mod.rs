//! Predictions that a person brings, from files of any framework: read in blocks, so that memory
//! does not grow with the file.

mod array;
mod arrays;
#[cfg(feature = "parquet")]
mod arrow;
mod asking;
mod block;
mod by_labels;
mod check;
mod class_lists;
mod class_names;
mod class_order;
mod classes;
mod columns;
mod contradiction;
mod cures;
mod decided;
mod decimal;
mod delimited;
mod descr;
#[cfg(feature = "parquet")]
mod digits;
mod encoding;
mod error;
mod faults;
mod foreign;
mod format;
mod given;
mod groups;
#[cfg(feature = "parquet")]
mod guard;
mod guesses;
mod histogram;
mod json;
mod kind;
mod labels;
mod lane;
mod layout;
#[cfg(feature = "parquet")]
mod lists;
mod literal;
mod log_shares;
mod maps;
mod masks;
mod names;
mod npy;
mod npz;
mod numberless;
mod offers;
mod one_class;
mod open;
mod options;
mod ordered;
mod origin;
mod outputs;
mod packed;
#[cfg(feature = "parquet")]
mod parquet;
mod percent;
#[cfg(feature = "parquet")]
mod place;
mod question;
mod quotes;
mod reading;
mod records;
mod regression;
mod resolve;
mod safetensors;
mod siblings;
mod skips;
mod splits;
mod stream;
mod structures;
mod survey;
mod target;
mod truth;
mod twins;
mod work;

use std::io::{self, Read, Seek};
use std::sync::Arc;

use error::Said;
pub(crate) use error::shorten;
pub use error::{ReadError, Refusal};
pub use format::ENDINGS;
pub use histogram::{Histogram, PAPER, is_histogram, read_histogram};
pub use open::{Next, Opening, Predictions};
pub use options::{Options, RoleName};
pub use question::{AskedColumn, Candidate, Question};
pub use reading::{Reading, Taken};

use crate::ghm::Task;
use crate::words::tr;
use block::Block;

/// What the outputs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    Logits,
    Probabilities,
    /// Predictions of a regression.
    Values,
}

/// What the names of the columns say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub task: Task,
    /// Number of classes; 1 in a regression.
    pub classes: usize,
    pub outputs: Outputs,
    pub has_valid: bool,
    pub has_batch: bool,
    pub has_group: bool,
}

impl Header {
    /// Outputs of an example, K.
    pub fn width(&self) -> usize {
        match self.task {
            Task::Classes => self.classes,
            Task::Binary | Task::Regression => 1,
        }
    }
}

/// A block of n examples, in the order of the files. Vectors of columns that are not there are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// `[n, K]`, one output (binary, regression) or K an example, as the file has them: logits,
    /// probabilities in [0, 1] or predictions; all finite.
    pub outputs: Vec<f64>,
    /// `[n]`: 0 or 1, the class, or the target of a regression.
    pub targets: Vec<f64>,
    /// `[n]`, false for an ignored example.
    pub valid: Vec<bool>,
    /// `[n]`, number of the mini-batch: from 0, grows by 1 from batch to batch.
    pub batch: Vec<u32>,
    /// `[n]`, index into [`Predictions::groups`].
    pub group: Vec<u32>,
    /// Rows that were skipped: how many before which of these rows, in ascending order.
    pub gaps: Vec<(usize, u64)>,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    fn clear(&mut self) {
        self.outputs.clear();
        self.targets.clear();
        self.valid.clear();
        self.batch.clear();
        self.group.clear();
        self.gaps.clear();
    }
}

/// Rows that were left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    pub count: u64,
    /// Why, for the first few.
    pub first: Vec<String>,
}

/// Bytes that can be read from any place.
pub trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// A file, or bytes that stand for one. It is opened more than once: for arrays that lie in it one
/// behind the other but are read side by side, and for a second pass.
#[derive(Clone)]
pub struct Input {
    /// What messages call it.
    pub name: String,
    open: Arc<dyn Fn() -> io::Result<Box<dyn Source>> + Send + Sync>,
    path: Option<Arc<std::path::Path>>,
    /// How its bytes are unpacked, where `open` does that.
    unpacking: Option<packed::Unpacking>,
}

/// Length of a file, and when it was written.
type Stamp = Option<(u64, Option<std::time::SystemTime>)>;

impl Input {
    /// Bytes in memory.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self {
            name: name.into(),
            open: Arc::new(move || Ok(Box::new(io::Cursor::new(bytes.clone())))),
            path: None,
            unpacking: None,
        }
    }

    /// A file by its path.
    pub fn file(path: &std::path::Path) -> Self {
        let path: Arc<std::path::Path> = path.into();
        Self {
            name: path.display().to_string(),
            path: Some(path.clone()),
            open: Arc::new(move || {
                if path.is_dir() {
                    return Err(Said::error(of_folder(&path)));
                }
                Ok(Box::new(std::fs::File::open(&path)?))
            }),
            unpacking: None,
        }
    }

    /// What tells whether a file is still as it was; `None` for bytes in memory.
    fn stamp(&self) -> Stamp {
        let of = self.path.as_ref()?.metadata().ok()?;
        Some((of.len(), of.modified().ok()))
    }

    /// Opens it anew.
    fn source(&self) -> Result<Box<dyn Source>, ReadError> {
        (self.open)().map_err(|error| ReadError::io(&self.name, &error))
    }

    /// Its first bytes, at most so many; fewer when it ends or cannot be read.
    pub fn beginning(&self, most: u64) -> Vec<u8> {
        use io::Read;
        let mut bytes = Vec::new();
        if let Ok(source) = self.source() {
            // What cannot be read is found again by whoever reads on.
            let _ = source.take(most).read_to_end(&mut bytes);
        }
        bytes
    }

    /// All of it as text.
    ///
    /// # Errors
    /// Names the file; also when it is longer than `most` bytes or no UTF-8.
    pub fn text(&self, most: u64) -> Result<String, ReadError> {
        use io::Read;
        let size = self.size()?;
        if size > most {
            let sentence = tr!("{size} bytes; {most} at most are expected", size, most);
            return Err(ReadError::of(&self.name, sentence));
        }
        let mut text = String::new();
        let read = self.source()?.take(most).read_to_string(&mut text);
        read.map_err(|error| ReadError::io(&self.name, &error))?;
        Ok(text)
    }

    /// Bytes in all.
    fn size(&self) -> Result<u64, ReadError> {
        let mut source = self.source()?;
        let size = source.seek(io::SeekFrom::End(0));
        size.map_err(|error| ReadError::io(&self.name, &error))
    }

    /// The name without folders and ending.
    fn stem(&self) -> &str {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name);
        let without = |name| str::rsplit_once(name, '.').map_or(name, |(stem, _)| stem);
        match &self.unpacking {
            // As in "logit.npy.gz".
            Some(unpacking) if unpacking.is_ending_of(name) => without(without(name)),
            _ => without(name),
        }
    }

    /// Bytes read of the file itself, for so many that were read of what is in it.
    fn done(&self, read: u64) -> u64 {
        self.unpacking
            .as_ref()
            .map_or(read, packed::Unpacking::done)
    }
}

/// A format: rows with columns of known names.
trait Table: Send {
    /// Names of all columns.
    fn names(&self) -> &[String];

    /// Adds at most `most` rows of the chosen columns to a block; none at the end, and where the block waits.
    fn read(
        &mut self,
        columns: &columns::Columns,
        most: usize,
        block: &mut Block,
    ) -> Result<(), ReadError>;

    /// Where a row of the block is, for messages: file, place and column.
    fn place(&self, block: &Block, row: usize, column: &str) -> String;

    /// Columns whose values have a percent sign and are divided by 100.
    fn divided(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Bytes read so far.
    fn done(&self) -> u64;

    /// Goes back to the first row, where that costs little; false where it must be opened anew.
    fn restart(&mut self) -> bool {
        false
    }

    /// How the file was taken, where that could be otherwise (encoding, packing, delimiter), and what of it is
    /// ignored: a sentence each.
    fn notes(&self) -> &[String] {
        &[]
    }
}

/// What is to be said of a folder: how its files are given.
fn of_folder(path: &std::path::Path) -> String {
    let names = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    // As Spark and Dask write it; what stands beside the parts are checksums.
    let parts = if names.any(|name| name.starts_with("part-")) {
        "part-*"
    } else {
        "*"
    };
    let folder = options::quoted_file(&path.display().to_string());
    tr!(
        "it is a folder; its files together are one table: ghm-lab xray {folder}/{parts}",
        folder,
        parts
    )
}
