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
    let mut lines: Vec<Line> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let class = if content.trim().is_empty() { Class::Blank } else { Class::Own };
        // Two empty lines say no less than a million of them.
        let repeated = class == Class::Blank
            && lines.len() > 1
            && lines[lines.len() - 2..].iter().all(|it| it.class == Class::Blank);
        if !repeated {
            lines.push(Line { range: start..start + content.len(), class });
        }
        start += line.len();
    }
    lines
}

/// Sets aside the lines drawn next to what is set aside: the frame of a footer, the dashes above
/// a signature.
pub(super) fn set_rules_aside(text: &str, lines: &mut [Line]) {
    let mut before = false;
    for line in lines.iter_mut() {
        if line.class == Class::Own && before && is_drawn(&text[line.range.clone()]) {
            line.class = Class::Footer;
        }
        if line.class != Class::Blank {
            before = !line.class.is_open();
        }
    }
    let mut after = false;
    for line in lines.iter_mut().rev() {
        if line.class == Class::Own && after && is_drawn(&text[line.range.clone()]) {
            line.class = Class::Footer;
        }
        if line.class != Class::Blank {
            after = !line.class.is_open();
        }
    }
}

/// Tells whether a line is drawn rather than written.
fn is_drawn(line: &str) -> bool {
    let line = line.trim();
    line.len() > 1 && line.chars().all(|it| "-_=*~#+|. \u{2013}\u{2014}\u{2500}".contains(it))
}
