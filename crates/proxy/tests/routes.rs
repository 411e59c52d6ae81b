//! What a browser, a data team's script or a stranger gets from the proxy's routes.

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Suggestion, Topic};
use occuform_proxy::app;
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::{Config, Origins};
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

fn with_files() -> (tempfile::TempDir, Router) {
    let outer = tempfile::tempdir().unwrap();
    std::fs::write(outer.path().join("secret.txt"), "secret").unwrap();
    let folder = outer.path().join("served");
    std::fs::create_dir(&folder).unwrap();
    for (name, content) in
        [("index.html", "<p>plain"), ("a.js", "plain"), ("a.js.br", "brotli"), ("a.js.gz", "gzip")]
    {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let app =
        app(&Config { files: Some(folder), ..Config::default() }, Arc::new(Scripted), &Metrics::default());
    (outer, app)
}

async fn get_file(app: &Router, path: &str, header: (&str, &str)) -> Answer {
    let request = Request::builder().uri(path).header(header.0, header.1).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

#[tokio::test]
async fn a_file_is_sent_in_the_best_form_the_browser_takes() {
    let (_folder, app) = with_files();
    for (accepted, body) in [("br, gzip", "brotli"), ("gzip", "gzip"), ("identity", "plain")] {
        let answer = get_file(&app, "/a.js", ("accept-encoding", accepted)).await;
        assert_eq!(String::from_utf8(answer.body.clone()).unwrap(), body);
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("content-type"), "text/javascript");
    }
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_twice() {
    let (_folder, app) = with_files();
    let first = get_file(&app, "/a.js", ("accept", "*/*")).await;
    let again = get_file(&app, "/a.js", ("if-modified-since", first.header("last-modified"))).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn the_page_is_served_under_a_strict_policy_and_no_path_leads_out_of_the_folder() {
    let (_folder, app) = with_files();
    let page = get_file(&app, "/", ("accept", "text/html")).await;
    assert_eq!(page.body, b"<p>plain");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"));
    for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/nothing.js"] {
        assert_eq!(get_file(&app, path, ("accept", "*/*")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_submitted_form_is_shown_field_by_field_and_escaped() {
    let body = b"job_title=sparky+%26+son&job_tasks=%3Cscript%3E".to_vec();
    let (_folder, app) = with_files();
    let answer = ask(app.clone(), Method::POST, "/received", "application/x-www-form-urlencoded", body).await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(page.contains(r#"<th scope="row">job_title</th><td>sparky &amp; son</td>"#));
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));

    let broken = ask(app, Method::POST, "/received", "text/plain", vec![]).await;
    assert_eq!(broken.problem().0, 415);
}

async fn from_page(method: Method, origins: &[&str], headers: &[(&str, &str)]) -> Answer {
    from_page_to("/v1/topics/osca/code", method, origins, headers).await
}

async fn from_page_to(path: &str, method: Method, origins: &[&str], headers: &[(&str, &str)]) -> Answer {
    let allowed = origins.iter().map(ToString::to_string).collect();
    let origins = Origins { allowed, without_origin: false };
    let app = app(&Config { origins, ..Config::default() }, Arc::new(Scripted), &Metrics::default());
    let mut request = Request::builder().method(method).uri(path).header("host", "proxy.example");
    for (name, value) in [("content-type", "application/json")].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    let body = Body::from(r#"{"record": {"occp_text": "sparky"}}"#);
    let (parts, body) = app.oneshot(request.body(body).unwrap()).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_ask_and_read_who_answered() {
    let answer = from_page(
        Method::POST,
        &["https://a.example", "https://b.example"],
        &[("origin", "https://b.example")],
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), "https://b.example");
    assert_eq!(
        answer.header("access-control-expose-headers"),
        "occuform-source,occuform-model,x-request-id,retry-after"
    );
    assert!(answer.header("vary").contains("origin"));

    let asked = [("origin", "https://b.example"), ("access-control-request-method", "POST")];
    let preflight = from_page(Method::OPTIONS, &["https://b.example"], &asked).await;
    assert_eq!(preflight.header("access-control-allow-origin"), "https://b.example");
    assert_eq!(preflight.header("access-control-allow-headers"), "content-type,prefer");
    assert_eq!(preflight.header("access-control-max-age"), "3600");
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_before_anything_is_done_for_them() {
    for origin in
        ["https://evil.example", "null", "https://b.example.evil.example", "http://b.example", "\u{ff}"]
    {
        let answer = from_page(Method::POST, &["https://b.example"], &[("origin", origin)]).await;
        assert_eq!(
            (answer.problem().0, answer.problem().1.as_str()),
            (403, "origin-not-allowed"),
            "{origin}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert!(answer.header("vary").contains("origin"));
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_whatever_of_the_api_they_ask_for() {
    let evil = [("origin", "https://evil.example")];
    for (method, path, known) in [
        (Method::DELETE, "/v1/topics/osca/code", 405),
        (Method::GET, "/v1/topics/osca/models/latest", 200),
        (Method::POST, "/v1/topics/osca/models/latest", 405),
        (Method::GET, "/v1/topics", 404),
    ] {
        let refused = from_page_to(path, method.clone(), &["https://b.example"], &evil).await;
        assert_eq!(refused.problem().1, "origin-not-allowed", "{method} {path}");
        let answer = from_page_to(path, method.clone(), &["https://evil.example"], &evil).await;
        assert_eq!(answer.status, known, "{method} {path}");
    }
}

#[tokio::test]
async fn the_proxys_own_pages_may_ask_also_behind_a_web_server_that_changes_the_host() {
    for headers in [
        vec![("origin", "https://proxy.example")],
        vec![("origin", "https://forms.example"), ("sec-fetch-site", "same-origin")],
    ] {
        assert_eq!(from_page(Method::POST, &[], &headers).await.status, StatusCode::OK, "{headers:?}");
    }
    assert_eq!(from_page(Method::POST, &[], &[]).await.status, StatusCode::FORBIDDEN);
}
