//! HTTP over a plain socket, so that a test can also send half a request.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Request {
    head: String,
    body: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, url: &str) -> Self {
        let path = url.split_once("://").map_or(url, |(_, rest)| &rest[rest.find('/').unwrap()..]);
        Self {
            head: format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n"),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        let length = self.body.len().to_string();
        self.header("content-length", &length)
    }

    /// Announces so many bytes, whatever is sent.
    pub fn announcing(self, bytes: u64) -> Self {
        self.header("content-length", &bytes.to_string())
    }

    /// Without an announced length.
    pub fn chunked(mut self, body: &[u8]) -> Self {
        for chunk in body.chunks(60_000) {
            self.body.extend(format!("{:x}\r\n", chunk.len()).bytes());
            self.body.extend(chunk);
            self.body.extend(b"\r\n");
        }
        self.body.extend(b"0\r\n\r\n");
        self.header("transfer-encoding", "chunked")
    }

    /// Sends part of the body.
    pub fn partly(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    pub async fn send(self, address: SocketAddr) -> Answer {
        Answer::read(self.begin(address).await).await
    }

    /// Sends, and hands over the connection.
    pub async fn begin(self, address: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(format!("{}\r\n", self.head).as_bytes()).await.unwrap();
        // A server that refuses does not read the body to its end.
        let _ = stream.write_all(&self.body).await;
        stream
    }
}

impl Answer {
    /// Whatever the server says until it closes the connection.
    pub async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| *found == name).map(|(_, value)| value).next().unwrap_or_default()
    }

    /// The body, as long as it was announced.
    pub fn text(self) -> String {
        assert_eq!(self.status, 200);
        assert_eq!(self.header("content-length"), self.body.len().to_string());
        String::from_utf8(self.body).unwrap()
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/xml");
        let body = String::from_utf8(self.body.clone()).unwrap();
        let code = body.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap();
        (self.status, code.to_owned())
    }
}
