//! In: the path of a model file. Out: the model. Next: `proxy` serves it, `code` asks it.

use anyhow::{Context, Result};
use occuform_coder::Model;
use std::path::{Path, PathBuf};

/// Where the commands look for the model, and where training puts it.
#[derive(clap::Args)]
pub(crate) struct ModelPath {
    /// The model file
    #[arg(long, value_name = "FILE", default_value = "models/osca.model")]
    pub(crate) model: PathBuf,
}

impl ModelPath {
    pub(crate) fn load(&self) -> Result<Model> {
        let path = self.model.display();
        let bytes = read(&self.model)?;
        Model::from_bytes(&bytes).with_context(|| format!("cannot use the model {path}"))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| {
        format!(
            "cannot read the model {}; make one with 'occuform train' or name one with --model",
            path.display()
        )
    })
}
