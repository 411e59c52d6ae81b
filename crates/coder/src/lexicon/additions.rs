//! In: a lexicon and folders that add to it, see `lexicon/README.md`. Out: the lexicon with their phrases.
//! Next: `train`.

use super::reader::read_folder;
use super::{Lexicon, LexiconError, Occupation, Phrase, essence};
use crate::classification::Node;
use occuform_api::{OSCA, Topic};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// What became of a folder's phrases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Phrases that the lexicon did not have under this occupation.
    pub new: usize,
    /// Phrases that it had, word for word or in essence, and that were dropped.
    pub known: usize,
}

impl Lexicon {
    /// Adds the phrases that a folder holds for the topic. Its occupations must stand in this lexicon; headings that
    /// it does not need may be missing. For ANZSCO, what the folder holds for OSCA is lent as `osca`, the lexicon of
    /// OSCA, pairs the occupations.
    ///
    /// # Errors
    /// When the folder holds nothing for the topic, a file cannot be read, or a line breaks the format or names what
    /// this lexicon does not have; the error names file and line.
    pub fn add(&mut self, folder: &Path, topic: Topic, osca: Option<&Self>) -> Result<Added, LexiconError> {
        let mut occupations = Vec::new();
        let own = folder.join(topic.uri_name);
        let lent = folder.join(OSCA.uri_name);
        if own.is_dir() {
            occupations = read_folder(&own, Some(&self.classification))?.occupations;
        }
        if let Some(osca) = osca.filter(|_| lent.is_dir()) {
            let read = read_folder(&lent, Some(&osca.classification))?.occupations;
            occupations.extend(read.into_iter().filter_map(|occupation| osca.recoded(occupation)));
        } else if !own.is_dir() {
            return Err(LexiconError::NothingToAdd { folder: folder.to_owned(), topic: topic.uri_name });
        }
        let added = self.take(occupations);
        mark_shared(&mut self.occupations, self.classification.nodes());
        Ok(added)
    }

    /// An addition to an occupation of OSCA as one to the occupation of ANZSCO that it lends its phrases to.
    fn recoded(&self, addition: Occupation) -> Option<Occupation> {
        let paired = self.occupations.iter().find(|occupation| occupation.code == addition.code)?;
        Some(Occupation { code: paired.anzsco.clone()?, ..addition })
    }

    fn take(&mut self, additions: Vec<Occupation>) -> Added {
        let mut by_code: HashMap<String, Vec<Occupation>> = HashMap::new();
        for addition in additions {
            by_code.entry(addition.code.clone()).or_default().push(addition);
        }
        let mut added = Added::default();
        for occupation in &mut self.occupations {
            let additions = by_code.remove(&occupation.code).unwrap_or_default();
            let mut known: HashSet<String> = occupation.phrases().map(essence).collect();
            for addition in additions {
                added.sort(addition.titles, &mut known, &mut occupation.titles);
                added.sort(addition.tasks, &mut known, &mut occupation.tasks);
            }
        }
        added
    }
}

/// Marks each phrase that stands under several occupations or is the official title of another. `nodes` are the
/// official titles, also of occupations that are not among these.
pub fn mark_shared(occupations: &mut [Occupation], nodes: &[Node]) {
    let mut holders: HashMap<String, HashSet<String>> = HashMap::new();
    for node in nodes.iter().filter(|node| node.code.len() == 6) {
        holders.entry(essence(&node.title)).or_default().insert(node.code.clone());
    }
    for occupation in occupations.iter() {
        for phrase in occupation.phrases() {
            holders.entry(essence(phrase)).or_default().insert(occupation.code.clone());
        }
    }
    for phrase in occupations.iter_mut().flat_map(|it| it.titles.iter_mut().chain(&mut it.tasks)) {
        phrase.shared |= holders[&essence(&phrase.text)].len() > 1;
    }
}

impl Added {
    /// Puts what is new among an occupation's phrases.
    fn sort(&mut self, phrases: Vec<Phrase>, known: &mut HashSet<String>, into: &mut Vec<Phrase>) {
        for phrase in phrases {
            if known.insert(essence(&phrase.text)) {
                self.new += 1;
                into.push(phrase);
            } else {
                self.known += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use occuform_api::ANZSCO;

    const OSCA_TEXT: &str = "3 T\n38 E\n381 E\n3811 E\n381131 Electrician\nanzsco: 341111\ntitles:\n  sparky\n\
        381132 Lift Mechanic\ntitles:\n  lift fitter\n";

    fn with_addition(topic: Topic, text: &str) -> Result<(Lexicon, Added), LexiconError> {
        let root = tempfile::tempdir().unwrap();
        let anzsco = "3 T\n34 E\n341 E\n3411 E\n341111 Electrician\n";
        for (name, text) in [("osca", OSCA_TEXT), ("anzsco", anzsco), ("more/osca", text)] {
            std::fs::create_dir_all(root.path().join(name)).unwrap();
            std::fs::write(root.path().join(name).join("38.txt"), text).unwrap();
        }
        let mut lexicon = Lexicon::read(root.path(), topic)?;
        let osca = (topic == ANZSCO).then(|| Lexicon::read(root.path(), OSCA).unwrap());
        let added = lexicon.add(&root.path().join("more"), topic, osca.as_ref())?;
        Ok((lexicon, added))
    }

    #[test]
    fn an_addition_brings_what_is_new_and_marks_what_now_stands_twice() {
        let addition = "381131 electrician\ntitles:\n  the SPARKY\n  lift fitters\n  the wirer\n";
        let (lexicon, added) = with_addition(OSCA, addition).unwrap();
        assert_eq!(added, Added { new: 2, known: 1 });
        let titles: Vec<(&str, bool)> = lexicon
            .occupations
            .iter()
            .flat_map(|occupation| &occupation.titles)
            .map(|phrase| (phrase.text.as_str(), phrase.shared))
            .collect();
        let expected =
            [("sparky", false), ("lift fitters", true), ("the wirer", false), ("lift fitter", true)];
        assert_eq!(titles, expected);
    }

    #[test]
    fn an_addition_to_osca_is_lent_to_anzsco_like_the_lexicons_own() {
        let addition =
            "381131 Electrician\ntitles:\n  the wirer\n381132 Lift Mechanic\ntitles:\n  lift hand\n";
        let (lexicon, added) = with_addition(ANZSCO, addition).unwrap();
        assert_eq!(added, Added { new: 1, known: 0 });
        assert!(lexicon.phrases().any(|phrase| phrase == ("341111", "the wirer")));
    }

    #[test]
    fn an_addition_that_does_not_fit_is_named_with_file_and_line() {
        for (text, message) in [
            (
                "381131 Electrician\n381199 Other\n",
                "38.txt:2: the lexicon that this adds to has no code 381199",
            ),
            (
                "381131 Plumber\n",
                "38.txt:1: 381131 is 'Electrician' in the lexicon that this adds to, not 'Plumber'",
            ),
            ("381131 Electrician\nanzsco: 341111\n", "38.txt:2: 'anzsco: 341111' stands in an addition"),
        ] {
            let error = with_addition(OSCA, text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn a_folder_without_the_topic_adds_nothing_and_says_so() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("osca")).unwrap();
        std::fs::write(root.path().join("osca/38.txt"), OSCA_TEXT).unwrap();
        let mut lexicon = Lexicon::read(root.path(), OSCA).unwrap();
        let error = lexicon.add(&root.path().join("nowhere"), OSCA, None).unwrap_err().to_string();
        assert!(error.ends_with("has no folder osca with lexicon files to add"), "{error}");
    }
}
