//! A Coding Service made for tests, on a real socket: it answers as the guide says, or goes wrong as it is told to,
//! and remembers everything it was asked.
#![allow(dead_code, reason = "not every test file needs all of it")]
pub mod redis;
pub mod running;

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

pub const TOKEN: &str = "canary-token-7f3a";
pub const SECRET: &str = "canary-secret-91bc";

/// Far longer than anything is waited for, but for a simulated hour.
const PATIENCE: Duration = Duration::from_mins(3);

/// Looks again and again: what is waited for happens in sockets and processes that tell nobody.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !is_so().await {
        assert!(since.elapsed() < PATIENCE, "{what}: not for {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Codes too, and is not the latest.
const OLD_MODEL: &str = "model-0";

/// How a coding call goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    Status(u16, &'static str),
    Reset,
    Stall,
    Truncated,
    Garbage,
    /// Answers when it is let go.
    Held,
}

#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Instant,
    pub path: String,
    pub head: String,
    pub body: Value,
}

pub struct Upstream {
    pub url: String,
    seen: Mutex<Vec<Seen>>,
    faults: Mutex<VecDeque<Fault>>,
    model: Mutex<String>,
    pub release: Semaphore,
}

impl Upstream {
    pub async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            seen: Mutex::default(),
            faults: Mutex::default(),
            model: Mutex::new("model-1".into()),
            release: Semaphore::new(0),
        });
        let server = Arc::clone(&upstream);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&server).serve(stream));
            }
        });
        upstream
    }

    pub fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults);
    }

    pub fn set_model(&self, model: &str) {
        *self.model.lock().unwrap() = model.into();
    }

    pub fn seen(&self, path_ends: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.path.ends_with(path_ends)).cloned().collect()
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let Some(seen) = read(&mut stream).await else { return };
        self.seen.lock().unwrap().push(seen.clone());
        let model = self.model.lock().unwrap().clone();
        let (status, body) = match seen.path.as_str() {
            "/oauth2/token" => (200, json!({"access_token": TOKEN, "expires_in": 3600})),
            "/v1/topics" => {
                (200, json!([{"uriName": "osca", "fullName": "O"}, {"uriName": "other", "fullName": "-"}]))
            }
            "/v1/topics/osca/models" => (200, json!([model_answer(OLD_MODEL), model_answer(&model)])),
            "/v1/topics/osca/models/latest" => (200, model_answer(&model)),
            path if [OLD_MODEL, &model].iter().any(|model| path == code_path(model)) => {
                match self.fault().await {
                    None => (200, coded(&seen.body)),
                    Some(Fault::Status(status, message)) => (status, json!({"message": message})),
                    Some(fault) => return misbehave(stream, &fault).await,
                }
            }
            _ => (404, json!({"message": "The specified model does not exist"})),
        };
        write(&mut stream, status, &body.to_string(), 0).await;
    }

    async fn fault(&self) -> Option<Fault> {
        let fault = self.faults.lock().unwrap().pop_front();
        if matches!(fault, Some(Fault::Held)) {
            self.release.acquire().await.unwrap().forget();
            return None;
        }
        fault
    }
}

async fn misbehave(mut stream: TcpStream, fault: &Fault) {
    match fault {
        Fault::Stall => std::future::pending().await,
        Fault::Truncated => write(&mut stream, 200, "{\"codeStatus\": \"succ", 50).await,
        Fault::Garbage => write(&mut stream, 200, "\u{0}<html>nonsense of the upstream</html>", 0).await,
        // Whatever is unread when a socket is closed makes it a reset.
        _ => stream.set_zero_linger().unwrap(),
    }
}

async fn write(stream: &mut TcpStream, status: u16, body: &str, missing: usize) {
    let length = body.len() + missing;
    let answer = format!(
        "HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let path = head.split(' ').nth(1)?.to_owned();
                let body = serde_json::from_str(body).unwrap_or(Value::Null);
                return Some(Seen { at: Instant::now(), path, head: head.to_owned(), body });
            }
        }
        let mut part = [0; 4_096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    }
}

fn code_path(model: &str) -> String {
    format!("/v1/topics/osca/models/{model}/code")
}

fn model_answer(id: &str) -> Value {
    json!({
        "modelId": id, "modelVersion": 7, "modelReleaseDate": "2026-01-01", "modelType": "hsvm2",
        "inputFormat": ["occp_text", "tasks_text"], "topicStandard": "OSCA", "topicVersion": "2024",
    })
}

/// The answers to several records come in the opposite order: they are to be told by their names.
fn coded(body: &Value) -> Value {
    match body["records"].as_array() {
        Some(records) => records.iter().rev().map(coded_record).collect(),
        None => coded_record(&body["record"]),
    }
}

/// The label repeats the title, so that a test can tell whose answer it is.
fn coded_record(record: &Value) -> Value {
    let title = record["occp_text"].as_str().unwrap();
    let label = title.replace("zebrakeeper", "z");
    let mut answer = json!({
        "codeStatus": "successful",
        "input": {"occp_text": title, "tasks_text": record["tasks_text"]},
        "result": [{"codeCategory": "361111", "codeLabel": label, "codeConfidence": 0.75}],
    });
    if let Some(id) = record.get("recordId") {
        answer["recordId"] = id.clone();
    }
    answer
}
