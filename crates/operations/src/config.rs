//! In: what the operator chose. Out: the same as one value. Next: `batches` opens the data folder with it.

use crate::keys::MasterKey;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Most bytes of an input file: the guide's 5 GB.
pub const MAX_UPLOAD_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// Room that uploads leave, so that what is under way can go on.
pub const RESERVED_BYTES: u64 = 512 * 1024 * 1024;

/// The settings of asynchronous batches.
#[derive(Debug)]
pub struct Config {
    /// Where operations and their files are kept; one process at a time.
    pub data_folder: PathBuf,
    /// What files are encrypted and links are signed with.
    pub key: MasterKey,
    /// The key ARN that uploads have to name; [`MasterKey::made_up_arn`] where there is none.
    pub kms_key_arn: Option<String>,
    /// Most bytes of an input file; [`MAX_UPLOAD_BYTES`] by the guide.
    pub max_upload_bytes: u64,
    /// Room on the disk that uploads leave; [`RESERVED_BYTES`] where the operator says nothing.
    pub reserved_bytes: u64,
    /// How many threads code files; one a core where there is no number.
    pub threads: Option<NonZeroUsize>,
}
