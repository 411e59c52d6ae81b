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
    /// The file is not TOML. The line itself is not shown: it may hold a secret.
    #[error("{file} is not TOML: line {line}: {reason}")]
    Syntax {
        /// Its path.
        file: String,
        /// The number of the line.
        line: usize,
        /// Why.
        reason: String,
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
        /// The value, unless it may hold a secret.
        value: Option<String>,
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
            Self::Value { place, key, value, allowed } => {
                write!(f, "{place}: ")?;
                if !matches!(place, Source::Environment(_)) {
                    write!(f, "{key}: ")?;
                }
                match value {
                    Some(value) => write!(f, "'{value}' is not allowed; expected {allowed}"),
                    None => write!(f, "the value, hidden here, is not allowed; expected {allowed}"),
                }
            }
            Self::NotOneValue { file, key } => write!(f, "{file}: {key}: one value is expected"),
            Self::Unknown { file, key, like } => {
                write!(f, "{file}: {key}: there is no such setting")?;
                like.as_ref().map_or(Ok(()), |like| write!(f, "; did you mean {like}?"))
            }
        }
    }
}
