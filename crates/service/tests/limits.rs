//! How often a client may call, and what goes wrong on purpose.

mod common;

use axum::http::StatusCode;
use common::{Answer, Bench, SECRET, client};
use occuform_service::clients::{Clients, Tier};
use serde_json::json;
use std::time::Duration;

const TOPICS: &str = "/v1/topics";
const CODE: &str = "/v1/topics/osca/code";

/// Limits as they are by default.
const USUAL: [(&str, &str); 4] = [
    ("limits.public.requests_per_second", "1"),
    ("limits.public.requests_per_day", "1000"),
    ("limits.partner.requests_per_second", "1"),
    ("limits.partner.requests_per_day", "10000"),
];

fn too_many(answer: &Answer) -> (String, String) {
    let (status, message) = answer.refusal();
    assert_eq!(status, 429);
    (message, answer.header("retry-after").to_owned())
}

#[tokio::test]
async fn a_second_call_within_a_second_is_refused_and_told_when_to_come_again() {
    let bench = Bench::new(&USUAL);
    let token = bench.token("public").await;
    assert_eq!(bench.get(TOPICS, &token).await.status, StatusCode::OK);
    bench.clock.advance(Duration::from_millis(999));
    assert_eq!(too_many(&bench.get(TOPICS, &token).await), ("Too Many Requests".into(), "1".into()));
    let other = bench.token("partner").await;
    assert_eq!(bench.get(TOPICS, &other).await.status, StatusCode::OK, "limits are a client's own");
    bench.clock.advance(Duration::from_millis(1));
    assert_eq!(bench.get(TOPICS, &token).await.status, StatusCode::OK, "a refused call counts for nothing");
}

#[tokio::test]
async fn the_days_calls_depend_on_the_tier_and_come_back_24_hours_after_they_were_made() {
    let bench = Bench::new(&USUAL);
    let mut token = bench.token("public").await;
    for _ in 0..1_000 {
        assert_eq!(bench.get(TOPICS, &token).await.status, StatusCode::OK);
        bench.clock.advance(Duration::from_secs(1));
    }
    let refused = bench.get(TOPICS, &token).await;
    assert_eq!(too_many(&refused), ("Limit Exceeded".into(), (86_400 - 1_000).to_string()));
    let partner = bench.token("partner").await;
    assert_eq!(bench.get(TOPICS, &partner).await.status, StatusCode::OK);
    bench.clock.advance(Duration::from_secs(86_400 - 1_000));
    token = bench.token("public").await;
    assert_eq!(bench.get(TOPICS, &token).await.status, StatusCode::OK);
    bench.clock.advance(Duration::from_millis(500));
    assert_eq!(too_many(&bench.get(TOPICS, &token).await).0, "Limit Exceeded");
}

#[tokio::test]
async fn a_client_may_have_limits_of_its_own() {
    let bench = Bench::new(&USUAL);
    let mut clients = Clients::default();
    let mut raised = client("public", Tier::Public);
    (raised.requests_per_second, raised.requests_per_day) = (Some(3), Some(4));
    clients.push(raised);
    bench.service.set_clients(clients);
    let token = bench.token("public").await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(bench.get(TOPICS, &token).await.status.as_u16());
        bench.clock.advance(Duration::from_millis(300));
    }
    assert_eq!(statuses, [200, 200, 200, 429, 200, 429]);
}

#[tokio::test]
async fn a_bad_request_is_a_call_like_any_other() {
    let bench = Bench::new(&USUAL);
    let token = bench.token("public").await;
    assert_eq!(bench.post(CODE, &token, "{}").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(bench.post(CODE, &token, "{}").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn faults_come_as_often_as_they_are_asked_for_and_in_the_same_order() {
    let statuses = async || {
        let bench = Bench::new(&[
            ("faults.internal_error", "0.2"),
            ("faults.denied", "0.2"),
            ("faults.too_many_requests", "0.2"),
            ("faults.limit_exceeded", "0.2"),
            ("faults.seed", "4"),
        ]);
        let token = bench.token("public").await;
        let mut statuses = Vec::new();
        for _ in 0..200 {
            statuses.push(bench.get(TOPICS, &token).await.status.as_u16());
        }
        statuses
    };
    let first = statuses().await;
    for status in [200, 403, 429, 500] {
        let share = first.iter().filter(|other| **other == status).count();
        assert!((15..160).contains(&share), "{status}: {share} of 200");
    }
    assert_eq!(first, statuses().await);
}

#[tokio::test]
async fn a_fault_of_certainty_is_answered_as_the_real_error() {
    for (fault, status, message) in [
        ("faults.internal_error", 500, "Error performing request"),
        ("faults.denied", 403, "User is not authorized to access this resource with an explicit deny"),
        ("faults.too_many_requests", 429, "Too Many Requests"),
        ("faults.limit_exceeded", 429, "Limit Exceeded"),
    ] {
        let bench = Bench::new(&[(fault, "1")]);
        let token = bench.token("public").await;
        assert_eq!(bench.get(TOPICS, &token).await.refusal(), (status, message.into()));
        assert_eq!(bench.request_token("public", SECRET).await.status, StatusCode::OK, "tokens are spared");
    }
}

#[tokio::test(start_paused = true)]
async fn latency_is_added_to_each_call_and_for_each_record() {
    let bench = Bench::new(&[("faults.call_latency_ms", "200"), ("faults.record_latency_ms", "1000")]);
    let token = bench.token("public").await;
    let body =
        json!({"records": [{"occp_text": "sparky"}, {"occp_text": "barista"}, {"occp_text": "sparky"}]});
    let started = tokio::time::Instant::now();
    assert_eq!(bench.post(CODE, &token, body).await.status, StatusCode::OK);
    assert_eq!(started.elapsed().as_millis() / 10, 320);
}

/// A body that never comes to its end.
#[tokio::test(start_paused = true)]
async fn a_sender_who_is_too_slow_is_not_waited_for() {
    use axum::body::{Body, Bytes};
    use axum::http::Method;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    struct Stalled;
    impl http_body::Body for Stalled {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    let answer = bench.ask(common::call(Method::POST, CODE, &token, Body::new(Stalled))).await;
    assert_eq!(answer.refusal(), (408, "Request Timeout".into()));
}
