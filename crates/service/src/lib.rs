//! A server that speaks the Coding Service's API, with our own coder behind it.
//!
//! A request meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | what the operator chose |
//! | [`state`] | what all endpoints share: [`models`], [`clients`], [`tokens`], limits, counters |
//! | `routes` | the route table and what holds for every response |
//! | `token` | hands out tokens; `tokens` signs them with `hs256` |
//! | `access` | who calls, and whether within the limits: `ledger` counts with [`throttle`], `counts` keeps it |
//! | [`faults`] | what goes wrong on purpose |
//! | `topics`, `code`, `batch_code` | the endpoints; `request` reads what is to be coded |
//! | [`batches`] | asynchronous batches, which `occuform_operations` does the work of |
//! | `refusal` | every error as the guide's status and message |
//! | `openapi`, `responses`, `reference` | the description of all this, for machines and people |
//! | `operator`, `metrics` | for the operator |
//! | `reload` | takes up changes of the clients file |
//!
//! Time comes from a [`clock`] that is handed in. Nothing that a client sends is kept or logged.

mod access;
mod batch_code;
pub mod batches;
pub mod clients;
pub mod clock;
mod code;
pub mod config;
mod counts;
pub mod faults;
mod hs256;
pub mod key_file;
mod ledger;
mod metrics;
pub mod models;
mod openapi;
mod operator;
mod reference;
mod refusal;
mod reload;
mod request;
mod responses;
mod routes;
pub mod state;
pub mod throttle;
mod token;
pub mod tokens;
mod topics;

pub use operator::admin;
pub use routes::app;
pub use state::Service;

use axum::Router;
use axum::serve::ListenerExt;
use std::future::{Future, IntoFuture};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Serves the API, and what is the operator's on `admin`, until `shutdown` is ready; then finishes what was accepted,
/// for as long as the configuration says. Readiness ends at once, health when everything ends.
///
/// # Errors
/// When the listener breaks.
pub async fn run(
    listener: TcpListener,
    admin: Option<TcpListener>,
    service: Arc<Service>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let drain = service.config.drain;
    let ready = Arc::new(AtomicBool::new(true));
    let (stop, stopped) = watch::channel(false);
    let mut background = tokio::task::JoinSet::new();
    background.spawn(reload::follow_clients(Arc::clone(&service)));
    if let Some(batches) = service.batches.clone() {
        background.spawn(async move {
            batches.run(std::future::pending()).await;
            Ok(())
        });
    }
    if let Some(admin) = admin {
        background.spawn(
            axum::serve(admin, operator::admin(Arc::clone(&service), Arc::clone(&ready))).into_future(),
        );
    }
    background.spawn(async move {
        shutdown.await;
        tracing::info!("shutting down: finishing the requests under way");
        ready.store(false, Ordering::Relaxed);
        let _ = stop.send(true);
        Ok(())
    });
    let result = serve(listener, app(service), stopped, drain).await;
    background.shutdown().await;
    result
}

async fn serve(
    listener: TcpListener,
    app: Router,
    stopped: watch::Receiver<bool>,
    drain: std::time::Duration,
) -> io::Result<()> {
    // An answer is sent in several writes, which must not wait for each other's acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
    });
    let until = |mut stopped: watch::Receiver<bool>| async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let server = axum::serve(listener, app).with_graceful_shutdown(until(stopped.clone())).into_future();
    tokio::select! {
        result = server => result,
        () = async { until(stopped).await; tokio::time::sleep(drain).await } => {
            tracing::warn!("requests still under way after {} s were dropped", drain.as_secs());
            Ok(())
        }
    }
}
