//! The service's description of itself: it names every endpoint of the reference with each status it can answer.

mod common;

use axum::http::StatusCode;
use common::Bench;
use serde_json::Value;
use std::collections::BTreeMap;

/// The reference's table of endpoints. Statuses: those of its error table that can happen there, and 408 and 413 where
/// a body is read.
const ENDPOINTS: [(&str, &str, &str); 12] = [
    ("post", "/oauth2/token", "200 400 401 403 408 413 500"),
    ("get", "/v1/topics", "200 400 403 429 500"),
    ("get", "/v1/topics/{topic}", "200 400 403 404 429 500"),
    ("get", "/v1/topics/{topic}/models", "200 400 403 404 429 500"),
    ("get", "/v1/topics/{topic}/models/latest", "200 400 403 404 429 500"),
    ("post", "/v1/topics/{topic}/code", "200 400 403 404 408 413 429 500"),
    ("post", "/v1/topics/{topic}/models/{model}/code", "200 400 403 404 408 409 413 429 500"),
    ("post", "/v1/topics/{topic}/batch-code", "200 400 403 404 408 413 429 500"),
    ("post", "/v1/topics/{topic}/models/{model}/batch-code", "200 400 403 404 408 409 413 429 500"),
    ("get", "/v1/topics/{topic}/batch-code/operations/{operation_id}", "200 400 401 403 404 429 500"),
    (
        "get",
        "/v1/topics/{topic}/models/{model}/batch-code/operations/{operation_id}",
        "200 400 401 403 404 429 500",
    ),
    ("get", "/v1/security.txt", "200 400 403 429 500"),
];

async fn document() -> Value {
    let answer = Bench::new(&[]).get("/openapi.json", "").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    answer.json()
}

#[tokio::test]
async fn it_is_openapi_3_1_and_holds_the_references_table_and_nothing_else() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let statuses: Vec<&str> =
                operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
            described.insert((method.clone(), path.clone()), statuses.join(" "));
        }
    }
    let expected: BTreeMap<_, _> = ENDPOINTS
        .iter()
        .map(|(method, path, statuses)| (((*method).to_owned(), (*path).to_owned()), (*statuses).to_owned()))
        .collect();
    assert_eq!(described, expected);
}

#[tokio::test]
async fn every_refusal_has_a_body_and_every_throttle_says_when_to_come_again() {
    let document = document().await;
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["content"].is_object(), "{status} of {operation}");
                if status == "429" {
                    assert!(response["headers"]["Retry-After"].is_object(), "{operation}");
                }
            }
        }
    }
}

#[tokio::test]
async fn references_inside_the_document_lead_somewhere() {
    let document = document().await;
    let text = document.to_string();
    let references: Vec<&str> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 10, "{text}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_page_tells_every_endpoint_and_needs_nothing_from_outside() {
    let bench = Bench::new(&[]);
    let page = bench.get("/", "").await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    let html = page.text();
    for (method, path, _) in ENDPOINTS {
        assert!(html.contains(&format!("<code>{} {path}</code>", method.to_uppercase())), "{path}");
    }
    assert!(!html.contains("://") && !html.contains("<script") && !html.contains("style="), "{html}");
    let style = bench.get("/reference.css", "").await;
    assert!(style.header("content-type").starts_with("text/css") && !style.text().contains("://"));
    for target in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(html.contains(&format!("id=\"{target}\"")), "{target}");
    }
}
