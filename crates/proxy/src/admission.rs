//! In: a request of the API. Out: whether it may be answered. Next: `origins` and `limits` each look at it.

use crate::config::{Config, Origins};
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::origins;
use crate::problem::Problem;
use axum::extract::Request;

/// Who may ask, and how often.
pub(crate) struct Admission {
    origins: Origins,
    limiter: Limiter,
}

impl Admission {
    pub(crate) fn new(config: &Config, metrics: &Metrics) -> Self {
        Self { origins: config.origins.clone(), limiter: Limiter::new(&config.clients, metrics.clone()) }
    }

    /// Refuses what may not ask, or asks too often, before anything is done for it.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Problem> {
        origins::check(&self.origins, request.headers())?;
        self.limiter.check(request)
    }
}
