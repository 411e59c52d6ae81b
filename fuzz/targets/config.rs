//! In: a settings file; after a NUL byte, environment variables, a line each. What is wrong is said without the secret.
#![no_main]

use libfuzzer_sys::fuzz_target;
use occuform_proxy::config::Config;
use std::io::{Seek, Write};
use tempfile::NamedTempFile;

const SECRET: &str = "the-canary-of-the-secrets";

thread_local! {
    // In memory, where the system has such a folder: it is written anew for each input.
    static FILE: NamedTempFile =
        NamedTempFile::new_in("/dev/shm").or_else(|_| NamedTempFile::new()).expect("a file");
}

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let settings = parts.next().unwrap_or_default();
    let variables = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let variables = variables.lines().filter_map(|line| line.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let secret = ("OCCUFORM_UPSTREAM_CLIENT_SECRET".to_owned(), SECRET.to_owned());
    let said = FILE.with(|file| {
        let mut open = file.as_file();
        open.set_len(0)
            .and_then(|()| open.rewind())
            .and_then(|()| open.write_all(settings))
            .expect("written");
        match Config::read(file.path(), true, variables.chain([secret])) {
            Ok((config, explained)) => format!("{config:?}{explained:?}"),
            Err(error) => error.to_string(),
        }
    });
    assert!(!said.is_empty() && !said.contains(SECRET));
});
