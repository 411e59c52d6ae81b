//! In: a TOML file, the environment and a default for each key. Out: values, where each came from, or every error at
//! once. Next: a server's own `config.rs`, which names the keys.
//!
//! Each key is also an environment variable: with the prefix `OCCUFORM_SERVICE_`, `limits.public.requests_per_day`
//! is `OCCUFORM_SERVICE_LIMITS_PUBLIC_REQUESTS_PER_DAY`. The environment wins over the file.

mod error;
mod file;

pub use error::SettingsError;

use error::Fault;
use file::File;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Reads settings one by one and remembers what is wrong with them.
#[derive(Debug)]
pub struct Settings {
    prefix: &'static str,
    file: Option<File>,
    environment: BTreeMap<String, String>,
    keys: Vec<Setting>,
    faults: Vec<Fault>,
}

/// One setting as it is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its dotted name in the file.
    pub key: &'static str,
    /// Its value as text.
    pub value: String,
    /// Where the value stands.
    pub source: Source,
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: it is the default.
    Default,
    /// In the file of this name.
    File(String),
    /// In the environment variable of this name.
    Environment(String),
}

/// What is in effect, and what looks like a setting but is none.
#[derive(Clone, Debug, Default)]
pub struct Explained {
    /// Every setting, in the order in which it was asked for.
    pub settings: Vec<Setting>,
    /// Environment variables with the prefix that no setting has. Others may have set them, so that they are no error.
    pub unknown_variables: Vec<String>,
}

impl Settings {
    /// Reads `path`. A file that is not there counts as empty, unless `required`.
    ///
    /// # Errors
    /// When the file cannot be read or is not TOML.
    pub fn read(
        prefix: &'static str,
        path: &Path,
        required: bool,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let environment = environment.into_iter().filter(|(name, _)| name.starts_with(prefix)).collect();
        Ok(Self {
            prefix,
            file: File::read(path, required)?,
            environment,
            keys: Vec::new(),
            faults: Vec::new(),
        })
    }

    /// The value of `key`, or its default. A value that `parse` does not take is remembered as an error that tells
    /// what is `allowed`, and the default returned.
    ///
    /// # Panics
    /// When `parse` does not take the default.
    pub fn get<T>(
        &mut self,
        key: &'static str,
        default: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        self.take(key, default, allowed, &str::to_owned, |value| Some(value.to_owned()), parse)
    }

    /// As [`Settings::get`], for what may hold a secret and is empty by default: an error never shows the value, and
    /// of one that is allowed nothing is shown but what `shown` leaves of it.
    ///
    /// # Panics
    /// When `parse` does not take an empty text.
    pub fn get_secret<T>(
        &mut self,
        key: &'static str,
        allowed: &str,
        shown: impl Fn(&str) -> String,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        self.take(key, "", allowed, &shown, |_| None, parse)
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        default: &str,
        allowed: &str,
        shown: &dyn Fn(&str) -> String,
        shown_if_wrong: impl Fn(&str) -> Option<String>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let (value, source) = self.find(key).unwrap_or_else(|| (default.to_owned(), Source::Default));
        let parsed = parse(&value);
        let shown = if parsed.is_some() { shown(&value) } else { String::new() };
        if parsed.is_none() {
            let (place, value) = (source.clone(), shown_if_wrong(&value));
            self.faults.push(Fault::Value { place, key, value, allowed: allowed.to_owned() });
        }
        self.keys.push(Setting { key, value: shown, source });
        parsed.unwrap_or_else(|| parse(default).expect("the default is allowed"))
    }

    /// Everything that was asked for.
    ///
    /// # Errors
    /// All values that are not allowed and all keys of the file that are no setting.
    pub fn finish(mut self) -> Result<Explained, SettingsError> {
        let known: Vec<&str> = self.keys.iter().map(|setting| setting.key).collect();
        if let Some(file) = &self.file {
            self.faults.extend(file.unknown_keys(&known));
        }
        if !self.faults.is_empty() {
            return Err(SettingsError::Faults(self.faults));
        }
        let variables: Vec<String> = known.iter().map(|key| self.variable(key)).collect();
        let unknown = self.environment.into_keys().filter(|name| !variables.contains(name));
        Ok(Explained { unknown_variables: unknown.collect(), settings: self.keys })
    }

    fn find(&mut self, key: &'static str) -> Option<(String, Source)> {
        let variable = self.variable(key);
        if let Some(value) = self.environment.get(&variable) {
            return Some((value.clone(), Source::Environment(variable)));
        }
        let file = self.file.as_ref()?;
        match file.value(key)? {
            Ok(value) => Some((value, Source::File(file.name.clone()))),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn variable(&self, key: &str) -> String {
        format!("{}{}", self.prefix, key.replace('.', "_").to_uppercase())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File(name) | Self::Environment(name) => write!(f, "{name}"),
        }
    }
}
