//! In: the folder of the lexicon, see `lexicon/README.md` for its format. Out: occupations with their phrases, and
//! the classification. Next: `train`. `reader` reads the files, `additions` adds what other folders hold, `write`
//! makes such files.

mod additions;
mod essence;
mod reader;
mod write;

pub use additions::{Added, mark_shared};
pub use essence::essence;
pub use reader::PHRASE_LENGTH;
pub use write::{LexiconFile, lexicon_files};

use crate::classification::{Classification, ClassificationError};
use occuform_api::{ANZSCO, OSCA, Topic};
use reader::{Contents, read_folder, read_no_occupations};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// All that the coder learns from.
#[derive(Clone, Debug)]
pub struct Lexicon {
    /// Every group and occupation.
    pub classification: Classification,
    /// The occupations in the order of the files.
    pub occupations: Vec<Occupation>,
    /// What people write where a job is asked for and that is none.
    pub no_occupations: Vec<String>,
}

/// The file of what is no occupation, beside the folders of the topics.
const NO_OCCUPATIONS: &str = "no-occupation.txt";

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
    /// The occupation of ANZSCO that these jobs fall into as well.
    pub anzsco: Option<String>,
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
    #[error("cannot read {path}")]
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
    /// A folder that is to add to a lexicon has none for its topic.
    #[error("{folder} has no folder {topic} with lexicon files to add")]
    NothingToAdd {
        /// The folder.
        folder: PathBuf,
        /// The topic's name.
        topic: &'static str,
    },
    /// An occupation names one of another classification that is not there.
    #[error("the occupation {named_by} names {code}, which is no occupation of that classification")]
    UnknownOccupation {
        /// The code that is named.
        code: String,
        /// The occupation that names it.
        named_by: String,
    },
    /// The codes form no tree.
    #[error(transparent)]
    Classification(#[from] ClassificationError),
}

impl Lexicon {
    /// Reads what `root` holds for a topic: all `*.txt` files of the folder with the topic's name, in the order of their
    /// names. ANZSCO's occupations get the phrases of OSCA's that name them.
    ///
    /// # Errors
    /// When a file cannot be read or a line breaks the format; the error names file and line.
    pub fn read(root: &Path, topic: Topic) -> Result<Self, LexiconError> {
        let mut lexicon = Self::read_folder(&root.join(topic.uri_name))?;
        if topic == ANZSCO {
            lexicon.adopt(&Self::read_folder(&root.join(OSCA.uri_name))?)?;
        }
        let no_occupations = root.join(NO_OCCUPATIONS);
        if no_occupations.exists() {
            lexicon.no_occupations = read_no_occupations(&no_occupations)?;
        }
        Ok(lexicon)
    }

    fn read_folder(folder: &Path) -> Result<Self, LexiconError> {
        let Contents { nodes, occupations } = read_folder(folder, None)?;
        Ok(Self { classification: Classification::new(nodes)?, occupations, no_occupations: Vec::new() })
    }

    /// Adds the phrases of occupations that name one of these.
    fn adopt(&mut self, others: &Self) -> Result<(), LexiconError> {
        let mut places: HashMap<String, usize> = HashMap::new();
        for (place, occupation) in self.occupations.iter().enumerate() {
            places.insert(occupation.code.clone(), place);
        }
        for other in &others.occupations {
            let Some(code) = &other.anzsco else {
                continue;
            };
            let place = places.get(code).ok_or_else(|| LexiconError::UnknownOccupation {
                code: code.clone(),
                named_by: other.code.clone(),
            })?;
            let occupation = &mut self.occupations[*place];
            if other.title != occupation.title {
                occupation.titles.push(Phrase { text: other.title.clone(), shared: false });
            }
            occupation.titles.extend_from_slice(&other.titles);
            occupation.tasks.extend_from_slice(&other.tasks);
        }
        Ok(())
    }

    /// Every phrase with its occupation's code, official titles included.
    pub fn phrases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.occupations
            .iter()
            .flat_map(|occupation| occupation.phrases().map(|phrase| (occupation.code.as_str(), phrase)))
    }
}

impl Occupation {
    /// Every phrase, the official title first.
    pub fn phrases(&self) -> impl Iterator<Item = &str> {
        let phrases = self.titles.iter().chain(&self.tasks).map(|phrase| phrase.text.as_str());
        std::iter::once(self.title.as_str()).chain(phrases)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_topic(topic: Topic, folders: &[(&str, &str)]) -> Result<Lexicon, LexiconError> {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in folders {
            std::fs::create_dir(root.path().join(name)).unwrap();
            std::fs::write(root.path().join(name).join("38.txt"), text).unwrap();
        }
        Lexicon::read(root.path(), topic)
    }

    fn read(text: &str) -> Result<Lexicon, LexiconError> {
        read_topic(OSCA, &[("osca", text)])
    }

    #[test]
    fn an_occupation_of_anzsco_gets_the_phrases_of_those_that_name_it() {
        let osca = "3 T\n38 E\n381 E\n3811 E\n381131 Sparky A\nanzsco: 341111\ntitles:\n  sparky\ntasks:\n  wiring\n";
        let anzsco = "3 T\n34 E\n341 E\n3411 E\n341111 Electrician\n";
        let lexicon = read_topic(ANZSCO, &[("osca", osca), ("anzsco", anzsco)]).unwrap();
        let phrases: Vec<_> = lexicon.phrases().collect();
        let expected = ["Electrician", "Sparky A", "sparky", "wiring"].map(|phrase| ("341111", phrase));
        assert_eq!(phrases, expected);
        let error = read_topic(ANZSCO, &[("osca", osca), ("anzsco", &anzsco.replace("341111", "341112"))])
            .unwrap_err();
        assert!(error.to_string().contains("381131 names 341111"));
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
        assert_eq!(occupation.titles[1], Phrase { text: "tradie".into(), shared: true });
        assert_eq!(occupation.tasks[0], Phrase { text: "wiring houses".into(), shared: false });
    }

    #[test]
    fn a_broken_line_is_named() {
        for (text, message) in [
            ("3 Trades\n  sparky\n", "38.txt:2: 'sparky' stands under neither 'titles:' nor 'tasks:'"),
            ("3 Trades\ntitles:\n", "38.txt:2: 'titles:' stands outside an occupation"),
            (
                "Trades\n",
                "38.txt:1: 'Trades' is no heading: expected a code and a title, 'titles:' or 'tasks:'",
            ),
            ("381131 E\ntitles:\n  caf\u{e9}\n", "38.txt:3: the character U+00E9 is not printable ASCII"),
            (
                "38 E\nanzsco: 341111\n",
                "38.txt:2: 'anzsco: 341111' is not the six digits of an occupation right after a heading",
            ),
            ("381131 E\ntitles:\n  x\n", "38.txt:3: a phrase has 2 to 100 characters, 'x' has 1"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.ends_with(message), "{error}");
        }
    }

    #[test]
    fn an_empty_folder_is_no_lexicon() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("osca")).unwrap();
        assert!(matches!(Lexicon::read(root.path(), OSCA), Err(LexiconError::Empty(_))));
    }
}
