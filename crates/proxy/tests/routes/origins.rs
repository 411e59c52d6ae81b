//! Pages that ask the API: those that may, and those that may not.

use super::{Answer, Scripted};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use occuform_proxy::app;
use occuform_proxy::config::{Config, Origins};
use occuform_proxy::metrics::Metrics;
use std::sync::Arc;
use tower::ServiceExt;

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
