//! Bytes that only come one after the other, as those of an unpacked or transcoded file do, made seekable:
//! a place further on is reached by reading, one before by opening anew.

use std::io::{self, Read, Seek, SeekFrom};

/// How such bytes are opened.
pub(super) trait Opening: Fn() -> io::Result<Box<dyn Read + Send>> + Send {}

impl<F: Fn() -> io::Result<Box<dyn Read + Send>> + Send> Opening for F {}

/// See the module.
pub(super) struct Forward<F> {
    open: F,
    reader: Box<dyn Read + Send>,
    position: u64,
}

impl<F: Opening> Forward<F> {
    pub fn new(open: F) -> io::Result<Self> {
        Ok(Self {
            reader: open()?,
            open,
            position: 0,
        })
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        // A place behind the end is none of an error: nothing is read there.
        let skipped = io::copy(&mut self.reader.by_ref().take(bytes), &mut io::sink())?;
        self.position += skipped;
        Ok(())
    }
}

impl<F: Opening> Read for Forward<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl<F: Opening> Seek for Forward<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.position, by),
            SeekFrom::End(by) => {
                self.skip(u64::MAX)?;
                (self.position, by)
            }
        };
        let Some(at) = base.checked_add_signed(by) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if at < self.position {
            self.reader = (self.open)()?;
            self.position = 0;
        }
        self.skip(at - self.position)?;
        Ok(self.position)
    }
}
