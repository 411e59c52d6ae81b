//! In: a [`Lexicon`]. Out: a [`Model`]. The steps: `samples` makes records of the phrases, `vectors` weighs their
//! features, `svm` separates each node from its siblings and from strangers, `quantise` packs the weights, `calibrate`
//! and `combine` fit what confidence means.

mod calibrate;
mod combine;
mod quantise;
mod samples;
mod svm;
mod vectors;

use crate::classification::{Classification, NodeId};
use crate::evaluation::KnownRecord;
use crate::features::{Namespace, Words, hash};
use crate::lexicon::Lexicon;
use crate::model::{Knowledge, Model, Provenance, Thresholds};
use crate::model_file::hexadecimal;
use crate::spelling::Spelling;
use occuform_api::Topic;
use quantise::Hyperplane;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use samples::{Sample, samples};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use vectors::Vectors;

/// What training may be told.
#[derive(Clone, Copy, Debug)]
pub struct TrainingSettings {
    /// Decides the order in which samples are visited and which title goes with which task.
    pub seed: u64,
    /// Cost of a violated margin against the length of the weights.
    pub cost: f32,
    /// From how many percent of all records a node is told besides its siblings' records, so that margins mean the same all
    /// over the tree.
    pub strangers_percent: usize,
    /// In how many records made of phrases a feature must stand to be learned. A title stands in two.
    pub min_records: u32,
    /// The same for pairs of words.
    pub min_records_of_pairs: u32,
    /// Least probability that the right code is among the suggestions for a list to be shown.
    pub list_threshold: f32,
    /// Least probability that the best code is right for it to be given without a person, where no calibration
    /// records tell it.
    pub category_threshold: f32,
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            cost: 1.0,
            strangers_percent: 3,
            min_records: 2,
            min_records_of_pairs: 3,
            list_threshold: 0.3,
            category_threshold: 0.6,
        }
    }
}

/// How far training is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Steps done.
    pub done: usize,
    /// Steps altogether; all take about the same time.
    pub total: usize,
}

/// Trains a model, and fits what its confidence means on records that are not learned from. The result depends on
/// lexicon, records, settings and topic alone, not on the number of processors; on another platform, logarithms may
/// differ in their last digit.
pub fn train(
    lexicon: &Lexicon,
    calibration: &[KnownRecord],
    topic: &Topic,
    settings: TrainingSettings,
    trained_on: &str,
    progress: &(dyn Fn(Progress) + Sync),
) -> Model {
    let samples = samples(lexicon, settings.seed);
    let work = Work::new(&lexicon.classification, &samples, progress);
    let mut knowledge = fit(&lexicon.classification, &samples, settings, &work);
    knowledge.no_occupations = whole_titles(&lexicon.no_occupations);
    calibrate::calibrate(&mut knowledge, calibration, lexicon);
    let provenance = Provenance {
        topic: topic.uri_name.to_owned(),
        attribution: format!("Based on Australian Bureau of Statistics data: {}, CC BY 4.0", topic.source),
        phrases: lexicon.phrases().count() as u32,
        lexicon_digest: digest(lexicon),
        settings: format!("{settings:?}"),
        trained_on: trained_on.to_owned(),
    };
    Model::new(provenance, knowledge)
}

/// The phrases as the words of a title, in rising order.
fn whole_titles(phrases: &[String]) -> Vec<String> {
    let titles: BTreeSet<String> = phrases.iter().map(|phrase| Words::of(phrase, "").whole_title()).collect();
    titles.into_iter().collect()
}

/// A hyperplane for each node that has siblings.
fn fit(
    classification: &Classification,
    samples: &[Sample],
    settings: TrainingSettings,
    work: &Work,
) -> Knowledge {
    let vocabulary = vectors::vocabulary(classification.nodes().len(), samples, &settings);
    let vectors = Vectors::new(samples, &vocabulary);
    let groups = Groups::new(classification, samples);
    let hyperplanes: Vec<Hyperplane> = (0..classification.nodes().len() as NodeId)
        .into_par_iter()
        .with_max_len(1)
        .map(|node| {
            let Some(members) = groups.members_of_family(node) else {
                return Hyperplane::default();
            };
            let mut random = ChaCha8Rng::seed_from_u64(settings.seed.wrapping_add(u64::from(node)));
            let told_apart = groups.with_strangers(node, members, settings.strangers_percent, &mut random);
            let labels: Vec<bool> = told_apart.iter().map(|sample| groups.belongs(*sample, node)).collect();
            let hyperplane = svm::separate(&vectors, &told_apart, &labels, settings.cost, &mut random);
            work.advance(members.len());
            hyperplane
        })
        .collect();
    let thresholds = Thresholds { list: settings.list_threshold, category: settings.category_threshold };
    let words =
        samples.iter().map(Sample::words).flat_map(|words| words.title.into_iter().chain(words.tasks));
    let titles_alone = samples.iter().filter_map(|sample| {
        let title = sample.words().title_alone()?;
        Some((hash(Namespace::WholeTitle, &title), groups.last_choice(&sample.path?)))
    });
    quantise::pack(classification, Spelling::new(words), vocabulary, &hyperplanes, titles_alone, thresholds)
}

