//! Asks LDAP for the people from time to time, for a policy that names one.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
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
            let (engine, (done, asked)) = (Arc::clone(&engine), oneshot::channel());
            // A thread of its own: the runtime waits for its threads at the end, and the answer may
            // be long in coming.
            let asking = thread::Builder::new().name("ldap".into()).spawn(move || {
                engine.refresh();
                let _ = done.send(());
            });
            if let Err(error) = asking {
                error!("directory: cannot start a thread: {error}");
            }
            tokio::select! {
                _ = asked => {}
                _ = stopping.changed() => return,
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => waited = waited.map(|it| it + 1),
            _ = stopping.changed() => return,
        }
    }
}
