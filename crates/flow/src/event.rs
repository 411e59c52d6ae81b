//! In: what the respondent, a timer or the network did. Out: the same as one value. Next: `flow.rs`.

use occuform_api::{Field, Suggestion};

/// Something that happened to the question.
#[derive(Clone, Debug)]
pub enum Event {
    /// A field's text changed, however: typed, pasted, dictated, dropped, undone, filled in.
    Typed {
        /// The field.
        field: Field,
        /// What it holds now.
        text: Text,
    },
    /// An input method began to compose a word.
    CompositionStarted,
    /// The composed word is in place.
    CompositionEnded,
    /// Focus left one of the two fields.
    FieldLeft,
    /// Enter was pressed in one of the two fields.
    EnterPressed,
    /// The button that asks, or asks again, was pressed.
    AskPressed,
    /// The pause after the last change is over.
    PauseEnded,
    /// The answer takes long.
    AnswerOverdue,
    /// An answer, or the lack of one, to the request with this number.
    Answered {
        /// The number of the request, from [`crate::Effect::Ask`].
        sequence: u32,
        /// The suggestions, best first.
        answer: Result<Answer, Failure>,
    },
    /// The wait before another try is over.
    RetryDue,
    /// The browser is online again.
    CameOnline,
    /// The arrow keys moved to an option; `None` is "none of these".
    Moved(Option<usize>),
    /// An option was confirmed; `None` is "none of these".
    Confirmed(Option<usize>),
    /// The button that confirms the marked option was pressed.
    ConfirmPressed,
    /// Focus left the list.
    ListLeft,
    /// The page filled the question in: a draft reopened, a form reset, a page gone back to.
    Filled(Draft),
}

/// A field's text as typed and as it would be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// As it stands in the field.
    pub typed: String,
    /// As it would be sent, see [`crate::to_ascii`].
    pub ascii: String,
}

/// An answer to the question as a page kept it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The job title.
    pub title: Text,
    /// The main tasks.
    pub tasks: Text,
    /// What was confirmed: an answer with this one suggestion.
    pub confirmed: Option<Answer>,
}

/// What the proxy answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Best first; empty when the text could not be coded.
    pub suggestions: Vec<Suggestion>,
    /// Who answered: `Occuform-Source`.
    pub source: String,
    /// The model that answered: `Occuform-Model`.
    pub model: String,
}

/// Why there is no answer, as far as it matters to a respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The browser is offline.
    Offline,
    /// Too many requests: waiting helps.
    RateLimited {
        /// How long the service asked to wait, in seconds.
        retry_after: Option<u32>,
    },
    /// The request was refused: trying again does not help.
    Refused,
    /// Anything else.
    Unavailable,
}
