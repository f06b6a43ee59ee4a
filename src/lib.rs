//! beadle reads a school's e-mail policy and keeps outbound mail to it.
//!
//! One engine serves the milter beside Postfix and the offline linter; `docs/architecture.md`
//! says how the rooms below fit together.

pub mod mail;
pub mod outbox;
pub mod relay;
