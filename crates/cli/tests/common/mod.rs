//! What the tests of the command share: the command itself, and a lexicon that is trained in a moment.
// Each test file uses a part of it.
#![allow(dead_code)]

pub mod batch_folder;
pub mod coding_service;
pub mod relay;

use std::path::Path;
use std::process::{Command, Output};

/// Two occupations of the topic `osca`.
pub const LEXICON: &str = "\
3 Trades
38 Electro
381 Electrical
3811 Electricians
381131 Electrician
titles:
  sparky
  house electrician
tasks:
  wiring new houses
4 Hospitality
47 Hospitality
471 Hospitality
4711 Baristas
471131 Barista
titles:
  coffee maker
tasks:
  making coffee
";

/// Runs the command in a folder, to its end.
pub fn occuform(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_occuform")).current_dir(folder).args(arguments).output().unwrap()
}

/// Writes a topic's lexicon where the command looks for it.
pub fn write_lexicon(folder: &Path, topic: &str, text: &str) {
    let place = folder.join("lexicon").join(topic);
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("small.txt"), text).unwrap();
}
