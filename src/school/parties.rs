//! Who sends a message, and what the school knows of them.

use chrono::NaiveDate;

use super::School;
use crate::mail::{Address, Submission};

impl School {
    /// Whose message it is: the account that signed in, else the envelope's sender.
    ///
    /// The login is the person. From may be a shared mailbox, and is never taken for an identity
    /// (`docs/architecture.md`, promise 8). `None` for the null path without a login.
    pub fn sender(&self, mail: &Submission) -> Option<Address> {
        let login = mail.login.as_deref().and_then(|it| self.login_address(it));
        let sender = login.or_else(|| mail.envelope.sender.parsed())?;
        Some(self.untagged(&sender).unwrap_or(sender))
    }

    /// The day of sending by the school's clock; `None` where the time is not known.
    pub fn day_of(&self, mail: &Submission) -> Option<NaiveDate> {
        mail.at.map(|it| it.with_timezone(&self.timezone()).date_naive())
    }

    /// The line manager by people.csv.
    pub fn manager_of(&self, address: &Address) -> Option<&Address> {
        self.person(address)?.manager.as_ref()
    }

    /// Tells whether the policy says which domains are the school's.
    pub fn is_known(&self) -> bool {
        !self.table.domains.is_empty() || !self.table.pupil_domains.is_empty()
    }

    /// Tells whether there are people in the directory.
    pub fn has_people(&self) -> bool {
        !self.directory.persons().is_empty()
    }
}
