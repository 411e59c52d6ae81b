//! `occuform service` as its operators call it.

mod common;

use common::{LEXICON, occuform, write_lexicon};
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with a model and settings that take free ports.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_lexicon(folder.path(), "osca", LEXICON);
    assert!(occuform(folder.path(), &["train"]).status.success());
    let settings = "listen = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n[limits.public]\nrequests_per_day = 5\n";
    std::fs::write(folder.path().join("service.toml"), settings).unwrap();
    folder
}

#[test]
fn clients_are_added_shown_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let service = |arguments: &[&str]| occuform(folder.path(), &[&["service", "client"], arguments].concat());
    assert!(said(&service(&["list"])).starts_with("No clients. Register one"));
    let added = service(&["add", "Census form", "--tier", "partner"]);
    let credentials = said(&added);
    let field =
        |name: &str| credentials.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let (id, secret) = (field("client id"), field("client secret"));
    assert!(complained(&added).contains("not shown again"));
    let list = said(&service(&["list"]));
    assert!(list.contains(&id) && list.contains("partner") && list.contains("Census form"), "{list}");
    assert!(!list.contains(&secret) && !list.contains("argon2"), "{list}");
    let revoked = service(&["revoke", &id]);
    assert!(revoked.status.success() && said(&revoked).contains("Census form"));
    let again = service(&["revoke", &id]);
    assert!(!again.status.success());
    assert!(
        complained(&again).contains("'occuform service client list' shows them"),
        "{}",
        complained(&again)
    );
    for name in ["", " ", "a\nb"] {
        assert!(complained(&service(&["add", name])).contains("a client's name has at least one letter"));
    }
}

#[test]
fn a_check_explains_the_settings_and_makes_no_files() {
    let folder = folder();
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    let output = Command::new(env!("CARGO_BIN_EXE_occuform"))
        .current_dir(folder.path())
        .args(["service", "--check-config"])
        .env("OCCUFORM_SERVICE_TOKEN_REQUESTS_PER_HOUR", "7")
        .env("OCCUFORM_SERVICE_TOKEN_REQUEST_PER_HOUR", "7")
        .output()
        .unwrap();
    let explained = said(&output);
    assert!(output.status.success(), "{}", complained(&output));
    let line = |key: &str| {
        explained.lines().find(|line| line.starts_with(key)).unwrap().split_whitespace().collect::<Vec<_>>()
    };
    assert_eq!(
        line("limits.public.requests_per_day"),
        ["limits.public.requests_per_day", "5", "service.toml"]
    );
    assert_eq!(line("token.requests_per_hour")[1..], ["7", "OCCUFORM_SERVICE_TOKEN_REQUESTS_PER_HOUR"]);
    assert_eq!(line("coding.scope")[1..], ["category", "default"]);
    assert!(explained.contains("OCCUFORM_SERVICE_TOKEN_REQUEST_PER_HOUR is no setting"), "{explained}");
    assert!(explained.contains("osca version 1: model "), "{explained}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before);
}

#[test]
fn what_is_wrong_is_told_before_anything_is_served() {
    let folder = folder();
    for (settings, expected) in [
        ("listen = \"here\"", "service.toml: listen: 'here' is not allowed; expected an address and port"),
        ("[limits.publik]\n", "service.toml: limits.publik: there is no such setting"),
        ("listen = ", "service.toml is not TOML"),
        ("models = \"nowhere\"", "cannot read nowhere; make a model with 'occuform train'"),
        ("clients = \"service.toml\"", "the clients file service.toml does not hold clients"),
    ] {
        std::fs::write(folder.path().join("service.toml"), settings).unwrap();
        for arguments in [&["service"][..], &["service", "--check-config"]] {
            let output = occuform(folder.path(), arguments);
            let error = complained(&output);
            assert!(!output.status.success() && error.contains(expected), "{settings}: {error}");
            assert!(!said(&output).contains("ready"));
        }
    }
    let missing = occuform(folder.path(), &["service", "--config", "other.toml"]);
    assert!(complained(&missing).contains("cannot read the settings other.toml"));
}

#[test]
fn the_service_says_where_it_is_and_stops_when_told() {
    let folder = folder();
    let mut service = Command::new(env!("CARGO_BIN_EXE_occuform"))
        .current_dir(folder.path())
        .arg("service")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with("The Coding Service is ready: http://127.0.0.1:"), "{first}");
    let second = lines.next().unwrap().unwrap();
    assert!(second.starts_with("Health and metrics: http://127.0.0.1:"), "{second}");
    let stopped = Command::new("sh").arg("-c").arg(format!("kill {}", service.id())).status().unwrap();
    let output = service.wait_with_output().unwrap();
    assert!(stopped.success() && output.status.success());
    let log = complained(&output);
    assert!(log.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "JSON, a line each: {log}");
    assert!(log.contains("nobody can ask for a token"), "{log}");
}
