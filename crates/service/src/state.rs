//! In: the configuration and what it names. Out: what all endpoints share. Next: `routes` hands it to each of them.

use crate::clients::{Client, Clients, ClientsError};
use crate::clock::Clock;
use crate::config::Config;
use crate::faults::Dice;
use crate::key_file::KeyError;
use crate::ledger::Ledger;
use crate::metrics::Metrics;
use crate::models::{Models, ModelsError};
use crate::tokens::Tokens;
use occuform_operations::Batches;
use prometheus_client::registry::Registry;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How many secrets are verified at once. Each takes 19 MiB.
const VERIFICATIONS: usize = 4;

/// The file in the data folder that holds the key for tokens.
const KEY_FILE: &str = "signing.key";

/// The file in the data folder that holds what was counted.
const COUNTS_FILE: &str = "counts.jsonl";

/// What all endpoints share.
pub struct Service {
    pub(crate) config: Config,
    pub(crate) models: Models,
    pub(crate) tokens: Tokens,
    pub(crate) ledger: Ledger,
    pub(crate) metrics: Metrics,
    pub(crate) dice: Dice,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) verifications: Semaphore,
    pub(crate) started: Duration,
    pub(crate) batches: Option<Batches>,
    clients: RwLock<Arc<Clients>>,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The models.
    #[error(transparent)]
    Models(#[from] ModelsError),
    /// The clients.
    #[error(transparent)]
    Clients(#[from] ClientsError),
    /// The key for tokens.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What was counted before.
    #[error("cannot read the counted calls {0}")]
    Counts(PathBuf, #[source] io::Error),
}

impl Service {
    /// Reads what the configuration names; [`Service::with_batches`] adds asynchronous batches.
    ///
    /// # Errors
    /// When models, clients or the signing key cannot be used.
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let models = Models::read(&config.models)?;
        let clients = Clients::read(&config.clients)?;
        let tokens = Tokens::with_key_file(&config.data.join(KEY_FILE))?;
        Self::new(config, models, clients, tokens, clock).with_counts()
    }

    /// What is counted.
    pub fn counters(&self) -> Arc<Registry> {
        self.metrics.registry()
    }

    /// The same service, which goes on with what was counted before it was started, and keeps what it counts.
    ///
    /// # Errors
    /// When the file of it cannot be read.
    pub fn with_counts(mut self) -> Result<Self, StartError> {
        let path = self.config.data.join(COUNTS_FILE);
        let ledger = Ledger::with_file(path.clone(), self.config.token.block, self.clock.monotonic());
        self.ledger = ledger.map_err(|error| StartError::Counts(path, error))?;
        Ok(self)
    }

    /// The service of these parts, without asynchronous batches, which forgets what it counted when it ends.
    pub fn new(
        config: Config,
        models: Models,
        clients: Clients,
        tokens: Tokens,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            dice: Dice::new(config.faults.seed),
            ledger: Ledger::default(),
            metrics: Metrics::default(),
            verifications: Semaphore::new(VERIFICATIONS),
            started: clock.unix(),
            batches: None,
            clients: RwLock::new(Arc::new(clients)),
            config,
            models,
            tokens,
            clock,
        }
    }

    /// The clients as they are registered now.
    pub fn clients(&self) -> Arc<Clients> {
        Arc::clone(&self.clients.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on, these are the clients.
    pub fn set_clients(&self, clients: Clients) {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(clients);
    }

    /// The models that can be asked.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The client that this token was issued to, if it is valid and the client still registered.
    pub(crate) fn holder(&self, token: &str) -> Option<Client> {
        let id = self.tokens.client(token, self.clock.unix())?;
        self.clients().find(&id).cloned()
    }
}
