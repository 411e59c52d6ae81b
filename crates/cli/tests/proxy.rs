//! `occuform proxy` before a real `occuform service` that keeps its limits.

mod common;

use common::Workplace;
use common::coding_service::{CodingService, command};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

struct Proxy {
    child: Child,
    address: String,
}

impl Proxy {
    /// When it knows the service's model.
    fn start(service: &CodingService) -> Self {
        std::fs::create_dir(service.path("dist")).unwrap();
        std::fs::write(service.path("dist/occupation-coder.js"), "").unwrap();
        let mut child = command(service.folder.path(), &["proxy", "--listen", "127.0.0.1:0"])
            .env("OCCUFORM_FALLBACK", "none")
            .env("OCCUFORM_CLIENTS_REQUESTS_PER_MINUTE", "0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let first = BufReader::new(child.stdout.as_mut().unwrap()).lines().next().unwrap().unwrap();
        let address = first.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        let proxy = Self { child, address };
        while !proxy.ask("GET", "/v1/topics/osca/models/latest", "").starts_with("HTTP/1.1 200 ") {}
        proxy
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Who answered, and what.
    fn code(&self, title: &str) -> (String, Value) {
        let body = json!({"record": {"occp_text": title, "tasks_text": "here"}}).to_string();
        let answer = self.ask("POST", "/v1/topics/osca/code", &body);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let source = head.lines().find_map(|line| line.strip_prefix("occuform-source: "));
        (source.unwrap_or(head).to_owned(), serde_json::from_str(body).unwrap())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn many_at_once_have_their_own_answers_of_the_service_which_never_has_to_refuse_a_call() {
    let service = CodingService::with_limit(1);
    let proxy = Proxy::start(&service);
    let titles: Vec<String> = (0..100)
        .map(|number| format!("{} {number}", if number % 2 == 0 { "sparky" } else { "coffee maker" }))
        .collect();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = titles.iter().map(|title| scope.spawn(|| proxy.code(title))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    for (title, (source, answer)) in titles.iter().zip(answers) {
        assert_eq!(source, "upstream", "{title}");
        assert_eq!(answer["input"], json!({"occp_text": title, "tasks_text": "here"}));
        let code = if title.starts_with("sparky") { "381131" } else { "471131" };
        assert_eq!(answer["result"][0]["codeCategory"], code, "{title}");
    }
    assert_eq!(proxy.code("SPARKY  0").0, "cache");
    let calls = service.relay.seen("");
    assert!(calls.iter().all(|call| call.status == 200));
    assert_eq!(service.relay.seen("/oauth2/token").len(), 1);
    assert!(calls.len() < 10, "{} calls for 100 records", calls.len());
}
