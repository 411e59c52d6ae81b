//! In: names and bytes. Out: files below a folder of this machine. Next: back to [`crate::vault`].

use super::{FileReader, NewFile, Storage};
use async_trait::async_trait;
use std::fs::DirEntry;
use std::io::{self, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tempfile::{Builder, TempPath};
use tokio::fs::{self, File};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

/// Bytes of a block, of which the system tells how many a file takes.
const BLOCK: u64 = 512;

/// A folder of this machine.
#[derive(Debug)]
pub struct FolderStorage {
    kept: PathBuf,
    unfinished: PathBuf,
}

impl FolderStorage {
    /// Uses `folder`, and makes it where it is missing. Files that a killed process left unfinished are deleted: one
    /// process at a time may use the folder.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let storage = Self { kept: folder.join("files"), unfinished: folder.join("unfinished") };
        if storage.unfinished.exists() {
            std::fs::remove_dir_all(&storage.unfinished)?;
        }
        std::fs::create_dir_all(&storage.kept)?;
        std::fs::create_dir_all(&storage.unfinished)?;
        Ok(storage)
    }
}

#[async_trait]
impl Storage for FolderStorage {
    async fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        let path = self.kept.join(name);
        let (file, unfinished) = Builder::new().tempfile_in(&self.unfinished)?.into_parts();
        Ok(Box::new(UnfinishedFile { file: File::from_std(file), unfinished, path }))
    }

    async fn open(&self, name: &str, offset: u64) -> io::Result<FileReader> {
        let mut file = File::open(self.kept.join(name)).await?;
        file.seek(SeekFrom::Start(offset)).await?;
        Ok(Box::pin(file))
    }

    async fn lengths(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let path = self.kept.join(folder);
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || {
            let length = |entry: io::Result<DirEntry>| {
                let entry = entry?;
                Ok((format!("{folder}/{}", entry.file_name().display()), entry.metadata()?.len()))
            };
            std::fs::read_dir(path)?.map(length).collect()
        })
        .await?
    }

    async fn delete(&self, name: &str) -> io::Result<()> {
        let path = self.kept.join(name);
        let deleted =
            if path.is_dir() { fs::remove_dir_all(path).await } else { fs::remove_file(path).await };
        match deleted {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    async fn used(&self) -> io::Result<u64> {
        let (kept, unfinished) = (self.kept.clone(), self.unfinished.clone());
        tokio::task::spawn_blocking(move || Ok(used(&kept)? + used(&unfinished)?)).await?
    }

    async fn room(&self) -> io::Result<Option<u64>> {
        let system = rustix::fs::statvfs(&self.kept)?;
        Ok(Some(system.f_bavail.saturating_mul(system.f_frsize)))
    }
}

/// What is deleted meanwhile takes nothing.
fn used(folder: &Path) -> io::Result<u64> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        match entry.metadata() {
            Ok(facts) if facts.is_dir() => bytes += used(&entry.path())?,
            Ok(facts) => bytes += facts.blocks() * BLOCK,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

struct UnfinishedFile {
    file: File,
    unfinished: TempPath,
    path: PathBuf,
}

#[async_trait]
impl NewFile for UnfinishedFile {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await
    }

    /// The file first, then its name: after a power cut a name never stands for half a file.
    async fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let folder = self.path.parent().unwrap_or(Path::new("/")).to_owned();
        fs::create_dir_all(&folder).await?;
        self.unfinished.persist(&self.path)?;
        File::open(folder).await?.sync_all().await
    }
}
