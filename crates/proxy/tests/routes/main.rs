//! What a browser, a data team's script or a stranger gets from the proxy's routes.

mod files;
mod origins;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Suggestion, Topic};
use occuform_proxy::app;
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::Config;
use occuform_proxy::metrics::Metrics;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::time::Instant;
use tower::ServiceExt;

/// Suggests as many codes as asked for; breaks or panics when the title says so.
struct Scripted;

#[async_trait]
impl Coder for Scripted {
    fn topic(&self) -> Topic {
        OSCA
    }

    fn model(&self) -> Option<Arc<Model>> {
        Some(Arc::new(Model {
            model_id: "the-model".into(),
            model_version: 1,
            model_release_date: "2026-01-01".into(),
            model_type: "hsvm2".into(),
            input_format: vec!["occp_text".into(), "tasks_text".into()],
            topic_standard: OSCA.full_name.into(),
            topic_version: OSCA.version.into(),
        }))
    }

    async fn code(&self, text: JobText, suggestions: u8, _: Instant) -> Result<Coded, CodingFailure> {
        match text.title() {
            "break" => return Err(CodingFailure::Broken("secret inner reason".into())),
            "panic" => panic!("secret panic message"),
            "hang" => std::future::pending().await,
            _ => {}
        }
        let suggestion = |number: u8| Suggestion {
            code_category: format!("{}", 381_131 + u32::from(number)),
            code_label: "Electrician".into(),
            code_confidence: 0.5,
        };
        let answer = CodeAnswer {
            code_status: CodeStatus::Successful,
            input: Record { occp_text: text.title().into(), tasks_text: text.tasks().into() },
            result: (0..suggestions).map(suggestion).collect(),
        };
        Coded::new(&answer, Source::Embedded, "the-model")
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem's status, the last part of its type, and its detail.
    fn problem(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        let kind = problem["type"].as_str().unwrap().strip_prefix("urn:occuform:problem:").unwrap();
        let detail = problem["detail"].as_str().unwrap_or_default();
        (self.status.as_u16(), kind.to_owned(), detail.to_owned())
    }
}

async fn ask(app: Router, method: Method, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", content_type);
    let response = app.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

fn api() -> Router {
    app(&Config::default(), Arc::new(Scripted), &Metrics::default())
}

async fn code(body: impl ToString) -> Answer {
    let body = body.to_string().into_bytes();
    ask(api(), Method::POST, "/v1/topics/osca/code", "application/json", body).await
}

#[tokio::test]
async fn a_record_is_answered_in_the_services_shape_and_says_who_answered() {
    let answer = code(json!({
        "record": {"occp_text": " sparky ", "tasks_text": "wiring"},
        "numberOfSuggestions": 2,
    }))
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    let suggestion = |code| json!({"codeCategory": code, "codeLabel": "Electrician", "codeConfidence": 0.5});
    let expected = json!({
        "codeStatus": "successful",
        "input": {"occp_text": " sparky ", "tasks_text": "wiring"},
        "result": [suggestion("381131"), suggestion("381132")],
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("occuform-source"), "embedded");
    assert_eq!(answer.header("occuform-model"), "the-model");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_number_of_suggestions_may_be_left_out_and_is_16_then() {
    let answer = code(json!({"record": {"occp_text": "sparky"}})).await;
    assert_eq!(answer.json()["result"].as_array().unwrap().len(), 16);
}

#[tokio::test]
async fn a_bad_request_is_told_what_is_wrong() {
    let record = json!({"occp_text": "sparky"});
    for (body, kind, detail) in [
        (String::new(), "invalid-request-body", "not JSON"),
        ("{\"record\": ".into(), "invalid-request-body", "not JSON"),
        ("[]".into(), "invalid-request-body", "not a JSON object"),
        ("{}".into(), "invalid-request-body", "'record' is missing"),
        (json!({"records": [record]}).to_string(), "invalid-request-body", "single 'record'"),
        (json!({"record": record, "x": 1}).to_string(), "invalid-request-body", "'numberOfSuggestions'"),
        (json!({"record": record, "numberOfSuggestions": 0}).to_string(), "invalid-request-body", "1 to 16"),
        (json!({"record": record, "numberOfSuggestions": 17}).to_string(), "invalid-request-body", "1 to 16"),
        (
            json!({"record": record, "numberOfSuggestions": 1.5}).to_string(),
            "invalid-request-body",
            "1 to 16",
        ),
        (json!({"record": record, "numberOfSuggestions": -1}).to_string(), "invalid-request-body", "1 to 16"),
        (json!({"record": "sparky"}).to_string(), "malformed-record", "'occp_text'"),
        (json!({"record": ["sparky", "wiring"]}).to_string(), "malformed-record", "'occp_text'"),
        (
            r#"{"record": {"occp_text": "sparky", "occp_text": "barista"}}"#.into(),
            "invalid-request-body",
            "twice",
        ),
        (json!({"record": {"title": "sparky"}}).to_string(), "malformed-record", "'occp_text'"),
        (json!({"record": {"occp_text": 7}}).to_string(), "malformed-record", "'occp_text'"),
        (json!({"record": {"occp_text": "ab"}}).to_string(), "text-too-short", "at least 3"),
        (json!({"record": {}}).to_string(), "text-too-short", "at least 3"),
        (json!({"record": {"occp_text": "a".repeat(101)}}).to_string(), "text-too-long", "at most 100"),
        (json!({"record": {"occp_text": "driver\u{2019}s"}}).to_string(), "not-printable-ascii", "U+2019"),
        (json!({"record": {"occp_text": "dri\tver"}}).to_string(), "not-printable-ascii", "U+0009"),
    ] {
        let (status, found, told) = code(&body).await.problem();
        assert_eq!((status, found.as_str()), (400, kind), "{body}");
        assert!(told.contains(detail), "{body}: {told}");
    }
}

#[tokio::test]
async fn a_problem_never_repeats_the_respondents_words() {
    for words in ["zebrakeeper\u{e9}", "zebrakeeper zebrakeeper ".repeat(8).as_str()] {
        let answer = code(json!({"record": {"occp_text": words}})).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!String::from_utf8(answer.body).unwrap().contains("zebrakeeper"));
    }
}

#[tokio::test]
async fn wrong_topic_type_size_path_and_method_are_problems() {
    let json = "application/json";
    let body = || b"{\"record\":{\"occp_text\":\"sparky\"}}".to_vec();
    let path = "/v1/topics/osca/code";
    for (method, path, content_type, body, expected) in [
        (Method::POST, "/v1/topics/soc/code", json, body(), (404, "unknown-topic")),
        (Method::GET, "/v1/topics/soc/models/latest", json, vec![], (404, "unknown-topic")),
        (Method::POST, path, "text/plain", body(), (415, "unsupported-media-type")),
        (Method::POST, path, json, vec![b' '; 5_000], (413, "body-too-large")),
        (Method::POST, path, json, vec![0xff, 0xfe], (400, "invalid-request-body")),
        (Method::GET, path, json, vec![], (405, "method-not-allowed")),
        (Method::GET, "/v1/nothing", json, vec![], (404, "not-found")),
        (Method::POST, "/v1/topics/%FF/code", json, body(), (404, "unknown-topic")),
        (Method::POST, "/received", json, body(), (404, "not-found")),
        (Method::GET, "/", json, vec![], (404, "not-found")),
    ] {
        let answer = ask(api(), method, path, content_type, body).await;
        let (status, kind, _) = answer.problem();
        assert_eq!((status, kind.as_str()), expected, "{path}");
    }
}

#[tokio::test]
async fn a_coder_that_breaks_or_panics_gives_a_plain_500() {
    for title in ["break", "panic"] {
        let answer = code(json!({"record": {"occp_text": title}})).await;
        assert_eq!(answer.problem(), (500, "internal".into(), String::new()));
        assert!(!String::from_utf8(answer.body).unwrap().contains("secret"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_coder_that_hangs_is_given_up_and_not_blamed_on_the_client() {
    let answer = code(json!({"record": {"occp_text": "hang"}})).await;
    let (status, kind, _) = answer.problem();
    assert_eq!((status, kind.as_str(), answer.header("retry-after")), (503, "too-slow", "5"));
}

#[tokio::test]
async fn the_latest_model_is_described() {
    let answer = ask(api(), Method::GET, "/v1/topics/osca/models/latest", "", vec![]).await;
    assert_eq!(answer.json()["modelId"], "the-model");
    assert_eq!(answer.json()["topicVersion"], "2024");
}
