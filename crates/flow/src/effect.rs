//! In: decisions of `flow.rs`. Out: what the page has to do about them. Next: the widget's `runtime.rs`.

use crate::Failure;
use occuform_api::{JobText, TextError};

/// Something to be done outside the state machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send [`crate::Event::PauseEnded`] after [`crate::Settings::pause_ms`], or
    /// [`crate::Settings::composing_pause_ms`]; a running pause starts anew.
    StartPause {
        /// Whether an input method is composing a word.
        composing: bool,
    },
    /// Stop the running pause.
    CancelPause,
    /// Ask for suggestions; the answer carries the number. [`crate::Event::AnswerOverdue`] is due after
    /// [`crate::Settings::overdue_ms`].
    Ask {
        /// Tells this request's answer from an earlier one's.
        sequence: u32,
        /// What to code.
        text: JobText,
    },
    /// Abort the request that is on the way.
    Abandon,
    /// Say something to those who do not see the page.
    Announce(Announcement),
    /// Take back what was said last: it no longer holds, and the same may have to be said again.
    Silence,
    /// Tell the page around the question.
    Notify(Notice),
}

/// What is said once, politely, by a screen reader.
#[derive(Clone, Debug, PartialEq)]
pub enum Announcement {
    /// So many suggestions are there.
    Suggestions(usize),
    /// This option is confirmed; `None` is "none of these".
    Confirmed(Option<String>),
    /// The confirmation no longer holds, since the text changed.
    Withdrawn,
    /// So many characters are left, said when few are.
    CharactersLeft(usize),
    /// The text cannot be looked up.
    TextError(TextError),
    /// The answer takes long.
    Overdue,
    /// The text could not be coded.
    NoMatch,
    /// There is no answer.
    Failed(Failure),
}

/// What the page around the question is told. The form value is read from [`crate::Flow::form_value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The respondent changed a text.
    Input,
    /// An answer came: suggestions, or none.
    Suggestions,
    /// An option, or "none of these", was confirmed.
    Confirm,
    /// A confirmation was withdrawn, or the question was reset.
    Clear,
    /// There is no answer.
    Error,
}
