//! In: an operation and what is to be done with its files. Out: a link that allows just that for one hour, and back.
//! Next: `routes` serves the links.

use crate::clock::Seconds;
use crate::keys::{Key, MasterKey, keyed};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::Mac;
use secrecy::ExposeSecret;
use serde::Deserialize;
use uuid::Uuid;

/// How long a link can be used.
pub(crate) const LINK_LIFE: Seconds = 60 * 60;
/// Where links lead, below the service's public URL.
pub(crate) const PATH: &str = "/batch-files";

/// What a link allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LinkedFile {
    /// To upload the input file.
    Input,
    /// To download the output file.
    Output,
    /// To download the metadata.
    Metadata,
}

/// The query of a link.
#[derive(Debug, Deserialize)]
pub(crate) struct Presigned {
    /// When the link ends, in seconds since 1970.
    expires: Seconds,
    signature: String,
}

/// Why a link does not allow what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkError {
    Signature,
    Expired,
}

/// Makes and checks links.
pub(crate) struct Links(Key);

impl LinkedFile {
    const fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Metadata => "metadata",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Input => "PUT",
            Self::Output | Self::Metadata => "GET",
        }
    }
}

impl Links {
    pub(crate) fn new(key: &MasterKey) -> Self {
        Self(key.for_purpose("occuform links"))
    }

    /// A link below the service's public URL.
    pub(crate) fn presign(&self, url: &str, operation: Uuid, file: LinkedFile, now: Seconds) -> String {
        let expires = now + LINK_LIFE;
        let signature = self.mac(operation, file, expires).finalize().into_bytes();
        let signature = BASE64.encode(signature);
        let url = url.trim_end_matches('/');
        format!("{url}{PATH}/{operation}/{}?expires={expires}&signature={signature}", file.name())
    }

    /// Whether the link allows this, and still does; a signature is compared in constant time.
    pub(crate) fn check(
        &self,
        operation: Uuid,
        file: LinkedFile,
        link: &Presigned,
        now: Seconds,
    ) -> Result<(), LinkError> {
        let signature = BASE64.decode(&link.signature).map_err(|_| LinkError::Signature)?;
        let mac = self.mac(operation, file, link.expires);
        mac.verify_slice(&signature).map_err(|_| LinkError::Signature)?;
        if now < link.expires { Ok(()) } else { Err(LinkError::Expired) }
    }

    fn mac(&self, operation: Uuid, file: LinkedFile, expires: Seconds) -> crate::keys::HmacSha256 {
        let mut mac = keyed(self.0.expose_secret());
        let (method, name) = (file.method(), file.name());
        mac.update(format!("{method}\n{operation}\n{name}\n{expires}").as_bytes());
        mac
    }
}
