//! In: decisions of `flow.rs`. Out: what the page has to do about them. Next: the widget's `runtime.rs`.

use crate::Failure;
use occuform_api::JobText;

/// Something to be done outside the state machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send [`crate::Event::PauseEnded`] after so many milliseconds; a running pause starts anew.
    StartPause(u32),
    /// Stop the running pause.
    CancelPause,
    /// Ask for suggestions; the answer carries the number. [`crate::Event::AnswerOverdue`] is due after
    /// [`crate::OVERDUE_MS`].
    Ask {
        /// Tells this request's answer from an earlier one's.
        sequence: u32,
        /// What to code.
        text: JobText,
    },
    /// Abort the request that is on the way.
    Abandon,
    /// Send [`crate::Event::RetryDue`] after so many milliseconds.
    StartRetry(u32),
    /// There will be no retry.
    CancelRetry,
    /// Say something to those who do not see the page.
    Announce(Announcement),
    /// Take back what was said last: it no longer holds, and the same may have to be said again.
    Silence,
    /// Tell the page around the question.
    Notify(Notice),
}

/// What is said once, politely, by a screen reader. The words are those that the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// So many suggestions are there.
    Suggestions(usize),
    /// The marked option is confirmed.
    Confirmed,
    /// The confirmation no longer holds, since the text changed.
    Withdrawn,
    /// So many characters are left, said when few are.
    CharactersLeft(usize),
    /// The text cannot be looked up.
    TextError,
    /// The text may be better put another way.
    Hint,
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
    /// A confirmation was withdrawn.
    Clear,
    /// There is no answer.
    Error,
}
