//! In: what training found, or the bytes of a model file. Out: a [`Model`] ready to predict. Next: `predict`.

use crate::classification::Classification;
use serde::{Deserialize, Serialize};
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
    /// Least probability that the right code is among the suggestions.
    pub list_threshold: f32,
    /// The inverse document frequency of a feature never seen.
    pub unseen_idf: f32,
    pub features: FeatureTable,
    /// What one step of a weight is worth, by node.
    pub steps: Vec<f32>,
    pub biases: Vec<f32>,
}

/// A straight line over logits, fitted by Platt scaling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scaling {
    pub slope: f32,
    pub offset: f32,
}

impl Default for Scaling {
    fn default() -> Self {
        Self {
            slope: 1.0,
            offset: 0.0,
        }
    }
}

impl Scaling {
    pub(crate) fn apply_to_logit(self, logit: f32) -> f32 {
        1.0 / (1.0 + (-self.slope * logit - self.offset).exp())
    }
}

/// For each feature, the nodes that it speaks for or against. A feature's weights lie side by side, so that a
/// record touches little memory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FeatureTable {
    /// Hashes in rising order.
    pub hashes: Vec<u32>,
    pub idf: Vec<f32>,
    /// Where each feature's weights end in `nodes` and `weights`.
    pub ends: Vec<u32>,
    pub nodes: Vec<u16>,
    pub weights: Vec<i8>,
}

impl Model {
    pub(crate) fn new(provenance: Provenance, knowledge: Knowledge, digest: [u8; 32]) -> Self {
        let id = Uuid::new_v8(*digest.first_chunk().expect("a digest has 32 bytes"));
        Self {
            provenance,
            knowledge,
            id,
        }
    }

    /// GUID derived from what the model knows: the same lexicon, settings and seed give the same id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Where the model comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
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
            && self.features.is_sound(nodes)
    }
}

impl FeatureTable {
    fn is_sound(&self, nodes: usize) -> bool {
        self.idf.len() == self.hashes.len()
            && self.ends.len() == self.hashes.len()
            && self.hashes.is_sorted()
            && self.ends.is_sorted()
            && self.ends.last().map_or(0, |end| *end as usize) == self.nodes.len()
            && self.weights.len() == self.nodes.len()
            && self.nodes.iter().all(|node| usize::from(*node) < nodes)
    }

    /// The feature's place in the table.
    pub(crate) fn find(&self, hash: u32) -> Option<usize> {
        self.hashes.binary_search(&hash).ok()
    }

    /// The nodes that the feature at this place speaks for or against, and how strongly.
    pub(crate) fn weights_at(&self, place: usize) -> impl Iterator<Item = (u16, i8)> + '_ {
        let start = if place == 0 {
            0
        } else {
            self.ends[place - 1] as usize
        };
        let range = start..self.ends[place] as usize;
        self.nodes[range.clone()]
            .iter()
            .copied()
            .zip(self.weights[range].iter().copied())
    }
}
