//! In: the state of one proxy. Out: the same in files that only their owner can read, whole or not at all. Next: the
//! disk.

use super::{Found, Look, StateError, Store, content, serialised};
use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::NamedTempFile;

/// Held as long as a proxy uses the folder. Its being there also says that this is not the folder's first use, and its
/// content whose folder it is.
const LOCK: &str = "lock";

/// The folder of one proxy.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    is_new: bool,
    lock: Arc<File>,
}

/// One file of the folder.
#[derive(Debug)]
struct StateFile {
    path: PathBuf,
    _lock: Arc<File>,
    /// Nobody else writes: the file is read once.
    last: Mutex<Look>,
}

impl StateFolder {
    /// Takes the folder for this client of the Coding Service. It is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be used, another process uses it, or it is another client's.
    pub fn open(path: &Path, client_id: &str) -> Result<Self, StateError> {
        let unusable = |error| StateError::Unusable { path: path.display().to_string(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let file = path.join(LOCK);
        let is_new = !file.exists();
        let mut options = OpenOptions::new();
        let mut lock =
            options.create(true).read(true).append(true).mode(0o600).open(&file).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let mut owner = String::new();
        lock.read_to_string(&mut owner).map_err(unusable)?;
        if owner.is_empty() {
            lock.write_all(client_id.as_bytes()).and_then(|()| lock.sync_all()).map_err(unusable)?;
        } else if owner != client_id {
            return Err(StateError::OtherClient(path.display().to_string()));
        }
        Ok(Self { path: path.to_owned(), is_new, lock: Arc::new(lock) })
    }

    /// The file of this name, which has to hold a `T`. In a new folder it is begun at once: one that is locked and
    /// holds nothing would count as robbed the next time.
    ///
    /// # Errors
    /// When it cannot be read or begun, or is damaged.
    pub fn file<T: DeserializeOwned + Serialize + Default>(
        &self,
        name: &str,
    ) -> Result<Arc<dyn Store>, StateError> {
        let path = self.path.join(name);
        let unusable = |error| StateError::Unusable { path: path.display().to_string(), error };
        let (version, found) = match std::fs::read(&path) {
            Ok(bytes) => {
                content::<T>(&bytes, &path.display().to_string())?;
                (Some("read".to_owned()), Found::Stored(bytes))
            }
            Err(error) if error.kind() == ErrorKind::NotFound && self.is_new => {
                let bytes = serialised(&T::default())?;
                replace(&path, &bytes).map_err(unusable)?;
                (Some("begun".to_owned()), Found::Stored(bytes))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => (None, Found::Lost),
            Err(error) => return Err(unusable(error)),
        };
        let last = Mutex::new(Look { version, found, date: None, life: String::new() });
        Ok(Arc::new(StateFile { path, _lock: Arc::clone(&self.lock), last }))
    }
}

#[async_trait]
impl Store for StateFile {
    fn is_shared(&self) -> bool {
        false
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    async fn look(&self, known: Option<&str>) -> Result<Look, StateError> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = known.is_some() && known == last.version.as_deref();
        Ok(if is_known { Look { found: Found::Same, ..last.clone() } } else { last.clone() })
    }

    async fn replace(&self, seen: &Look, content: &[u8]) -> Result<Option<String>, StateError> {
        let (path, bytes) = (self.path.clone(), content.to_owned());
        let written = tokio::task::spawn_blocking(move || replace(&path, &bytes)).await;
        written
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| StateError::Unusable { path: self.path.display().to_string(), error })?;
        let version = String::from("written");
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Look { version: Some(version.clone()), found: Found::Same, ..seen.clone() };
        Ok(Some(version))
    }
}

/// Returns when it is on the disk. The file is its owner's only, and never half written.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::NotFound)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}
