//! Text as RFC 3676 lets clients wrap it: `format=flowed`, with and without `delsp`.

/// Joins flowed lines into paragraphs, a line each; quote marks stay in front of a paragraph.
///
/// `text` has LF line ends. With `delete_space` the blank that marks a soft line end goes
/// too (`DelSp=yes`), as languages without spaces between words need it.
pub(super) fn unfold(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quote depth of the paragraph whose next line is still to come.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let rest = &line[depth..];
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let separator = rest == "-- ";
        if open.is_some() && (open != Some(depth) || separator) {
            // A paragraph cannot flow into another quote depth, nor into the signature.
            out.push('\n');
            open = None;
        }
        if open.is_none() && depth > 0 {
            out.extend(std::iter::repeat_n('>', depth));
            if !rest.is_empty() {
                out.push(' ');
            }
        }
        let soft = rest.ends_with(' ') && !separator;
        if soft && delete_space {
            out.push_str(&rest[..rest.len() - 1]);
        } else {
            out.push_str(rest);
        }
        if soft {
            open = Some(depth);
        } else {
            out.push('\n');
            open = None;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unfold;

    #[test]
    fn joins_soft_lines_of_one_depth() {
        assert_eq!(unfold("one \ntwo\n> three \n> four\nfive\n", false), "one two\n> three four\nfive\n");
    }

    #[test]
    fn deletes_the_soft_blank_when_asked() {
        assert_eq!(unfold("one \ntwo\n", true), "onetwo\n");
    }

    #[test]
    fn keeps_the_signature_line_and_unstuffs() {
        assert_eq!(unfold("text \n-- \nJo\n From here\n", false), "text \n-- \nJo\nFrom here\n");
    }
}
