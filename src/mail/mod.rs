//! What a message is: its addresses, its envelope, its bytes and the circumstances of its sending.

mod address;
mod envelope;
mod submission;

pub use address::Address;
pub use envelope::{Envelope, Path};
pub use submission::{Connection, Submission};
