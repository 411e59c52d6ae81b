//! In: a folder of lexicon files, see `lexicon/README.md` for their format. Out: occupations with their phrases, and
//! the classification. Next: `train`.

use crate::classification::{Classification, ClassificationError, Node};
use std::path::{Path, PathBuf};

/// All that the coder learns from.
#[derive(Clone, Debug)]
pub struct Lexicon {
    /// Every group and occupation.
    pub classification: Classification,
    /// The occupations in the order of the files.
    pub occupations: Vec<Occupation>,
}

/// An occupation and how respondents speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupation {
    /// Six digits.
    pub code: String,
    /// The official title.
    pub title: String,
    /// Job titles as respondents write them, without the official one.
    pub titles: Vec<Phrase>,
    /// Tasks as respondents write them.
    pub tasks: Vec<Phrase>,
}

/// A job title or a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The phrase.
    pub text: String,
    /// Whether it is marked as fitting several occupations.
    pub shared: bool,
}

/// Why a lexicon cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The folder or a file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder holds no lexicon file.
    #[error("no lexicon files (*.txt) in {0}")]
    Empty(PathBuf),
    /// A line breaks the format.
    #[error("{path}:{line}: {problem}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// The codes form no tree.
    #[error(transparent)]
    Classification(#[from] ClassificationError),
}

impl Lexicon {
    /// Reads all `*.txt` files of a folder in the order of their names.
    ///
    /// # Errors
    /// When a file cannot be read or a line breaks the format; the error names file and line.
    pub fn read(folder: &Path) -> Result<Self, LexiconError> {
        let failed = |source| LexiconError::Read {
            path: folder.to_owned(),
            source,
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "txt") {
                paths.push(path);
            }
        }
        if paths.is_empty() {
            return Err(LexiconError::Empty(folder.to_owned()));
        }
        paths.sort();
        let mut reader = Reader::default();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|source| LexiconError::Read {
                path: path.clone(),
                source,
            })?;
            reader.section = None;
            for (number, line) in text.lines().enumerate() {
                reader.line(line).map_err(|problem| LexiconError::Line {
                    path: path.clone(),
                    line: number + 1,
                    problem,
                })?;
            }
        }
        Ok(Self {
            classification: Classification::new(reader.nodes)?,
            occupations: reader.occupations,
        })
    }

    /// Every phrase with its occupation's code, official titles included.
    pub fn phrases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.occupations.iter().flat_map(|occupation| {
            let phrases = occupation
                .titles
                .iter()
                .chain(&occupation.tasks)
                .map(|phrase| phrase.text.as_str());
            let all = std::iter::once(occupation.title.as_str()).chain(phrases);
            all.map(|phrase| (occupation.code.as_str(), phrase))
        })
    }
}

#[derive(Default)]
struct Reader {
    nodes: Vec<Node>,
    occupations: Vec<Occupation>,
    /// Where phrases belong: set by a section's heading, ended by the next code.
    section: Option<Section>,
}

#[derive(Clone, Copy)]
enum Section {
    Titles,
    Tasks,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            return Ok(());
        }
        if let Some(character) = line.chars().find(|c| !matches!(c, ' '..='~')) {
            return Err(format!(
                "the character U+{:04X} is not printable ASCII",
                character as u32
            ));
        }
        if line.starts_with(' ') {
            return self.phrase(content);
        }
        match content {
            "titles:" | "tasks:" if self.nodes.last().is_none_or(|node| node.code.len() != 6) => {
                Err(format!("'{content}' stands outside an occupation"))
            }
            "titles:" => {
                self.section = Some(Section::Titles);
                Ok(())
            }
            "tasks:" => {
                self.section = Some(Section::Tasks);
                Ok(())
            }
            _ => self.heading(content),
        }
    }

    fn heading(&mut self, content: &str) -> Result<(), String> {
        let (code, title) = content
            .split_once(' ')
            .filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or_else(|| {
                format!("'{content}' is no heading: expected a code and a title, 'titles:' or 'tasks:'")
            })?;
        self.section = None;
        self.nodes.push(Node {
            code: code.to_owned(),
            title: title.to_owned(),
        });
        if code.len() == 6 {
            self.occupations.push(Occupation {
                code: code.to_owned(),
                title: title.to_owned(),
                titles: Vec::new(),
                tasks: Vec::new(),
            });
        }
        Ok(())
    }

    fn phrase(&mut self, content: &str) -> Result<(), String> {
        let (text, shared) = match content.strip_prefix('?') {
            Some(rest) => (rest.trim_start(), true),
            None => (content, false),
        };
        if !(2..=100).contains(&text.len()) {
            return Err(format!(
                "a phrase has 2 to 100 characters, '{text}' has {}",
                text.len()
            ));
        }
        let phrase = Phrase {
            text: text.to_owned(),
            shared,
        };
        match (self.section, self.occupations.last_mut()) {
            (Some(Section::Titles), Some(occupation)) => occupation.titles.push(phrase),
            (Some(Section::Tasks), Some(occupation)) => occupation.tasks.push(phrase),
            _ => return Err(format!("'{text}' stands under neither 'titles:' nor 'tasks:'")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Lexicon, LexiconError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("38.txt"), text).unwrap();
        Lexicon::read(folder.path())
    }

    #[test]
    fn an_occupation_is_read_with_its_phrases_and_groups() {
        let lexicon = read(concat!(
            "# trades\n3 Technicians\n38 Electro\n381 Electricians\n3811 Electricians\n\n",
            "381131 Electrician (General)\ntitles:\n  sparky\n  ?tradie\ntasks:\n  wiring houses\n",
        ))
        .unwrap();
        assert_eq!(lexicon.classification.counts(), [1, 1, 1, 1, 1]);
        let occupation = &lexicon.occupations[0];
        assert_eq!(
            (occupation.code.as_str(), occupation.title.as_str()),
            ("381131", "Electrician (General)")
        );
        assert_eq!(
            occupation.titles[1],
            Phrase {
                text: "tradie".into(),
                shared: true
            }
        );
        assert_eq!(
            occupation.tasks[0],
            Phrase {
                text: "wiring houses".into(),
                shared: false
            }
        );
    }

    #[test]
    fn a_broken_line_is_named() {
        for (text, message) in [
            (
                "3 Trades\n  sparky\n",
                "38.txt:2: 'sparky' stands under neither 'titles:' nor 'tasks:'",
            ),
            (
                "3 Trades\ntitles:\n",
                "38.txt:2: 'titles:' stands outside an occupation",
            ),
            (
                "Trades\n",
                "38.txt:1: 'Trades' is no heading: expected a code and a title, 'titles:' or 'tasks:'",
            ),
            (
                "3 Trad\u{e9}s\n",
                "38.txt:1: the character U+00E9 is not printable ASCII",
            ),
            (
                "381131 E\ntitles:\n  x\n",
                "38.txt:3: a phrase has 2 to 100 characters, 'x' has 1",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.ends_with(message), "{error}");
        }
    }

    #[test]
    fn an_empty_folder_is_no_lexicon() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            Lexicon::read(folder.path()),
            Err(LexiconError::Empty(_))
        ));
    }
}
