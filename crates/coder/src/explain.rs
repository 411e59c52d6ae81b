//! In: a [`JobText`] and one of the model's codes. Out: what each of the text's features says for or against the code.
//! Next: `occuform code --explain` shows the strongest.

use crate::classification::{LEVELS, NodeId};
use crate::features::{Namespace, Words, each_feature};
use crate::model::{Knowledge, Model};
use occuform_api::JobText;
use std::collections::{BTreeMap, HashMap};

/// What a feature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureKind {
    /// All words of the title in their order.
    WholeTitle,
    /// One word.
    Word,
    /// Two words side by side.
    WordPair,
    /// The groups of two to five letters of one word, together.
    Letters,
}

/// Where a feature was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeaturePlace {
    /// In the title.
    Title,
    /// In the tasks.
    Tasks,
    /// In either; what counts is that the text has it.
    Both,
}

/// What one feature, or all groups of letters of one word, say about a code.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// What it is.
    pub kind: FeatureKind,
    /// Where it was seen.
    pub place: FeaturePlace,
    /// The words; for letters, the word that they are groups of.
    pub text: String,
    /// The groups of letters, the strongest first; a hyphen stands where the word goes on.
    pub letters: Vec<String>,
    /// What it adds to the margins on the way to the code, widest group first: above 0 it speaks for the group,
    /// below 0 for the groups beside it. 0 where there is nothing to choose.
    pub by_level: Vec<f32>,
}

impl Contribution {
    /// What the feature adds altogether.
    pub fn total(&self) -> f32 {
        self.by_level.iter().sum()
    }
}

impl Model {
    /// The features that speak for or against a code, the strongest first; nothing for a code that the model does not
    /// know. With each node's bias, the contributions add up to the margins that prediction works with.
    pub fn explain(&self, text: &JobText, code: &str) -> Option<Vec<Contribution>> {
        self.knowledge.explain(text, code)
    }

    /// The words that the model takes for a slip, each with what it takes them to mean.
    pub fn corrections(&self, text: &JobText) -> Vec<(String, String)> {
        let written = Words::of(text.title(), text.tasks());
        let meant = self.knowledge.words(text);
        let pairs =
            written.title.into_iter().zip(meant.title).chain(written.tasks.into_iter().zip(meant.tasks));
        let mut slips: Vec<(String, String)> = pairs.filter(|(written, meant)| written != meant).collect();
        slips.sort();
        slips.dedup();
        slips
    }

    /// The words of the text that the model has never met, and does not take for a slip.
    pub fn unknown_words(&self, text: &JobText) -> Vec<String> {
        self.knowledge.unknown_words(text)
    }
}

impl Knowledge {
    fn explain(&self, text: &JobText, code: &str) -> Option<Vec<Contribution>> {
        let path = self.path_to(code)?;
        let words = self.words(text);
        let sources = sources(&words);
        let (known, norm) = self.features.weigh(&words);
        let mut contributions = Vec::new();
        let mut letters: BTreeMap<&str, Vec<Contribution>> = BTreeMap::new();
        for (place, value) in known {
            let by_level = self.added_by(place, value / norm, &path);
            let Some(source) = sources.get(&self.features.features()[place].hash) else {
                continue;
            };
            let contribution = source.contribution(by_level);
            match contribution.kind {
                _ if contribution.by_level.iter().all(|added| *added == 0.0) => {}
                FeatureKind::Letters => letters.entry(&source.word).or_default().push(contribution),
                _ => contributions.push(contribution),
            }
        }
        contributions.extend(letters.into_values().map(together));
        strongest_first(&mut contributions);
        Some(contributions)
    }

    fn unknown_words(&self, text: &JobText) -> Vec<String> {
        let mut unknown = Vec::new();
        each_feature(&self.words(text), &mut |namespace, ngram, hash| {
            let is_word = matches!(namespace, Namespace::Words) && !ngram.contains(' ');
            let is_new = !unknown.iter().any(|word| word == ngram);
            if is_word && is_new && self.features.find(hash).is_none() {
                unknown.push(ngram.to_owned());
            }
        });
        unknown
    }

    /// The nodes from the top of the tree to a group or occupation.
    fn path_to(&self, code: &str) -> Option<Vec<NodeId>> {
        self.classification.find(code)?;
        let digits = LEVELS.into_iter().filter(|digits| *digits <= code.len());
        digits.map(|digits| self.classification.find(&code[..digits])).collect()
    }

    /// What the feature at a place of the table adds to the margin of each node.
    fn added_by(&self, place: usize, value: f32, path: &[NodeId]) -> Vec<f32> {
        let mut added = vec![0.0; path.len()];
        for weight in self.features.weights(place) {
            if let Some(level) = path.iter().position(|id| *id == weight.node()) {
                added[level] = value * f32::from(weight.steps()) * self.steps[usize::from(weight.node())];
            }
        }
        added
    }
}

/// A feature as it stands in the text.
struct Source {
    namespace: Namespace,
    ngram: String,
    /// The word that a character n-gram is cut from, the first if there are several; empty for other features.
    word: String,
}

/// The text's features by their hashes. Of features that share one, the first speaks for all.
fn sources(words: &Words) -> HashMap<u32, Source> {
    let mut sources = HashMap::new();
    let mut seen: Vec<String> = Vec::new();
    each_feature(words, &mut |namespace, ngram, hash| {
        let mut word = String::new();
        if namespace == Namespace::Words && !ngram.contains(' ') {
            seen.push(ngram.to_owned());
        } else if namespace == Namespace::Characters {
            let cut_from = seen.iter().find(|word| format!(" {word} ").contains(ngram));
            word = cut_from.cloned().unwrap_or_default();
        }
        let source = || Source { namespace, ngram: ngram.to_owned(), word };
        sources.entry(hash).or_insert_with(source);
    });
    sources
}

