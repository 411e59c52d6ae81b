//! A real Redis for a test: on a socket in a folder of its own, stopped when it is dropped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// On its disk before it says so.
pub const DURABLE: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];
/// In memory only.
pub const FLEETING: &[&str] = &["--appendonly", "no"];

pub struct RedisServer {
    folder: TempDir,
    options: &'static [&'static str],
    process: Option<Child>,
}

impl RedisServer {
    pub fn start(options: &'static [&'static str]) -> Self {
        let mut server = Self { folder: tempfile::tempdir().unwrap(), options, process: None };
        server.restart();
        server
    }

    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    /// As after a power cut.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub fn restart(&mut self) {
        self.kill();
        let mut process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--daemonize", "no", "--logfile", ""])
            .arg("--unixsocket")
            .arg(self.socket())
            .arg("--dir")
            .arg(self.folder.path())
            .args(self.options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("redis-server could not be started: on Debian, apt-get install redis-server");
        let mut log = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.to_lowercase().contains("ready to accept connections") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "redis-server ended before it was ready");
        }
        // Read on, so that it never waits for its log to be read.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        self.process = Some(process);
    }

    /// Everything that it holds, as text.
    pub fn dump(&self) -> String {
        let mut connection = self.connection();
        let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut connection).unwrap();
        let mut dump = String::new();
        for key in keys {
            dump += &String::from_utf8_lossy(&key);
            let kind: String = redis::cmd("TYPE").arg(&key).query(&mut connection).unwrap();
            let command = if kind == "hash" { "HGETALL" } else { "GET" };
            let value: redis::Value = redis::cmd(command).arg(&key).query(&mut connection).unwrap();
            dump += &text(&value);
        }
        dump
    }

    pub fn empty(&self) {
        redis::cmd("FLUSHALL").exec(&mut self.connection()).unwrap();
    }

    /// As if the network to it were gone for so long.
    pub async fn pause(&self, length: Duration) {
        let process = self.process.as_ref().unwrap().id().to_string();
        let signal = |signal| Command::new("kill").args([signal, process.as_str()]).status().unwrap();
        signal("-STOP");
        tokio::time::sleep(length).await;
        signal("-CONT");
    }

    fn connection(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn text(value: &redis::Value) -> String {
    match value {
        redis::Value::BulkString(bytes) => format!(" {}", String::from_utf8_lossy(bytes)),
        redis::Value::Array(values) => values.iter().map(text).collect(),
        other => panic!("{other:?}"),
    }
}
