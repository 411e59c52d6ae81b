//! In: the lexicon's phrases. Out: records such as a respondent would send: a title alone, a task alone, and titles
//! with tasks. Next: `vectors`.

use crate::classification::{Classification, LEVELS, NodeId};
use crate::lexicon::{Lexicon, Occupation};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How many tasks each title is put together with, one record each.
const TASKS_PER_TITLE: usize = 1;
/// One phrase in so many is held out in the first round.
const HELD_OUT: u32 = 8;

/// A record whose code is known.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub title: String,
    pub tasks: String,
    /// The nodes from the top of the tree to the occupation.
    pub path: [NodeId; 5],
    /// Whether the first round leaves it out, to be tried on it.
    pub held_out: bool,
}

/// Makes the records of all occupations.
pub(super) fn samples(lexicon: &Lexicon, seed: u64) -> Vec<Sample> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut all = Vec::new();
    for occupation in &lexicon.occupations {
        all.extend(samples_of(&lexicon.classification, occupation, &mut random));
    }
    all
}

fn samples_of(
    classification: &Classification,
    occupation: &Occupation,
    random: &mut ChaCha8Rng,
) -> Vec<Sample> {
    let path = LEVELS.map(|digits| {
        classification
            .find(&occupation.code[..digits])
            .expect("every code has its groups, the classification is a tree")
    });
    let sample = |title: &str, tasks: &str, held_out| Sample {
        title: title.to_owned(),
        tasks: tasks.to_owned(),
        path,
        held_out,
    };
    let mut all = vec![sample(&occupation.title, "", false)];
    let mut parts = |phrases: &[crate::lexicon::Phrase]| -> Vec<(String, bool)> {
        phrases
            .iter()
            .map(|phrase| (phrase.text.clone(), random.random_ratio(1, HELD_OUT)))
            .collect()
    };
    let titles = parts(&occupation.titles);
    let tasks = parts(&occupation.tasks);
    all.extend(
        titles
            .iter()
            .map(|(title, held_out)| sample(title, "", *held_out)),
    );
    all.extend(tasks.iter().map(|(task, held_out)| sample("", task, *held_out)));
    let official = (occupation.title.clone(), false);
    for (title, title_held_out) in std::iter::once(&official).chain(&titles) {
        for (task, task_held_out) in tasks.choose_multiple(random, TASKS_PER_TITLE) {
            // The first round must not learn a held-out phrase by way of a pair.
            all.push(sample(title, task, *title_held_out || *task_held_out));
        }
    }
    all
}
