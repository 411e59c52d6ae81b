//! What no well-behaved caller sends: every endpoint refuses it with a message, and none breaks.

mod common;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use common::{Answer, Bench, call, token_request};
use serde_json::json;

const CODE: &str = "/v1/topics/osca/code";

fn bodies() -> Vec<Vec<u8>> {
    let records = |count| json!({"records": vec![json!({"occp_text": "barista"}); count]}).to_string();
    let text = [
        String::new(),
        "null".into(),
        "[]".into(),
        "{\"record\":".into(),
        "{\"record\": {\"occp_text\": \"a\\ud800bc\"}}".into(),
        "{\"record\": {\"occp_text\": 123}}".into(),
        "{\"record\": [\"1\", \"barista\", \"coffee\"]}".into(),
        "{\"records\": [[\"1\", \"barista\", \"coffee\"]]}".into(),
        "{\"record\": {\"occp_text\": \"barista\"}, \"numberOfSuggestions\": \"3\"}".into(),
        "{\"record\": {\"occp_text\": \"barista\"}, \"numberOfSuggestions\": 3.0}".into(),
        "{\"record\": {\"occp_text\": \"barista\"}, \"numberOfSuggestions\": 1e400}".into(),
        "{\"record\": {\"occp_text\": \"barista\"}} trailing".into(),
        "[".repeat(100_000),
        "{\"record\":".repeat(10_000),
        records(301),
        "\0".repeat(1024 * 1024),
        " ".repeat(1024 * 1024 + 1),
    ];
    let mut bodies: Vec<Vec<u8>> = text.into_iter().map(String::into_bytes).collect();
    bodies.push(b"{\"record\": {\"occp_text\": \"caf\xe9 owner\"}}".to_vec());
    bodies.push((0..1024 * 1024_u32).map(|place| (place * 7 % 251) as u8).collect());
    bodies
}

fn assert_refused(answer: &Answer, what: &str) {
    assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
    assert!(answer.json()["message"].as_str().is_some_and(|message| !message.is_empty()), "{what}");
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_refused_by_every_endpoint_that_reads_one() {
    let bench = Bench::new(&[]);
    let token = bench.token("partner").await;
    let model = bench.service.models().latest("osca").unwrap().coder.id();
    let paths =
        [CODE.to_owned(), "/topics/osca/code".to_owned(), format!("/v1/topics/osca/models/{model}/code")];
    for (number, body) in bodies().into_iter().enumerate() {
        for path in &paths {
            let answer = bench.ask(call(Method::POST, path, &token, Body::from(body.clone()))).await;
            assert_refused(&answer, &format!("body {number} to {path}"));
        }
        let mut request = token_request("Basic bm9ib2R5", "");
        *request.body_mut() = Body::from(body);
        assert_refused(&bench.ask(request).await, &format!("body {number} for a token"));
    }
}

#[tokio::test]
async fn the_same_id_for_several_records_is_repeated_as_it_came() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    let record = json!({"recordId": "1", "occp_text": "barista"});
    let answer = bench.post(CODE, &token, json!({"records": [record, record]})).await.json();
    assert_eq!((&answer[0]["recordId"], &answer[1]["recordId"]), (&json!("1"), &json!("1")));
}

#[tokio::test]
async fn a_path_is_taken_literally_but_for_percent_encoding() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    for path in ["/v1/topics/osca", "/v1/topics/%6fsca", "/topics/%6Fsca"] {
        assert_eq!(bench.get(path, &token).await.status, StatusCode::OK, "{path}");
    }
    for path in [
        "/v1/topics/",
        "/v1/topics/osca/",
        "//v1/topics",
        "/V1/topics",
        "/v1/v1/topics",
        "/v1/topics/OSCA",
        "/v1/topics/%ff",
        "/v1/topics/%00",
        "/v1/topics/osca%2fmodels",
        "/v1/topics/../topics",
        "/v1/topics/osca/models/%ff/",
    ] {
        let (status, message) = bench.get(path, &token).await.refusal();
        assert!(status == 404 && !message.is_empty(), "{path}: {status}");
    }
    let long = format!("/v1/topics/{}", "a".repeat(60_000));
    assert_eq!(bench.get(&long, &token).await.refusal().0, 404);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_told_so_and_head_is_a_get_without_its_body() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    for (method, path) in [
        (Method::OPTIONS, CODE),
        (Method::GET, CODE),
        (Method::PUT, "/v1/topics"),
        (Method::DELETE, "/v1/topics/osca"),
        (Method::TRACE, "/v1/topics"),
        (Method::from_bytes(b"BREW").unwrap(), "/v1/topics"),
        (Method::GET, "/oauth2/token"),
    ] {
        let answer = bench.ask(call(method.clone(), path, &token, Body::from("x"))).await;
        assert_eq!(answer.refusal().0, 405, "{method} {path}");
        assert!(!answer.header("allow").is_empty(), "{method} {path}");
    }
    let head = bench.ask(call(Method::HEAD, "/v1/topics", &token, Body::empty())).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}
