//! A real `occuform service` with a relay before it, and a folder in which `occuform batch` asks it.

use super::relay::Relay;
use super::{LEXICON, Workplace, occuform, write_lexicon};
use occuform_service::Service;
use occuform_service::clock::Clock;
use occuform_service::config::Config;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// A model, and a partner's id and secret.
static TEMPLATE: LazyLock<(TempDir, String, String)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    write_lexicon(folder.path(), "osca", LEXICON);
    assert!(occuform(folder.path(), &["train"]).status.success());
    let added = occuform(folder.path(), &["service", "client", "add", "Statistics", "--tier", "partner"]);
    let said = String::from_utf8(added.stdout).unwrap();
    let field = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let (id, secret) = (field("client id"), field("client secret"));
    (folder, id, secret)
});

pub struct CodingService {
    pub folder: TempDir,
    pub relay: Arc<Relay>,
    /// None where it is served by a thread of the test.
    child: Option<Child>,
}

impl CodingService {
    /// Starts it; a token an hour, and no other limits.
    pub fn start() -> Self {
        Self::with_limit(0)
    }

    /// Starts it; a token an hour, and so many calls a second, or any number with 0.
    pub fn with_limit(calls_a_second: u32) -> Self {
        let folder = prepared(calls_a_second);
        let mut child = Command::new(env!("CARGO_BIN_EXE_occuform"))
            .current_dir(folder.path())
            .arg("service")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let first = BufReader::new(child.stdout.as_mut().unwrap()).lines().next().unwrap().unwrap();
        let address = first.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        Self::behind_a_relay(folder, &address, Some(child))
    }

    /// The same in a thread of the test, with a clock of the test.
    pub fn start_with(clock: Arc<dyn Clock>) -> Self {
        let folder = prepared(0);
        let (mut config, _) = Config::read(&folder.path().join("service.toml"), true, []).unwrap();
        for path in [&mut config.models, &mut config.clients, &mut config.data] {
            *path = folder.path().join(&*path);
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            tokio::runtime::Runtime::new().unwrap().block_on(async move {
                let service = Service::open(config, clock).unwrap().with_batches().await.unwrap();
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                occuform_service::run(listener, None, Arc::new(service), std::future::pending()).await
            })
        });
        Self::behind_a_relay(folder, &address, None)
    }

    /// Writes the client's settings, which name the relay.
    fn behind_a_relay(folder: TempDir, address: &str, child: Option<Child>) -> Self {
        let (_, id, secret) = &*TEMPLATE;
        let relay = Relay::start(address);
        let secret_file = folder.path().join("secret").display().to_string();
        std::fs::write(&secret_file, secret).unwrap();
        let settings = format!(
            "[upstream]\ntoken_url = \"{0}/oauth2/token\"\napi_url = \"{0}\"\nclient_id = \"{id}\"\n\
             client_secret_file = \"{secret_file}\"\npause_ms = 1000\ncalls_per_day = 10000\n",
            relay.url
        );
        std::fs::write(folder.path().join("occuform.toml"), settings).unwrap();
        Self { folder, relay, child }
    }

    /// Writes a file of so many different jobs.
    pub fn write_jobs(&self, name: &str, jobs: usize) {
        let mut text = String::from("title,tasks\n");
        for number in 0..jobs {
            let _ = writeln!(text, "sparky {number},wiring {} houses", number % 977);
        }
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Begins the command and kills it as soon as the service has had so many more calls. Returns whether that came
    /// in time.
    pub fn kill_after(&self, calls: usize, arguments: &[&str]) -> bool {
        let before = self.relay.seen("").len();
        let mut child = command(self.folder.path(), arguments).spawn().unwrap();
        self.relay.wait_for(before + calls, || child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        !child.wait().unwrap().success()
    }
}

impl Workplace for CodingService {
    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for CodingService {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A folder with models, clients and settings of a service that takes so many calls a second, or any number with 0.
fn prepared(calls_a_second: u32) -> TempDir {
    let (template, ..) = &*TEMPLATE;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    for file in ["models/osca.model", "clients.toml"] {
        std::fs::copy(template.path().join(file), folder.path().join(file)).unwrap();
    }
    let settings = format!(
        "listen = \"127.0.0.1:0\"\n[admin]\nlisten = \"off\"\n[limits.partner]\n\
         requests_per_second = {calls_a_second}\nrequests_per_day = 0\n[coding]\nthreshold = 0.9\n[batch]\n\
         reserved_bytes = 0\n"
    );
    std::fs::write(folder.path().join("service.toml"), settings).unwrap();
    folder
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_occuform"));
    command.current_dir(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
