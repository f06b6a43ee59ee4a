//! Reads the alias maps that a policy names, and the files that they include.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::LoadError;
use crate::policy::{Fault, Policy};
use crate::school::Directory;

/// No alias map and no list of addresses is larger.
const LARGEST: u64 = 64 << 20;

/// The types of Postfix's tables that are made from a text file of the same name.
const FROM_TEXT: &[&str] = &["btree", "cdb", "dbm", "hash", "lmdb", "texthash"];

/// Adds the groups of the policy's alias maps to `directory`. Paths start from `folder`; a type
/// before one, as in main.cf, is left out.
///
/// # Errors
/// A map that cannot be read, placed in the policy; a line that is no alias.
pub(super) fn add(directory: &mut Directory, policy: &Policy, folder: &Path) -> Result<(), LoadError> {
    let school = &policy.tables.school;
    let mut maps = Vec::new();
    for named in &school.alias_maps {
        let place = |fault| policy.place("school.alias-maps", fault);
        let path = match named.split_once(':') {
            Some((kind, path)) if FROM_TEXT.contains(&kind) => path,
            Some((kind, _)) if !kind.contains('/') => {
                let fault = Fault::new(format!("`{named}` is a table of type {kind}, must be a text file"));
                return Err(place(fault.help("alias-maps = [\"/etc/aliases\"]")).into());
            }
            _ => named,
        };
        let path = folder.join(path);
        let text =
            read(&path).map_err(|why| place(Fault::new(format!("cannot read {}: {why}", path.display()))))?;
        maps.push((path.display().to_string(), text));
    }
    let mut find =
        |path: &str, from: &str| read(&Path::new(from).parent().unwrap_or(Path::new("")).join(path));
    Ok(directory.add_alias_maps(&maps, &school.domains, &mut find)?)
}

/// The text of an ordinary file; a pipe would keep us waiting.
fn read(path: &Path) -> Result<String, String> {
    if !fs::metadata(path).map_err(|error| error.to_string())?.is_file() {
        return Err("it is no ordinary file".into());
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if LARGEST < text.len() as u64 {
        return Err(format!("it is larger than {} MB", LARGEST >> 20));
    }
    Ok(text)
}
