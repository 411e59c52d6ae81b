//! In: what has to survive the process. Out: the same in files that only their owner can read, whole or not at all.
//! Next: the disk.

use serde::{Serialize, de::DeserializeOwned};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::marker::PhantomData;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::NamedTempFile;

/// Held as long as a proxy uses the folder. Its being there also says that this is not the folder's first use.
const LOCK: &str = "lock";

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The folder or a file in it cannot be used.
    #[error("cannot use the state in {path}: {error}")]
    Unusable {
        /// The folder or file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Another process works with the folder.
    #[error("another proxy uses the state in {0}: give each its own folder, or stop the other first")]
    InUse(String),
    /// A file's content cannot be read.
    #[error(
        "{path} is damaged ({error}): move it away, and the proxy will wait as long as if the allowance had just been used"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it, without its content.
        error: String,
    },
}

/// The folder of one proxy.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    is_new: bool,
    lock: Arc<File>,
}

/// What was found in a file.
#[derive(Debug)]
pub enum Found<T> {
    /// What was written last.
    Stored(T),
    /// The folder has not been used before.
    FirstUse,
    /// The folder has been used before, and yet there is no file.
    Lost,
}

/// One file of the folder.
#[derive(Clone, Debug)]
pub struct StateFile<T> {
    path: PathBuf,
    _lock: Arc<File>,
    content: PhantomData<fn(T)>,
}

impl StateFolder {
    /// Takes the folder, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be used, or another process uses it.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let unusable = |error| StateError::Unusable { path: path.display().to_string(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let file = path.join(LOCK);
        let is_new = !file.exists();
        let lock = OpenOptions::new().create(true).append(true).open(&file).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), is_new, lock: Arc::new(lock) }),
            Err(TryLockError::WouldBlock) => Err(StateError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// The file of this name, and what is in it.
    ///
    /// # Errors
    /// When it cannot be read, or is damaged.
    pub fn file<T: Serialize + DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<(StateFile<T>, Found<T>), StateError> {
        let path = self.path.join(name);
        let shown = || path.display().to_string();
        let found = match std::fs::read(&path) {
            Ok(bytes) => Found::Stored(serde_json::from_slice(&bytes).map_err(|error| {
                // The message of the error could repeat what stands in the file.
                StateError::Damaged { path: shown(), error: format!("line {}", error.line()) }
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound && self.is_new => Found::FirstUse,
            Err(error) if error.kind() == ErrorKind::NotFound => Found::Lost,
            Err(error) => return Err(StateError::Unusable { path: shown(), error }),
        };
        Ok((StateFile { path, _lock: Arc::clone(&self.lock), content: PhantomData }, found))
    }
}

impl<T: Serialize> StateFile<T> {
    /// The first content, at once: a folder that is locked and holds nothing would count as robbed the next time.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(&self, content: &T) -> Result<(), StateError> {
        let bytes = serde_json::to_vec(content).map_err(io::Error::other);
        let written = bytes.and_then(|bytes| replace(&self.path, &bytes));
        written.map_err(|error| StateError::Unusable { path: self.path.display().to_string(), error })
    }

    /// Writes and returns when it is on the disk. The file is its owner's only, and never half written.
    ///
    /// # Errors
    /// When it could not be made sure that it is on the disk.
    pub async fn save(&self, content: &T) -> io::Result<()> {
        let bytes = serde_json::to_vec(content).map_err(io::Error::other)?;
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || replace(&path, &bytes)).await.map_err(io::Error::other)?
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::NotFound)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}
