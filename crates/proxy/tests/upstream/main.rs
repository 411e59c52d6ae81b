//! The whole way from a browser's request to a Coding Service and back, over real sockets, in fair and foul weather.

mod models;
mod state;
#[path = "../support/mod.rs"]
mod support;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Topic};
use occuform_proxy::app;
use occuform_proxy::cached::CacheLimits;
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::{ClientSecret, Config, UpstreamConfig};
use occuform_proxy::fallback::Fallback;
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream;
use occuform_proxy::upstream::moment::SystemClock;
use occuform_proxy::upstream::sizing::Merge;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Fault, SECRET, TOKEN, Upstream, until};
use tempfile::TempDir;
use tokio::time::Instant;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

/// Has no suggestion for anything.
struct Embedded;

#[async_trait]
impl Coder for Embedded {
    fn topic(&self) -> Topic {
        OSCA
    }

    fn model(&self) -> Option<Arc<Model>> {
        None
    }

    async fn code(&self, _: JobText, _: u8, _: Instant) -> Result<Coded, CodingFailure> {
        let answer =
            CodeAnswer { code_status: CodeStatus::Unsuccessful, input: Record::default(), result: vec![] };
        Coded::new(&answer, Source::Embedded, "embedded-model")
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn settings(url: &str, state: &Path) -> UpstreamConfig {
    UpstreamConfig {
        token_url: format!("{url}/oauth2/token"),
        api_url: url.to_owned(),
        client_id: "form".into(),
        client_secret: ClientSecret::Given(SECRET.into()),
        state: state.to_owned(),
        redis_url: None,
        calls_per_day: 1_000,
        calls_per_hour: u32::MAX,
        pause: Duration::from_millis(1),
        hour: Duration::from_hours(1),
        day: Duration::from_hours(24),
        model: None,
        merge: Merge::Auto,
        deadline: Duration::from_secs(8),
        cache: CacheLimits { answers: 100, keep: Duration::from_hours(1) },
        proxy: None,
        extra_roots: None,
    }
}

struct Proxy {
    coder: Arc<dyn Coder>,
    app: Router,
}

impl Proxy {
    fn new(settings: &UpstreamConfig, second: Option<Arc<dyn Coder>>) -> Self {
        let metrics = Metrics::default();
        let clock = Arc::new(SystemClock::new().unwrap());
        let service = upstream::open(OSCA, settings, clock, &metrics).unwrap();
        let coder: Arc<dyn Coder> =
            Arc::new(Fallback::new(service, second, settings.deadline).counted(&metrics));
        let config = Config { deadline: settings.deadline, ..Config::default() };
        Self { app: app(&config, Arc::clone(&coder), &metrics), coder }
    }

    /// With the embedded coder, and when the upstream's model is known.
    async fn ready(settings: &UpstreamConfig) -> Self {
        let proxy = Self::new(settings, Some(Arc::new(Embedded)));
        until("the model is known", async || proxy.coder.model().is_some()).await;
        proxy
    }

    async fn ask(&self, title: &str) -> Answer {
        self.ask_with(title, ("accept", "application/json")).await
    }

    async fn ask_with(&self, title: &str, (name, value): (&str, &str)) -> Answer {
        let body = json!({"record": {"occp_text": title}, "numberOfSuggestions": 3}).to_string();
        let request = Request::post("/v1/topics/osca/code")
            .header("content-type", "application/json")
            .header(name, value);
        let response = self.app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body: serde_json::from_slice(&body).unwrap() }
    }
}

async fn world() -> (Arc<Upstream>, TempDir, UpstreamConfig) {
    let upstream = Upstream::start().await;
    let state = tempfile::tempdir().unwrap();
    let settings = settings(&upstream.url, state.path());
    (upstream, state, settings)
}

#[tokio::test]
async fn a_record_is_answered_by_the_upstreams_model_and_from_memory_the_next_time() {
    let (upstream, _state, settings) = world().await;
    let proxy = Proxy::ready(&settings).await;
    let first = proxy.ask("Lion Tamer").await;
    assert_eq!((first.header("occuform-source"), first.header("occuform-model")), ("upstream", "model-1"));
    assert_eq!(first.body["result"][0]["codeCategory"], "361111");

    let again = proxy.ask("  lion   tamer ").await;
    assert_eq!((again.header("occuform-source"), again.header("occuform-model")), ("cache", "model-1"));
    assert_eq!(again.body["input"]["occp_text"], "  lion   tamer ");
    assert_eq!(again.header("cache-control"), "no-store");

    let calls = upstream.seen("/v1/topics/osca/models/model-1/code");
    assert_eq!(calls.len(), 1);
    assert!(calls[0].head.to_lowercase().contains(&format!("authorization: {TOKEN}\r\n")));
    let expected = json!({"record": {"occp_text": "Lion Tamer", "tasks_text": ""}, "numberOfSuggestions": 3});
    assert_eq!(calls[0].body, expected);
    let tokens = upstream.seen("/oauth2/token");
    assert_eq!(tokens.len(), 1);
    assert!(tokens[0].head.contains("Basic Zm9ybTpjYW5hcnktc2VjcmV0LTkxYmM="));
}

#[tokio::test]
async fn an_answer_that_is_kept_holds_nothing_of_what_was_typed() {
    let (_upstream, _state, settings) = world().await;
    let proxy = Proxy::ready(&settings).await;
    for source in [Source::Upstream, Source::Cache] {
        let text = JobText::new("lion tamer", "in a circus").unwrap();
        let coded = proxy.coder.code(text, 3, tokio::time::Instant::now() + settings.deadline).await.unwrap();
        assert_eq!(coded.source, source);
        assert!(!format!("{coded:?}").contains("circus"), "{coded:?}");
    }
}

#[tokio::test]
async fn what_the_upstream_refuses_the_embedded_coder_answers_and_no_second_token_is_asked_for() {
    for fault in [
        Fault::Status(403, "User is not authorized to access this resource with an explicit deny"),
        Fault::Status(429, "Limit Exceeded"),
        Fault::Status(400, "Invalid request body"),
        Fault::Status(404, "The specified topic does not exist"),
    ] {
        let (upstream, _state, settings) = world().await;
        let proxy = Proxy::ready(&settings).await;
        upstream.next([fault.clone()]);
        let answer = proxy.ask("lion tamer").await;
        assert_eq!(
            (answer.status, answer.header("occuform-source")),
            (StatusCode::OK, "embedded"),
            "{fault:?}"
        );
        assert_eq!(upstream.seen("/oauth2/token").len(), 1, "{fault:?}");
        assert_eq!(upstream.seen("/code").len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn what_may_go_well_the_next_time_is_tried_once_more_and_no_second_token_is_asked_for() {
    for fault in [
        Fault::Status(429, "Too Many Requests"),
        Fault::Status(500, "Error performing request"),
        Fault::Status(302, "elsewhere"),
        Fault::Reset,
        Fault::Truncated,
        Fault::Garbage,
    ] {
        for (times, source) in [(1, "upstream"), (2, "embedded")] {
            let (upstream, _state, settings) = world().await;
            let proxy = Proxy::ready(&settings).await;
            upstream.next(vec![fault.clone(); times]);
            let answer = proxy.ask("lion tamer").await;
            assert_eq!(
                (answer.status, answer.header("occuform-source")),
                (StatusCode::OK, source),
                "{fault:?}"
            );
            assert_eq!(upstream.seen("/oauth2/token").len(), 1, "{fault:?}");
            assert_eq!(upstream.seen("/code").len(), 2, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn an_upstream_that_stalls_is_given_up_at_the_deadline() {
    let (upstream, _state, mut settings) = world().await;
    settings.deadline = Duration::from_millis(300);
    let proxy = Proxy::new(&settings, Some(Arc::new(Embedded)));
    until("the model is known", async || proxy.coder.model().is_some()).await;
    upstream.next([Fault::Stall]);
    assert_eq!(proxy.ask("lion tamer").await.header("occuform-source"), "embedded");
}

#[tokio::test]
async fn a_client_may_say_how_long_it_is_ready_to_wait() {
    let (upstream, _state, settings) = world().await;
    let proxy = Proxy::ready(&settings).await;
    upstream.next([Fault::Stall]);
    let began = Instant::now();
    let answer = proxy.ask_with("lion tamer", ("prefer", "wait=1")).await;
    assert_eq!(answer.header("occuform-source"), "embedded");
    assert!((Duration::from_secs(1)..settings.deadline).contains(&began.elapsed()));
}

#[tokio::test]
async fn after_limit_exceeded_and_after_a_refused_token_the_upstream_is_left_alone() {
    for fault in [Fault::Status(429, "Limit Exceeded"), Fault::Status(403, "deny")] {
        let (upstream, _state, mut settings) = world().await;
        settings.deadline = Duration::from_millis(500);
        let proxy = Proxy::ready(&settings).await;
        upstream.next([fault]);
        for title in ["lion tamer", "bear tamer", "tiger tamer"] {
            assert_eq!(proxy.ask(title).await.header("occuform-source"), "embedded");
        }
        assert_eq!((upstream.seen("/code").len(), upstream.seen("/oauth2/token").len()), (1, 1));
    }
}

#[tokio::test]
async fn without_a_fallback_the_client_is_told_when_to_come_back() {
    let (upstream, _state, settings) = world().await;
    let proxy = Proxy::new(&settings, None);
    until("the model is known", async || proxy.coder.model().is_some()).await;
    upstream.next([Fault::Status(429, "Limit Exceeded")]);
    let answer = proxy.ask("lion tamer").await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "86400"));
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.body["type"], "urn:occuform:problem:unavailable");
}

#[tokio::test]
async fn the_same_words_asked_by_many_at_once_are_one_call_also_when_the_first_goes_away() {
    let (upstream, _state, settings) = world().await;
    let proxy = Arc::new(Proxy::ready(&settings).await);
    upstream.next([Fault::Held]);
    let ask = || {
        let proxy = Arc::clone(&proxy);
        tokio::spawn(async move { proxy.ask("lion tamer").await })
    };
    let first = ask();
    until("a call", async || upstream.seen("/code").len() == 1).await;
    let others: Vec<_> = (0..20).map(|_| ask()).collect();
    first.abort();
    assert!(first.await.is_err_and(|error| error.is_cancelled()));
    upstream.release.add_permits(1);
    for other in others {
        let answer = other.await.unwrap();
        assert_eq!(answer.body["result"][0]["codeLabel"], "lion tamer");
    }
    assert_eq!(upstream.seen("/code").len(), 1);
}

#[tokio::test]
async fn different_words_get_their_own_answers_one_call_after_the_other() {
    let (upstream, _state, mut settings) = world().await;
    settings.pause = Duration::from_millis(100);
    settings.merge = Merge::Off;
    let proxy = Arc::new(Proxy::ready(&settings).await);
    let asked: Vec<_> = (0..10)
        .map(|number| {
            let proxy = Arc::clone(&proxy);
            tokio::spawn(async move { proxy.ask(&format!("tamer {number}")).await })
        })
        .collect();
    for (number, answer) in asked.into_iter().enumerate() {
        let answer = answer.await.unwrap();
        assert_eq!(answer.header("occuform-source"), "upstream");
        assert_eq!(answer.body["result"][0]["codeLabel"], format!("tamer {number}"));
    }
    let calls = upstream.seen("/code");
    let span = calls[9].at - calls[0].at;
    assert!(span >= settings.pause * 8, "10 calls in {span:?}");
}

#[tokio::test]
async fn records_that_wait_together_are_one_call_and_each_gets_its_own_answer() {
    let (upstream, _state, mut settings) = world().await;
    settings.pause = Duration::from_millis(300);
    let proxy = Arc::new(Proxy::ready(&settings).await);
    let asked: Vec<_> = (0..50)
        .map(|number| {
            let proxy = Arc::clone(&proxy);
            tokio::spawn(async move { proxy.ask(&format!("tamer {number}")).await })
        })
        .collect();
    for (number, answer) in asked.into_iter().enumerate() {
        let answer = answer.await.unwrap();
        let title = format!("tamer {number}");
        assert_eq!(answer.header("occuform-source"), "upstream");
        assert_eq!(answer.body["result"][0]["codeLabel"], title);
        assert_eq!(answer.body["input"], json!({"occp_text": title, "tasks_text": ""}));
    }
    let calls = upstream.seen("/code");
    let records = |call: &support::Seen| call.body["records"].as_array().map_or(1, Vec::len);
    assert_eq!(calls.iter().map(records).sum::<usize>(), 50);
    assert!(calls.len() <= 3, "{} calls", calls.len());
}

#[tokio::test]
async fn what_cannot_be_asked_in_time_is_answered_early() {
    let (upstream, _state, mut settings) = world().await;
    let proxy = Proxy::ready(&settings).await;
    drop(proxy);
    settings.state = settings.state.join("other");
    settings.calls_per_day = 2;
    let proxy = Proxy::ready(&settings).await;
    assert_eq!(proxy.ask("lion tamer").await.header("occuform-source"), "upstream");
    assert_eq!(proxy.ask("bear tamer").await.header("occuform-source"), "embedded");
    assert_eq!(upstream.seen("/code").len(), 1);
}

#[tokio::test]
async fn a_new_start_goes_on_with_the_token_it_has_and_two_proxies_never_share_a_state() {
    let (upstream, state, settings) = world().await;
    let first = Proxy::ready(&settings).await;
    let clock = || Arc::new(SystemClock::new().unwrap());
    let refused = upstream::open(OSCA, &settings, clock(), &Metrics::default()).err().unwrap().to_string();
    assert!(refused.contains("another proxy uses the state"), "{refused}");
    let mode = std::fs::metadata(state.path().join("token.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // As after a crash: nothing is there any more but the files.
    let copy = tempfile::tempdir().unwrap();
    for file in ["token.json", "quota.json", "lock"] {
        std::fs::copy(state.path().join(file), copy.path().join(file)).unwrap();
    }
    drop(first);
    let settings = UpstreamConfig { state: copy.path().to_owned(), ..settings };
    let second = Proxy::ready(&settings).await;
    assert_eq!(second.ask("lion tamer").await.header("occuform-source"), "upstream");
    assert_eq!(upstream.seen("/oauth2/token").len(), 1);
}

#[tokio::test]
async fn secret_token_and_words_are_in_no_log_no_answer_and_no_file_but_the_tokens_own() {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| LOG.make_writer()).init();
    let (upstream, state, settings) = world().await;
    let proxy = Proxy::ready(&settings).await;
    let quoting = "nonsense quoting zebrakeeper and canary-token-7f3a";
    upstream.next([Fault::Garbage, Fault::Status(500, quoting), Fault::Status(400, quoting), Fault::Reset]);
    let mut said = format!("{settings:?}");
    for number in 0..6 {
        let answer = proxy.ask(&format!("zebrakeeper {number}")).await;
        said += &[format!("{:?}", answer.headers), answer.body["result"].to_string()].concat();
    }
    for entry in std::fs::read_dir(state.path()).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("token.json") {
            said += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    let token = std::fs::read_to_string(state.path().join("token.json")).unwrap();
    assert!(token.contains(TOKEN) && !token.contains(SECRET) && !token.contains("zebrakeeper"));
    said += &String::from_utf8_lossy(&LOG.lock().unwrap());
    assert!(said.contains("a new token") && said.contains("calls"), "{said}");
    for canary in [TOKEN, SECRET, "zebrakeeper", "nonsense"] {
        assert!(!said.contains(canary), "{canary} in {said}");
    }
}
