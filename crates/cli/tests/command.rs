//! The command as its users call it.

mod common;

use common::{LEXICON, occuform, write_lexicon};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// A folder with a small lexicon and the model that the command trained from it.
struct Trained {
    folder: TempDir,
    said: String,
}

static TRAINED: LazyLock<Trained> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    write_lexicon(folder.path(), "osca", LEXICON);
    let output = occuform(folder.path(), &["train", "--lexicon", "lexicon", "--model", "models/small.model"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Trained { said: String::from_utf8(output.stdout).unwrap(), folder }
});

fn trained(arguments: &[&str]) -> (String, String, bool) {
    let mut all = arguments.to_vec();
    all.extend(["--model", "models/small.model"]);
    let output = occuform(TRAINED.folder.path(), &all);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.success())
}

#[test]
fn training_says_what_was_learned_and_leaves_only_the_model() {
    assert!(TRAINED.said.contains("7 phrases for 2 occupations learned"), "{}", TRAINED.said);
    let files: Vec<_> = std::fs::read_dir(TRAINED.folder.path().join("models")).unwrap().collect();
    assert_eq!(files.len(), 1);
}

#[test]
fn a_second_lexicon_adds_what_the_first_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    for (place, text) in
        [("own", LEXICON), ("more", "471131 Barista\ntitles:\n  the coffee maker\n  bean wizard\n")]
    {
        std::fs::create_dir_all(folder.path().join(place).join("osca")).unwrap();
        std::fs::write(folder.path().join(place).join("osca/47.txt"), text).unwrap();
    }
    let train = ["train", "--lexicon", "own", "--lexicon", "more", "--model", "one.model"];
    let output = occuform(folder.path(), &train);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("more: phrases added: 1, already known: 1"), "{said}");
    assert!(said.contains("8 phrases for 2 occupations learned"), "{said}");
    std::fs::write(folder.path().join("more/osca/47.txt"), "471199 Barista\n").unwrap();
    let error = String::from_utf8(occuform(folder.path(), &train).stderr).unwrap();
    assert!(error.contains("cannot add more to the lexicon own: more/osca/47.txt:1: "), "{error}");
}

#[test]
fn a_job_is_coded_as_a_ranked_table_with_the_groups_it_lies_in() {
    let (table, _, success) = trained(&["code", "sparky", "--tasks", "wiring houses"]);
    assert!(success);
    let best = table.lines().nth(1).unwrap();
    assert!(best.starts_with("381131  Electrician"), "{table}");
    assert!(best.contains("Trades > Electro > Electrical > Electricians"), "{table}");
}

#[test]
fn a_job_is_coded_as_the_services_json() {
    let (json, _, success) = trained(&["code", "barista", "--json", "--suggestions", "1"]);
    let answer: Value = serde_json::from_str(&json).unwrap();
    assert!(success);
    assert_eq!(answer["codeStatus"], "successful");
    assert_eq!(answer["result"].as_array().unwrap().len(), 1);
    assert_eq!(answer["result"][0]["codeCategory"], "471131");
}

#[test]
fn an_explanation_shows_the_strongest_features_and_the_unknown_words() {
    let (text, _, success) = trained(&["code", "sparky zzyzx", "--tasks", "wiring houses", "--explain"]);
    assert!(success);
    let (_, explained) = text.split_once("\n381131 Electrician\n").unwrap();
    assert!(explained.starts_with("     all       3      38     381    3811  381131\n"), "{text}");
    let line = |what: &str| explained.lines().find(|line| line.ends_with(what)).unwrap_or_default();
    for what in ["word of the title: sparky", "word of the tasks: houses"] {
        assert!(line(what).starts_with("  +") && line(what).contains("       .  word"), "{what}: {text}");
    }
    assert!(explained.contains("letters of sparky: -"), "{text}");
    assert!(explained.contains("  weaker features together: "), "{text}");
    assert!(explained.ends_with("\nThe model has never met: zzyzx\n"), "{text}");
}

#[test]
fn an_explanation_shows_which_words_were_taken_for_a_slip() {
    let (text, _, _) = trained(&["code", "electrican zzyzx", "--explain"]);
    assert!(text.contains("\nRead electrican as electrician\n"), "{text}");
    let (json, _, _) = trained(&["code", "electrican", "--explain", "--json"]);
    let answer: Value = serde_json::from_str(&json).unwrap();
    let corrections = &answer["explanation"]["corrections"];
    assert_eq!(*corrections, json!([{"written": "electrican", "meant": "electrician"}]));
}

#[test]
fn the_json_carries_an_explanation_only_when_asked() {
    let arguments = ["code", "barista", "--json"];
    let plain: Value = serde_json::from_str(&trained(&arguments).0).unwrap();
    let explained: Value =
        serde_json::from_str(&trained(&[&arguments[..], &["--explain"]].concat()).0).unwrap();
    assert!(plain.get("explanation").is_none());
    assert_eq!(plain["result"], explained["result"]);
    let code = &explained["explanation"]["codes"][0];
    assert_eq!(code["code"], plain["result"][0]["codeCategory"]);
    let features = code["features"].as_array().unwrap();
    assert!(
        features.iter().any(|feature| feature["feature"] == "wholeTitle" && feature["text"] == "barista")
    );
    for feature in features {
        let path = feature["path"].as_array().unwrap();
        let sum: f64 = path.iter().map(|step| step["contribution"].as_f64().unwrap()).sum();
        assert!((sum - feature["contribution"].as_f64().unwrap()).abs() < 0.004, "{feature}");
        assert_eq!(path.last().unwrap()["code"], code["code"]);
    }
}

