//! In: plain bytes and the name they are to be stored under. Out: encrypted files in a [`Storage`], and their plain
//! bytes again, from any place on. Next: `upload` and `worker` write, `worker` and `download` read.

use crate::cipher::{Cipher, Damaged, FileCipher, HEADER, PIECE, SEALED_PIECE, plain_length};
use crate::storage::{FileReader, NewFile, Storage};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

/// Bytes that are read or written at once.
const BUFFER: usize = 4 * SEALED_PIECE;

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    #[error("there is no room left")]
    Full,
    #[error("there is no such file")]
    Missing,
    #[error(transparent)]
    Damaged(#[from] Damaged),
    #[error(transparent)]
    Broken(io::Error),
}

impl From<io::Error> for VaultError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::UnexpectedEof => Self::Damaged(Damaged),
            _ => Self::Broken(error),
        }
    }
}

/// Encrypted files.
#[derive(Clone)]
pub(crate) struct Vault {
    storage: Arc<dyn Storage>,
    cipher: Cipher,
}

impl Vault {
    pub(crate) fn new(storage: Arc<dyn Storage>, cipher: Cipher) -> Self {
        Self { storage, cipher }
    }

    /// Begins a file, which is there under its name once it is finished.
    pub(crate) async fn create(&self, name: &str) -> Result<FileWriter, VaultError> {
        let (header, cipher) = self.cipher.begin(name)?;
        let mut file = self.storage.create(name).await?;
        file.write(&header).await?;
        Ok(FileWriter {
            file,
            cipher,
            piece: Vec::with_capacity(SEALED_PIECE),
            number: 0,
            sealed: Vec::new(),
        })
    }

    /// A file's bytes from `offset` on, which lies within it or at its end.
    pub(crate) async fn open(&self, name: &str, offset: u64) -> Result<OpenedFile, VaultError> {
        let mut header = [0; HEADER];
        self.storage.open(name, 0).await?.read_exact(&mut header).await?;
        let cipher = self.cipher.resume(&header, name)?;
        // The end of a full piece is looked for in that piece: there may be none after it.
        let number = offset.saturating_sub(1) / PIECE as u64;
        let file = self.storage.open(name, HEADER as u64 + number * SEALED_PIECE as u64).await?;
        Ok(OpenedFile {
            file: BufReader::with_capacity(BUFFER, file),
            cipher,
            number: u32::try_from(number).map_err(|_| Damaged)?,
            skip: (offset - number * PIECE as u64) as usize,
            ended: false,
        })
    }

    /// How many bytes were written into each file of a folder.
    pub(crate) async fn lengths(&self, folder: &str) -> Result<HashMap<String, u64>, VaultError> {
        let stored = self.storage.lengths(folder).await?;
        Ok(stored.into_iter().map(|(name, length)| (name, plain_length(length))).collect())
    }

    /// Deletes a file, or a folder with all its files, if it is there.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), VaultError> {
        Ok(self.storage.delete(name).await?)
    }

    /// How many bytes all files take.
    pub(crate) async fn used(&self) -> Result<u64, VaultError> {
        Ok(self.storage.used().await?)
    }

    /// How many bytes there is room for, where that is limited.
    pub(crate) async fn room(&self) -> Result<Option<u64>, VaultError> {
        Ok(self.storage.room().await?)
    }

    /// Fails where there is no room for so many bytes.
    pub(crate) async fn expect_room(&self, bytes: u64) -> Result<(), VaultError> {
        match self.room().await? {
            Some(room) if room < bytes => Err(VaultError::Full),
            _ => Ok(()),
        }
    }
}

/// A file that is being written. Dropping it unfinished leaves nothing behind.
pub(crate) struct FileWriter {
    file: Box<dyn NewFile>,
    cipher: FileCipher,
    piece: Vec<u8>,
    number: u32,
    sealed: Vec<u8>,
}

