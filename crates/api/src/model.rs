//! In: a trained model's facts. Out: the Model object of the Coding Service. Next: whoever lists models.

use serde::{Deserialize, Serialize};

/// One version of the coder for one topic, as `GET .../models/latest` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// GUID.
    pub model_id: String,
    /// Counts up; the highest is the latest.
    pub model_version: u32,
    /// ISO 8601 date.
    pub model_release_date: String,
    /// The kind of classifier.
    pub model_type: String,
    /// The record's fields.
    pub input_format: Vec<String>,
    /// The topic's full name.
    pub topic_standard: String,
    /// The topic's version, a year.
    pub topic_version: String,
}
