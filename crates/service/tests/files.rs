//! What an operator puts beside the service: settings, models, clients.

mod common;

use common::{MODELS, SECRET, client};
use occuform_api::OSCA;
use occuform_service::clients::{Clients, Tier, verify};
use occuform_service::config::Config;
use occuform_service::models::Models;
use occuform_settings::Source;
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/service.toml");

#[test]
fn the_example_names_every_setting_with_its_default() {
    let (_, defaults) = Config::read(Path::new("no such file"), false, []).unwrap();
    let (_, example) = Config::read(Path::new(EXAMPLE), true, []).unwrap();
    for (default, shown) in defaults.settings.iter().zip(&example.settings) {
        assert_eq!((default.key, &default.value), (shown.key, &shown.value));
        assert!(matches!(shown.source, Source::File(_)), "{} is missing in the example", shown.key);
    }
}

#[test]
fn every_setting_refuses_nonsense_and_says_what_is_allowed() {
    let (_, defaults) = Config::read(Path::new("no such file"), false, []).unwrap();
    // What takes any text: paths.
    let any = ["models", "clients", "data", "batch.key_file"];
    for key in defaults.settings.iter().map(|setting| setting.key).filter(|key| !any.contains(key)) {
        let variable = format!("OCCUFORM_SERVICE_{}", key.replace('.', "_").to_uppercase());
        let error =
            Config::read(Path::new("no such file"), false, [(variable.clone(), "no \n sense".into())]);
        let message = error.unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("{variable}: 'no \n sense' is not allowed; expected ")),
            "{message}"
        );
    }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn model_files_are_versions_by_their_names_and_the_highest_number_is_the_latest() {
    let files: [(&str, &[u8]); 4] = [
        ("osca-2.model", &MODELS[0]),
        ("osca-10.model", &MODELS[1]),
        ("anzsco.model", &MODELS[2]),
        ("notes.txt", b"something else"),
    ];
    let models = Models::read(folder(&files).path()).unwrap();
    let numbers: Vec<u32> = models.of(OSCA).map(|version| version.number).collect();
    assert_eq!(numbers, [10, 2]);
    assert_eq!(models.latest("osca").unwrap().number, 10);
    assert_eq!(models.latest("anzsco").unwrap().number, 1);
}

#[test]
fn a_folder_that_cannot_be_served_is_told_why() {
    for (files, expected) in [
        (vec![], "holds no models; make one with 'occuform train'"),
        (vec![("osca.model", &b"nonsense"[..])], "osca.model"),
        (vec![("osca-0.model", &MODELS[0][..])], "a model file is named TOPIC.model, or TOPIC-VERSION.model"),
        (
            vec![("osca-new.model", &MODELS[0][..])],
            "a model file is named TOPIC.model, or TOPIC-VERSION.model",
        ),
        (vec![("anzsco.model", &MODELS[0][..])], "trained for the topic 'osca', its name says 'anzsco'"),
        (
            vec![("osca.model", &MODELS[0][..]), ("osca-2.model", &MODELS[0][..])],
            "and another file are the same model",
        ),
        (
            vec![("osca.model", &MODELS[0][..]), ("osca-1.model", &MODELS[1][..])],
            "and another file are the same version",
        ),
    ] {
        let error = Models::read(folder(&files).path()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let error = Models::read(Path::new("no such folder")).unwrap_err().to_string();
    assert_eq!(error, "cannot read no such folder; make a model with 'occuform train'");
}

#[test]
fn a_client_that_was_added_is_read_back_and_only_a_hash_of_its_secret_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/clients.toml");
    let mut clients = Clients::read(&path).unwrap();
    let (id, secret) = clients.add("A form \"with\" quotes", Tier::Partner);
    clients.write(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(secret.expose_secret()) && text.contains("$argon2id$"), "{text}");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let mut clients = Clients::read(&path).unwrap();
    let client = clients.find(&id).unwrap();
    assert_eq!((client.name.as_str(), client.tier), ("A form \"with\" quotes", Tier::Partner));
    assert!(verify(&secret, &client.secret_hash));
    assert!(!verify(&SecretString::from("another"), &client.secret_hash));
    assert_eq!(clients.revoke(&path, &id).unwrap().id, id);
    let error = clients.revoke(&path, &id).unwrap_err().to_string();
    assert!(error.contains(&format!("has no client '{id}'")), "{error}");
}

#[test]
fn a_clients_file_that_cannot_be_used_is_told_why_without_a_hash() {
    let written = |clients: &[&str]| -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clients.toml");
        let mut all = Clients::default();
        for id in clients {
            all.push(client(id, Tier::Public));
        }
        all.write(&path).unwrap();
        (folder, path)
    };
    let (_folder, path) = written(&["form", "form"]);
    assert!(Clients::read(&path).unwrap_err().to_string().ends_with("the id 'form' stands there twice"));

    let (_folder, path) = written(&["form"]);
    let text = std::fs::read_to_string(&path).unwrap();
    for (changed, expected) in [
        (text.replace("$argon2id", "$md5"), "secret_hash of 'form' is no Argon2 hash"),
        (text.replace("\"public\"", "\"private\""), "does not hold clients"),
        (text.replace("tier", "teir"), "does not hold clients"),
        (text.replace("secret_hash = ", "secret_hash = 3 "), "does not hold clients"),
    ] {
        std::fs::write(&path, changed).unwrap();
        let error = Clients::read(&path).unwrap_err();
        let all = format!("{error} {:?}", std::error::Error::source(&error).map(ToString::to_string));
        assert!(all.contains(expected) && !all.contains("$v=19") && !all.contains(SECRET), "{all}");
    }
}
