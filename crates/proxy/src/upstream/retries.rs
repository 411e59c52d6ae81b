//! In: calls. Out: whether one that failed may be made once more. Next: `merged` makes it.

/// For so many first calls there may be one that is made once more: a sixth of all calls.
const FIRST_CALLS: u32 = 5;
/// Most retries that are saved up, in first calls.
const MOST_SAVED: u32 = 5 * FIRST_CALLS;

/// Keeps retries few, above all when they are of no use.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    saved: u32,
}

impl Default for Retries {
    /// One retry ahead.
    fn default() -> Self {
        Self { saved: FIRST_CALLS }
    }
}

impl Retries {
    /// A call that is no retry is made.
    pub fn first_call(&mut self) {
        self.saved = (self.saved + 1).min(MOST_SAVED);
    }

    /// Whether a retry may be made. It counts as made.
    pub fn take(&mut self) -> bool {
        let left = self.saved.checked_sub(FIRST_CALLS);
        self.saved = left.unwrap_or(self.saved);
        left.is_some()
    }
}