impl FileWriter {
    pub(crate) async fn write(&mut self, mut bytes: &[u8]) -> Result<(), VaultError> {
        while !bytes.is_empty() {
            // A full piece is sealed only when more follows: the last one is sealed otherwise.
            if self.piece.len() == PIECE {
                self.seal(false);
                if self.sealed.len() >= BUFFER {
                    self.file.write(&self.sealed).await?;
                    self.sealed.clear();
                }
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> Result<(), VaultError> {
        self.seal(true);
        self.file.write(&self.sealed).await?;
        Ok(self.file.finish().await?)
    }

    fn seal(&mut self, last: bool) {
        self.cipher.seal(self.number, last, &mut self.piece);
        self.sealed.append(&mut self.piece);
        self.number += 1;
    }
}

/// A file that is being read.
pub(crate) struct OpenedFile {
    file: BufReader<FileReader>,
    cipher: FileCipher,
    number: u32,
    skip: usize,
    ended: bool,
}

impl OpenedFile {
    /// The next bytes, 64 KiB at most; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        if self.ended {
            return Ok(None);
        }
        let mut piece = Vec::with_capacity(SEALED_PIECE);
        (&mut self.file).take(SEALED_PIECE as u64).read_to_end(&mut piece).await?;
        self.ended = self.file.fill_buf().await?.is_empty();
        self.cipher.open(self.number, self.ended, &mut piece)?;
        self.number += 1;
        piece.drain(..std::mem::take(&mut self.skip).min(piece.len()));
        Ok(Some(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::MasterKey;
    use crate::storage::files::FolderStorage;
    use std::path::Path;

    fn vault(folder: &Path, key: u8) -> Vault {
        let key = MasterKey::new(vec![key; 32]).unwrap();
        let storage = Arc::new(FolderStorage::open(folder).unwrap());
        Vault::new(storage, Cipher::new(&key.for_purpose("files")))
    }

    async fn store(vault: &Vault, name: &str, bytes: &[u8]) {
        let mut file = vault.create(name).await.unwrap();
        for part in bytes.chunks(10_000) {
            file.write(part).await.unwrap();
        }
        file.finish().await.unwrap();
    }

    async fn read(vault: &Vault, name: &str, offset: u64) -> Result<Vec<u8>, VaultError> {
        let mut file = vault.open(name, offset).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = file.next().await? {
            bytes.extend(piece);
        }
        Ok(bytes)
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|place| (place % 251) as u8).collect()
    }

    #[tokio::test]
    async fn a_file_is_read_as_it_was_written_from_any_place_on() {
        let folder = tempfile::tempdir().unwrap();
        let vault = vault(folder.path(), 7);
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let written = bytes(length);
            store(&vault, "operation/file", &written).await;
            let places = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, length];
            for place in places.into_iter().filter(|place| *place <= length) {
                let found = read(&vault, "operation/file", place as u64).await.unwrap();
                assert!(found == written[place..], "{length} from {place}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_stored_does_not_hold_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        store(&vault(folder.path(), 7), "operation/file", b"a respondent's own words").await;
        let stored = std::fs::read(folder.path().join("files/operation/file")).unwrap();
        assert!(!stored.windows(10).any(|window| window == b"respondent"));
    }

    #[tokio::test]
    async fn a_file_that_was_cut_off_changed_or_exchanged_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let vault = vault(folder.path(), 7);
        let path = folder.path().join("files/operation/file");
        let damages: [fn(&mut Vec<u8>); 5] = [
            |stored| stored.truncate(HEADER + SEALED_PIECE),
            |stored| stored.truncate(HEADER),
            |stored| stored.truncate(HEADER - 1),
            |stored| stored[HEADER + SEALED_PIECE + 5] ^= 1,
            |stored| drop(stored.drain(HEADER..HEADER + SEALED_PIECE)),
        ];
        for damage in damages {
            store(&vault, "operation/file", &bytes(2 * PIECE)).await;
            let mut stored = std::fs::read(&path).unwrap();
            damage(&mut stored);
            std::fs::write(&path, stored).unwrap();
            assert!(matches!(read(&vault, "operation/file", 0).await, Err(VaultError::Damaged(_))));
        }
        store(&vault, "operation/other", b"other").await;
        std::fs::copy(folder.path().join("files/operation/other"), &path).unwrap();
        assert!(matches!(read(&vault, "operation/file", 0).await, Err(VaultError::Damaged(_))));
    }

    #[tokio::test]
    async fn another_key_reads_nothing() {
        let folder = tempfile::tempdir().unwrap();
        store(&vault(folder.path(), 7), "operation/file", b"words").await;
        let other = vault(folder.path(), 8);
        assert!(matches!(read(&other, "operation/file", 0).await, Err(VaultError::Damaged(_))));
    }

    #[tokio::test]
    async fn an_unfinished_file_leaves_nothing_and_a_deleted_folder_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let vault = vault(folder.path(), 7);
        let mut file = vault.create("operation/file").await.unwrap();
        file.write(&bytes(10 * PIECE)).await.unwrap();
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path().join("unfinished")).unwrap().count(), 0);
        assert!(matches!(read(&vault, "operation/file", 0).await, Err(VaultError::Missing)));
        store(&vault, "operation/file", b"words").await;
        vault.delete("operation").await.unwrap();
        vault.delete("operation").await.unwrap();
        assert!(matches!(read(&vault, "operation/file", 0).await, Err(VaultError::Missing)));
    }
}
