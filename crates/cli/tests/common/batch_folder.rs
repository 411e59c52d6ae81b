//! A folder with files for `occuform batch`, and models to code them with.

use super::{LEXICON, Workplace, occuform, said, write_lexicon};
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

const ANZSCO: &str = "\
3 Trades
34 Electro
341 Electrical
3411 Electricians
341111 Electrician
titles:
  sparky
3412 Coffee Machines
341211 Coffee Maker
titles:
  barista
";

/// Models of both classifications.
static MODELS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (topic, text) in [("osca", LEXICON), ("anzsco", ANZSCO)] {
        write_lexicon(folder.path(), topic, text);
        let model = model_in(folder.path(), topic);
        let output =
            occuform(folder.path(), &["train", "--lexicon", "lexicon", "--topic", topic, "--model", &model]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
});

/// The path of a topic's model.
pub fn model(topic: &str) -> String {
    model_in(MODELS.path(), topic)
}

fn model_in(folder: &Path, topic: &str) -> String {
    folder.join(topic).with_extension("model").display().to_string()
}

/// A folder in which `occuform batch` has a model.
pub struct Folder(TempDir);

impl Folder {
    pub fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        Self(folder)
    }

    /// The cells of a column of an output.
    pub fn column(&self, name: &str, column: &str) -> Vec<String> {
        let text = self.read(name);
        let text = text.trim_start_matches('\u{feff}');
        let delimiter = if text.lines().next().unwrap().contains(';') { b';' } else { b',' };
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let place = rows.headers().unwrap().iter().position(|found| found == column).unwrap();
        rows.records().map(|row| row.unwrap()[place].to_owned()).collect()
    }
}

impl Workplace for Folder {
    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> (String, bool) {
        let osca = model("osca");
        let mut all = arguments.to_vec();
        if arguments[0] == "batch" {
            all.extend(["--model", &osca]);
        }
        said(&occuform(self.folder(), &all))
    }
}
