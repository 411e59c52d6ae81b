//! In: a [`Model`]. Out: the bytes of a model file, and back.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `OCCUFORM` |
//! | 4 | format version, little endian |
//! | 8 | length of the body, little endian |
//! | 32 | SHA-256 of the body |
//! | the rest | body: id, provenance and knowledge, in postcard's encoding |

use crate::model::{Knowledge, Model, Provenance};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const MAGIC: &[u8; 8] = b"OCCUFORM";
const FORMAT_VERSION: u32 = 9;
const HEADER_LENGTH: usize = 52;

/// Why bytes are not a model that this program can use.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelFileError {
    /// Too short for a header, or not beginning as a model does.
    #[error("not an Occuform model: expected it to begin with 'OCCUFORM'; train one with 'occuform train'")]
    Foreign,
    /// Made by a version of this program with another format.
    #[error(
        "the model has format version {found}, this program reads version {expected}; train it anew with 'occuform train'"
    )]
    FormatVersion {
        /// What this program reads.
        expected: u32,
        /// What the file has.
        found: u32,
    },
    /// Cut short, or with something appended.
    #[error("the model should have {expected} bytes and has {found}: copy it again or train it anew")]
    Length {
        /// By its header.
        expected: u64,
        /// In fact.
        found: u64,
    },
    /// Changed since it was written.
    #[error(
        "the model is damaged: its checksum should be {expected} and is {found}; copy it again or train it anew"
    )]
    Checksum {
        /// By its header, first 8 bytes in hexadecimal.
        expected: String,
        /// In fact.
        found: String,
    },
    /// The checksum holds, yet the content does not fit together.
    #[error("the model's content does not fit together; train it anew with 'occuform train'")]
    Content,
}

impl Model {
    /// The bytes of the model's file.
    ///
    /// # Panics
    /// Never: the tables of a model can always be written to memory.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = postcard::to_stdvec(&(self.id, &self.provenance, &self.knowledge))
            .expect("writing to memory cannot fail");
        let mut bytes = Vec::with_capacity(HEADER_LENGTH + body.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&Sha256::digest(&body));
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Reads a model file's bytes.
    ///
    /// # Errors
    /// When they are not a whole, undamaged model of this format version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(ModelFileError::Foreign)?;
        if magic != MAGIC {
            return Err(ModelFileError::Foreign);
        }
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(ModelFileError::Foreign)?;
        let found = u32::from_le_bytes(*version);
        if found != FORMAT_VERSION {
            return Err(ModelFileError::FormatVersion { expected: FORMAT_VERSION, found });
        }
        let (length, rest) = rest.split_first_chunk::<8>().ok_or(ModelFileError::Foreign)?;
        let (checksum, body) = rest.split_first_chunk::<32>().ok_or(ModelFileError::Foreign)?;
        let expected = u64::from_le_bytes(*length);
        if expected != body.len() as u64 {
            let header = HEADER_LENGTH as u64;
            return Err(ModelFileError::Length {
                expected: expected.saturating_add(header),
                found: bytes.len() as u64,
            });
        }
        let found = Sha256::digest(body);
        if found[..] != checksum[..] {
            return Err(ModelFileError::Checksum {
                expected: hexadecimal(&checksum[..8]),
                found: hexadecimal(&found[..8]),
            });
        }
        let (id, provenance, knowledge): (Uuid, Provenance, Knowledge) =
            postcard::from_bytes(body).map_err(|_| ModelFileError::Content)?;
        if !knowledge.is_sound() {
            return Err(ModelFileError::Content);
        }
        Ok(Self { provenance, knowledge, id })
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
