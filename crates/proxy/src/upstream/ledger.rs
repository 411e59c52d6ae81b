//! In: what happens to the token or to calls. Out: what the rules decide, once that is recorded where it has to be.
//! Next: `state` keeps it.
//!
//! Rules that several proxies share are applied to what is kept now, and the outcome is kept only if nobody else wrote
//! in between; else they are applied anew. So each decision holds for all.

use super::moment::{Clock, Moment};
use super::state::{self, Found, Look, StateError, Store, serialised};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex as Turn;

/// How long recording may take. What is decided later than so much after its decision is not carried out.
pub const RECORDING_LIMIT: Duration = Duration::from_secs(4);

/// Decides by what is kept, and by what only this process knows.
pub trait Rules: Clone + Send + Sync {
    /// What happens.
    type Event: Clone + Send + Sync;
    /// What to do.
    type Decision: Send;
    /// What is kept.
    type Kept: Serialize + DeserializeOwned + Send;

    /// What is kept now.
    fn kept(&mut self) -> &mut Self::Kept;
    /// The points in time that are kept.
    fn moments(kept: &mut Self::Kept) -> Vec<&mut Moment>;
    /// What has to be assumed where something was kept and is not there.
    fn lost(&mut self, now: &Moment);
    /// What has to be assumed where something may have been kept since.
    fn doubt(&mut self, now: &Moment);
    /// Decides.
    fn update(&mut self, now: &Moment, event: Self::Event) -> Self::Decision;
}

/// Applies rules to what is kept.
pub struct Ledger<R> {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    rules: Mutex<R>,
    known: Turn<Known>,
}

/// What this process knows of what is kept.
#[derive(Clone, Default)]
struct Known {
    version: Option<String>,
    content: Vec<u8>,
    /// When each moment of another machine, or of this machine's earlier life, was past.
    past: HashMap<Moment, Duration>,
}

impl<R: Rules> Ledger<R> {
    /// These rules, over what `store` keeps.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, rules: R) -> Self {
        Self { store, clock, rules: Mutex::new(rules), known: Turn::default() }
    }

    /// Looks at the rules as they were last.
    pub fn with<T>(&self, look: impl FnOnce(&R) -> T) -> T {
        look(&self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the rules over what is kept now. Nothing is recorded.
    ///
    /// # Errors
    /// When what is kept cannot be had.
    pub async fn look<T>(&self, look: impl FnOnce(&R, &Moment) -> T + Send) -> Result<T, StateError> {
        let mut known = self.known.lock().await.clone();
        let found = self.store.look(None).await?;
        let (now, mut rules) = (self.now(), self.with(R::clone));
        self.take(&found, &now, &mut known, &mut rules)?;
        Ok(look(&rules, &now))
    }

    /// The moment that it is.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Decides, and returns when the decision may be carried out. Not to be dropped before it returns: what was
    /// recorded would not be done.
    ///
    /// # Errors
    /// When it could not be recorded. Nothing is to be done then.
    pub async fn update(&self, event: R::Event) -> Result<R::Decision, StateError> {
        let mut known = self.known.lock().await;
        loop {
            let look = self.store.look(known.version.as_deref()).await?;
            let mut rules = self.with(R::clone);
            let clock = self.clock.now();
            let now = Moment { unix: look.date.unwrap_or(clock.unix), ..clock };
            let has_to_be_kept = self.take(&look, &now, &mut known, &mut rules)?;
            let decision = rules.update(&now, event.clone());
            let content = serialised(rules.kept())?;
            if has_to_be_kept || content != known.content {
                let Some(version) = self.store.replace(&look, &content).await? else { continue };
                (known.version, known.content) = (Some(version), content);
            }
            *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
            return Ok(decision);
        }
    }

    /// Takes over what was found. Says whether it has to be kept even if nothing else changes.
    fn take(&self, look: &Look, now: &Moment, known: &mut Known, rules: &mut R) -> Result<bool, StateError> {
        let (bytes, doubtful) = match &look.found {
            Found::Same => return Ok(false),
            Found::Stored(bytes) => (bytes, false),
            Found::Doubtful(bytes) => (bytes, true),
            Found::Lost => {
                tracing::warn!("a state was lost: the allowance counts as just used");
                rules.lost(now);
                return Ok(true);
            }
        };
        let mut kept = self.read(bytes, now, known)?;
        known.content = serialised(&kept)?;
        known.version.clone_from(&look.version);
        std::mem::swap(rules.kept(), &mut kept);
        if doubtful {
            tracing::warn!(
                "Redis was restarted and may have lost what was last: the allowance counts as just used"
            );
            rules.doubt(now);
        }
        Ok(doubtful)
    }

    fn read(&self, bytes: &[u8], now: &Moment, known: &mut Known) -> Result<R::Kept, StateError> {
        let mut kept = state::content(bytes, &self.store.place())?;
        // A machine's own folder was written before it started; what others wrote was past when it was first seen.
        let first_seen = if self.store.is_shared() { now.uptime } else { Duration::ZERO };
        let mut past = HashMap::new();
        for moment in R::moments(&mut kept).into_iter().filter(|moment| moment.boot != now.boot) {
            let at = known.past.get(moment).copied().unwrap_or(first_seen);
            past.insert(moment.clone(), at);
            moment.past_at = Some(at);
        }
        known.past = past;
        Ok(kept)
    }
}
