//! What the operator sees of a proxy before a Coding Service.

mod support;

use occuform_proxy::coder::EmbeddedCoder;
use occuform_proxy::config::Config;
use occuform_proxy::metrics::Metrics;
use std::path::Path;
use std::time::Duration;
use support::running::{JSON, Running, ask, config, metrics, start};
use support::{Fault, SECRET, TOKEN, Upstream};

fn settings(upstream: &Upstream, state: &Path) -> Config {
    let mut config = config(&[
        ("upstream.token_url", &format!("{}/oauth2/token", upstream.url)),
        ("upstream.api_url", &upstream.url),
        ("upstream.client_id", "form"),
        ("upstream.client_secret", SECRET),
        ("upstream.state", &state.display().to_string()),
        ("fallback", "none"),
    ]);
    config.upstream.as_mut().unwrap().pause = Duration::from_millis(1);
    config
}

async fn code(running: &Running, title: &str) -> String {
    let body = format!(r#"{{"record":{{"occp_text":"{title}"}}}}"#);
    ask(running.api, &["POST /v1/topics/osca/code", JSON], &body).await
}

#[tokio::test]
async fn it_counts_who_answered_and_what_the_allowance_was_spent_on_and_holds_nothing_that_was_sent() {
    let upstream = Upstream::start().await;
    let state = tempfile::tempdir().unwrap();
    let config = settings(&upstream, state.path());
    let counted = Metrics::default();
    let coder = occuform_proxy::assemble(&config, None::<EmbeddedCoder>, &counted).unwrap();
    let running = start(config, coder, counted).await;
    let model = ["GET /v1/topics/osca/models/latest"];
    while !ask(running.api, &model, "").await.starts_with("HTTP/1.1 200 ") {}

    assert!(code(&running, "zebrakeeper").await.starts_with("HTTP/1.1 200 "));
    assert!(code(&running, "Zebrakeeper").await.starts_with("HTTP/1.1 200 "));
    // The call and its one retry.
    upstream.next([Fault::Status(500, "broken"), Fault::Status(500, "broken")]);
    assert!(code(&running, "zebra rider").await.starts_with("HTTP/1.1 503 "));
    upstream.next([Fault::Status(429, "Limit Exceeded")]);
    assert!(code(&running, "zebra painter").await.starts_with("HTTP/1.1 503 "));
    assert!(code(&running, "zebra painter").await.starts_with("HTTP/1.1 503 "));

    let metrics = metrics(&running).await;
    for line in [
        r#"answers_total{source="upstream",outcome="successful"} 1"#,
        r#"answers_total{source="cache",outcome="successful"} 1"#,
        r#"fallbacks_total{reason="unavailable"} 3"#,
        r#"calls_not_made_total{reason="the upstream's allowance is used"} 1"#,
        r#"calls_total{outcome="answered"} 2"#,
        r#"calls_total{outcome="broken"} 2"#,
        r#"calls_total{outcome="limit_exceeded"} 1"#,
        "call_records_count 4",
        "call_duration_seconds_count 5",
        "queue_wait_seconds_count 5",
        r#"token_requests_total{outcome="obtained"} 1"#,
        "calls_left 995",
        r#"requests_total{route="/v1/topics/{topic}/code",method="POST",status="503"} 3"#,
    ] {
        assert!(metrics.contains(&format!("occuform_proxy_{line}\n")), "{line}\n{metrics}");
    }
    for secret in ["zebra", TOKEN, SECRET, "127.0.0.1"] {
        assert!(!metrics.to_lowercase().contains(secret), "{secret}\n{metrics}");
    }
}
