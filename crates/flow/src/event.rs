//! In: what the respondent, a timer or the network did. Out: the same as one value. Next: `flow.rs`.

use occuform_api::{Field, Suggestion};

/// Something that happened to the question.
#[derive(Clone, Debug)]
pub enum Event {
    /// A field's text changed, however: typed, pasted, dictated, filled in.
    Typed {
        /// The field.
        field: Field,
        /// The text as it stands in the field.
        text: String,
        /// The text as it would be sent, see [`crate::to_ascii`].
        ascii: String,
    },
    /// An input method began to compose a word.
    CompositionStarted,
    /// The composed word is in place.
    CompositionEnded,
    /// Focus left one of the two fields.
    FieldLeft,
    /// Enter was pressed in one of the two fields.
    EnterPressed,
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
    /// The arrow keys moved to an option.
    Moved(Option<usize>),
    /// An option was confirmed; `None` is "none of these".
    Confirmed(Option<usize>),
    /// Focus left the list.
    ListLeft,
    /// The respondent asked to try again.
    RetryPressed,
    /// The form was reset.
    Reset,
}

/// What the proxy answered.
#[derive(Clone, Debug, PartialEq)]
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
    RateLimited,
    /// The request was refused: trying again does not help.
    Refused,
    /// Anything else.
    Unavailable,
}
