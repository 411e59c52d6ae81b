//! What an operator is told of the way to the Coding Service, and with it a network team.

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const MODEL: &str = r#"{"modelId": "model-1", "modelVersion": 7, "modelReleaseDate": "2026-01-01",
    "modelType": "hsvm2", "inputFormat": ["occp_text", "tasks_text"], "topicStandard": "OSCA",
    "topicVersion": "2024"}"#;

/// The status and body for a path.
type Answer = fn(&str) -> (&'static str, &'static str);

/// A server of this machine that gives each request the answer of its path, and remembers the requests' heads.
struct Server {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || serve(stream.unwrap(), answer, &seen));
            }
        });
        Self { port, heads }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn seen(&self, part: &str) -> usize {
        self.heads.lock().unwrap().iter().filter(|head| head.contains(part)).count()
    }
}

fn serve(mut stream: TcpStream, answer: Answer, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    // As web servers answer what is TLS and should not be.
    if reader.fill_buf().is_ok_and(|bytes| bytes.first() == Some(&22)) {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        return;
    }
    let (mut head, mut line) = (String::new(), Vec::new());
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) && line != b"\r\n" {
        head += &String::from_utf8_lossy(&line);
        line.clear();
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = reader.read_exact(&mut body);
    let (status, body) = answer(head.split(' ').nth(1).unwrap_or_default());
    seen.lock().unwrap().push(head);
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
}

fn closed(_: &str) -> (&'static str, &'static str) {
    ("403 Forbidden", "")
}

fn coding_service(path: &str) -> (&'static str, &'static str) {
    match path {
        "/oauth2/token" => ("200 OK", r#"{"access_token": "canary-token", "expires_in": 3600}"#),
        "/v1/topics/osca/models/latest" => ("200 OK", MODEL),
        _ => ("404 Not Found", ""),
    }
}

struct Said {
    text: String,
    success: bool,
}

/// The doctor about these hosts. No word of it holds a secret.
fn doctor(folder: &Path, token_host: &str, api_host: &str, more: &str, options: &[&str]) -> Said {
    let settings = format!(
        "[upstream]\ntoken_url = \"{token_host}/oauth2/token\"\napi_url = \"{api_host}\"\nclient_id = \"form\"\n{more}\n"
    );
    std::fs::write(folder.join("occuform.toml"), settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_occuform"));
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(variable).env_remove(variable.to_lowercase());
    }
    command.current_dir(folder).arg("doctor").args(options);
    let output = command.env("OCCUFORM_UPSTREAM_CLIENT_SECRET", "canary-secret").output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!text.contains("canary"), "{text}");
    Said { text, success: output.status.success() }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn an_open_way_is_said_to_be_open_and_no_token_is_asked_for() {
    let (tokens, api) = (Server::start(closed), Server::start(closed));
    let said = doctor(folder().path(), &tokens.url(), &api.url(), "", &[]);
    assert!(said.success && said.text.contains("The way to the Coding Service is open."), "{}", said.text);
    assert_eq!((tokens.seen("/oauth2/token"), tokens.seen("HEAD / "), api.seen("HEAD / ")), (0, 1, 1));
    assert_eq!(tokens.seen("uthorization"), 0);
}

#[test]
fn without_a_coding_service_there_is_nothing_to_open() {
    let folder = folder();
    let output = Command::new(env!("CARGO_BIN_EXE_occuform"))
        .current_dir(folder.path())
        .arg("doctor")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("the embedded coder answers"), "{said}");
}

#[test]
fn a_name_that_nobody_knows_is_the_name_servers_business_and_the_other_host_is_checked_all_the_same() {
    let api = Server::start(closed);
    let said = doctor(folder().path(), "https://nowhere.invalid", &api.url(), "", &[]);
    assert!(!said.success && said.text.contains("name servers resolve nowhere.invalid"), "{}", said.text);
    assert!(said.text.contains("one step does not work"), "{}", said.text);
    assert_eq!(api.seen("HEAD / "), 1);
}

#[test]
fn a_closed_port_is_named_to_be_opened() {
    let api = Server::start(closed);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let said = doctor(folder().path(), &format!("https://127.0.0.1:{port}"), &api.url(), "", &[]);
    let advice = format!("Open outgoing TCP connections from this machine to 127.0.0.1, port {port}.");
    assert!(!said.success && said.text.contains(&advice), "{}", said.text);
}

#[test]
fn a_web_proxy_that_refuses_is_told_apart_from_one_that_wants_a_password_and_from_none_at_all() {
    let answers: [(Answer, &str); 3] = [
        (closed, "make tunnels (CONNECT) to api.example:443"),
        (|_| ("407 Proxy Authentication Required", ""), "Put them into upstream.proxy"),
        (|_| ("", ""), "is not a web proxy"),
    ];
    for (answer, advice) in answers {
        let proxy = Server::start(answer);
        let setting = format!("proxy = \"http://me:canary-password@127.0.0.1:{}\"", proxy.port);
        let said = doctor(folder().path(), "https://api.example", "https://api.example", &setting, &[]);
        assert!(!said.success && said.text.contains(advice), "{advice}: {}", said.text);
        assert!(said.text.contains("which the setting upstream.proxy names"), "{}", said.text);
        assert_eq!(proxy.seen("CONNECT api.example:443"), 1);
        assert_eq!(proxy.seen("proxy-authorization: Basic bWU6Y2FuYXJ5LXBhc3N3b3Jk"), 1);
    }
}

#[test]
fn what_does_not_speak_tls_is_told_so() {
    let plain = Server::start(closed);
    let host = format!("https://127.0.0.1:{}", plain.port);
    let said = doctor(folder().path(), &host, &host, "", &[]);
    assert!(!said.success && said.text.contains("Let TLS 1.2 or newer to"), "{}", said.text);
    assert!(said.text.contains("API host: the same as the token host"), "{}", said.text);
}

/// A server of this machine that speaks TLS; its port, and its certificate in PEM form.
fn start_tls() -> (u16, String) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config =
        config.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust us goes away.
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
        }
    });
    (port, certified.cert.pem())
}

#[test]
fn a_certificate_that_nobody_trusts_is_told_and_a_named_root_certificate_makes_it_good() {
    let (port, certificate) = start_tls();
    let folder = folder();
    std::fs::write(folder.path().join("roots.pem"), certificate).unwrap();
    let host = format!("https://localhost:{port}");
    let said = doctor(folder.path(), &host, &host, "", &[]);
    assert!(!said.success && said.text.contains("issuer that this machine does not trust"), "{}", said.text);
    let said = doctor(folder.path(), &host, &host, "root_certificates = \"roots.pem\"", &[]);
    assert!(said.success && said.text.contains("TLS and an answer: 403"), "{}", said.text);

    let host = format!("https://127.0.0.1:{port}");
    let said = doctor(folder.path(), &host, &host, "root_certificates = \"roots.pem\"", &[]);
    assert!(!said.success && said.text.contains("the certificate is somebody else's"), "{}", said.text);
}

#[test]
fn a_token_is_asked_for_only_on_request_and_only_once_an_hour() {
    let service = Server::start(coding_service);
    let folder = folder();
    let ask = || doctor(folder.path(), &service.url(), &service.url(), "", &["--ask-for-a-token"]);
    let said = ask();
    assert!(said.success && said.text.contains("the latest model of osca is version 7"), "{}", said.text);
    assert!(ask().success, "the token is kept");
    assert_eq!(service.seen("POST /oauth2/token"), 1);
}
