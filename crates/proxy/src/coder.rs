//! In: a valid record. Out: its answer, and who gave it. Next: back to `code`, which writes the response.

use async_trait::async_trait;
use occuform_api::{CodeAnswer, JobText, Model, Topic};
use occuform_coder::{self as embedded, CodingOptions};

/// Whoever can code a record.
#[async_trait]
pub trait Coder: Send + Sync {
    /// The one topic that is coded to.
    fn topic(&self) -> Topic;

    /// The model that answers now.
    fn model(&self) -> Model;

    /// Codes one record with at most `suggestions` suggestions.
    async fn code(&self, text: JobText, suggestions: u8) -> Result<Coded, CodingFailure>;
}

/// An answer and where it comes from.
#[derive(Clone, Debug)]
pub struct Coded {
    /// The answer.
    pub answer: CodeAnswer,
    /// Who gave it.
    pub source: Source,
    /// The model's GUID.
    pub model: String,
}

/// Who gave an answer, as the header `Occuform-Source` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Our own model, in this process.
    Embedded,
}

impl Source {
    /// The header's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CodingFailure {
    /// The coder broke.
    #[error("the coder failed: {0}")]
    Broken(String),
}

/// Our own model, in this process.
pub struct EmbeddedCoder {
    topic: Topic,
    model: embedded::Model,
}

impl EmbeddedCoder {
    /// Codes `topic` with this model.
    pub fn new(topic: Topic, model: embedded::Model) -> Self {
        Self { topic, model }
    }
}

#[async_trait]
impl Coder for EmbeddedCoder {
    fn topic(&self) -> Topic {
        self.topic
    }

    fn model(&self) -> Model {
        self.model.describe(self.topic, 1)
    }

    /// Takes well under a millisecond, so that it needs no thread of its own.
    async fn code(&self, text: JobText, suggestions: u8) -> Result<Coded, CodingFailure> {
        Ok(Coded {
            answer: self.model.code(&text, CodingOptions::for_a_person(suggestions)),
            source: Source::Embedded,
            model: self.model.id().to_string(),
        })
    }
}
