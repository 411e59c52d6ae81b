//! Clients that take their answers slowly, or not at all, over real sockets.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use futures_util::stream;
use occuform_serving::{Limits, Server, Workers};
use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// More than a socket's buffers hold.
const MUCH: usize = 64 << 20;

async fn endless() -> Body {
    let chunk = Bytes::from(vec![b'x'; 64 << 10]);
    Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(chunk.clone())))
}

async fn serve(limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/endless", get(endless)).route("/short", get(async || "short"));
    let server = Server { listener, admin: None, limits, workers: Workers::none() };
    tokio::spawn(server.run(app, Arc::default(), pending()));
    address
}

async fn ask(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// The answer's beginning has come.
async fn ask_for_the_endless(address: SocketAddr) -> TcpStream {
    let mut stream = ask(address, "/endless").await;
    stream.read_exact(&mut [0; 100]).await.unwrap();
    stream
}

async fn is_answered(address: SocketAddr) -> bool {
    let mut answer = String::new();
    // A connection too many may be closed before all of its request has come.
    let read = ask(address, "/short").await.read_to_string(&mut answer).await;
    read.is_ok() && answer.starts_with("HTTP/1.1 200 ")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_of_an_answer_is_cut_off_and_who_takes_a_little_at_a_time_is_not() {
    let stall = Duration::from_secs(1);
    let address = serve(Limits { connections: 2, stall, ..Limits::default() }).await;
    let mut stalled = ask_for_the_endless(address).await;
    let mut moving = ask_for_the_endless(address).await;
    assert!(!is_answered(address).await, "there is no connection left");
    while !is_answered(address).await {
        moving.read_exact(&mut [0; 4 << 10]).await.unwrap();
    }
    let mut rest = vec![0; MUCH];
    assert!(stalled.read_exact(&mut rest).await.is_err(), "the answer went on");
    moving.read_exact(&mut rest).await.unwrap();
}
