//! The service on real sockets: what is under way when it is told to stop, what the operator sees, what is logged.

mod common;

use common::{Bench, SECRET, basic, client};
use occuform_service::clients::{Clients, Tier};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tracing_subscriber::fmt::MakeWriter;

struct Running {
    api: SocketAddr,
    admin: SocketAddr,
    stop: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn start(bench: &Bench) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (api, admin_address) = (listener.local_addr().unwrap(), admin.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move {
        let _ = stopped.await;
    };
    let server =
        tokio::spawn(occuform_service::run(listener, Some(admin), Arc::clone(&bench.service), shutdown));
    Running { api, admin: admin_address, stop, server }
}

/// `head` is the request line without the version, and further header lines.
async fn send(address: SocketAddr, head: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (line, headers) = head.split_once('\n').unwrap_or((head, "accept: */*"));
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\n{headers}\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn receive(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

async fn ask(address: SocketAddr, head: &str, body: &str) -> String {
    receive(send(address, head, body).await).await
}

#[tokio::test]
async fn a_stop_ends_readiness_lets_calls_finish_and_the_log_holds_nothing_that_was_sent() {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(|| LOG.make_writer())
        .init();
    let bench = Bench::new(&[]);
    let running = start(&bench).await;
    assert!(ask(running.admin, "GET /health", "").await.starts_with("HTTP/1.1 200"));
    assert!(ask(running.admin, "GET /ready", "").await.starts_with("HTTP/1.1 200"));

    let head = format!(
        "POST /oauth2/token\nauthorization: {}\r\ncontent-type: application/x-www-form-urlencoded",
        basic("public", SECRET)
    );
    let answer = ask(running.api, &head, "grant_type=client_credentials").await;
    let token = answer.split("\"access_token\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

    // A call whose body is only half there when the service is told to stop.
    let body = json!({"record": {"occp_text": "zebrakeeper"}}).to_string();
    let (first, rest) = body.split_at(20);
    let mut stream = TcpStream::connect(running.api).await.unwrap();
    let head = format!(
        "POST /v1/topics/osca/code HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\nconnection: close\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut continued = [0; 25];
    stream.read_exact(&mut continued).await.unwrap();
    assert_eq!(&continued, b"HTTP/1.1 100 Continue\r\n\r\n", "the call is under way");
    stream.write_all(first.as_bytes()).await.unwrap();
    running.stop.send(()).unwrap();
    while ask(running.admin, "GET /ready", "").await.starts_with("HTTP/1.1 200") {}
    stream.write_all(rest.as_bytes()).await.unwrap();
    let answer = receive(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("zebrakeeper"), "{answer}");
    running.server.await.unwrap().unwrap();

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(log.contains(r#""route":"/v1/topics/{topic}/code","status":200"#), "{log}");
    for secret in ["zebrakeeper", SECRET, &token, &basic("public", SECRET)] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn a_connection_is_cut_in_the_middle_of_an_answer_on_purpose() {
    let bench = Bench::new(&[("faults.disconnect", "1")]);
    let token = bench.token("public").await;
    let running = start(&bench).await;
    let answer = ask(running.api, &format!("GET /v1/topics\nauthorization: {token}"), "").await;
    assert!(!answer.contains("uriName") && !answer.ends_with("\r\n0\r\n\r\n"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_clients_file_is_taken_up_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.toml");
    let bench = Bench::new(&[("clients", path.to_str().unwrap())]);
    let running = start(&bench).await;
    let mut clients = Clients::default();
    clients.push(client("newcomer", Tier::Public));
    clients.write(&path).unwrap();
    while bench.service.clients().find("newcomer").is_none() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(bench.service.clients().find("public").is_none(), "the file is all there is");
    std::fs::write(&path, "[[client]]\nid = 'broken'").unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(bench.service.clients().find("newcomer").is_some());
    running.stop.send(()).unwrap();
    running.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_counted_tells_limits_and_tokens_by_client_and_nothing_that_was_sent() {
    let bench =
        Bench::new(&[("limits.public.requests_per_second", "1"), ("limits.public.requests_per_day", "1000")]);
    let token = bench.token("public").await;
    bench.request_token("nobody-zebra", "zebra-secret").await;
    bench.get("/v1/topics/zebra", &token).await;
    bench.clock.advance(Duration::from_secs(1));
    bench.post("/v1/topics/osca/code", &token, json!({"record": {"occp_text": "zebrakeeper"}})).await;
    bench.get("/v1/topics", &token).await;
    bench.get("/v1/topics", "zebra-token").await;
    bench.get("/zebra?zebra", &token).await;
    let running = start(&bench).await;
    let metrics = ask(running.admin, "GET /metrics", "").await;
    for line in [
        r#"occuform_service_throttled_total{client="public",limit="second"} 1"#,
        r#"occuform_service_calls_total{client="public"} 2"#,
        r#"occuform_service_calls_left{client="public"} 998"#,
        "occuform_service_denied_total 1",
        r#"occuform_service_token_requests_total{client="public",outcome="issued"} 1"#,
        r#"occuform_service_token_requests_total{client="unknown",outcome="refused"} 1"#,
        r#"occuform_service_requests_total{route="/v1/topics/{topic}",method="GET",status="404"} 1"#,
        r#"occuform_service_requests_total{route="none",method="GET",status="404"} 1"#,
        r#"occuform_service_records_total{topic="osca","#,
        r#"occuform_service_request_duration_seconds_count{route="/v1/topics/{topic}/code"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert!(!metrics.contains("zebra"), "{metrics}");
}
