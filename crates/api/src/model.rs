//! In: a trained model's facts. Out: the Model object of the Coding Service. Next: whoever lists models.

use serde::{Deserialize, Serialize};

/// A classification that can be coded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name in paths.
    pub uri_name: &'static str,
    /// Its full name.
    pub full_name: &'static str,
    /// Its version, a year.
    pub version: &'static str,
    /// What its codes and titles are taken from.
    pub source: &'static str,
}

/// The Occupation Standard Classification for Australia.
pub const OSCA: Topic = Topic {
    uri_name: "osca",
    full_name: "OSCA - Occupation Standard Classification for Australia",
    version: "2024",
    source: "OSCA 2024",
};

/// The Australian and New Zealand Standard Classification of Occupations.
pub const ANZSCO: Topic = Topic {
    uri_name: "anzsco",
    full_name: "ANZSCO - Australian and New Zealand Standard Classification of Occupations",
    version: "2022",
    source: "ANZSCO 2022",
};

impl Topic {
    /// Every topic there is.
    pub const ALL: [Self; 2] = [OSCA, ANZSCO];

    /// The topic with this name.
    pub fn find(uri_name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.uri_name == uri_name)
    }
}

/// A topic as `GET /v1/topics` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TopicAnswer {
    /// Its name in paths.
    #[cfg_attr(feature = "openapi", schema(example = "osca"))]
    pub uri_name: String,
    /// Its full name.
    pub full_name: String,
}

impl From<Topic> for TopicAnswer {
    fn from(topic: Topic) -> Self {
        Self { uri_name: topic.uri_name.to_owned(), full_name: topic.full_name.to_owned() }
    }
}

/// One version of the coder for one topic, as `GET .../models/latest` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// GUID.
    pub model_id: String,
    /// Counts up; the highest is the latest.
    pub model_version: u32,
    /// ISO 8601 date and time.
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
