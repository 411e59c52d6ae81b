//! In: what training found, or the bytes of a model file. Out: a [`Model`] ready to predict. Next: `predict`.

use crate::classification::Classification;
use crate::features::count_features;
use crate::packing::PackedFeatures;
use occuform_api::Topic;
use serde::{Deserialize, Serialize};
#[cfg(feature = "train")]
use sha2::{Digest, Sha256};
use std::ops::Range;
use uuid::Uuid;

/// A trained coder for one classification.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) provenance: Provenance,
    pub(crate) knowledge: Knowledge,
    pub(crate) id: Uuid,
}

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The topic's name in paths: `osca`.
    pub topic: String,
    /// What the lexicon's codes and official titles are taken from.
    pub attribution: String,
    /// How many phrases were learned from.
    pub phrases: u32,
    /// SHA-256 over the phrases in order, in hexadecimal.
    pub lexicon_digest: String,
    /// The settings, as text.
    pub settings: String,
    /// The day of training, ISO 8601.
    pub trained_on: String,
}

/// What the model knows. Its content decides the model's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Knowledge {
    pub classification: Classification,
    /// How steeply a margin becomes a probability, by level.
    pub steepness: [f32; 5],
    /// How the probability of a path becomes the confidence in its code.
    pub confidence: Scaling,
    pub thresholds: Thresholds,
    pub features: FeatureTable,
    /// What one step of a weight is worth, by node.
    pub steps: Vec<f32>,
    pub biases: Vec<f32>,
}

/// From where on an answer is trusted, where it is not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Thresholds {
    /// Least probability that the right code is among the suggestions.
    pub list: f32,
    /// Least probability that the best code is right.
    pub category: f32,
}

/// A straight line over logits, fitted by Platt scaling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scaling {
    pub slope: f32,
    pub offset: f32,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { slope: 1.0, offset: 0.0 }
    }
}

impl Scaling {
    pub(crate) fn apply_to_logit(self, logit: f32) -> f32 {
        1.0 / (1.0 + (-self.slope * logit - self.offset).exp())
    }
}

/// For each feature, the nodes that it speaks for or against. A feature's weights lie side by side, so that a
/// record touches little memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PackedFeatures", into = "PackedFeatures")]
pub(crate) struct FeatureTable {
    /// How many records the frequencies are counted over.
    pub records: u32,
    /// Hashes in rising order.
    pub hashes: Vec<u32>,
    /// In how many records each feature stands.
    pub frequencies: Vec<u32>,
    /// Where each feature's weights end in `nodes` and `weights`.
    pub ends: Vec<u32>,
    /// In rising order for each feature.
    pub nodes: Vec<u16>,
    pub weights: Vec<i8>,
}

impl Model {
    /// A model whose id follows from what it knows.
    #[cfg(feature = "train")]
    pub(crate) fn new(provenance: Provenance, knowledge: Knowledge) -> Self {
        let bytes = postcard::to_stdvec(&knowledge).expect("writing to memory cannot fail");
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let id = Uuid::new_v8(*digest.first_chunk().expect("a digest has 32 bytes"));
        Self { provenance, knowledge, id }
    }

    /// GUID derived from what the model knows: the same lexicon, calibration records, settings and seed
    /// give the same id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Where the model comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The model as the Coding Service describes it, as one version of the topic's models.
    pub fn describe(&self, topic: Topic, version: u32) -> occuform_api::Model {
        occuform_api::Model {
            model_id: self.id.to_string(),
            model_version: version,
            model_release_date: self.provenance.trained_on.clone(),
            model_type: "hsvm2".to_owned(),
            input_format: vec!["occp_text".to_owned(), "tasks_text".to_owned()],
            topic_standard: topic.full_name.to_owned(),
            topic_version: topic.version.to_owned(),
        }
    }

    /// The codes the model can give.
    pub fn classification(&self) -> &Classification {
        &self.knowledge.classification
    }
}

impl Knowledge {
    /// Whether the tables fit each other, so that prediction never reaches outside them.
    pub(crate) fn is_sound(&self) -> bool {
        let nodes = self.classification.nodes().len();
        self.classification.is_sound()
            && self.steps.len() == nodes
            && self.biases.len() == nodes
            && self.features.nodes.iter().all(|node| usize::from(*node) < nodes)
    }
}

impl FeatureTable {
    /// The feature's place in the table.
    fn find(&self, hash: u32) -> Option<usize> {
        self.hashes.binary_search(&hash).ok()
    }

    /// The inverse document frequency of the feature at this place, or of one never seen.
    fn idf(&self, place: Option<usize>) -> f32 {
        let frequency = place.map_or(0, |place| self.frequencies[place]);
        ((1.0 + self.records as f32) / (1.0 + frequency as f32)).ln() + 1.0
    }

    /// A record's known features with their values, and the length of the whole vector. Features never seen count
    /// towards the length, so that a record full of them comes near no class.
    pub(crate) fn weigh(&self, title: &str, tasks: &str) -> (Vec<(usize, f32)>, f32) {
        let mut squares = 0.0;
        let mut known = Vec::new();
        for (hash, count) in count_features(title, tasks) {
            let place = self.find(hash);
            let value = (1.0 + (count as f32).ln()) * self.idf(place);
            squares += value * value;
            known.extend(place.map(|place| (place, value)));
        }
        (known, squares.sqrt())
    }

    /// The nodes that the feature at this place speaks for or against, and how strongly.
    pub(crate) fn weights_at(&self, place: usize) -> impl Iterator<Item = (u16, i8)> + '_ {
        let range = self.range(place);
        self.nodes[range.clone()].iter().copied().zip(self.weights[range].iter().copied())
    }

    pub(crate) fn range(&self, place: usize) -> Range<usize> {
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        start..self.ends[place] as usize
    }
}