/// Which samples lie below which node.
struct Groups {
    /// For each sample of an occupation, the nodes on the way there from the top.
    ancestors: Vec<[NodeId; 5]>,
    /// How many samples follow that are of no occupation.
    no_occupations: usize,
    /// For each node, its parent's number plus one; 0 for the top.
    family: Vec<usize>,
    /// For each family, the samples below its parent; empty where there is nothing to choose.
    members: Vec<Vec<usize>>,
}

impl Groups {
    fn new(classification: &Classification, samples: &[Sample]) -> Self {
        let nodes = classification.nodes().len();
        let ancestors: Vec<[NodeId; 5]> = samples.iter().filter_map(|sample| sample.path).collect();
        let mut family = vec![0; nodes];
        let mut members = vec![Vec::new(); nodes + 1];
        for parent in 0..nodes {
            let children = classification.children(Some(parent as NodeId));
            for child in children {
                family[usize::from(*child)] = parent + 1;
            }
        }
        for (sample, path) in ancestors.iter().enumerate() {
            members[0].push(sample);
            for node in path {
                members[usize::from(*node) + 1].push(sample);
            }
        }
        for (number, members) in members.iter_mut().enumerate() {
            let parent = number.checked_sub(1).map(|parent| parent as NodeId);
            if classification.children(parent).len() < 2 {
                members.clear();
            }
        }
        Self { no_occupations: samples.len() - ancestors.len(), ancestors, family, members }
    }

    /// The last node on a path that has siblings to be told from.
    fn last_choice(&self, path: &[NodeId; 5]) -> NodeId {
        let choices = path.iter().rev().find(|node| self.members_of_family(**node).is_some());
        *choices.unwrap_or(&path[4])
    }

    /// The samples among which the node is to be told from its siblings.
    fn members_of_family(&self, node: NodeId) -> Option<&[usize]> {
        let members = &self.members[self.family[usize::from(node)]];
        (!members.is_empty()).then_some(members)
    }

    /// The members of a node's family, a share of all other samples, and those of no occupation.
    fn with_strangers(
        &self,
        node: NodeId,
        members: &[usize],
        percent: usize,
        random: &mut ChaCha8Rng,
    ) -> Vec<usize> {
        let family = self.family[usize::from(node)];
        let is_member = |sample: usize| {
            let parent = family.checked_sub(1).map(|parent| parent as NodeId);
            parent.is_none_or(|parent| self.belongs(sample, parent))
        };
        let samples = self.ancestors.len();
        let drawn = rand::seq::index::sample(random, samples, percent * samples / 100);
        let strangers = drawn.into_iter().filter(|sample| !is_member(*sample));
        let no_occupations = samples..samples + self.no_occupations;
        members.iter().copied().chain(strangers).chain(no_occupations).collect()
    }

    fn belongs(&self, sample: usize, node: NodeId) -> bool {
        self.ancestors.get(sample).is_some_and(|path| path.contains(&node))
    }
}

/// Counts the samples visited.
struct Work<'a> {
    done: AtomicUsize,
    total: usize,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Work<'a> {
    fn new(
        classification: &Classification,
        samples: &[Sample],
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Self {
        let groups = Groups::new(classification, samples);
        let nodes = 0..classification.nodes().len() as NodeId;
        let total = nodes.filter_map(|node| groups.members_of_family(node)).map(<[usize]>::len).sum();
        Self { done: AtomicUsize::new(0), total, progress }
    }

    fn advance(&self, samples: usize) {
        let done = self.done.fetch_add(samples, Ordering::Relaxed) + samples;
        (self.progress)(Progress { done, total: self.total });
    }
}

fn digest(lexicon: &Lexicon) -> String {
    let mut digest = Sha256::new();
    for (code, phrase) in lexicon.phrases() {
        digest.update(format!("{code} {phrase}\n"));
    }
    for phrase in &lexicon.no_occupations {
        digest.update(format!("{phrase}\n"));
    }
    hexadecimal(&digest.finalize())
}

/// A model that learned all features of a lexicon of one file, without calibration records.
#[cfg(test)]
pub(crate) fn trained_on(text: &str) -> Model {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("osca")).unwrap();
    std::fs::write(folder.path().join("osca/small.txt"), text).unwrap();
    let lexicon = Lexicon::read(folder.path(), occuform_api::OSCA).unwrap();
    let settings =
        TrainingSettings { min_records: 1, min_records_of_pairs: 1, ..TrainingSettings::default() };
    train(&lexicon, &[], &occuform_api::OSCA, settings, "2026-01-01", &|_| {})
}
