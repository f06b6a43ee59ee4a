//! The decision on a message: the strictest action over its findings.

use chrono::{DateTime, Utc};

use super::{Action, Finding};

/// The decision on a message, with what it needs to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub action: Action,
    /// Stands for `defer` only: the time at which every deferring rule lets the message go.
    pub until: Option<DateTime<Utc>>,
    /// Stands for `hold` only: the role that decides.
    pub reviewer: Option<String>,
}

impl Verdict {
    /// Decides on a message. Findings that only observe do not count; one more finding never
    /// makes a verdict milder.
    pub fn of(findings: &[Finding]) -> Self {
        let counted = || findings.iter().filter(|it| !it.observed);
        let action = counted().map(|it| it.action).max().unwrap_or(Action::Allow);
        let decisive = || counted().filter(|it| it.action == action);
        Self {
            action,
            until: decisive().filter_map(|it| it.until).max().filter(|_| action == Action::Defer),
            reviewer: decisive().find_map(|it| it.reviewer.clone()).filter(|_| action == Action::Hold),
        }
    }
}
