//! In: what is wrong with settings. Out: messages that name file, key, value and what is allowed.

use crate::Source;
use std::fmt;

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings {file}")]
    Unreadable {
        /// Its path.
        file: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{file} is not TOML")]
    Syntax {
        /// Its path.
        file: String,
        /// Where and why.
        #[source]
        error: Box<toml::de::Error>,
    },
    /// Keys or values are wrong, one line each.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Fault>),
}

/// One thing that is wrong.
#[derive(Debug)]
pub enum Fault {
    /// A value that is not allowed.
    Value {
        /// Where it stands.
        place: Source,
        /// Its key.
        key: &'static str,
        /// The value.
        value: String,
        /// What would do.
        allowed: String,
    },
    /// A list or a section where one value is expected.
    NotOneValue {
        /// The file.
        file: String,
        /// The key.
        key: String,
    },
    /// A key that is no setting.
    Unknown {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// The setting that was probably meant.
        like: Option<String>,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { place: Source::Environment(name), value, allowed, .. } => {
                write!(f, "{name}: '{value}' is not allowed; expected {allowed}")
            }
            Self::Value { place, key, value, allowed } => {
                write!(f, "{place}: {key}: '{value}' is not allowed; expected {allowed}")
            }
            Self::NotOneValue { file, key } => write!(f, "{file}: {key}: one value is expected"),
            Self::Unknown { file, key, like } => {
                write!(f, "{file}: {key}: there is no such setting")?;
                like.as_ref().map_or(Ok(()), |like| write!(f, "; did you mean {like}?"))
            }
        }
    }
}
