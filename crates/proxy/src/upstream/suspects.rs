//! In: records that the upstream refused, alone or among others. Out: how the same words go out the next time, if they
//! come soon. Kept under a fingerprint, never in the clear. Next: `merged` asks before it takes a record in.

use crate::fingerprint::{Fingerprint, Fingerprints};
use moka::future::Cache;
use occuform_api::JobText;
use std::time::Duration;

/// How long a record is remembered.
const KEPT: Duration = Duration::from_mins(10);
/// Most records that are remembered.
const MOST: u64 = 10_000;

/// What is known of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// It was among refused ones, and may be to blame: it goes alone.
    Possible,
    /// It was refused: it does not go at all.
    Certain,
}

/// Records that were refused a short while ago.
pub(super) struct Suspects {
    records: Cache<Fingerprint, Suspicion>,
    fingerprints: Fingerprints,
}

impl Suspects {
    pub(super) fn new() -> Result<Self, getrandom::Error> {
        let records = Cache::builder().max_capacity(MOST).time_to_live(KEPT).build();
        Ok(Self { records, fingerprints: Fingerprints::new()? })
    }

    pub(super) async fn suspicion(&self, text: &JobText) -> Option<Suspicion> {
        self.records.get(&self.key(text)).await
    }

    pub(super) async fn remember(&self, text: &JobText, suspicion: Suspicion) {
        self.records.insert(self.key(text), suspicion).await;
    }

    /// It was answered.
    pub(super) async fn clear(&self, text: &JobText) {
        self.records.invalidate(&self.key(text)).await;
    }

    /// Whichever model refused it, and however many suggestions were asked for.
    fn key(&self, text: &JobText) -> Fingerprint {
        self.fingerprints.of("", text, 0)
    }
}
