//! In: the path of a TOML file. Out: its values as text, and the keys that nobody knows.

use crate::error::{Fault, SettingsError};
use std::io::ErrorKind;
use std::path::Path;
use toml::{Table, Value};

/// A settings file.
#[derive(Debug)]
pub(crate) struct File {
    pub name: String,
    table: Table,
}

impl File {
    pub fn read(path: &Path, required: bool) -> Result<Option<Self>, SettingsError> {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !required => return Ok(None),
            Err(error) => return Err(SettingsError::Unreadable { file: name, error }),
            Ok(text) => text,
        };
        let parsed = text.parse::<Table>();
        let table = parsed.map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            SettingsError::Syntax { file: name.clone(), line, reason: error.message().to_owned() }
        })?;
        Ok(Some(Self { name, table }))
    }

    /// The value of a dotted key as text.
    pub fn value(&self, key: &'static str) -> Option<Result<String, Fault>> {
        let mut parts = key.split('.');
        let first = self.table.get(parts.next()?)?;
        let value = parts.try_fold(first, |value, part| value.get(part))?;
        Some(match value {
            Value::String(text) => Ok(text.clone()),
            Value::Table(_) | Value::Array(_) => {
                Err(Fault::NotOneValue { file: self.name.clone(), key: key.to_owned() })
            }
            scalar => Ok(scalar.to_string()),
        })
    }

    pub fn unknown_keys(&self, known: &[&str]) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.collect_unknown("", &self.table, known, &mut faults);
        faults
    }

    fn collect_unknown(&self, path: &str, table: &Table, known: &[&str], faults: &mut Vec<Fault>) {
        for (name, value) in table {
            let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let is_section = known.iter().any(|known| known.starts_with(&format!("{key}.")));
            match value {
                Value::Table(inner) if is_section => self.collect_unknown(&key, inner, known, faults),
                _ if known.contains(&key.as_str()) => {}
                _ => faults.push(Fault::Unknown {
                    file: self.name.clone(),
                    like: alike(&key, known).map(str::to_owned),
                    key,
                }),
            }
        }
    }
}

/// The known key that was probably meant: one with the same last part, or one that begins alike.
fn alike<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
    let same_last = known.iter().find(|known| last(known) == last(key));
    let begins = |known: &str| known.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
    let closest = known.iter().max_by_key(|known| begins(known)).filter(|known| begins(known) >= 4);
    same_last.or(closest).copied()
}
