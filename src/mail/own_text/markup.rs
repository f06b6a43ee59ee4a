//! What the markup of an HTML text says about its lines.

use std::ops::Range;

use super::super::html::Region;
use super::super::html_role::Role;
use super::TextPart;
use super::header_block;
use super::line::{Class, Line};
use super::quotation;

/// Marks the lines that the markup of their client calls quoted or a signature.
pub(super) fn mark(part: &TextPart, lines: &mut [Line], forwarding: bool) {
    let quoted = if forwarding { Class::Forwarded } else { Class::Quoted };
    // Regions come in the order of their ends, so backwards an outer one comes before its inner
    // ones, which then have nothing to add.
    let mut covered = 0..0;
    for (index, region) in part.regions.iter().enumerate().rev() {
        let class = match region.role {
            Role::Quote => quoted,
            Role::Attribution | Role::QuoteWrapper if introduces_a_forward(part, lines, region) => {
                continue;
            }
            Role::Attribution => quoted,
            Role::Signature => Class::Signature,
            Role::QuoteWrapper if !says_more(&part.regions[..index], region) => quoted,
            Role::QuoteWrapper | Role::HeaderBlock | Role::Coloured => continue,
        };
        if covered.start <= region.range.start && region.range.end <= covered.end {
            continue;
        }
        covered = region.range.clone();
        let span = span(lines, region);
        set(&mut lines[span], class);
    }
    if let Some(start) = header_block(part, lines) {
        set(&mut lines[start..], quoted);
    }
}

/// Tells whether a region begins with "Forwarded message", from which on the text itself tells.
fn introduces_a_forward(part: &TextPart, lines: &[Line], region: &Region) -> bool {
    lines[span(lines, region)]
        .iter()
        .find(|it| it.class != Class::Blank)
        .is_some_and(|it| quotation::is_forward_separator(part.text[it.range.clone()].trim()))
}

/// Tells whether blockquotes within Gmail's wrapper say which of its lines are quoted; the author
/// may have answered between them.
fn says_more(before: &[Region], wrapper: &Region) -> bool {
    // Only inner elements that ended last can lie within it: others ended before it began.
    before
        .iter()
        .rev()
        .take_while(|it| it.range.end > wrapper.range.start)
        .take(MAX_INNER)
        .any(|it| it.role == Role::Quote && it.range.start >= wrapper.range.start)
}

/// How many inner elements are asked whether they are blockquotes.
const MAX_INNER: usize = 64;

/// The line of the first header block from which on all is earlier text.
fn header_block(part: &TextPart, lines: &[Line]) -> Option<usize> {
    let mut starts: Vec<usize> = part
        .regions
        .iter()
        .filter(|it| it.role == Role::HeaderBlock)
        .map(|it| span(lines, it).start)
        .collect();
    starts.sort_unstable();
    starts.into_iter().find(|start| {
        header_block::read(&part.text, lines, *start).is_some_and(|it| it.is_plausible())
    })
}

fn set(lines: &mut [Line], class: Class) {
    for line in lines.iter_mut().filter(|it| it.class == Class::Own) {
        line.class = class;
    }
}

/// The lines that a region covers.
fn span(lines: &[Line], region: &Region) -> Range<usize> {
    let start = lines.partition_point(|it| it.range.end <= region.range.start);
    let end = lines.partition_point(|it| it.range.start < region.range.end);
    start..end.max(start)
}