impl Source {
    fn contribution(&self, by_level: Vec<f32>) -> Contribution {
        let words = if self.ngram.contains(' ') { FeatureKind::WordPair } else { FeatureKind::Word };
        let (kind, place) = match self.namespace {
            Namespace::Title => (words, FeaturePlace::Title),
            Namespace::WholeTitle => (FeatureKind::WholeTitle, FeaturePlace::Title),
            Namespace::Tasks => (words, FeaturePlace::Tasks),
            Namespace::Words => (words, FeaturePlace::Both),
            Namespace::Characters => (FeatureKind::Letters, FeaturePlace::Both),
        };
        let (text, letters) = match kind {
            FeatureKind::Letters => (self.word.clone(), vec![letters(&self.ngram)]),
            _ => (self.ngram.clone(), Vec::new()),
        };
        Contribution { kind, place, text, letters, by_level }
    }
}

/// The groups of letters of one word as one contribution.
fn together(mut groups: Vec<Contribution>) -> Contribution {
    strongest_first(&mut groups);
    let mut all = groups.remove(0);
    for group in groups {
        all.letters.extend(group.letters);
        all.by_level.iter_mut().zip(group.by_level).for_each(|(sum, added)| *sum += added);
    }
    all
}

fn strongest_first(contributions: &mut [Contribution]) {
    contributions.sort_by(|a, b| {
        b.total()
            .abs()
            .total_cmp(&a.total().abs())
            .then_with(|| (&a.text, &a.letters).cmp(&(&b.text, &b.letters)))
    });
}

/// A character n-gram has a space at the edges of its word; shown is where the word goes on.
fn letters(ngram: &str) -> String {
    let before = if ngram.starts_with(' ') { "" } else { "-" };
    let after = if ngram.ends_with(' ') { "" } else { "-" };
    format!("{before}{}{after}", ngram.trim())
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use super::*;
    use crate::train::trained_on;

    const TEXT: &str = "3 T\n38 E\n381 E\n3811 E\n381131 Electrician\ntitles:\n  sparky\ntasks:\n  wiring houses\n\
        3812 L\n381231 Lift Mechanic\ntitles:\n  lift fitter\n4 H\n47 H\n471 H\n4711 B\n471131 Barista\ntitles:\n  \
        coffee maker\ntasks:\n  making coffee\n";

    fn model() -> Model {
        trained_on(TEXT)
    }

    fn text(title: &str, tasks: &str) -> JobText {
        JobText::new(title, tasks).unwrap()
    }

    #[test]
    fn contributions_and_biases_add_up_to_the_margins() {
        let model = model();
        let text = text("sparky zzyzx", "wiring old houses");
        let margins = model.knowledge.margins(&text);
        for code in ["381131", "381231", "471131", "38"] {
            let path = model.knowledge.path_to(code).unwrap();
            let contributions = model.explain(&text, code).unwrap();
            for (level, node) in path.iter().enumerate() {
                let added: f32 = contributions.iter().map(|contribution| contribution.by_level[level]).sum();
                let margin = margins[usize::from(*node)] - model.knowledge.biases[usize::from(*node)];
                assert!((added - margin).abs() < 1e-5, "{code}, level {level}: {added} {margin}");
            }
        }
    }

    #[test]
    fn the_strongest_come_first_and_speak_for_the_right_code_and_against_others() {
        let model = model();
        let of = |code| model.explain(&text("sparky", "wiring houses"), code).unwrap();
        let (electrician, barista) = (of("381131"), of("471131"));
        assert!(electrician.windows(2).all(|pair| pair[0].total().abs() >= pair[1].total().abs()));
        let whole = |contributions: &[Contribution]| {
            let found = contributions.iter().find(|found| found.kind == FeatureKind::WholeTitle);
            found.map(|found| (found.text.clone(), found.total() > 0.0))
        };
        assert_eq!(whole(&electrician), Some(("sparky".into(), true)));
        assert_eq!(whole(&barista), Some(("sparky".into(), false)));
        let has = |kind, place, text: &str| {
            electrician.iter().any(|found| found.kind == kind && found.place == place && found.text == text)
        };
        assert!(has(FeatureKind::Word, FeaturePlace::Title, "sparky"));
        assert!(has(FeatureKind::WordPair, FeaturePlace::Tasks, "wiring houses"));
        assert!(has(FeatureKind::Word, FeaturePlace::Both, "houses"));
        assert!(has(FeatureKind::Letters, FeaturePlace::Both, "sparky"));
    }

    #[test]
    fn the_groups_of_letters_of_a_word_are_one_contribution() {
        let contributions = model().explain(&text("sparky", "wiring"), "381131").unwrap();
        let mut letters = contributions.iter().filter(|found| found.kind == FeatureKind::Letters);
        let (one, other) = (letters.next().unwrap(), letters.next().unwrap());
        assert!(letters.next().is_none());
        let sparky = if one.text == "sparky" { one } else { other };
        for group in ["spar-", "-arky", "-par-", "s-"] {
            let there = sparky.letters.iter().any(|found| found == group);
            assert!(there, "{group} in {:?}", sparky.letters);
        }
    }

    #[test]
    fn a_code_that_is_not_there_has_no_explanation() {
        assert_eq!(model().explain(&text("sparky", ""), "999999"), None);
    }

    #[test]
    fn words_never_met_are_named_once() {
        let model = model();
        assert_eq!(model.unknown_words(&text("sparky zzyzx", "zzyzx coffee")), ["zzyzx"]);
    }
}
