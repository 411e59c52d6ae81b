//! In: a path and what is to stand there. Out: the whole file, never half of one.

use std::fs::Permissions;
use std::io::{Result, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file that is written whole, beside its place. It is gone again unless it is put there.
#[must_use]
pub(crate) struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    pub(crate) fn new(path: &Path, bytes: &[u8]) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file =
            tempfile::Builder::new().permissions(Permissions::from_mode(0o644)).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Moves the file into its place, over what stands there.
    pub(crate) fn put(self) -> Result<()> {
        self.file.persist(self.path)?;
        Ok(())
    }
}
