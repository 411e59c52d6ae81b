//! In: the clients file. Out: who may ask for a token, and who holds one. Next: `token` and `access` ask it.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use uuid::Uuid;

const HEADING: &str = "# Who may ask for a token. Written by 'occuform service client'; a running service takes up changes.\n\
    # requests_per_second and requests_per_day, where given, stand for the tier's limits; 0 means no limit.\n\n";

/// What a client is registered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Synchronous calls.
    Public,
    /// Synchronous calls and asynchronous batches.
    Partner,
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// What it calls itself in its token requests.
    pub id: String,
    /// Who it is, for the operator.
    pub name: String,
    /// What it may do.
    pub tier: Tier,
    /// Argon2 hash of its secret, in the PHC format.
    pub secret_hash: String,
    /// Calls a second instead of the tier's; 0 means no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// Calls in 24 hours instead of the tier's; 0 means no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_day: Option<u32>,
}

/// All registered clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    /// In the order of their registration.
    #[serde(default, rename = "client")]
    all: Vec<Client>,
}

/// Why the clients file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// It cannot be read.
    #[error("cannot read the clients file {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It cannot be written.
    #[error("cannot write the clients file {0}")]
    Unwritable(PathBuf, #[source] std::io::Error),
    /// It is not TOML of the right shape.
    #[error("the clients file {0} does not hold clients")]
    Shape(PathBuf, #[source] Box<toml::de::Error>),
    /// Two clients have the same id.
    #[error("the clients file {0}: the id '{1}' stands there twice")]
    Twice(PathBuf, String),
    /// A hash that is none.
    #[error("the clients file {0}: secret_hash of '{1}' is no Argon2 hash; register the client anew")]
    Hash(PathBuf, String),
    /// There is no client with this id.
    #[error("the clients file {0} has no client '{1}'; 'occuform service client list' shows them")]
    Unknown(PathBuf, String),
}

impl Clients {
    /// Reads the file. One that is not there holds no clients.
    ///
    /// # Errors
    /// When it cannot be read, or does not hold clients.
    pub fn read(path: &Path) -> Result<Self, ClientsError> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| ClientsError::Unreadable(path.to_owned(), error))?,
        };
        let clients: Self = toml::from_str(&text)
            .map_err(|error| ClientsError::Shape(path.to_owned(), Box::new(without_input(error))))?;
        for (number, client) in clients.all.iter().enumerate() {
            if clients.all[..number].iter().any(|other| other.id == client.id) {
                return Err(ClientsError::Twice(path.to_owned(), client.id.clone()));
            }
            let hash = PasswordHash::new(&client.secret_hash);
            if !hash.is_ok_and(|hash| hash.algorithm.as_str().starts_with("argon2")) {
                return Err(ClientsError::Hash(path.to_owned(), client.id.clone()));
            }
        }
        Ok(clients)
    }

    /// Writes the file whole or not at all, readable for its owner only.
    ///
    /// # Errors
    /// When it cannot be written.
    ///
    /// # Panics
    /// Never: clients can always be written as TOML.
    pub fn write(&self, path: &Path) -> Result<(), ClientsError> {
        let text = toml::to_string(self).expect("clients are a table");
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || {
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(HEADING.as_bytes())?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|error| ClientsError::Unwritable(path.to_owned(), error))
    }

    /// Registers a client and returns its id and its secret, which is kept nowhere.
    pub fn add(&mut self, name: &str, tier: Tier) -> (String, SecretString) {
        let secret = new_secret();
        let id = Uuid::new_v4().simple().to_string();
        self.all.push(Client {
            id: id.clone(),
            name: name.to_owned(),
            tier,
            secret_hash: hash(&secret),
            requests_per_second: None,
            requests_per_day: None,
        });
        (id, secret)
    }

    /// Removes the client with this id; its tokens are refused from then on.
    ///
    /// # Errors
    /// When there is none.
    pub fn revoke(&mut self, path: &Path, id: &str) -> Result<Client, ClientsError> {
        let place = self.all.iter().position(|client| client.id == id);
        let place = place.ok_or_else(|| ClientsError::Unknown(path.to_owned(), id.to_owned()))?;
        Ok(self.all.remove(place))
    }

    /// The client with this id.
    pub fn find(&self, id: &str) -> Option<&Client> {
        self.all.iter().find(|client| client.id == id)
    }

    /// In the order of their registration.
    pub fn all(&self) -> &[Client] {
        &self.all
    }

    /// Adds a client whose secret is hashed already.
    pub fn push(&mut self, client: Client) {
        self.all.push(client);
    }
}

/// An Argon2id hash of the secret, in the PHC format.
///
/// # Panics
/// When the system has no randomness.
pub fn hash(secret: &SecretString) -> String {
    let hash = Argon2::default().hash_password(secret.expose_secret().as_bytes());
    hash.expect("hashing with the default parameters cannot fail").to_string()
}

/// Whether the secret belongs to the hash. Takes some 20 milliseconds of a processor on purpose.
pub fn verify(secret: &SecretString, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(secret.expose_secret().as_bytes(), &hash).is_ok())
}

/// 256 random bits as letters, digits, `-` and `_`.
fn new_secret() -> SecretString {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).expect("the system has randomness");
    SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The line of the error without the line's content, which may hold a hash.
fn without_input(mut error: toml::de::Error) -> toml::de::Error {
    error.set_input(None);
    error
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Partner => "partner",
        })
    }
}
