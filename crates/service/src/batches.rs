//! In: the configuration and the models. Out: asynchronous batches on the service's data folder. Next: `batch_code`
//! asks them, `routes` serves their links.

use crate::key_file;
use crate::models::{Models, Version};
use crate::state::Service;
use occuform_api::{JobText, MAX_BATCH_SUGGESTIONS};
use occuform_coder::{CodingOptions, FileCoding};
use occuform_operations::keys::{KeyError, MasterKey};
use occuform_operations::{Batches, Config, FileCoder, OpenError};
use std::sync::Arc;

/// The folder of operations and their files, in the data folder.
const FOLDER: &str = "batches";
/// The key, in the data folder, where no other file is named.
const KEY_FILE: &str = "batch.key";

/// Why asynchronous batches cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum BatchesError {
    /// The key file cannot be used.
    #[error(transparent)]
    File(#[from] key_file::KeyError),
    /// The key is too short.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The data folder cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl Service {
    /// The same service with asynchronous batches.
    ///
    /// # Errors
    /// When their key or folder cannot be used.
    pub async fn with_batches(mut self) -> Result<Self, BatchesError> {
        let batch = &self.config.batch;
        let key_file = batch.key_file.clone().unwrap_or_else(|| self.config.data.join(KEY_FILE));
        let config = Config {
            data_folder: self.config.data.join(FOLDER),
            key: MasterKey::new(key_file::read_or_make(&key_file)?)?,
            kms_key_arn: batch.kms_key_arn.clone(),
            max_upload_bytes: batch.max_upload_bytes,
            reserved_bytes: batch.reserved_bytes,
            threads: batch.threads,
        };
        let options = CodingOptions {
            suggestions: MAX_BATCH_SUGGESTIONS,
            min_digits: batch.min_digits,
            ..self.config.coding
        };
        let models = Arc::new(Served { models: self.models.clone(), options });
        let clock = Arc::clone(&self.clock);
        let now = move || clock.unix().as_secs().cast_signed();
        let batches = Batches::open(config, models, Arc::new(now)).await?;
        self.metrics.extend(|registry| batches.register_metrics(registry));
        self.batches = Some(batches);
        Ok(self)
    }

    /// Asynchronous batches, where the service has them.
    pub fn batches(&self) -> Option<&Batches> {
        self.batches.as_ref()
    }
}

struct Served {
    models: Models,
    options: CodingOptions,
}

struct ServedVersion {
    version: Arc<Version>,
    options: CodingOptions,
}

impl occuform_operations::Models for Served {
    fn coder(&self, model_id: &str) -> Option<Arc<dyn FileCoder>> {
        let same = |version: &&Arc<Version>| version.coder.id().to_string() == model_id;
        let version = Arc::clone(self.models.all().iter().find(same)?);
        Some(Arc::new(ServedVersion { version, options: self.options }))
    }
}

impl FileCoder for ServedVersion {
    fn code(&self, text: &JobText) -> FileCoding {
        self.version.coder.code_in_file(text, self.options)
    }
}
