//! In: listeners, an application, and when to stop. Out: connections, each in a task of its own, as many as are allowed.
//! Next: `connection` for each; `operator` for the operator's listener.

use crate::connection::{self, Stopped};
use crate::operator;
use crate::workers::Workers;
use axum::Router;
use prometheus_client::registry::Registry;
use std::future::Future;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A connection too many is told so in few bytes and closed.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// How long no connection is taken when the machine has no room for one: no file descriptors, no memory.
const NO_ROOM: Duration = Duration::from_secs(1);

/// What clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most connections at once.
    pub connections: usize,
    /// How long a client may take to send the head of a request, or leave its connection idle.
    pub head: Duration,
    /// How long a client may take nothing of its answer, however long it takes for all of it.
    pub stall: Duration,
    /// How long what was accepted may take when the server is told to stop.
    pub drain: Duration,
}

/// A server that is about to serve.
#[derive(Debug)]
pub struct Server {
    /// Where the application is served.
    pub listener: TcpListener,
    /// Where health, readiness and metrics are served, if at all.
    pub admin: Option<TcpListener>,
    /// What clients may take.
    pub limits: Limits,
    /// Who serves the application's connections.
    pub workers: Workers,
}

impl Server {
    /// Serves until `shutdown` is ready, then finishes what was accepted, for as long as the limits say. Readiness ends
    /// at once, health when everything ends.
    ///
    /// # Errors
    /// When a listener breaks.
    pub async fn run(
        self,
        app: Router,
        metrics: Arc<Registry>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let (stop, stopped) = watch::channel(false);
        let mut background = JoinSet::new();
        background.spawn(async move {
            shutdown.await;
            tracing::info!("shutting down: finishing the requests under way");
            let _ = stop.send(true);
            // Whoever still looks at it must not take its end for anything else.
            stop.closed().await;
        });
        if let Some(admin) = self.admin {
            let app = operator::routes(metrics, stopped.clone());
            let (never, running) = watch::channel(false);
            background.spawn(async move {
                let _running = never;
                serve(admin, &app, self.limits, Workers::none(), running).await;
            });
        }
        serve(self.listener, &app, self.limits, self.workers, stopped).await;
        background.shutdown().await;
        Ok(())
    }
}

async fn serve(listener: TcpListener, app: &Router, limits: Limits, mut workers: Workers, stopped: Stopped) {
    let mut connections = JoinSet::new();
    let mut take = |stream: TcpStream, client: SocketAddr, connections: &mut JoinSet<()>| {
        while connections.try_join_next().is_some() {}
        if connections.len() >= limits.connections {
            refuse(&stream);
        } else {
            let connection = connection::serve(stream, client, app.clone(), limits, stopped.clone());
            workers.spawn(connection, connections);
        }
    };
    loop {
        tokio::select! {
            accepted = accept(&listener) => match accepted {
                Ok((stream, client)) => take(stream, client, &mut connections),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be taken for a moment");
                    tokio::time::sleep(NO_ROOM).await;
                }
            },
            () = connection::until(stopped.clone()) => break,
        }
    }
    for (stream, client) in waiting(listener) {
        take(stream, client, &mut connections);
    }
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.drain, finished).await.is_err() {
        tracing::warn!("requests still under way after {} s were dropped", limits.drain.as_secs());
    }
}

/// A connection that belongs to no runtime yet.
async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let (stream, client) = listener.accept().await?;
    Ok((stream.into_std()?, client))
}

/// Connections that the machine has accepted and nobody has taken yet. Their requests may be here already.
fn waiting(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    std::iter::from_fn(|| listener.accept().ok())
        .filter(|(stream, _)| stream.set_nonblocking(true).is_ok())
        .collect()
}

fn refuse(mut stream: &TcpStream) {
    tracing::debug!("a connection too many");
    // What does not fit at once is not worth a wait.
    let _ = stream.write(TOO_MANY);
}

/// A client that went away before its connection was taken is no reason to wait.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}
