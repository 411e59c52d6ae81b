//! In: a valid record. Out: its answer, and who gave it. Next: back to `code`, which writes the response.

use async_trait::async_trait;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, Topic};
use occuform_coder::{self as embedded, CodingOptions};
use serde_json::value::{RawValue, to_raw_value};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Whoever can code a record.
#[async_trait]
pub trait Coder: Send + Sync {
    /// The one topic that is coded to.
    fn topic(&self) -> Topic;

    /// The model that answers now, if it is known.
    fn model(&self) -> Option<Arc<Model>>;

    /// Codes one record with at most `suggestions` suggestions. After the deadline nobody waits for the answer.
    async fn code(&self, text: JobText, suggestions: u8, deadline: Instant) -> Result<Coded, CodingFailure>;
}

/// An answer and where it comes from, without what was typed: whoever asked has that. A copy of it copies no text.
#[derive(Clone, Debug)]
pub struct Coded {
    /// Whether there are suggestions.
    pub status: CodeStatus,
    /// The suggestions, best first, as a JSON list: an answer that is given often is written once.
    pub suggestions: Arc<RawValue>,
    /// Who gave it.
    pub source: Source,
    /// The model's GUID.
    pub model: Arc<str>,
}

impl Coded {
    /// # Errors
    /// When the suggestions cannot be written as JSON.
    pub fn new(answer: &CodeAnswer, source: Source, model: &str) -> Result<Self, CodingFailure> {
        let suggestions =
            to_raw_value(&answer.result).map_err(|error| CodingFailure::Broken(error.to_string()))?;
        Ok(Self { status: answer.code_status, suggestions: suggestions.into(), source, model: model.into() })
    }
}

/// Who gave an answer, as the header `Occuform-Source` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The Coding Service.
    Upstream,
    /// The Coding Service, some time ago.
    Cache,
    /// Our own model, in this process.
    Embedded,
}

impl Source {
    /// The header's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Cache => "cache",
            Self::Embedded => "embedded",
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CodingFailure {
    /// There can be an answer after so long.
    #[error("no answer can be had for {} s", .0.as_secs())]
    Unavailable(Duration),
    /// The Coding Service will not take the record, although it keeps the rules.
    #[error("the upstream refused the record")]
    Refused,
    /// The coder broke.
    #[error("the coder failed: {0}")]
    Broken(String),
}

impl CodingFailure {
    /// In a word, for metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::Refused => "refused",
            Self::Broken(_) => "broken",
        }
    }
}

/// Our own model, in this process.
pub struct EmbeddedCoder {
    topic: Topic,
    model: embedded::Model,
    /// The model as clients see it.
    described: Arc<Model>,
    options: CodingOptions,
}

impl EmbeddedCoder {
    /// Codes `topic` with this model. The number of suggestions comes with each request.
    pub fn new(topic: Topic, model: embedded::Model, options: CodingOptions) -> Self {
        let described = Arc::new(model.describe(topic, 1));
        Self { topic, model, described, options }
    }
}

#[async_trait]
impl Coder for EmbeddedCoder {
    fn topic(&self) -> Topic {
        self.topic
    }

    fn model(&self) -> Option<Arc<Model>> {
        Some(Arc::clone(&self.described))
    }

    /// Takes well under a millisecond, so that it needs no thread of its own.
    async fn code(&self, text: JobText, suggestions: u8, _: Instant) -> Result<Coded, CodingFailure> {
        let answer = self.model.code(&text, CodingOptions { suggestions, ..self.options });
        Coded::new(&answer, Source::Embedded, &self.described.model_id)
    }
}
