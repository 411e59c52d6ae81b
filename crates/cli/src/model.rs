//! In: the name of a topic, or the path of a model file. Out: the model. Next: `proxy` serves it, `code` asks it.

use anyhow::{Context, Result, anyhow};
use occuform_api::Topic;
use occuform_coder::Model;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Which model a command works with.
#[derive(clap::Args)]
pub(crate) struct ModelChoice {
    /// The classification: osca or anzsco
    #[arg(long, default_value = "osca", value_parser = topic)]
    pub(crate) topic: Topic,
    /// The model file [default: models/TOPIC.model]
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
}

impl ModelChoice {
    pub(crate) fn new(topic: Topic, model: Option<PathBuf>) -> Self {
        Self { topic, model }
    }

    /// The usual model of a topic.
    pub(crate) fn usual(topic: Topic) -> Self {
        Self { topic, model: None }
    }

    pub(crate) fn path(&self) -> PathBuf {
        let usual = || Path::new("models").join(self.topic.uri_name).with_extension("model");
        self.model.clone().unwrap_or_else(usual)
    }

    /// The model, and the topic that it was trained for.
    pub(crate) fn load(&self) -> Result<(Topic, Model)> {
        let path = self.path();
        let bytes = read(&path)?;
        let unusable = || format!("cannot use the model {}", path.display());
        let model = Model::from_bytes(&bytes).with_context(unusable)?;
        let name = &model.provenance().topic;
        let topic = Topic::find(name)
            .ok_or_else(|| anyhow!("its topic '{name}' is unknown"))
            .with_context(unusable)?;
        Ok((topic, model))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path);
    let missing = matches!(&bytes, Err(error) if error.kind() == ErrorKind::NotFound);
    let advice = if missing { "; make one with 'occuform train' or name one with --model" } else { "" };
    bytes.with_context(|| format!("cannot read the model {}{advice}", path.display()))
}

pub(crate) fn topic(name: &str) -> Result<Topic, String> {
    let names = Topic::ALL.map(|topic| topic.uri_name).join(", ");
    Topic::find(name).ok_or_else(|| format!("expected one of: {names}"))
}
