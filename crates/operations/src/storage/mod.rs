//! In: names and bytes, already encrypted. Out: files that are whole or not there. Next: [`files`] keeps them in a
//! folder; [`crate::vault`] encrypts what goes in and decrypts what comes out.

pub mod files;

use async_trait::async_trait;
use std::io;
use std::pin::Pin;
use tokio::io::AsyncRead;

/// A stored file's bytes.
pub type FileReader = Pin<Box<dyn AsyncRead + Send>>;

/// Where files are kept. A name is `FOLDER/NAME`; the folder is an operation's id.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Begins a file. It takes its name, in place of an older one, when it is finished.
    async fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>>;

    /// A file's bytes from `offset` on.
    ///
    /// # Errors
    /// `NotFound` where there is no such file.
    async fn open(&self, name: &str, offset: u64) -> io::Result<FileReader>;

    /// The names of a folder's files, and how many bytes each has.
    async fn lengths(&self, folder: &str) -> io::Result<Vec<(String, u64)>>;

    /// Deletes a file, or a folder with all its files, if it is there.
    async fn delete(&self, name: &str) -> io::Result<()>;

    /// How many bytes all files take, unfinished ones too.
    async fn used(&self) -> io::Result<u64>;

    /// How many bytes there is room for, where that is limited.
    async fn room(&self) -> io::Result<Option<u64>>;
}

/// A file that is being written. Dropping it unfinished leaves nothing behind.
#[async_trait]
pub trait NewFile: Send {
    /// Appends bytes.
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes the file last and gives it its name.
    async fn finish(self: Box<Self>) -> io::Result<()>;
}
