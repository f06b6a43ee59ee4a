//! What one peer, one message and all of them together may use.

use std::{path::PathBuf, time::Duration};

/// Bounds of one message. Beyond them it is let through without inspection, with a warning.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Headers and body.
    pub message_bytes: u64,
    pub header_bytes: u64,
    pub recipients: usize,
    /// All paths of the envelope with their arguments.
    pub envelope_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { message_bytes: 150 << 20, header_bytes: 4 << 20, recipients: 20_000, envelope_bytes: 4 << 20 }
    }
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub bounds: Bounds,
    /// Sessions at a time; further ones wait in the listen queue.
    pub connections: usize,
    /// What a message may keep in memory while it comes in; the rest goes to a file.
    pub memory_bytes: usize,
    /// What all messages being decided may keep in memory together. A larger message waits
    /// until it can have all of it.
    pub deciding_bytes: u64,
    /// Where the files are. They have no name there and are gone with the process.
    pub spool_directory: PathBuf,
    /// The longest silence between two commands while the mail server waits for its client.
    pub idle: Duration,
    /// The longest silence before the first command and within a message's content, and the
    /// longest time that a reply may take to be read.
    pub content: Duration,
    /// How often the mail server hears that a decision is still to come.
    pub progress: Duration,
    /// After this long without a decision the answer is a temporary failure.
    pub decision: Duration,
    /// How long messages that are coming in may take to finish at shutdown.
    pub grace: Duration,
    /// How long a session without a message stays open at shutdown. Postfix keeps the envelope
    /// to itself until a reply is due, so a message may be under way that we do not see.
    pub linger: Duration,
}

impl Default for Limits {
    /// Fits Postfix's defaults: `default_process_limit` 100 for each service, time-outs of 30 s
    /// and 300 s for commands and content, clients that wait 10 minutes for the final reply.
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            connections: 256,
            memory_bytes: 1 << 20,
            deciding_bytes: 256 << 20,
            spool_directory: std::env::temp_dir(),
            idle: Duration::from_secs(2 * 60 * 60),
            content: Duration::from_secs(5 * 60),
            progress: Duration::from_secs(5),
            decision: Duration::from_secs(5 * 60),
            grace: Duration::from_secs(20),
            linger: Duration::from_secs(2),
        }
    }
}
