//! In: the lexicon's phrases. Out: records such as a respondent would send: a title alone, a task alone, and titles
//! with tasks. Next: `vectors`.

use crate::classification::{Classification, LEVELS, NodeId};
use crate::features::Words;
use crate::lexicon::{Lexicon, Occupation};
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// How many tasks each title is put together with, one record each.
const TASKS_PER_TITLE: usize = 1;

/// A record whose code is known.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub title: String,
    pub tasks: String,
    /// The nodes from the top of the tree to the occupation; none for what is no occupation.
    pub path: Option<[NodeId; 5]>,
}

impl Sample {
    /// As they stand in the lexicon, which is right by definition.
    pub(super) fn words(&self) -> Words {
        Words::of(&self.title, &self.tasks)
    }
}

/// Makes the records of all occupations, and at the end those of what is none.
pub(super) fn samples(lexicon: &Lexicon, seed: u64) -> Vec<Sample> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut all = Vec::new();
    for occupation in &lexicon.occupations {
        all.extend(samples_of(&lexicon.classification, occupation, &mut random));
    }
    for phrase in &lexicon.no_occupations {
        for (title, tasks) in [(phrase.as_str(), ""), ("", phrase), (phrase, phrase)] {
            all.push(Sample { title: title.to_owned(), tasks: tasks.to_owned(), path: None });
        }
    }
    all
}

fn samples_of(
    classification: &Classification,
    occupation: &Occupation,
    random: &mut ChaCha8Rng,
) -> Vec<Sample> {
    let path =
        path_to(classification, &occupation.code).expect("every occupation stands in the classification");
    let sample = |title: &str, tasks: &str| Sample {
        title: title.to_owned(),
        tasks: tasks.to_owned(),
        path: Some(path),
    };
    let phrases = occupation.titles.iter().map(|phrase| phrase.text.as_str());
    let titles: Vec<&str> = std::iter::once(occupation.title.as_str()).chain(phrases).collect();
    let tasks: Vec<&str> = occupation.tasks.iter().map(|phrase| phrase.text.as_str()).collect();
    let mut all: Vec<Sample> = titles.iter().map(|title| sample(title, "")).collect();
    all.extend(tasks.iter().map(|task| sample("", task)));
    for title in titles {
        all.extend(tasks.choose_multiple(random, TASKS_PER_TITLE).map(|task| sample(title, task)));
    }
    all
}

/// The nodes from the top of the tree to the occupation with this code.
pub(super) fn path_to(classification: &Classification, code: &str) -> Option<[NodeId; 5]> {
    let mut path = [0; 5];
    for (node, digits) in path.iter_mut().zip(LEVELS) {
        *node = classification.find(code.get(..digits)?)?;
    }
    Some(path)
}
