//! In: a request of the API. Out: whether it may be answered. Next: `origins` and `limits` each look at it.

use crate::code::Api;
use crate::config::{Config, Origins};
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::origins;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::sync::Arc;

/// Who may ask, and how often.
pub(crate) struct Admission {
    origins: Origins,
    limiter: Limiter,
}

impl Admission {
    pub(crate) fn new(config: &Config, metrics: &Metrics) -> Self {
        Self { origins: config.origins.clone(), limiter: Limiter::new(&config.clients, metrics.clone()) }
    }
}

/// What may ask, and does not ask too often. All else is refused before anything is done for it: each handler of the API
/// takes this first.
pub(crate) struct Admitted;

impl FromRequestParts<Arc<Api>> for Admitted {
    type Rejection = Problem;

    async fn from_request_parts(request: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let Admission { origins, limiter } = &api.admission;
        origins::check(origins, &request.headers)?;
        limiter.check(request)?;
        Ok(Self)
    }
}
