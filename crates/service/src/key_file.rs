//! In: the path of a key. Out: its bytes, made where they are missing. Next: `tokens` signs with one, `batches` encrypts
//! with another.

use rand::TryRngCore;
use rand::rngs::OsRng;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Bytes of a key. Shorter ones are refused.
pub const KEY_LENGTH: usize = 32;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("cannot read or make the key {0}")]
    File(PathBuf, #[source] std::io::Error),
    /// The file is too short.
    #[error("the key {0} has {1} bytes, at least {KEY_LENGTH} are needed; remove it and a new one is made")]
    Short(PathBuf, usize),
}

/// The bytes of the file. Where there is none it is made of random bytes, readable for its owner only.
///
/// # Errors
/// When the file cannot be read or made, or is too short.
pub fn read_or_make(path: &Path) -> Result<Vec<u8>, KeyError> {
    let key = bytes(path).map_err(|error| KeyError::File(path.to_owned(), error))?;
    if key.len() < KEY_LENGTH { Err(KeyError::Short(path.to_owned(), key.len())) } else { Ok(key) }
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let mut key = vec![0; KEY_LENGTH];
            OsRng.try_fill_bytes(&mut key).map_err(std::io::Error::other)?;
            file.write_all(&key)?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut key = Vec::new();
            std::fs::File::open(path)?.read_to_end(&mut key)?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}
