//! Goes into archives, member by member.

use super::bounds::Unread;
use super::examine::{Examination, Origin};
use super::file::Encryption;
use super::inflate::{Wrapping, inflate};
use super::listing::Listing;
use super::office::Package;
use super::zip::Directory;
use super::{tar, zip};

impl Examination {
    /// Tells whether what is within this file is still looked at; says so if it is not.
    pub(super) fn may_open(&mut self, index: usize, origin: &Origin<'_>) -> bool {
        let open = origin.depth() < self.budget.bounds.depth;
        if !open {
            self.stop(index, Some(Unread::TooDeep));
        }
        open
    }

    /// Examines a file within another; `false` if there are too many to go on.
    pub(super) fn member(
        &mut self,
        index: usize,
        origin: &Origin<'_>,
        bytes: &[u8],
        why: Option<Unread>,
    ) -> bool {
        match self.file(origin, bytes) {
            Some(member) => {
                self.stop(member, why);
                if why == Some(Unread::Bomb) {
                    self.stop(index, why);
                }
                true
            }
            None => {
                self.stop(index, Some(Unread::TooMany));
                false
            }
        }
    }

    pub(super) fn archive(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8], zip: &Directory) {
        self.contents.files[index].encryption = zip.entries.iter().find_map(|it| it.encryption);
        if zip.entries.is_empty() && bytes.len() > 22 {
            self.stop(index, Some(Unread::Damaged));
        }
        if zip.more {
            self.stop(index, Some(Unread::TooMany));
        }
        if !zip.entries.is_empty() && self.may_open(index, origin) {
            self.members(index, origin, Package { bytes, zip }, |_| true);
        }
    }

    pub(super) fn members(
        &mut self,
        index: usize,
        origin: &Origin<'_>,
        package: Package<'_>,
        wanted: impl Fn(&zip::Entry) -> bool,
    ) {
        for entry in package.zip.entries.iter().filter(|it| !it.is_folder() && wanted(it)) {
            let origin = origin.member(&entry.name);
            let (bytes, why) = zip::read(package.bytes, entry, &mut self.budget);
            let listed = match why {
                Some(why) if bytes.is_empty() => {
                    self.sealed(&origin, entry.size, entry.encryption, why).is_some()
                }
                why => self.member(index, &origin, &bytes, why),
            };
            if why == Some(Unread::Bomb) {
                self.stop(index, why);
            }
            if !listed {
                self.stop(index, Some(Unread::TooMany));
                return;
            }
        }
    }

    /// Lists the members of an archive that is not opened.
    pub(super) fn listed(&mut self, index: usize, origin: &Origin<'_>, listing: Listing) {
        self.contents.files[index].encryption = listing.encryption;
        let sealed = matches!(listing.encryption, Some(Encryption::RarNames | Encryption::SevenZipNames));
        self.stop(index, Some(if sealed { Unread::Encrypted } else { Unread::Unopened }));
        if listing.members.is_empty() || !self.may_open(index, origin) {
            return;
        }
        for member in listing.members {
            let why = if member.encryption.is_some() { Unread::Encrypted } else { Unread::Unopened };
            if self.sealed(&origin.member(&member.name), member.size, member.encryption, why).is_none() {
                self.stop(index, Some(Unread::TooMany));
                return;
            }
        }
    }

    pub(super) fn tar(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8]) {
        if !self.may_open(index, origin) {
            return;
        }
        for member in tar::members(bytes) {
            let why = self.budget.expand(member.bytes.len()).err();
            let bytes = if why.is_some() { &[][..] } else { member.bytes };
            if !self.member(index, &origin.member(&member.name), bytes, why) {
                return;
            }
        }
    }

    pub(super) fn gzip(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8]) {
        if !self.may_open(index, origin) {
            return;
        }
        let (inner, why) = inflate(bytes, Wrapping::Gzip, &mut self.budget);
        let name = origin.path.last().map_or("", String::as_str);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let name = if self.contents.files[index].extension == "tgz" {
            format!("{stem}.tar")
        } else {
            stem.to_owned()
        };
        self.member(index, &origin.member(&name), &inner, why);
    }
}
