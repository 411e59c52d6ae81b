//! The proxy's settings as operators write them, and what they are told when something is wrong.

use occuform_coder::Scope;
use occuform_proxy::config::{Config, FallbackChoice};
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const WHOLE: &[(&str, &str)] = &[
    ("OCCUFORM_UPSTREAM_TOKEN_URL", "https://auth.example/oauth2/token"),
    ("OCCUFORM_UPSTREAM_API_URL", "https://api.example"),
    ("OCCUFORM_UPSTREAM_CLIENT_ID", "form"),
    ("OCCUFORM_UPSTREAM_CLIENT_SECRET", "canary-secret"),
];

fn read(file: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("occuform.toml");
    std::fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(&path, true, variables).map(|(config, _)| config).map_err(|error| error.to_string())
}

#[test]
fn without_settings_the_embedded_coder_answers() {
    let config = Config::read(Path::new("nowhere.toml"), false, []).unwrap().0;
    assert!(config.upstream.is_none() && config.fallback == FallbackChoice::Embedded);
    assert_eq!((config.listen.to_string().as_str(), config.topic.uri_name), ("127.0.0.1:8080", "osca"));
}

#[test]
fn the_example_in_the_documentation_holds_every_setting_with_its_default() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/occuform.toml");
    let (_, explained) = Config::read(Path::new(example), true, []).unwrap();
    let text = std::fs::read_to_string(example).unwrap();
    let mut section = String::new();
    let mut shown = BTreeMap::new();
    for line in text.lines().map(|line| line.trim_start_matches("# ")) {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((key, value)) = line.split_once(" = ") {
            shown.insert(format!("{section}{key}"), value.trim_matches('"'));
        }
    }
    for setting in &explained.settings {
        let value = shown.get(setting.key).unwrap_or_else(|| panic!("{} is not in the example", setting.key));
        assert!(*value == setting.value || setting.value.is_empty(), "{}: {value}", setting.key);
    }
    // Uncommented, every line is a setting that exists and is allowed.
    let lines =
        text.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    let file = folder.path().join("secret").display().to_string();
    let redis = folder.path().join("redis-url").display().to_string();
    std::fs::write(&redis, "redis://redis.example\n").unwrap();
    let all = lines.collect::<Vec<_>>().join("\n").replace("/etc/occuform/client-secret", &file);
    let config = read(&all.replace("/etc/occuform/redis-url", &redis), &[]).unwrap();
    assert!(config.upstream.unwrap().redis_url.is_some());
}

#[test]
fn the_environment_wins_over_the_file_and_both_reach_the_coder() {
    let file = "[coding]\nscope = \"category\"\nthreshold = 0.5\nmin_digits = 4\n[cache]\nhours = 2";
    let mut variables = WHOLE.to_vec();
    variables.push(("OCCUFORM_CODING_MIN_DIGITS", "2"));
    let config = read(file, &variables).unwrap();
    assert_eq!((config.coding.scope, config.coding.threshold), (Scope::Category, Some(0.5)));
    assert_eq!(config.coding.min_digits, 2);
    assert_eq!(config.upstream.unwrap().cache.keep, Duration::from_hours(2));
}

#[test]
fn an_error_names_the_place_the_key_the_value_and_what_is_allowed() {
    for (file, parts) in [
        ("fallback = \"maybe\"", ["occuform.toml: fallback", "'maybe'", "embedded or none"]),
        ("deadline_ms = 5", ["deadline_ms", "'5'", "100 to 60000"]),
        (
            "[cors]\norigins = \"https://a.example/page\"",
            ["cors.origins", "/page", "https://forms.example.gov.au"],
        ),
        (
            "[upstream]\napi_url = \"http://api.example\"",
            ["upstream.api_url", "'http://api.example'", "https: URL"],
        ),
        ("[upstream]\npause_ms = 10", ["upstream.pause_ms", "'10'", "1000 to 60000"]),
        ("[upstream]\napi_uri = \"x\"", ["upstream.api_uri", "no such setting", "upstream.api_url"]),
        (
            "[upstream]\napi_url = \"https://api.example\"",
            ["missing", "upstream.token_url", "upstream.client_id"],
        ),
        ("fallback = \"none\"", ["fallback", "'none'", "expected embedded"]),
    ] {
        let error = read(file, &[]).unwrap_err();
        assert!(parts.iter().all(|part| error.contains(part)), "{file}: {error}");
    }
}

#[test]
fn a_secret_that_is_not_there_is_noticed_at_once_and_one_that_is_there_never_shown() {
    let file = "[upstream]\nclient_secret_file = \"/nowhere/secret\"";
    let error = read(file, &WHOLE[..3]).unwrap_err();
    assert!(error.contains("cannot read the client secret /nowhere/secret"), "{error}");
    let config = read("", WHOLE).unwrap();
    assert!(!format!("{config:?}").contains("canary-secret"));
    let error = read("deadline_ms = 5", WHOLE).unwrap_err();
    assert!(!error.contains("canary-secret"), "{error}");
    let error = read("[upstream]\nproxy = \"ftp://me:canary-secret@proxy.example\"", WHOLE).unwrap_err();
    assert!(error.contains("upstream.proxy") && !error.contains("canary-secret"), "{error}");
}

#[test]
fn the_url_of_redis_is_a_secret_that_has_to_be_there_and_to_be_one() {
    let with = |url: &'static str| [WHOLE, &[("OCCUFORM_SHARED_REDIS_URL", url)]].concat();
    for url in
        ["redis://:canary-password@redis.example:6379", "rediss://redis.example", "unix:///run/redis.sock"]
    {
        let config = read("", &with(url)).unwrap();
        assert_eq!(config.upstream.as_ref().unwrap().redis_url.as_ref().unwrap().expose_secret(), url);
        assert!(!format!("{config:?}").contains("canary"));
    }
    let error = read("", &with("http://:canary-password@redis.example")).unwrap_err();
    assert!(
        error.contains("redis_url_file") && error.contains("rediss:") && !error.contains("canary"),
        "{error}"
    );
    let error = read("[shared]\nredis_url_file = \"/nowhere/url\"", WHOLE).unwrap_err();
    assert!(error.contains("cannot read the URL of Redis /nowhere/url"), "{error}");
}

#[test]
fn a_changed_secret_is_taken_up_without_a_new_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "old\n").unwrap();
    let file = format!("[upstream]\nclient_secret_file = \"{}\"", path.display());
    let secret = read(&file, &WHOLE[..3]).unwrap().upstream.unwrap().client_secret;
    std::fs::write(&path, "new\n").unwrap();
    assert_eq!(secret.read().unwrap().expose_secret(), "new");
}
