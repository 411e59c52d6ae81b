//! The token broker between public forms and the Coding Service.
//!
//! A request meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | what the operator chose |
//! | `routes` | the route table and what holds for every response |
//! | `origins` | whose pages may ask |
//! | `code` | reads and validates a coding request, writes its answer |
//! | [`coder`] | the trait of those who answer, and the embedded model |
//! | [`fallback`] | a deadline, and who answers when it passes |
//! | [`cached`] | remembers answers, asks once what several want to know |
//! | [`upstream`] | the Coding Service: model, token, pace, HTTP |
//! | `problem` | every error as `application/problem+json` |
//! | `files` | the widget's files and the demo page |
//! | `demo` | shows what the demo's form submitted |
//!
//! [`assemble`] puts the coders together in this order.

pub mod cached;
mod code;
pub mod coder;
pub mod config;
mod demo;
pub mod fallback;
mod files;
mod fingerprint;
mod jitter;
mod origins;
mod preference;
mod problem;
mod routes;
pub mod upstream;

pub use routes::app;

use axum::serve::ListenerExt;
use coder::{Coder, EmbeddedCoder};
use config::Config;
use fallback::Fallback;
use std::future::{Future, IntoFuture};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use upstream::OpenError;
use upstream::moment::SystemClock;

/// How long requests that were accepted before the shutdown may take.
const DRAIN: Duration = Duration::from_secs(15);

/// Puts the coders together: the Coding Service where it is set up, `embedded` where it is not and where it does not
/// answer in time.
///
/// # Errors
/// When the way to the Coding Service cannot be opened.
pub fn assemble(config: &Config, embedded: Option<EmbeddedCoder>) -> Result<Arc<dyn Coder>, OpenError> {
    let embedded = embedded.map(|coder| Arc::new(coder) as Arc<dyn Coder>);
    match (&config.upstream, embedded) {
        (None, Some(embedded)) => Ok(embedded),
        (None, None) => Err(OpenError::NobodyAnswers),
        (Some(upstream), embedded) => {
            let clock = Arc::new(SystemClock::new()?);
            let service = upstream::open(config.topic, upstream, clock)?;
            Ok(Arc::new(Fallback::new(service, embedded, config.deadline)))
        }
    }
}

/// Serves until `shutdown` is ready, then finishes what was accepted, at most for 15 seconds.
///
/// # Errors
/// When the listener breaks.
pub async fn run(
    listener: TcpListener,
    config: Config,
    coder: Arc<dyn Coder>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (draining, drain_begins) = oneshot::channel();
    let shutdown = async move {
        shutdown.await;
        tracing::info!("shutting down: finishing the requests under way");
        let _ = draining.send(());
    };
    // A file is sent in several writes, which must not wait for each other's acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
    });
    let server = axum::serve(listener, app(&config, coder)).with_graceful_shutdown(shutdown).into_future();
    let drain_is_over = async {
        match drain_begins.await {
            Ok(()) => tokio::time::sleep(DRAIN).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        result = server => result,
        () = drain_is_over => {
            tracing::warn!("requests still under way after {} s were dropped", DRAIN.as_secs());
            Ok(())
        }
    }
}
