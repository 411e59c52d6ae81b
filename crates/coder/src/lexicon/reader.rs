//! In: a folder of lexicon files, see `lexicon/README.md` for their format. Out: its headings and occupations.
//! Next: `mod.rs` makes a lexicon of them, `additions.rs` adds them to one.

use super::{LexiconError, Occupation, Phrase, essence};
use crate::classification::{Classification, Node};
use std::path::{Path, PathBuf};

/// How many characters a phrase may have.
pub const PHRASE_LENGTH: std::ops::RangeInclusive<usize> = 2..=100;

/// What a folder's files hold, in their order.
pub(super) struct Contents {
    pub nodes: Vec<Node>,
    pub occupations: Vec<Occupation>,
}

/// Reads all `*.txt` files in the order of their names. Those that add to a lexicon may name only what stands in its
/// classification.
pub(super) fn read_folder(folder: &Path, adds_to: Option<&Classification>) -> Result<Contents, LexiconError> {
    let mut reader = Reader { adds_to, nodes: Vec::new(), occupations: Vec::new(), section: None };
    for path in files(folder)? {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| LexiconError::Read { path: path.clone(), source })?;
        reader.section = None;
        for (number, line) in text.lines().enumerate() {
            reader.line(line).map_err(|problem| LexiconError::Line {
                path: path.clone(),
                line: number + 1,
                problem,
            })?;
        }
    }
    Ok(Contents { nodes: reader.nodes, occupations: reader.occupations })
}

/// Reads a file with a phrase a line.
pub(super) fn read_no_occupations(path: &Path) -> Result<Vec<String>, LexiconError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| LexiconError::Read { path: path.to_owned(), source })?;
    let lines = text.lines().map(str::trim).enumerate();
    let phrases = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let checked = phrases.map(|(number, phrase)| match check_phrase(phrase) {
        Ok(()) => Ok(phrase.to_owned()),
        Err(problem) => Err(LexiconError::Line { path: path.to_owned(), line: number + 1, problem }),
    });
    checked.collect()
}

/// The folder's `*.txt` files in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, LexiconError> {
    let failed = |source| LexiconError::Read { path: folder.to_owned(), source };
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
    Ok(paths)
}

struct Reader<'a> {
    adds_to: Option<&'a Classification>,
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

impl Reader<'_> {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            return Ok(());
        }
        if line.starts_with(' ') {
            return self.phrase(content);
        }
        if let Some(code) = content.strip_prefix("anzsco:") {
            return self.same_in_anzsco(code.trim());
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
        if let Some(classification) = self.adds_to {
            stands_in(classification, code, title)?;
        }
        self.section = None;
        self.nodes.push(Node { code: code.to_owned(), title: title.to_owned() });
        if code.len() == 6 {
            self.occupations.push(Occupation {
                code: code.to_owned(),
                title: title.to_owned(),
                titles: Vec::new(),
                tasks: Vec::new(),
                anzsco: None,
            });
        }
        Ok(())
    }

    fn same_in_anzsco(&mut self, code: &str) -> Result<(), String> {
        if self.adds_to.is_some() {
            return Err(format!(
                "'anzsco: {code}' stands in an addition: the lexicon that it adds to has the pairing"
            ));
        }
        match self.occupations.last_mut() {
            Some(occupation) if self.section.is_none() && code.len() == 6 => {
                occupation.anzsco = Some(code.to_owned());
                Ok(())
            }
            _ => {
                Err(format!("'anzsco: {code}' is not the six digits of an occupation right after a heading"))
            }
        }
    }

    fn phrase(&mut self, content: &str) -> Result<(), String> {
        let (text, shared) = match content.strip_prefix('?') {
            Some(rest) => (rest.trim_start(), true),
            None => (content, false),
        };
        check_phrase(text)?;
        let phrase = Phrase { text: text.to_owned(), shared };
        match (self.section, self.occupations.last_mut()) {
            (Some(Section::Titles), Some(occupation)) => occupation.titles.push(phrase),
            (Some(Section::Tasks), Some(occupation)) => occupation.tasks.push(phrase),
            _ => return Err(format!("'{text}' stands under neither 'titles:' nor 'tasks:'")),
        }
        Ok(())
    }
}

fn check_phrase(text: &str) -> Result<(), String> {
    if let Some(character) = text.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(format!("the character U+{:04X} is not printable ASCII", character as u32));
    }
    if !PHRASE_LENGTH.contains(&text.len()) {
        return Err(format!("a phrase has 2 to 100 characters, '{text}' has {}", text.len()));
    }
    Ok(())
}

/// Whether a heading of an addition names a group or occupation of the lexicon's own classification.
fn stands_in(classification: &Classification, code: &str, title: &str) -> Result<(), String> {
    let Some(id) = classification.find(code) else {
        return Err(format!("the lexicon that this adds to has no code {code}"));
    };
    let known = &classification.node(id).title;
    if essence(known) == essence(title) {
        return Ok(());
    }
    Err(format!("{code} is '{known}' in the lexicon that this adds to, not '{title}': correct code or title"))
}
