//! The proxy on a real socket: it finishes what it accepted, refuses slow senders, and its log keeps respondents' words
//! to itself.

mod support;

use async_trait::async_trait;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Topic};
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::Config;
use occuform_proxy::metrics::Metrics;
use std::sync::{Arc, Mutex};
use support::running::{JSON, ask, receive, send, start};
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing_subscriber::fmt::MakeWriter;

const CODE: &str = "POST /v1/topics/osca/code";
const BODY: &str = r#"{"record":{"occp_text":"zebrakeeper"}}"#;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Says when a request has reached it, and answers when it is told to.
#[derive(Default)]
struct Held {
    arrived: Notify,
    released: Notify,
}

#[async_trait]
impl Coder for Held {
    fn topic(&self) -> Topic {
        OSCA
    }

    fn model(&self) -> Option<Arc<Model>> {
        unreachable!("no test asks for the model")
    }

    async fn code(&self, _: JobText, _: u8, _: Instant) -> Result<Coded, CodingFailure> {
        self.arrived.notify_one();
        self.released.notified().await;
        let answer =
            CodeAnswer { code_status: CodeStatus::Unsuccessful, input: Record::default(), result: vec![] };
        Coded::new(&answer, Source::Embedded, "m")
    }
}

#[tokio::test]
async fn a_shutdown_lets_an_accepted_request_finish_and_the_log_holds_no_words() {
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(|| LOG.make_writer())
        .init();
    let coder = Arc::new(Held::default());
    let running = start(Config::default(), Arc::clone(&coder) as _, Metrics::default()).await;
    let head = [&format!("{CODE}?q=zebrakeeper"), JSON, "x-request-id: zebrakeeper"];
    let stream = send(running.api, &head, BODY, 0).await;
    coder.arrived.notified().await;
    running.stop.send(()).unwrap();
    coder.released.notify_one();
    let answer = receive(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    running.server.await.unwrap().unwrap();

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(log.contains("\"status\":200"), "{log}");
    assert!(!log.contains("zebrakeeper"), "{log}");
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    assert!(log.contains(id), "the answer's id is the log's");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_too_slowly_is_refused_before_anybody_is_asked() {
    let coder = Arc::new(Held::default());
    let running = start(Config::default(), Arc::clone(&coder) as _, Metrics::default()).await;
    let answer = receive(send(running.api, &[CODE, JSON], &BODY[..20], 10).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body-too-slow"), "{answer}");
}

#[tokio::test]
async fn a_body_too_long_or_of_another_type_is_refused_without_being_read() {
    let running = start(Config::default(), Arc::new(Held::default()), Metrics::default()).await;
    // The rest of these bodies never comes.
    let answer = receive(send(running.api, &[CODE, JSON], "{", 5_000).await).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body-too-large"), "{answer}");
    let answer = receive(send(running.api, &[CODE, "content-type: text/plain"], "{", 100).await).await;
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
    let answer = ask(running.api, &["GET /v1/topics/osca/code"], "").await;
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}
