//! A server on real sockets: clients that are slow, too many, or on their way when it is told to stop.

use axum::Router;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use occuform_serving::account::Requests;
use occuform_serving::frame::Frame;
use occuform_serving::{Limits, Server, Workers};
use prometheus_client::registry::Registry;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

struct Running {
    api: SocketAddr,
    admin: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

async fn start(limits: Limits) -> Running {
    start_with(limits, Workers::none()).await
}

async fn start_with(limits: Limits, workers: Workers) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (api, admin_address) = (listener.local_addr().unwrap(), admin.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let mut registry = Registry::default();
    let frame = Frame {
        requests: Requests::register(&mut registry),
        headers: HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]),
        panicked: || (StatusCode::INTERNAL_SERVER_ERROR, "broken").into_response(),
        time_limit: None,
    };
    let app = Router::new()
        .route("/", get(async || "answered"))
        .route("/kept", get(async || ([(CACHE_CONTROL, "max-age=60")], "kept")))
        .route("/thread", get(async || format!("{:?}", std::thread::current().id())))
        .route("/never", get(std::future::pending::<&str>))
        .route("/breaks", get(async || -> &str { panic!("on purpose") }))
        .layer(frame.layer());
    let server = Server { listener, admin: Some(admin), limits, workers };
    let server = tokio::spawn(server.run(app, Arc::new(registry), async move {
        let _ = stopped.await;
    }));
    Running { api, admin: admin_address, stop, server }
}

async fn to_the_end(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    // A reset after the answer is an end, too.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

/// One request on a connection that stays open, and its answer.
async fn one_request(stream: &mut TcpStream) -> String {
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"answered") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8(answer).unwrap()
}

async fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    to_the_end(stream).await
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_its_head_too_slowly_or_nothing_at_all_is_cut_off() {
    let running = start(Limits::default()).await;
    for part in ["", "GET / HTTP/1.1\r\nhost: local"] {
        let mut stream = TcpStream::connect(running.api).await.unwrap();
        stream.write_all(part.as_bytes()).await.unwrap();
        let before = tokio::time::Instant::now();
        assert!(!to_the_end(stream).await.contains("answered"));
        assert!(before.elapsed() >= Duration::from_secs(29), "{:?}", before.elapsed());
    }
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_a_closed_one_makes_room() {
    let running = start(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = TcpStream::connect(running.api).await.unwrap();
    one_request(&mut first).await;
    let refused = to_the_end(TcpStream::connect(running.api).await.unwrap()).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 5\r\n"), "{refused}");
    one_request(&mut first).await;
    drop(first);
    while !ask(running.api, "/").await.contains("answered") {}
}

#[tokio::test]
async fn what_breaks_is_answered_and_counted_and_every_answer_has_an_id_and_what_all_of_them_say() {
    let running = start(Limits::default()).await;
    let broken = ask(running.api, "/breaks").await;
    assert!(broken.starts_with("HTTP/1.1 500 ") && broken.ends_with("broken"), "{broken}");
    let kept = ask(running.api, "/kept").await;
    assert!(kept.contains("cache-control: max-age=60\r\n") && !kept.contains("no-store"), "{kept}");
    for answer in [broken, ask(running.api, "/").await] {
        assert!(answer.contains("cache-control: no-store\r\n"), "{answer}");
        assert!(answer.contains("x-request-id: "), "{answer}");
    }
    let metrics = ask(running.admin, "/metrics").await;
    assert!(metrics.contains(r#"requests_total{route="/breaks",method="GET",status="500"} 1"#), "{metrics}");
}

#[tokio::test]
async fn what_was_sent_before_the_stop_is_answered_and_what_comes_after_finds_nobody() {
    for threads in [0, 1, 3] {
        stop_while_requests_wait(Workers::start(threads).unwrap()).await;
    }
}

async fn stop_while_requests_wait(workers: Workers) {
    let running = start_with(Limits::default(), workers).await;
    let mut idle = TcpStream::connect(running.api).await.unwrap();
    one_request(&mut idle).await;
    // Nothing here lets the server run: all of these wait for it when it is told to stop.
    let streams: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(running.api).unwrap();
            stream.write_all(REQUEST).unwrap();
            stream.set_nonblocking(true).unwrap();
            TcpStream::from_std(stream).unwrap()
        })
        .collect();
    running.stop.send(()).unwrap();
    for stream in streams {
        let answer = to_the_end(stream).await;
        assert!(answer.ends_with("answered"), "{answer}");
    }
    assert_eq!(to_the_end(idle).await, "", "an idle connection is closed");
    running.server.await.unwrap().unwrap();
    assert!(TcpStream::connect(running.api).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_takes_longer_than_the_drain_is_dropped_and_readiness_ends_at_once() {
    let running = start(Limits::default()).await;
    let mut stream = TcpStream::connect(running.api).await.unwrap();
    stream.write_all(b"GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert!(ask(running.admin, "/ready").await.starts_with("HTTP/1.1 200 "));
    // The connection is taken: it was there before this one.
    assert!(ask(running.api, "/").await.contains("answered"));
    let before = tokio::time::Instant::now();
    running.stop.send(()).unwrap();
    while !ask(running.admin, "/ready").await.starts_with("HTTP/1.1 503 ") {}
    assert!(ask(running.admin, "/health").await.starts_with("HTTP/1.1 200 "));
    assert_eq!(to_the_end(stream).await, "");
    running.server.await.unwrap().unwrap();
    assert!(before.elapsed() >= Duration::from_secs(15) && before.elapsed() < Duration::from_secs(17));
}

#[tokio::test]
async fn connections_are_shared_out_among_the_threads() {
    let running = start_with(Limits::default(), Workers::start(2).unwrap()).await;
    // One is waiting at its request, which is not what the others wait for.
    let mut waiting = TcpStream::connect(running.api).await.unwrap();
    waiting.write_all(b"GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let threads: Vec<String> = [ask(running.api, "/thread").await, ask(running.api, "/thread").await]
        .into_iter()
        .map(|answer| answer.lines().last().unwrap_or_default().to_owned())
        .collect();
    assert!(threads.iter().all(|thread| thread.starts_with("ThreadId")), "{threads:?}");
    assert_ne!(threads[0], threads[1]);
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_and_requests_are_counted_by_route() {
    let running = start(Limits::default()).await;
    let id = |answer: &str| {
        let line = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("no id in {answer}"))
    };
    assert_ne!(id(&ask(running.api, "/").await), id(&ask(running.api, "/").await));
    ask(running.api, "/zebra?zebra").await;
    let metrics = ask(running.admin, "/metrics").await;
    for line in [
        r#"requests_total{route="/",method="GET",status="200"} 2"#,
        r#"requests_total{route="none",method="GET",status="404"} 1"#,
        r#"request_duration_seconds_count{route="/"} 2"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert!(!metrics.contains("zebra"), "{metrics}");
}
