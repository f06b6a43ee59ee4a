//! What the rules that weigh words share: folding of text, word lists, marks, quoted speech.
//!
//! ```text
//! passages ─ reading ─ Stretch ─┬─ fold ─ words ─ lexicon ─ hits ─┐
//!                               ├─ marks ────────── shapes ───────┼─ markers
//!                               └─ speech ─ what others said ─────┘
//! ```
//!
//! The lists are data, `NAME.LANGUAGE.txt`; a list reads text of its own language only.

mod entry;
mod fold;
mod lexicon;
mod marks;
mod masked;
mod others;
mod reading;
mod speech;

pub(crate) use fold::{Numbers, fold};
pub(crate) use lexicon::{Hit, Lexicon};
pub(crate) use marks::{Shape, marks};
pub(crate) use others::by_the_author;
pub(crate) use reading::{Stretch, forwarded, own, subject};
pub(crate) use speech::quoted;
