//! The token broker between public forms and the Coding Service.
//!
//! A request meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | what the operator chose |
//! | `routes` | the route table and what holds for every response |
//! | `admission` | whether a request may be answered: `origins` knows whose pages may ask, [`limits`] how often a client may, [`clients`] whose request it is |
//! | `code` | reads and validates a coding request, writes its answer; `preference` tells how long its client waits |
//! | [`coder`] | the trait of those who answer, and the embedded model |
//! | [`fallback`] | a deadline, and who answers when it passes |
//! | [`cached`] | remembers answers under a `fingerprint`, asks once what several want to know |
//! | [`upstream`] | the Coding Service: model, merging, breaker, token, pace, HTTP; its pauses are made uneven by `jitter` |
//! | `problem` | every error as `application/problem+json` |
//! | `files` | the widget's files and the demo page |
//! | [`metrics`] | what is counted for the operator |
//! | [`doctor`] | goes the way to the Coding Service step by step |
//! | `demo` | shows what the demo's form submitted |
//!
//! [`assemble`] puts the coders together in this order. How connections are taken, requests accounted for and the
//! operator answered is `occuform_serving`'s.

mod admission;
pub mod cached;
pub mod clients;
mod code;
pub mod coder;
pub mod config;
mod demo;
pub mod doctor;
pub mod fallback;
mod files;
mod fingerprint;
mod jitter;
pub mod limits;
pub mod metrics;
mod origins;
mod preference;
mod problem;
mod routes;
pub mod upstream;

pub use routes::app;

use coder::{Coder, EmbeddedCoder};
use config::Config;
use fallback::Fallback;
use metrics::Metrics;
use occuform_serving::Server;
use std::future::Future;
use std::io;
use std::sync::Arc;
use upstream::OpenError;
use upstream::moment::SystemClock;

/// Puts the coders together: the Coding Service where it is set up, `embedded` where it is not and where it does not
/// answer in time.
///
/// # Errors
/// When the way to the Coding Service cannot be opened.
pub fn assemble(
    config: &Config,
    embedded: Option<EmbeddedCoder>,
    metrics: &Metrics,
) -> Result<Arc<dyn Coder>, OpenError> {
    let embedded = embedded.map(|coder| Arc::new(coder) as Arc<dyn Coder>);
    match (&config.upstream, embedded) {
        (None, Some(embedded)) => Ok(embedded),
        (None, None) => Err(OpenError::NobodyAnswers),
        (Some(upstream), embedded) => {
            let clock = Arc::new(SystemClock::new()?);
            let service = upstream::open(config.topic, upstream, clock, metrics)?;
            Ok(Arc::new(Fallback::new(service, embedded, config.deadline).counted(metrics)))
        }
    }
}

/// Serves until `shutdown` is ready, then finishes what was accepted, for as long as the server's limits say.
///
/// # Errors
/// When the listener breaks.
pub async fn run(
    server: Server,
    config: &Config,
    coder: Arc<dyn Coder>,
    metrics: &Metrics,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    server.run(app(config, coder, metrics), metrics.registry(), shutdown).await
}
