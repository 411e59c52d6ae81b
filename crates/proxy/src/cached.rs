//! In: valid records. Out: answers, from memory where the same was asked before, and asked once where it is being
//! asked just now. Next: the coder behind it.

use crate::coder::{Coded, Coder, CodingFailure, Source};
use crate::fingerprint::{Fingerprint, Fingerprints};
use crate::upstream::shared_answers::SharedAnswers;
use async_trait::async_trait;
use moka::future::Cache;
use occuform_api::{JobText, Model, Topic};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer stays in memory where it is kept in Redis, too.
const BRIEFLY: Duration = Duration::from_mins(1);

/// How much is kept, and how long.
#[derive(Clone, Copy, Debug)]
pub struct CacheLimits {
    /// Answers at most; each takes about 2 kB when it has 16 suggestions. 0: none is kept.
    pub answers: u64,
    /// How long an answer is kept.
    pub keep: Duration,
}

/// Remembers the answers of another coder.
pub struct Cached {
    next: Arc<dyn Coder>,
    answers: Cache<Fingerprint, Coded>,
    /// Under a key that is made up at the start, or made of the client secret where answers are shared.
    fingerprints: Fingerprints,
    shared: Option<Arc<SharedAnswers>>,
    model: Mutex<Option<String>>,
}

impl Cached {
    /// Puts memory before `next`.
    ///
    /// # Errors
    /// When the machine has no random numbers to make up the key from.
    pub fn new(
        next: Arc<dyn Coder>,
        limits: CacheLimits,
        shared: Option<SharedAnswers>,
    ) -> Result<Self, getrandom::Error> {
        let fingerprints = match &shared {
            Some(shared) => Fingerprints::under(shared.hash_key),
            None => Fingerprints::new()?,
        };
        let keep = if shared.is_some() { limits.keep.min(BRIEFLY) } else { limits.keep };
        let answers = Cache::builder().max_capacity(limits.answers).time_to_live(keep).build();
        Ok(Self { next, answers, fingerprints, shared: shared.map(Arc::new), model: Mutex::new(None) })
    }

    /// The model that answers now. When it is another than before, what the old one answered is dropped.
    fn current_model(&self) -> Option<Arc<Model>> {
        let model = self.next.model()?;
        let mut last = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref() != Some(&model.model_id) {
            self.answers.invalidate_all();
            *last = Some(model.model_id.clone());
        }
        Some(model)
    }
}

#[async_trait]
impl Coder for Cached {
    fn topic(&self) -> Topic {
        self.next.topic()
    }

    fn model(&self) -> Option<Arc<Model>> {
        self.next.model()
    }

    async fn code(&self, text: JobText, suggestions: u8, deadline: Instant) -> Result<Coded, CodingFailure> {
        let Some(model) = self.current_model() else {
            return self.next.code(text, suggestions, deadline).await;
        };
        let key = self.fingerprints.of(&model.model_id, &text, suggestions);
        if let Some(known) = self.answers.get(&key).await {
            return Ok(Coded { source: Source::Cache, ..known });
        }
        let (next, answers, shared) = (Arc::clone(&self.next), self.answers.clone(), self.shared.clone());
        let ask = async move {
            let found = match &shared {
                Some(shared) => shared.find(&key).await,
                None => None,
            };
            if let Some(known) = found {
                return Ok(known);
            }
            let coded = next.code(text, suggestions, deadline).await?;
            if let Some(shared) = shared {
                shared.keep(&key, &coded).await;
            }
            Ok(coded)
        };
        // In a task of its own: whoever asked first may go away, and others wait for the same.
        let asked = tokio::spawn(async move { answers.try_get_with(key, ask).await });
        match asked.await {
            Ok(result) => result.map_err(|failure| CodingFailure::clone(&failure)),
            Err(_) => Err(CodingFailure::Broken("the call's task ended".into())),
        }
    }
}