#[test]
fn a_text_that_breaks_a_rule_is_refused_with_the_rule() {
    for (arguments, rule) in [
        (&["code", "ab"][..], "at least 3 are needed"),
        (&["code", &"x".repeat(101)], "at most 100 are allowed"),
        (&["code", "caf\u{e9}"], "the title holds the character U+00E9"),
        (&["code", "nurse", "--tasks", "\u{1f469}"], "the tasks holds the character U+1F469"),
        (&["code", "nurse", "--suggestions", "17"], "1..=16"),
    ] {
        let (_, error, success) = trained(arguments);
        assert!(!success && error.contains(rule), "{arguments:?}: {error}");
    }
}

#[test]
fn a_model_or_lexicon_that_is_missing_or_damaged_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("damaged.model"), b"not a model at all").unwrap();
    std::fs::create_dir(folder.path().join("osca")).unwrap();
    std::fs::write(folder.path().join("osca/broken.txt"), "sparky\n").unwrap();
    for (arguments, expected) in [
        (&["code", "sparky"][..], "cannot read the model models/osca.model; make one with 'occuform train'"),
        (
            &["code", "sparky", "--model", "damaged.model"],
            "cannot use the model damaged.model: not an Occuform model",
        ),
        (&["proxy", "--model", "damaged.model"], "cannot use the model damaged.model"),
        (&["train"], "cannot read the lexicon: cannot read lexicon/osca"),
        (&["train", "--lexicon", "."], "broken.txt:1: 'sparky' is no heading"),
    ] {
        let output = occuform(folder.path(), arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(expected), "{arguments:?}: {error}");
    }
}

#[test]
fn the_proxy_says_where_it_is_and_stops_when_told() {
    let folder = TRAINED.folder.path();
    let files = folder.join("dist");
    std::fs::create_dir_all(&files).unwrap();
    std::fs::write(files.join("occupation-coder.js"), "").unwrap();
    let mut proxy = Command::new(env!("CARGO_BIN_EXE_occuform"))
        .current_dir(folder)
        .args(["proxy", "--listen", "127.0.0.1:0", "--model", "models/small.model"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(proxy.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("Occuform is ready: http://127.0.0.1:"), "{line}");
    let stopped = Command::new("sh").arg("-c").arg(format!("kill {}", proxy.id())).status().unwrap();
    assert!(stopped.success() && proxy.wait().unwrap().success());
}

#[test]
fn the_proxy_without_the_widgets_files_says_how_to_make_them() {
    let (_, error, success) = trained(&["proxy", "--files", "nowhere"]);
    assert!(
        !success && error.contains("nowhere does not hold the widget's files: make them with './dev build'")
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let records = "title\ttasks\tcode\tkind\nsparky\twiring houses\t381131\tplain\n";
    std::fs::write(TRAINED.folder.path().join("records.tsv"), records).unwrap();
    let (read_end, written) = std::io::pipe().unwrap();
    drop(read_end);
    let output = Command::new(env!("CARGO_BIN_EXE_occuform"))
        .current_dir(TRAINED.folder.path())
        .args(["evaluate", "records.tsv", "--json", "--model", "models/small.model"])
        .stdout(written)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn help_names_every_command() {
    let output = occuform(&PathBuf::from("."), &["--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    for command in ["proxy", "service", "train", "code", "evaluate", "lexicon"] {
        assert!(help.contains(command), "{help}");
    }
}

#[test]
fn the_proxy_explains_its_settings_and_keeps_secrets_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = "[upstream]\ntoken_url = \"https://auth.example/token\"\napi_url = \"https://api.example\"\n\
        client_id = \"form\"\nproxy = \"http://user:canary-password@proxy.example:3128\"\n";
    std::fs::write(folder.path().join("occuform.toml"), upstream).unwrap();
    let explained = Command::new(env!("CARGO_BIN_EXE_occuform"))
        .current_dir(folder.path())
        .args(["proxy", "--check-config", "--listen", "127.0.0.1:9"])
        .env("OCCUFORM_UPSTREAM_CLIENT_SECRET", "canary-secret")
        .env("OCCUFORM_SHARED_REDIS_URL", "redis://:canary-redis@redis.example")
        .env("OCCUFORM_DEADLINE_MS", "2500")
        .output()
        .unwrap();
    assert!(explained.status.success(), "{}", String::from_utf8_lossy(&explained.stderr));
    let said = String::from_utf8(explained.stdout).unwrap();
    for (key, value, source) in [
        ("listen", "127.0.0.1:9", "--listen"),
        ("deadline_ms", "2500", "OCCUFORM_DEADLINE_MS"),
        ("upstream.client_id", "form", "occuform.toml"),
        ("cache.hours", "24", "default"),
    ] {
        let line = said.lines().find(|line| line.split_whitespace().next() == Some(key)).unwrap();
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), [key, value, source]);
    }
    assert!(said.contains("http://(hidden)@proxy.example:3128") && said.contains("https://api.example"));
    assert!(said.contains("shared through Redis"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}
