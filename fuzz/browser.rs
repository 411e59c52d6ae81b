//! In: a request. Out: the proxy's answer, after what holds for every answer was checked. Next: the targets, each of
//! which makes up one part of a request.

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Suggestion, Topic};
use occuform_proxy::app;
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::{Config, Origins};
use occuform_proxy::metrics::Metrics;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::time::Instant;
use tower::ServiceExt;

/// The one origin whose pages may ask.
pub const ORIGIN: &str = "https://forms.example";

/// Who asks a proxy, within this process.
pub struct Browser {
    app: Router,
    runtime: Runtime,
}

/// Suggests the same for every record.
struct Same;

#[async_trait]
impl Coder for Same {
    fn topic(&self) -> Topic {
        OSCA
    }

    fn model(&self) -> Option<Arc<Model>> {
        None
    }

    async fn code(&self, _: JobText, suggestions: u8, _: Instant) -> Result<Coded, CodingFailure> {
        let suggestion = Suggestion {
            code_category: "261313".into(),
            code_label: "Software Engineer".into(),
            code_confidence: 0.5,
        };
        let answer = CodeAnswer {
            code_status: CodeStatus::Successful,
            input: Record::default(),
            result: vec![suggestion; usize::from(suggestions)],
        };
        Coded::new(&answer, Source::Embedded, "model")
    }
}

impl Default for Browser {
    fn default() -> Self {
        let config = Config {
            origins: Origins { allowed: vec![ORIGIN.into()], without_origin: true },
            ..Config::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        Self { app: app(&config, Arc::new(Same), &Metrics::default()), runtime: runtime.expect("a runtime") }
    }
}

impl Browser {
    /// Asks, and checks what holds for all answers.
    ///
    /// # Panics
    /// When it does not hold.
    pub fn ask(&self, request: Request<Body>) -> Response<Bytes> {
        let answer = self.runtime.block_on(async {
            let answer = self.app.clone().oneshot(request).await.expect("an answer");
            let (head, body) = answer.into_parts();
            Response::from_parts(head, body.collect().await.expect("a body").to_bytes())
        });
        let (status, headers) = (answer.status(), answer.headers());
        assert!(!status.is_server_error() || status.as_u16() == 503, "{status}");
        assert_eq!(headers.get("x-content-type-options").map(HeaderValue::as_bytes), Some(&b"nosniff"[..]));
        let may_read = headers.get("access-control-allow-origin");
        assert!(may_read.is_none_or(|origin| origin == ORIGIN), "{may_read:?}");
        if is_problem(headers) {
            let problem: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
            let kind = problem["type"].as_str().expect("a type");
            assert!(kind.starts_with("urn:occuform:problem:"), "{kind}");
            assert_eq!(problem["status"], status.as_u16());
        }
        answer
    }
}

/// Whether the answer is an error in the shape that every error has.
pub fn is_problem(headers: &HeaderMap) -> bool {
    headers.get("content-type").is_some_and(|kind| kind == "application/problem+json")
}
