//! The proxy on a real socket: it finishes what it accepted, and its log keeps respondents' words to itself.

use async_trait::async_trait;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Topic};
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::Config;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use tracing_subscriber::fmt::MakeWriter;

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

    fn model(&self) -> Option<Model> {
        unreachable!("no test asks for the model")
    }

    async fn code(&self, _: JobText, _: u8, _: Instant) -> Result<Coded, CodingFailure> {
        self.arrived.notify_one();
        self.released.notified().await;
        let answer =
            CodeAnswer { code_status: CodeStatus::Unsuccessful, input: Record::default(), result: vec![] };
        Ok(Coded { answer, source: Source::Embedded, model: "m".into() })
    }
}

async fn send(stream: &mut TcpStream, path: &str, body: &str) {
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
}

async fn receive(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_shutdown_lets_an_accepted_request_finish_and_the_log_holds_no_words() {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(|| LOG.make_writer())
        .init();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let coder = Arc::new(Held::default());
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move {
        let _ = stopped.await;
    };
    let server =
        tokio::spawn(occuform_proxy::run(listener, Config::default(), Arc::clone(&coder) as _, shutdown));

    let mut stream = TcpStream::connect(address).await.unwrap();
    send(&mut stream, "/v1/topics/osca/code?q=zebrakeeper", r#"{"record":{"occp_text":"zebrakeeper"}}"#)
        .await;
    coder.arrived.notified().await;
    stop.send(()).unwrap();
    coder.released.notify_one();
    assert!(receive(stream).await.starts_with("HTTP/1.1 200 OK"));
    server.await.unwrap().unwrap();

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(log.contains("\"status\":200"), "{log}");
    assert!(!log.contains("zebrakeeper"), "{log}");
}
