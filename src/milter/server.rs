//! Accepts connections, bounds their number, and lets them finish at shutdown.

use std::{
    future::poll_fn,
    io,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    net::{TcpStream, UnixStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{debug, error, info, warn};

use super::{
    Decide, Limits, Listener,
    connection::{Connection, ConnectionError, Shared},
    listen::Socket,
};

/// The pause after a failed accept: long enough for a descriptor to become free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves mail servers until `shutdown` completes. Then it closes its sockets and, after
/// lingering, idle sessions, and gives messages under way the grace time to finish.
pub async fn serve<D: Decide>(
    listeners: Vec<Listener>,
    decide: Arc<D>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let grace = limits.grace;
    let places = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let shared = Arc::new(Shared::new(decide, limits));
    let (drain, draining) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        // With no place left nobody is accepted: further peers wait in the kernel's queue.
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => {
                if ended.is_err_and(|it| it.is_panic()) {
                    error!("milter: a session ended by a fault in the program");
                }
                continue;
            }
            accepted = async {
                let place = places.clone().acquire_owned().await;
                (place, accept(&listeners).await)
            } => accepted,
        };
        match accepted {
            (Ok(place), Ok(stream)) => {
                let (shared, draining) = (shared.clone(), draining.clone());
                connections.spawn(async move {
                    report(run(stream, shared, draining).await);
                    drop(place);
                });
            }
            (_, Err(error)) => {
                warn!("milter: cannot accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
            (Err(_), Ok(_)) => break,
        }
    }
    drop(listeners);
    drain.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(grace, all).await.is_err() {
        warn!("milter: {} sessions are cut off after {} s of grace", connections.len(), grace.as_secs());
    }
}

enum Accepted {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// The next connection on any of the listeners.
async fn accept(listeners: &[Listener]) -> io::Result<Accepted> {
    poll_fn(|context| {
        let mut accepted = listeners.iter().map(|it| poll_accept(it, context));
        accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}

fn poll_accept(listener: &Listener, context: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
    match &listener.socket {
        Socket::Unix(socket, _) => socket.poll_accept(context).map_ok(|it| Accepted::Unix(it.0)),
        Socket::Tcp(socket) => socket.poll_accept(context).map_ok(|it| Accepted::Tcp(it.0)),
    }
}

async fn run<D: Decide>(
    accepted: Accepted,
    shared: Arc<Shared<D>>,
    draining: watch::Receiver<bool>,
) -> Result<(), ConnectionError> {
    match accepted {
        Accepted::Unix(stream) => Connection::new(stream, shared).run(draining).await,
        Accepted::Tcp(stream) => {
            // A reply batch is one write; it must not wait for the acknowledgement of the last.
            let _ = stream.set_nodelay(true);
            Connection::new(stream, shared).run(draining).await
        }
    }
}

fn report(ended: Result<(), ConnectionError>) {
    match ended {
        Ok(()) => debug!("milter: a session ended"),
        // Mail servers drop connections whenever their clients do.
        Err(error @ (ConnectionError::Left | ConnectionError::Read { .. })) => {
            debug!("milter: {error}")
        }
        Err(error @ ConnectionError::Silence { .. }) => info!("milter: {error}"),
        Err(error) => warn!("milter: {error}"),
    }
}
