//! In: what is known about the text that stands in the fields. Out: what is shown under them. Next: the view.

use crate::{Failure, event::Answer};

/// What is shown under the two fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Nothing to show: too little text, or text that cannot be sent.
    Idle,
    /// The text is still being written, or its answer is on the way.
    Waiting {
        /// The answer takes long.
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
    NoMatch,
    /// There is no answer.
    Failed(Failure),
}

/// What the respondent made of a list. An option's number counts from 0; `None` is "none of these".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Nothing yet.
    Open,
    /// The arrow keys stand on an option; leaving the list confirms it.
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
