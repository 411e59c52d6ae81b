//! In: what a page chose. Out: when to ask, how to confirm, how long to wait. Next: `flow.rs`.

use crate::Failure;

/// After how long an answer is said to take long, in milliseconds.
pub const OVERDUE_MS: u32 = 2_000;
/// How long a composed word must have stood still, in milliseconds. Phone keyboards compose every word for as long as
/// the caret stands in it, so that waiting for the end of the composition could mean waiting for ever.
pub(crate) const COMPOSING_PAUSE_MS: u32 = 2_500;
/// How often a failed request is repeated by itself.
pub(crate) const RETRIES: u32 = 2;
const RETRY_MS: u32 = 3_000;
const LONGEST_RETRY_MS: u32 = 60_000;

/// What a page may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// When suggestions are asked for.
    pub trigger: Trigger,
    /// What confirms an option.
    pub confirm: Confirm,
    /// How long typing must rest before suggestions are asked for, in milliseconds.
    pub pause_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trigger: Trigger::Pause, confirm: Confirm::Choice, pause_ms: 700 }
    }
}

/// When suggestions are asked for. Enter in a field asks in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// After a pause in typing, or when a field is left.
    Pause,
    /// When a field is left.
    Leave,
    /// When a button is pressed.
    Button,
}

/// What confirms an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Choosing it.
    Choice,
    /// One more press, on a button.
    Button,
}

/// How long to wait before the next try by itself, in milliseconds. None where that does not help, or is up to the
/// browser, which says when it is online again.
pub(crate) fn retry_after(failure: Failure, tries: u32) -> Option<u32> {
    if tries >= RETRIES {
        return None;
    }
    match failure {
        Failure::Offline | Failure::Refused => None,
        Failure::Unavailable => Some(RETRY_MS << (2 * tries)),
        Failure::RateLimited { retry_after } => {
            let asked = retry_after.map_or(RETRY_MS << (2 * tries), |seconds| seconds.saturating_mul(1_000));
            (asked <= LONGEST_RETRY_MS).then_some(asked.max(1_000))
        }
    }
}
