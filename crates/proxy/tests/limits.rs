//! How often a client may ask, and who is one.

mod support;

use async_trait::async_trait;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Topic};
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::metrics::Metrics;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use support::running::{JSON, Running, ask, config, metrics, start};
use tokio::time::Instant;
use tracing_subscriber::fmt::MakeWriter;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Counts what it is asked.
#[derive(Default)]
struct Counting(AtomicUsize);

#[async_trait]
impl Coder for Counting {
    fn topic(&self) -> Topic {
        OSCA
    }

    fn model(&self) -> Option<Arc<Model>> {
        None
    }

    async fn code(&self, _: JobText, _: u8, _: Instant) -> Result<Coded, CodingFailure> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let answer =
            CodeAnswer { code_status: CodeStatus::Unsuccessful, input: Record::default(), result: vec![] };
        Coded::new(&answer, Source::Embedded, "m")
    }
}

async fn proxy(settings: &[(&str, &str)]) -> (Running, Arc<Counting>) {
    let coder = Arc::new(Counting::default());
    (start(config(settings), Arc::clone(&coder) as _, Metrics::default()).await, coder)
}

/// One request, with these further header lines; its answer.
async fn code(running: &Running, headers: &[&str]) -> String {
    let head: Vec<&str> = ["POST /v1/topics/osca/code", JSON].iter().chain(headers).copied().collect();
    ask(running.api, &head, r#"{"record":{"occp_text":"sparky"}}"#).await
}

fn is_limited(answer: &str) -> bool {
    let limited = answer.starts_with("HTTP/1.1 429 ");
    assert!(limited || answer.starts_with("HTTP/1.1 200 "), "{answer}");
    limited
}

const ONE_A_MINUTE: [(&str, &str); 2] = [("clients.requests_per_minute", "1"), ("clients.burst", "1")];

#[tokio::test]
async fn a_client_above_its_rate_is_told_when_to_come_again_and_costs_nothing_more() {
    let settings = [ONE_A_MINUTE[0], ("clients.burst", "3"), ("cors.origins", "https://forms.example")];
    let (running, coder) = proxy(&settings).await;
    let page = "origin: https://forms.example";
    for _ in 0..3 {
        assert!(!is_limited(&code(&running, &[page]).await));
    }
    let answer = code(&running, &[page]).await;
    assert!(is_limited(&answer));
    assert!(answer.contains("urn:occuform:problem:too-many-requests"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: https://forms.example"), "{answer}");
    let wait = answer.lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap();
    assert!((1..=60).contains(&wait.parse::<u32>().unwrap()), "{wait}");
    assert_eq!(coder.0.load(Ordering::Relaxed), 3);
    let preflight = ["OPTIONS /v1/topics/osca/code", page, "access-control-request-method: POST"];
    assert!(ask(running.api, &preflight, "").await.starts_with("HTTP/1.1 200 "), "a preflight is no request");
    let metrics = metrics(&running).await;
    assert!(metrics.contains("occuform_proxy_limited_total 1\n"), "{metrics}");
    assert!(!metrics.contains("127.0.0.1"), "{metrics}");
}

#[tokio::test]
async fn a_client_may_ask_again_after_the_wait_it_was_told() {
    let (running, _) = proxy(&[("clients.requests_per_minute", "6000"), ("clients.burst", "1")]).await;
    assert!(!is_limited(&code(&running, &[]).await));
    while is_limited(&code(&running, &[]).await) {}
}

#[tokio::test]
async fn a_school_behind_one_address_survives_the_defaults() {
    let (running, _) = proxy(&[]).await;
    for _ in 0..300 {
        assert!(!is_limited(&code(&running, &["x-forwarded-for: 203.0.113.7"]).await));
    }
}

#[tokio::test]
async fn the_rightmost_address_that_is_no_trusted_hop_is_the_client() {
    let hops = [ONE_A_MINUTE[0], ONE_A_MINUTE[1], ("clients.trusted_hops", "127.0.0.1 10.0.0.0/8")];
    let (running, _) = proxy(&hops).await;
    for (headers, limited) in [
        (&["x-forwarded-for: 203.0.113.7"][..], false),
        (&["x-forwarded-for: 203.0.113.7"], true),
        (&["x-forwarded-for: 203.0.113.7:4711"], true),
        (&["x-forwarded-for: ::ffff:203.0.113.7"], true),
        (&["x-forwarded-for: 198.51.100.1, 203.0.113.7"], true),
        (&["x-forwarded-for: 203.0.113.7, 10.1.2.3"], true),
        (&["x-forwarded-for: 203.0.113.7,10.1.2.3", "x-forwarded-for: 10.9.9.9"], true),
        (&["x-forwarded-for: 198.51.100.1", "x-forwarded-for: 203.0.113.7"], true),
        (&["x-forwarded-for: 203.0.113.7, 198.51.100.1"], false),
        (&["x-forwarded-for: 2001:db8:1:2::1"], false),
        (&["x-forwarded-for: [2001:db8:1:2:ffff::9]:443"], true),
        (&["x-forwarded-for: 2001:db8:1:3::1"], false),
        (&["x-forwarded-for: 203.0.113.99, unknown"], false),
        (&["x-forwarded-for: "], true),
        (&[], true),
    ] {
        assert_eq!(is_limited(&code(&running, headers).await), limited, "{headers:?}");
    }
}

#[tokio::test]
async fn the_word_of_a_stranger_is_not_taken_and_the_operator_hears_of_it_without_addresses() {
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| LOG.make_writer());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let hops = [ONE_A_MINUTE[0], ONE_A_MINUTE[1], ("clients.trusted_hops", "10.0.0.0/8")];
    let (running, _) = proxy(&hops).await;
    assert!(!is_limited(&code(&running, &["x-forwarded-for: 203.0.113.7"]).await));
    assert!(is_limited(&code(&running, &["x-forwarded-for: 203.0.113.8"]).await));
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("clients.trusted_hops does not name").count(), 1, "{log}");
    assert!(!log.contains("203.0.113") && !log.contains("127.0.0.1"), "{log}");
}

#[tokio::test]
async fn without_a_rate_there_is_no_limit() {
    let (running, coder) = proxy(&[("clients.requests_per_minute", "0"), ("clients.burst", "1")]).await;
    for _ in 0..5 {
        assert!(!is_limited(&code(&running, &[]).await));
    }
    assert_eq!(coder.0.load(Ordering::Relaxed), 5);
}
