//! The text of Postfix's alias maps, aliases(5) and virtual(5): names, and whom they stand for.

use super::{DirectoryError, DirectoryWarning};

/// Members of all aliases together, those of included files counted.
const MOST_MEMBERS: usize = 1_000_000;

/// Included files may name others this deep.
const DEEPEST: usize = 8;

/// Files that are included in all.
const MOST_INCLUDED: usize = 1_000;

/// Oddities that are told; more of them say nothing new.
const MOST_WARNINGS: usize = 100;

/// Finds the text of a file that `:include:` names (first) in another file (second); else says
/// why it cannot be read.
pub type FindInclude<'a> = dyn FnMut(&str, &str) -> Result<String, String> + 'a;

/// One entry of a map.
#[derive(Debug)]
pub(super) struct Alias {
    pub(super) file: String,
    pub(super) line: u64,
    /// An address, or a local part alone.
    pub(super) name: String,
    /// Addresses, or local parts alone.
    pub(super) members: Vec<String>,
}

/// Reads maps one by one.
pub(super) struct AliasReader<'a> {
    find: &'a mut FindInclude<'a>,
    pub(super) aliases: Vec<Alias>,
    pub(super) warnings: Vec<DirectoryWarning>,
    members: usize,
    included: usize,
}

impl<'a> AliasReader<'a> {
    pub(super) fn new(find: &'a mut FindInclude<'a>) -> Self {
        Self { find, aliases: Vec::new(), warnings: Vec::new(), members: 0, included: 0 }
    }

    /// Adds the entries of one map. Each line says by its own shape which syntax it is in:
    /// `name: value, ...` or `pattern value, ...`.
    pub(super) fn read(&mut self, file: &str, text: &str) -> Result<(), DirectoryError> {
        for (line, text) in logical_lines(text) {
            let wrong = || DirectoryError::NoAlias { file: file.to_owned(), line };
            let (name, rest) = name(&text).ok_or_else(wrong)?;
            let values = values(rest).ok_or_else(wrong)?;
            // A catch-all is everybody and nobody.
            if name.starts_with('@') || values.is_empty() {
                if values.is_empty() {
                    return Err(wrong());
                }
                continue;
            }
            let mut members = Vec::new();
            self.take(file, line, values, &mut vec![file.to_owned()], &mut members)?;
            self.aliases.push(Alias { file: file.to_owned(), line, name, members });
        }
        Ok(())
    }

    /// Takes the values of an entry or an included file.
    fn take(
        &mut self,
        file: &str,
        line: u64,
        values: Vec<String>,
        trail: &mut Vec<String>,
        members: &mut Vec<String>,
    ) -> Result<(), DirectoryError> {
        for value in values {
            if let Some(path) = value.strip_prefix(":include:") {
                if let Err(why) = self.include(path, trail, members)? {
                    let (file, path) = (file.to_owned(), path.to_owned());
                    self.warn(DirectoryWarning::NotIncluded { file, line, path, why });
                }
                continue;
            }
            // Commands and files receive mail; nobody reads it.
            if value.starts_with(['|', '/']) {
                continue;
            }
            // `\name` is the mailbox itself, whatever aliases it has.
            let member = value.strip_prefix('\\').unwrap_or(&value);
            let odd = |letter: char| {
                letter.is_whitespace() || letter.is_control() || "()[],:;\\\"<>".contains(letter)
            };
            if member.is_empty() || member.contains(odd) || member.starts_with('@') {
                self.warn(DirectoryWarning::NoMember { file: file.to_owned(), line, found: value });
                continue;
            }
            self.members += 1;
            if self.members > MOST_MEMBERS {
                return Err(DirectoryError::TooManyMembers {
                    file: file.to_owned(),
                    line,
                    most: MOST_MEMBERS,
                });
            }
            members.push(member.to_owned());
        }
        Ok(())
    }

    fn warn(&mut self, warning: DirectoryWarning) {
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(warning);
        }
    }

    /// Takes the members that an included file lists; the inner error says why it was not.
    fn include(
        &mut self,
        path: &str,
        trail: &mut Vec<String>,
        members: &mut Vec<String>,
    ) -> Result<Result<(), String>, DirectoryError> {
        if trail.iter().any(|it| it == path) {
            return Ok(Err("it includes itself".into()));
        }
        if trail.len() > DEEPEST {
            return Ok(Err(format!("files are included more than {DEEPEST} deep")));
        }
        if self.included == MOST_INCLUDED {
            return Ok(Err(format!("more than {MOST_INCLUDED} files are included")));
        }
        self.included += 1;
        let from = trail.last().map_or("", String::as_str);
        let text = match (self.find)(path, from) {
            Ok(text) => text,
            Err(why) => return Ok(Err(why)),
        };
        trail.push(path.to_owned());
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            match values(text) {
                Some(values) => self.take(path, line, values, trail, members)?,
                None => self.warn(DirectoryWarning::NoMember {
                    file: path.to_owned(),
                    line,
                    found: text.chars().take(60).collect(),
                }),
            }
        }
        trail.pop();
        Ok(Ok(()))
    }
}

/// Lines with what continues them: one that starts with white space. Empty lines and comments are
/// nowhere, not even inside an entry.
fn logical_lines(text: &str) -> Vec<(u64, String)> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    for (number, line) in (1..).zip(text.strip_prefix('\u{feff}').unwrap_or(text).lines()) {
        let inner = line.trim();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some((_, entry)) if line.starts_with([' ', '\t']) => {
                entry.push(' ');
                entry.push_str(inner);
            }
            _ => lines.push((number, inner.to_owned())),
        }
    }
    lines
}

/// The name before `:` or white space, and the rest.
fn name(text: &str) -> Option<(String, &str)> {
    let (name, rest) = match text.strip_prefix('"') {
        Some(quoted) => {
            let (name, rest) = quoted.split_once('"')?;
            // A virtual(5) pattern may quote its local part alone: "a b"@oakmere.example.
            let domain = &rest[..rest.find([' ', '\t', ':'])?];
            (format!("{name}{domain}"), &rest[domain.len()..])
        }
        None => {
            let end = text.find([' ', '\t', ':'])?;
            (text[..end].to_owned(), &text[end..])
        }
    };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(':').filter(|it| !it.starts_with("include:")).unwrap_or(rest);
    (!name.is_empty()).then_some((name, rest.trim()))
}

/// The values between commas outside quotes, without quotes, angle brackets and what stands
/// before those; `None` where a quote is not closed.
fn values(text: &str) -> Option<Vec<String>> {
    let mut values = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(String::new()),
            _ => values.last_mut()?.push(letter),
        }
    }
    let bare = |value: &String| {
        let inner = value.rsplit_once('<').and_then(|(_, it)| it.trim_end().strip_suffix('>'));
        inner.unwrap_or(value).trim().to_owned()
    };
    (!quoted).then(|| values.iter().map(bare).filter(|it| !it.is_empty()).collect())
}
