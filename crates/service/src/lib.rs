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
//! | `metrics` | what is counted for the operator |
//! | `reload` | takes up changes of the clients file |
//!
//! How connections are taken, requests accounted for and the operator answered is `occuform_serving`'s.
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

pub use routes::app;
pub use state::Service;

use occuform_serving::{Server, Workers};
use std::future::Future;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Serves the API, and what is the operator's on `admin`, until `shutdown` is ready; then finishes what was accepted,
/// for as long as the configuration says.
///
/// # Errors
/// When the listener breaks.
pub async fn run(
    listener: TcpListener,
    admin: Option<TcpListener>,
    service: Arc<Service>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let mut background = JoinSet::new();
    background.spawn(reload::follow_clients(Arc::clone(&service)));
    if let Some(batches) = service.batches.clone() {
        background.spawn(async move {
            batches.run(std::future::pending()).await;
            Ok(())
        });
    }
    let server = Server { listener, admin, limits: service.config.server.limits, workers: Workers::none() };
    let result = server.run(app(&service), service.counters(), shutdown).await;
    background.shutdown().await;
    result
}
