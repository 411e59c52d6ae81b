//! In: answers as they come. Out: the same on disk before anything else happens, and back after an interruption.
//! Next: `coding` goes on from there.
//!
//! A file of lines beside the output: first the settings as an object, then `["code","label"]` when a code is met for
//! the first time, and `["digest of the text",trusted,[[number of the code,confidence],...]]` for each text, or only
//! `"digest of the text"` where a service refused it. `{"operation":{"id":"GUID","uploaded":false}}` stands there while
//! the service codes a file, and `{"operation":null}` at its end. Lines are only appended; what an interruption left of
//! a line is cut off.

use crate::answers::{Answers, Key, Packed};
use crate::{Answer, BatchError, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What answers depend on, by name. Answers made with other settings do not fit together.
pub type Settings = BTreeMap<String, String>;

/// The answers that a batch has so far, in memory and on disk.
pub struct Journal {
    path: PathBuf,
    file: File,
    pub(crate) answers: Answers,
    operation: Option<Operation>,
}

/// A file that a service has, or will have, to code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub id: String,
    /// The service has the whole file.
    pub uploaded: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Label(String, String),
    Answer(String, bool, Vec<Packed>),
    Refused(String),
    Operation { operation: Option<Operation> },
}

/// Where the journal of an output lies.
pub fn journal_path(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".journal");
    output.with_file_name(name)
}

impl Journal {
    /// Opens the journal of an output, or begins one.
    ///
    /// # Errors
    /// When it is in use, of other settings, or cannot be read or written.
    pub fn open(path: &Path, settings: &Settings, restart: bool) -> Result<Self, BatchError> {
        let failed = BatchError::write(path);
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(path)
            .map_err(&failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BatchError::Busy { journal: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        if restart {
            file.set_len(0).map_err(&failed)?;
        }
        let mut found = Found::default();
        let whole = replay(path, &file, settings, &mut found)?;
        file.set_len(whole).map_err(&failed)?;
        file.seek(SeekFrom::End(0)).map_err(&failed)?;
        if whole == 0 {
            let first = serde_json::to_string(settings).map_err(|error| failed(error.into()))? + "\n";
            file.write_all(first.as_bytes()).and_then(|()| file.sync_all()).map_err(&failed)?;
        }
        Ok(Self { path: path.to_owned(), file, answers: found.answers, operation: found.operation })
    }

    /// The settings of the journal that lies there, if it is one.
    pub fn settings(path: &Path) -> Option<Settings> {
        let mut first = String::new();
        BufReader::new(File::open(path).ok()?).read_line(&mut first).ok()?;
        serde_json::from_str(&first).ok()
    }

    /// How many texts are coded.
    pub fn coded(&self) -> usize {
        self.answers.len()
    }

    /// Puts answers on disk, then into memory.
    pub(crate) fn append(&mut self, answers: Vec<(Key, Answer)>) -> Result<(), BatchError> {
        let mut lines = String::new();
        let mut packed = Vec::with_capacity(answers.len());
        for (key, answer) in answers {
            let mut choices = Vec::with_capacity(answer.choices.len());
            for choice in answer.choices {
                let (number, new) = self.answers.number(&choice.code, &choice.label);
                if new {
                    add(&mut lines, &Line::Label(choice.code, choice.label));
                }
                choices.push((number, choice.confidence));
            }
            let line = match answer.verdict {
                Verdict::Refused => Line::Refused(key.hexadecimal()),
                verdict => Line::Answer(key.hexadecimal(), verdict == Verdict::Trusted, choices.clone()),
            };
            add(&mut lines, &line);
            packed.push((key, answer.verdict, choices));
        }
        self.write(&lines)?;
        for (key, verdict, choices) in packed {
            self.answers.insert(key, verdict, &choices);
        }
        Ok(())
    }

    /// The file that a service is coding, if it is.
    pub(crate) fn operation(&self) -> Option<&Operation> {
        self.operation.as_ref()
    }

    /// Puts on disk that a service is coding a file, or that there is none any more.
    pub(crate) fn note(&mut self, operation: Option<Operation>) -> Result<(), BatchError> {
        let mut line = String::new();
        add(&mut line, &Line::Operation { operation: operation.clone() });
        self.write(&line)?;
        self.operation = operation;
        Ok(())
    }

    fn write(&mut self, lines: &str) -> Result<(), BatchError> {
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(BatchError::write(&self.path))
    }
}

fn add(lines: &mut String, line: &Line) {
    lines.push_str(&serde_json::to_string(line).expect("numbers and text can be written"));
    lines.push('\n');
}

/// What a journal holds.
#[derive(Default)]
struct Found {
    answers: Answers,
    operation: Option<Operation>,
}

/// Takes in the lines that are whole. Returns how many bytes they have.
fn replay(path: &Path, file: &File, settings: &Settings, taken: &mut Found) -> Result<u64, BatchError> {
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let (mut line, mut whole) = (String::new(), 0);
    loop {
        line.clear();
        // Bytes that are no text are what a power cut left.
        let Ok(length) = reader.read_line(&mut line) else { return Ok(whole) };
        if length == 0 || !line.ends_with('\n') {
            return Ok(whole);
        }
        if whole == 0 {
            let Ok(found) = serde_json::from_str(&line) else { return Ok(0) };
            agree(path, settings, &found)?;
        } else if take_in(&line, taken).is_none() {
            return Ok(whole);
        }
        whole += length as u64;
    }
}

fn agree(path: &Path, wanted: &Settings, found: &Settings) -> Result<(), BatchError> {
    let differs = |(name, value): &(&String, &String)| wanted.get(*name) != Some(*value);
    let missing = |(name, _): &(&String, &String)| !found.contains_key(*name);
    let difference = found.iter().find(differs).or_else(|| wanted.iter().find(missing));
    difference.map_or(Ok(()), |(name, _)| {
        let value = |settings: &Settings| settings.get(name).map_or("nothing", String::as_str).to_owned();
        let difference = format!("{name}: {} there, {} now", value(found), value(wanted));
        Err(BatchError::OtherSettings { journal: path.to_owned(), difference })
    })
}

fn take_in(line: &str, found: &mut Found) -> Option<()> {
    let answers = &mut found.answers;
    match serde_json::from_str(line).ok()? {
        Line::Label(code, label) => {
            answers.number(&code, &label);
        }
        Line::Answer(key, trusted, choices) => {
            let key = Key::parse(&key)?;
            answers.knows(&choices).then_some(())?;
            let verdict = if trusted { Verdict::Trusted } else { Verdict::Unsure };
            answers.insert(key, verdict, &choices);
        }
        Line::Refused(key) => answers.insert(Key::parse(&key)?, Verdict::Refused, &[]),
        Line::Operation { operation } => found.operation = operation,
    }
    Some(())
}
