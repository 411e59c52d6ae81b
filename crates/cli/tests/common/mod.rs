//! What the tests of the command share: the command itself, and a lexicon that is trained in a moment.
// Each test file uses a part of it.
#![allow(dead_code)]

pub mod batch_folder;
pub mod coding_service;
pub mod relay;

use std::path::{Path, PathBuf};
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

/// What the command said, and whether it succeeded.
pub fn said(output: &Output) -> (String, bool) {
    let said = [&output.stdout, &output.stderr].map(|bytes| str::from_utf8(bytes).unwrap());
    (said.concat(), output.status.success())
}

/// A folder with files in it, in which the command is run.
pub trait Workplace {
    fn folder(&self) -> &Path;

    /// What the command says, and whether it succeeded.
    fn run(&self, arguments: &[&str]) -> (String, bool) {
        said(&occuform(self.folder(), arguments))
    }

    fn succeed(&self, arguments: &[&str]) -> String {
        let (said, success) = self.run(arguments);
        assert!(success, "{said}");
        said
    }

    fn fail(&self, arguments: &[&str]) -> String {
        let (said, success) = self.run(arguments);
        assert!(!success, "{said}");
        said
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}
