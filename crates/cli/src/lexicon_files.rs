//! In: lexicon files that are to be written. Out: all of them on disk, or none.

use crate::whole_file::Staged;
use anyhow::{Context, Result, bail};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The first line of each imported file, after the mark of a comment. Only files with it are ever replaced.
pub(crate) const MADE_BY_IMPORT: &str = "Made by 'occuform lexicon import'; a further import replaces it.";

/// A file that is to be written.
#[derive(Clone)]
pub(crate) struct Planned {
    pub path: PathBuf,
    pub text: String,
}

/// Writes all files beside their places first, and moves them there when every one is whole.
pub(crate) fn write(files: &[Planned], replace: bool) -> Result<()> {
    for file in files {
        check_place(&file.path, replace)?;
    }
    let failed = |file: &Planned| format!("cannot write {}", file.path.display());
    let stage = |file: &Planned| Staged::new(&file.path, file.text.as_bytes()).with_context(|| failed(file));
    let staged: Vec<Staged> = files.iter().map(stage).collect::<Result<_>>()?;
    for (staged, file) in staged.into_iter().zip(files) {
        staged.put().with_context(|| failed(file))?;
    }
    Ok(())
}

/// Nothing stands there, or a file of an earlier import that may be replaced.
fn check_place(path: &Path, replace: bool) -> Result<()> {
    let shown = path.display();
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot look at {shown}, which is in the way")),
        Ok(text) if !text.starts_with(&format!("# {MADE_BY_IMPORT}")) => {
            bail!("{shown} exists and was not made by an import: choose another folder with --to")
        }
        Ok(_) if !replace => {
            bail!("{shown} exists: replace it with --force, or choose another folder with --to")
        }
        Ok(_) => Ok(()),
    }
}
