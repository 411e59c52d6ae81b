//! What stands between the command and a real Coding Service in tests: it passes calls on, counts them, and lets them
//! go wrong as it is told to.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// How a call goes wrong.
#[derive(Clone)]
pub enum Fault {
    /// This answer, and nothing reaches the service.
    Answer(u16, &'static str),
    /// Half of the request reaches the service, then both connections break.
    CutUpload,
    /// Half of the answer comes back.
    CutDownload,
    /// The lines of the answer in reverse order.
    Reversed,
    /// This instead of what the service answers, if that is no error.
    Instead(&'static str),
}

/// One call.
#[derive(Clone)]
pub struct Seen {
    /// Method and path, such as `POST /v1/topics/osca/code`.
    pub line: String,
    pub body: String,
    /// What the call was authorised with.
    pub token: String,
    /// 0 where the connection broke.
    pub status: u16,
}

struct Rule {
    line: &'static str,
    body: &'static str,
    times: usize,
    fault: Fault,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    seen: Vec<Seen>,
}

pub struct Relay {
    pub url: String,
    service: String,
    state: Mutex<State>,
    changed: Condvar,
}

impl Relay {
    /// Passes on to the service at this address.
    pub fn start(service: &str) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (state, changed) = (Mutex::default(), Condvar::new());
        let relay = Arc::new(Self { url, service: service.to_owned(), state, changed });
        let server = Arc::clone(&relay);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = Arc::clone(&server);
                std::thread::spawn(move || server.serve(stream));
            }
        });
        relay
    }

    /// Calls whose method and path hold `line`, and whose body holds `body`, go wrong so often.
    pub fn fail(&self, line: &'static str, body: &'static str, times: usize, fault: Fault) {
        self.state.lock().unwrap().rules.push(Rule { line, body, times, fault });
    }

    /// The calls so far whose method and path hold this.
    pub fn seen(&self, line: &str) -> Vec<Seen> {
        self.state.lock().unwrap().seen.iter().filter(|seen| seen.line.contains(line)).cloned().collect()
    }

    /// Waits until there were so many calls, and looks now and then whether it is worth it.
    pub fn wait_for(&self, calls: usize, mut worth_it: impl FnMut() -> bool) {
        let mut state = self.state.lock().unwrap();
        while state.seen.len() < calls && worth_it() {
            let turn = std::time::Duration::from_millis(20);
            state = self.changed.wait_timeout(state, turn).unwrap().0;
        }
    }

    fn serve(&self, mut client: TcpStream) {
        let Some((head, body)) = read_request(&mut client) else { return };
        let line = head.lines().next().unwrap().replace(" HTTP/1.1", "");
        let text = String::from_utf8_lossy(&body).into_owned();
        let fault = self.fault(&line, &text);
        let (status, answer) = match &fault {
            Some(Fault::Answer(status, body)) => (*status, body.as_bytes().to_vec()),
            Some(Fault::CutUpload) => {
                let _ = self.send(&head, &body[..body.len() / 2]);
                (0, vec![])
            }
            _ => self.ask(&head, &body).unwrap_or_default(),
        };
        let answer = match &fault {
            Some(Fault::Reversed) => reversed(&answer),
            Some(Fault::Instead(body)) if status == 200 => body.as_bytes().to_vec(),
            _ => answer,
        };
        let sent = if let Some(Fault::CutDownload) = fault { answer.len() / 2 } else { answer.len() };
        {
            let mut state = self.state.lock().unwrap();
            let token = header(&head, "authorization").unwrap_or_default();
            state.seen.push(Seen { line, body: text, token, status });
            self.changed.notify_all();
        }
        if status > 0 {
            let head = format!(
                "HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n",
                answer.len()
            );
            let _ = client.write_all(&[head.as_bytes(), &answer[..sent]].concat());
        }
    }

    fn fault(&self, line: &str, body: &str) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        let rule = state
            .rules
            .iter_mut()
            .find(|rule| rule.times > 0 && line.contains(rule.line) && body.contains(rule.body))?;
        rule.times -= 1;
        Some(rule.fault.clone())
    }

    fn send(&self, head: &str, body: &[u8]) -> std::io::Result<TcpStream> {
        let mut service = TcpStream::connect(&self.service)?;
        // So the answer comes in one piece and ends with the connection.
        service.write_all(head.replacen("HTTP/1.1", "HTTP/1.0", 1).as_bytes())?;
        service.write_all(body)?;
        Ok(service)
    }

    fn ask(&self, head: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        let mut answer = Vec::new();
        self.send(head, body).ok()?.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
        let status = std::str::from_utf8(&answer[..end]).ok()?.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer[end + 4..].to_vec()))
    }
}

impl Seen {
    /// The record ids of a call.
    pub fn records(&self) -> Vec<String> {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let records = body["records"].as_array().cloned().unwrap_or_default();
        records.iter().map(|record| record["recordId"].as_str().unwrap().to_owned()).collect()
    }
}

fn read_request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut part) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end + 4].to_vec()).ok()?;
            let length = header(&head, "content-length").and_then(|length| length.parse().ok());
            let mut body = bytes[end + 4..].to_vec();
            body.reserve_exact(length.unwrap_or(0));
            while body.len() < length.unwrap_or(0) {
                match client.read(&mut part) {
                    Ok(0) | Err(_) => return None,
                    Ok(count) => body.extend_from_slice(&part[..count]),
                }
            }
            return Some((head, body));
        }
        match client.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let named = |line: &str| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then(|| value.to_owned())
    };
    head.lines().find_map(named)
}

fn reversed(answer: &[u8]) -> Vec<u8> {
    let lines = String::from_utf8_lossy(answer).into_owned();
    lines.lines().rev().flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}
