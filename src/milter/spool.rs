//! Keeps a message's bytes while they come in: the first in memory, the many in a nameless file.

use std::{
    fs::File,
    io::{self, Read, Seek, Write},
    path::PathBuf,
};

use tokio::task::spawn_blocking;

use super::Content;

/// A growing message that holds at most `memory_bytes` and what came in since the last
/// [`settle`](Spool::settle) in memory.
///
/// The file is unlinked as soon as it is made (`O_TMPFILE` where the file system can), so no
/// crash leaves pupils' data behind.
#[derive(Debug)]
pub(super) struct Spool {
    memory: Vec<u8>,
    memory_bytes: usize,
    directory: PathBuf,
    file: Option<File>,
    /// The bytes that are in the file.
    filed: u64,
    /// Why the message cannot be kept. Its rest is dropped, and it is not lost: the mail server
    /// still has it and hears of a temporary failure.
    fault: Option<io::Error>,
}

impl Content for Spool {
    fn append(&mut self, bytes: &[u8]) {
        if self.fault.is_none() {
            self.memory.extend_from_slice(bytes);
        }
    }

    fn clear(&mut self) {
        self.memory = Vec::new();
        self.file = None;
        self.filed = 0;
        self.fault = None;
    }
}

impl Spool {
    pub fn new(memory_bytes: usize, directory: PathBuf) -> Self {
        Self { memory: Vec::new(), memory_bytes, directory, file: None, filed: 0, fault: None }
    }

    /// Hands all bytes over and is empty again.
    pub fn take(&mut self) -> Self {
        let empty = Self::new(self.memory_bytes, self.directory.clone());
        std::mem::replace(self, empty)
    }

    /// Moves what is too much for memory to the file.
    pub async fn settle(&mut self) {
        if self.memory.len() <= self.memory_bytes {
            return;
        }
        let mut memory = std::mem::take(&mut self.memory);
        let mut file = self.file.take();
        let directory = self.directory.clone();
        let written = spawn_blocking(move || {
            let mut open = match file.take() {
                Some(file) => file,
                None => tempfile::tempfile_in(directory)?,
            };
            open.write_all(&memory)?;
            let length = memory.len() as u64;
            memory.clear();
            Ok((open, memory, length))
        });
        match written.await.unwrap_or_else(|join| Err(io::Error::other(join))) {
            Ok((file, memory, length)) => {
                self.file = Some(file);
                self.memory = memory;
                self.filed += length;
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// The whole message in memory.
    pub async fn into_bytes(self) -> io::Result<Vec<u8>> {
        let Self { memory, file, filed, fault, .. } = self;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let Some(mut file) = file else { return Ok(memory) };
        // Taken here and not in a thread for blocking work: there are many of those, and the C
        // library keeps freed memory for each thread that took it.
        let length = usize::try_from(filed).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(length + memory.len());
        let read = spawn_blocking(move || {
            file.rewind()?;
            file.read_to_end(&mut bytes)?;
            if bytes.len() != length {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            bytes.extend_from_slice(&memory);
            Ok(bytes)
        });
        read.await.unwrap_or_else(|join| Err(io::Error::other(join)))
    }
}
