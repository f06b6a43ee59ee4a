//! Asks LDAP for the people from time to time, for a policy that names one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::error;

use super::Engine;
use crate::school::DirectorySource;

/// Runs until the server stops. The first time is at once: the people of the start may be those of
/// the last run.
pub(super) async fn run(engine: Arc<Engine>, mut stopping: watch::Receiver<bool>) {
    let mut waited = None;
    loop {
        let every = match &engine.now().policy.tables.school.directory {
            Some(DirectorySource::Ldap(table)) => Some(table.refresh_minutes),
            _ => None,
        };
        // A reload may bring LDAP, take it away or change how often it is asked.
        if every.is_some_and(|every| waited.is_none_or(|waited| every <= waited)) {
            waited = Some(0);
            let engine = Arc::clone(&engine);
            if let Err(error) = tokio::task::spawn_blocking(move || engine.refresh()).await {
                error!("directory: ended badly: {error}");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => waited = waited.map(|it| it + 1),
            _ = stopping.changed() => return,
        }
    }
}
