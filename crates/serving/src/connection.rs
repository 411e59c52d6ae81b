//! In: a connection. Out: its requests to the application, with the client's address; their answers back. Next: the
//! application, by way of `frame`.

use crate::Limits;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt::set_tcp_user_timeout;
use std::convert::Infallible;
use std::io;
use std::net::{self, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tower::ServiceExt;

/// How long the first request of a connection is waited for once the server was told to stop: it may be on its way.
const ON_ITS_WAY: Duration = Duration::from_millis(500);

/// Far more than a browser sends.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// Becomes true when the server is told to stop.
pub(crate) type Stopped = watch::Receiver<bool>;

/// Waits until the server is told to stop.
pub(crate) async fn until(mut stopped: Stopped) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Serves the connection until the client closes it, takes too long, or the server stops. It is set not to block, and
/// belongs to no runtime before.
pub(crate) async fn serve(
    stream: net::TcpStream,
    client: SocketAddr,
    app: Router,
    limits: Limits,
    stopped: Stopped,
) {
    let Ok(stream) = TcpStream::from_std(stream) else { return };
    if let Err(error) = prepare(&stream, limits.stall) {
        tracing::debug!(%error, "the connection's options were not set");
    }
    let asked = Arc::new(Notify::new());
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        asked.notify_one();
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(client));
        let app = app.clone();
        async move { Ok::<_, Infallible>(app.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        result = connection.as_mut() => Some(result),
        () = until(stopped) => None,
    };
    let result = if let Some(result) = ended {
        result
    } else {
        tokio::select! {
            biased;
            // The client closed it.
            _ = connection.as_mut() => return,
            () = asked.notified() => {}
            () = tokio::time::sleep(ON_ITS_WAY) => {}
        }
        connection.as_mut().graceful_shutdown();
        connection.await
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended");
    }
}

fn prepare(stream: &TcpStream, stall: Duration) -> io::Result<()> {
    // An answer is sent in several writes, which must not wait for each other's acknowledgement.
    stream.set_nodelay(true)?;
    // The kernel's own limit, since only the kernel sees what moves: whoever writes to a buffer of megabytes would take a
    // slow line for one that stands still.
    let milliseconds = u32::try_from(stall.as_millis()).unwrap_or(u32::MAX);
    Ok(set_tcp_user_timeout(stream, milliseconds)?)
}
