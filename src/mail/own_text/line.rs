//! The lines of a text, and what stands on each as far as its first look tells.

use std::ops::Range;

/// A line of a decoded text.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Bytes of the text, without the line end.
    pub range: Range<usize>,
    pub class: Class,
}

/// To whom a line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Own,
    /// Nothing but blanks.
    Blank,
    Quoted,
    Forwarded,
    Signature,
    Footer,
}

impl Class {
    /// Tells whether a line still counts towards the author's own text.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Own | Self::Blank)
    }
}

/// Splits a text with LF line ends.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let class = if content.trim().is_empty() { Class::Blank } else { Class::Own };
        lines.push(Line { range: start..start + content.len(), class });
        start += line.len();
    }
    lines
}
