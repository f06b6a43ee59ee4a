//! Findings for readers: text for people, JSON for programs, the page of a rule.

pub mod json;
pub mod page;
pub mod text;
