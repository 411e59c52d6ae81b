//! A proxy on real sockets, and requests as their bytes.

use occuform_proxy::coder::Coder;
use occuform_proxy::config::Config;
use occuform_proxy::metrics::Metrics;
use occuform_serving::{Server, Workers};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const JSON: &str = "content-type: application/json";

pub struct Running {
    pub api: SocketAddr,
    pub admin: SocketAddr,
    pub stop: oneshot::Sender<()>,
    pub server: JoinHandle<std::io::Result<()>>,
}

/// The settings, with these instead of their defaults.
pub fn config(settings: &[(&str, &str)]) -> Config {
    let variable = |key: &str| format!("OCCUFORM_{}", key.replace('.', "_").to_uppercase());
    let settings = settings.iter().map(|(key, value)| (variable(key), (*value).to_owned()));
    Config::read(Path::new("there is no such file.toml"), false, settings).unwrap().0
}

pub async fn start(config: Config, coder: Arc<dyn Coder>, metrics: Metrics) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (api, admin_address) = (listener.local_addr().unwrap(), admin.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let server =
            Server { listener, admin: Some(admin), limits: config.server.limits, workers: Workers::none() };
        let shutdown = async move {
            let _ = stopped.await;
        };
        occuform_proxy::run(server, &config, coder, &metrics, shutdown).await
    });
    Running { api, admin: admin_address, stop, server }
}

/// Sends the head, of method and path and further lines, and this much of the body.
pub async fn send(address: SocketAddr, head: &[&str], body: &str, missing: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (line, headers) = head.split_first().unwrap();
    let headers = [headers, &[""]].concat().join("\r\n");
    let length = body.len() + missing;
    let request = format!(
        "{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

pub async fn receive(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

pub async fn ask(address: SocketAddr, head: &[&str], body: &str) -> String {
    receive(send(address, head, body, 0).await).await
}

pub async fn metrics(running: &Running) -> String {
    ask(running.admin, &["GET /metrics"], "").await
}
