//! What an operator gets who writes settings into a file or the environment.

use occuform_settings::{Explained, Settings, SettingsError, Source};
use std::path::PathBuf;
use tempfile::TempDir;

const PREFIX: &str = "OCCUFORM_TEST_";

struct Read {
    port: u16,
    name: String,
    result: Result<Explained, SettingsError>,
}

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn read(text: &str, environment: &[(&str, &str)]) -> Read {
    let (_folder, path) = file(text);
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut settings = Settings::read(PREFIX, &path, true, environment).unwrap();
    Read {
        port: settings.get("server.port", "80", "a port, 0 to 65535", |text| text.parse().ok()),
        name: settings.get("name", "nobody", "a name", |text| (!text.is_empty()).then(|| text.to_owned())),
        result: settings.finish(),
    }
}

fn error(text: &str, environment: &[(&str, &str)]) -> String {
    read(text, environment).result.unwrap_err().to_string()
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let nothing = read("", &[]);
    assert_eq!((nothing.port, nothing.name.as_str()), (80, "nobody"));
    let text = "name = 'file'\n[server]\nport = 81\n";
    let from_file = read(text, &[]);
    assert_eq!((from_file.port, from_file.name.as_str()), (81, "file"));
    let from_both = read(text, &[("OCCUFORM_TEST_SERVER_PORT", "82")]);
    assert_eq!((from_both.port, from_both.name.as_str()), (82, "file"));
    let sources: Vec<Source> =
        from_both.result.unwrap().settings.into_iter().map(|setting| setting.source).collect();
    assert_eq!(sources[0], Source::Environment("OCCUFORM_TEST_SERVER_PORT".into()));
    assert!(matches!(&sources[1], Source::File(name) if name.ends_with("test.toml")));
}

#[test]
fn a_value_that_is_not_allowed_is_named_with_its_place_and_what_is_allowed() {
    let message = error("server.port = 'eighty'", &[]);
    assert!(
        message.ends_with("test.toml: server.port: 'eighty' is not allowed; expected a port, 0 to 65535")
    );
    let message = error("", &[("OCCUFORM_TEST_SERVER_PORT", "65536")]);
    assert_eq!(message, "OCCUFORM_TEST_SERVER_PORT: '65536' is not allowed; expected a port, 0 to 65535");
    assert!(error("server.port = [1]", &[]).contains("server.port: one value is expected"));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let message = error("name = ''\nnmae = 'x'\n[server]\nport = -1\nports = 3\n[other]\nport = 1\n", &[]);
    assert_eq!(message.lines().count(), 5, "{message}");
    assert!(
        message.contains("server.ports: there is no such setting; did you mean server.port?"),
        "{message}"
    );
    assert!(message.contains("other: there is no such setting"), "{message}");
}

#[test]
fn a_variable_that_is_no_setting_is_told_but_no_error() {
    let explained = read("", &[("OCCUFORM_TEST_NMAE", "x"), ("ELSE", "y")]).result.unwrap();
    assert_eq!(explained.unknown_variables, ["OCCUFORM_TEST_NMAE"]);
}

#[test]
fn a_file_that_is_broken_or_missing_is_named() {
    let (_folder, path) = file("port = = 3");
    let broken = Settings::read(PREFIX, &path, false, []).unwrap_err();
    assert!(broken.to_string().contains("test.toml is not TOML: line 1: "), "{broken}");
    let missing = path.with_file_name("missing.toml");
    assert!(Settings::read(PREFIX, &missing, false, []).is_ok());
    let error = Settings::read(PREFIX, &missing, true, []).unwrap_err().to_string();
    assert!(error.starts_with("cannot read the settings") && error.ends_with("missing.toml"), "{error}");
}

#[test]
fn what_may_hold_a_secret_is_in_no_error_and_shown_only_as_its_setting_says() {
    let read = |text: &str, environment: &[(&str, &str)]| {
        let (_folder, path) = file(text);
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut settings =
            Settings::read(PREFIX, &path, true, environment).map_err(|error| error.to_string())?;
        let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u32>().ok() };
        settings.get_secret("pin", "a number", |value| value.replace("1234", "(hidden)"), number);
        settings.finish().map_err(|error| error.to_string())
    };
    let shown = read("pin = 1234", &[]).unwrap().settings.remove(0).value;
    assert_eq!(shown, "(hidden)");
    let variable = [("OCCUFORM_TEST_PIN", "canary")];
    for (text, environment) in [("pin = 'canary'", &[][..]), ("", &variable), ("a = 1\npin = 'canary", &[])] {
        let error = read(text, environment).unwrap_err();
        assert!(!error.contains("canary"), "{error}");
    }
    assert!(read("pin = 'canary'", &[]).unwrap_err().contains("pin: the value, hidden here, is not allowed"));
    assert!(read("a = 1\npin = 'canary", &[]).unwrap_err().contains("line 2"));
}
