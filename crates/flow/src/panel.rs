//! In: what is known about the text that stands in the fields. Out: what is shown under them. Next: the view.

use crate::{Failure, event::Answer};

/// What is shown under the two fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Nothing to show: too little text, or text that cannot be sent.
    Idle,
    /// The text can be looked up and has not been.
    Unasked,
    /// The answer is on its way.
    Waiting {
        /// It takes long.
        overdue: bool,
    },
    /// Suggestions to choose from.
    List {
        /// What was answered; never empty.
        answer: Answer,
        /// What the respondent made of it.
        choice: Choice,
    },
    /// The text could not be coded.
    NoMatch(Answer),
    /// There is no answer.
    Failed(Failure),
}

/// What the respondent made of a list. An option's number counts from 0; `None` is "none of these".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Nothing yet.
    Open,
    /// An option is marked and not confirmed: the arrow keys stand on it, or it waits for the button.
    Moved(Option<usize>),
    /// An option is confirmed.
    Confirmed(Option<usize>),
}

impl Choice {
    /// The option that is marked, confirmed or not.
    pub const fn marked(self) -> Option<Option<usize>> {
        match self {
            Self::Open => None,
            Self::Moved(option) | Self::Confirmed(option) => Some(option),
        }
    }
}

impl Panel {
    pub(crate) fn of(answer: Answer) -> Self {
        if answer.suggestions.is_empty() {
            Self::NoMatch(answer)
        } else {
            Self::List { answer, choice: Choice::Open }
        }
    }
}
