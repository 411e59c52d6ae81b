//! In: a request and its answer. Out: the request's id, a count and a log line. The route and not the path, let alone the
//! query: a stranger may put a respondent's words there. For the same reason the id is our own and never the client's.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Instant;
use tracing::Span;
use uuid::Uuid;

/// The header that tells the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Told apart in log and metrics. A stranger may invent others.
static KNOWN_METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Counts requests.
#[derive(Clone, Debug)]
pub struct Requests {
    answered: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

impl Requests {
    /// Counters that are in `registry`.
    pub fn register(registry: &mut Registry) -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let requests =
            Self { answered: Family::default(), durations: Family::new_with_constructor(histogram) };
        registry.register("requests", "Requests by route and status", requests.answered.clone());
        registry.register_with_unit(
            "request_duration",
            "How long requests took",
            Unit::Seconds,
            requests.durations.clone(),
        );
        requests
    }
}

/// What is written down of one request.
pub(crate) struct Account {
    started: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
    id: Uuid,
    span: Span,
}

impl Account {
    pub(crate) fn open(request: &Request) -> Self {
        let method =
            KNOWN_METHODS.iter().find(|known| *known == request.method()).map_or("other", Method::as_str);
        let id = Uuid::new_v4();
        Self {
            started: Instant::now(),
            method,
            route: request.extensions().get::<MatchedPath>().cloned(),
            id,
            span: tracing::info_span!("request", %id),
        }
    }

    /// What is logged in it belongs to the request.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(crate) fn close(self, requests: &Requests, response: &mut Response) {
        let (status, duration) = (response.status().as_u16(), self.started.elapsed());
        let (method, route) = (self.method, self.route.as_ref().map_or("none", MatchedPath::as_str));
        let labels = RequestLabels { route: route.to_owned(), method, status };
        requests.answered.get_or_create(&labels).inc();
        let labels = RouteLabels { route: route.to_owned() };
        requests.durations.get_or_create(&labels).observe(duration.as_secs_f64());
        let milliseconds = duration.as_secs_f64() * 1_000.0;
        tracing::info!(parent: &self.span, method, route, status, milliseconds, "answered");
        if let Ok(id) = HeaderValue::from_str(self.id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
    }
}
