//! What a client gets from the token endpoint, and what its token is good for.

mod common;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use common::{Bench, SECRET, basic, token_request};
use occuform_service::clients::Clients;
use std::time::Duration;

const DENIED: &str = "User is not authorized to access this resource with an explicit deny";
const TOPICS: &str = "/v1/topics";

#[tokio::test]
async fn a_token_opens_every_call_for_an_hour_bare_or_as_bearer() {
    let bench = Bench::new(&[]);
    let answer = bench.request_token("public", SECRET).await;
    let body = answer.json();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!((body["expires_in"].as_u64(), body["token_type"].as_str()), (Some(3_600), Some("Bearer")));
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = body["access_token"].as_str().unwrap();
    for authorization in [token.to_owned(), format!("Bearer {token}"), format!("bearer {token}")] {
        assert_eq!(bench.get(TOPICS, &authorization).await.status, StatusCode::OK, "{authorization}");
    }
    bench.clock.advance(Duration::from_secs(3_599));
    assert_eq!(bench.get(TOPICS, token).await.status, StatusCode::OK);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.get(TOPICS, token).await.refusal(), (403, DENIED.into()));
}

#[tokio::test]
async fn a_call_without_a_valid_token_is_denied() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    for authorization in ["", "x", "Bearer", "Bearer ", &format!("Basic {token}"), &token[..token.len() - 2]]
    {
        assert_eq!(bench.get(TOPICS, authorization).await.refusal(), (403, DENIED.into()), "{authorization}");
    }
    let without = Request::builder().uri(TOPICS).body(Body::empty()).unwrap();
    assert_eq!(bench.ask(without).await.refusal(), (403, DENIED.into()));
}

#[tokio::test]
async fn a_token_request_that_is_not_as_it_should_be_is_told_why() {
    let bench = Bench::new(&[]);
    let good = basic("public", SECRET);
    let body = "grant_type=client_credentials";
    for (authorization, body, error) in [
        (good.as_str(), "", "invalid_request"),
        (&good, "grant_type=", "unsupported_grant_type"),
        (&good, "grant_type=password", "unsupported_grant_type"),
        (&good, "{\"grant_type\": \"client_credentials\"}", "invalid_request"),
        ("", body, "invalid_client"),
        ("Basic", body, "invalid_client"),
        ("Basic not-base64!", body, "invalid_client"),
        ("Basic cHVibGlj", body, "invalid_client"),
        (&basic("public", "another secret"), body, "invalid_client"),
        (&basic("nobody", SECRET), body, "invalid_client"),
        (&good.replace("Basic", "Bearer"), body, "invalid_client"),
    ] {
        let answer = bench.ask(token_request(authorization, body)).await;
        let status = if error == "invalid_client" { 401 } else { 400 };
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"].as_str()),
            (status, Some(error)),
            "{body}"
        );
        assert_eq!(answer.header("www-authenticate"), if status == 401 { "Basic" } else { "" });
    }
    let mut json = token_request(&good, body);
    json.headers_mut().insert("content-type", "application/json".parse().unwrap());
    assert_eq!(bench.ask(json).await.json()["error"], "invalid_request");
    let mut query = token_request(&good, body);
    *query.uri_mut() = "/oauth2/token?scope=all".parse().unwrap();
    assert_eq!(bench.ask(query).await.json()["error"], "invalid_request");
}

#[tokio::test]
async fn who_asks_for_tokens_too_often_is_refused_for_a_while() {
    let bench = Bench::new(&[("token.requests_per_hour", "2"), ("token.block_seconds", "5400")]);
    let first = bench.token("public").await;
    bench.clock.advance(Duration::from_mins(30));
    bench.token("public").await;
    let refused = bench.request_token("public", SECRET).await;
    assert_eq!(refused.refusal(), (403, DENIED.into()));
    assert_eq!(refused.header("retry-after"), "5400");
    assert_eq!(bench.get(TOPICS, &first).await.status, StatusCode::OK, "a token that there is stays good");
    bench.token("partner").await;
    bench.clock.advance(Duration::from_secs(5_399));
    let refused = bench.request_token("public", SECRET).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (403, "1"));
    bench.clock.advance(Duration::from_secs(1));
    bench.token("public").await;
}

#[tokio::test]
async fn who_asks_once_an_hour_is_never_refused() {
    let bench = Bench::new(&[("token.requests_per_hour", "1")]);
    for _ in 0..5 {
        bench.token("public").await;
        bench.clock.advance(Duration::from_hours(1));
    }
}

#[tokio::test]
async fn requests_with_a_wrong_secret_block_nobody() {
    let bench = Bench::new(&[("token.requests_per_hour", "1")]);
    for _ in 0..3 {
        assert_eq!(bench.request_token("public", "wrong").await.json()["error"], "invalid_client");
    }
    bench.token("public").await;
}

#[tokio::test]
async fn a_client_that_is_revoked_is_denied_at_once() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    bench.service.set_clients(Clients::default());
    assert_eq!(bench.get(TOPICS, &token).await.refusal(), (403, DENIED.into()));
    assert_eq!(bench.request_token("public", SECRET).await.json()["error"], "invalid_client");
}

#[tokio::test]
async fn the_token_endpoint_takes_a_post_alone() {
    let bench = Bench::new(&[]);
    let mut request = token_request(&basic("public", SECRET), "grant_type=client_credentials");
    *request.method_mut() = Method::GET;
    let answer = bench.ask(request).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST"));
}
