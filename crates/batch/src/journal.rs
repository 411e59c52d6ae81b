//! In: answers as they come. Out: the same on disk before anything else happens, and back after an interruption.
//! Next: `coding` goes on from there.
//!
//! A file of lines beside the output: first the settings as an object, then `["code","label"]` when a code is met for
//! the first time, and `["digest of the text",trusted,[[number of the code,confidence],...]]` for each text. Lines are
//! only appended; what an interruption left of a line is cut off.

use crate::answers::{Answers, Key, Packed};
use crate::{Answer, BatchError};
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
    resumed: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Label(String, String),
    Answer(String, bool, Vec<Packed>),
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
        let mut answers = Answers::default();
        let whole = replay(path, &file, settings, &mut answers)?;
        file.set_len(whole).map_err(&failed)?;
        file.seek(SeekFrom::End(0)).map_err(&failed)?;
        if whole == 0 {
            let first = serde_json::to_string(settings).map_err(|error| failed(error.into()))? + "\n";
            file.write_all(first.as_bytes()).and_then(|()| file.sync_all()).map_err(&failed)?;
        }
        let resumed = answers.len();
        Ok(Self { path: path.to_owned(), file, answers, resumed })
    }

    /// How many texts were coded before.
    pub fn resumed(&self) -> usize {
        self.resumed
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
            let line = Line::Answer(key.hexadecimal(), answer.trusted, choices);
            add(&mut lines, &line);
            if let Line::Answer(_, trusted, choices) = line {
                packed.push((key, trusted, choices));
            }
        }
        self.file
            .write_all(lines.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(BatchError::write(&self.path))?;
        for (key, trusted, choices) in packed {
            self.answers.insert(key, trusted, &choices);
        }
        Ok(())
    }
}

fn add(lines: &mut String, line: &Line) {
    lines.push_str(&serde_json::to_string(line).expect("numbers and text can be written"));
    lines.push('\n');
}

/// Takes in the lines that are whole. Returns how many bytes they have.
fn replay(path: &Path, file: &File, settings: &Settings, answers: &mut Answers) -> Result<u64, BatchError> {
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
        } else if take_in(&line, answers).is_none() {
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

fn take_in(line: &str, answers: &mut Answers) -> Option<()> {
    match serde_json::from_str(line).ok()? {
        Line::Label(code, label) => {
            answers.number(&code, &label);
        }
        Line::Answer(key, trusted, choices) => {
            let key = Key::parse(&key)?;
            answers.knows(&choices).then_some(())?;
            answers.insert(key, trusted, &choices);
        }
    }
    Some(())
}
