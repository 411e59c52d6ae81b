//! In: what training found, or the bytes of a model file. Out: a [`Model`] ready to predict. Next: `predict`.

use crate::classification::Classification;
use crate::feature_table::FeatureTable;
use crate::predict::Evidence;
use crate::spelling::Spelling;
use occuform_api::Topic;
use serde::{Deserialize, Serialize};
#[cfg(feature = "train")]
use sha2::{Digest, Sha256};
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
    /// How much each part of a path's evidence counts.
    pub combination: Evidence,
    /// How much speaks for no path at all.
    pub none: f32,
    pub thresholds: Thresholds,
    pub spelling: Spelling,
    /// Titles that are no occupation, in rising order.
    pub no_occupations: Vec<String>,
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
            model_release_date: format!("{}T00:00:00.000Z", self.provenance.trained_on),
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
        self.steps.len() == nodes && self.biases.len() == nodes && self.features.width() == nodes
    }
}
