//! In: records whose codes are known, see `lexicon/evaluation/README.md`. Out: how well a model codes them.
//! Next: the `evaluate` command prints and draws it.

use crate::features::fnv1a;
use crate::{CodingOptions, Lexicon, Model};
use occuform_api::{CodeStatus, JobText, MAX_SUGGESTIONS};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The levels that accuracy is told for, in digits.
pub const DIGITS: [usize; 4] = [6, 4, 2, 1];
/// How many of the best codes may hold the right one.
pub const TOPS: [usize; 4] = [1, 3, 5, 10];
/// Into how many bins confidence is cut.
const BINS: usize = 10;

/// How many strings of random letters a model is tried on.
pub const GIBBERISH: usize = 1_000;

/// A job whose code is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRecord {
    /// The job, as a respondent would send it.
    pub text: JobText,
    /// Six digits.
    pub code: String,
    /// What kind of record it is: plain, noisy, vague, or empty.
    pub kind: String,
}

/// What a record is for. It follows from the record's text alone, so that it never changes sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// To choose between models.
    Development,
    /// To fit what confidence means, and thresholds.
    Calibration,
    /// To report; looked at once a design is settled.
    Test,
}

/// Why records cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line breaks the format.
    #[error("{path}:{line}: {problem}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong and what was expected.
        problem: String,
    },
}

/// How well a model codes.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// All records, and each kind of them.
    pub groups: Vec<Accuracy>,
    /// Confidence of the best code against how often it is right.
    pub calibration: Vec<Bin>,
    /// Expected calibration error: the mean distance between the two, weighted by records.
    pub calibration_error: f64,
    /// What is accepted and how much of it is right, by least confidence.
    pub thresholds: Vec<Threshold>,
    /// Share of the records that get a list.
    pub listed: f64,
    /// Share of the lists that hold the right code.
    pub right_among_listed: f64,
    /// Share of [`GIBBERISH`] strings of random letters that get a list.
    pub gibberish_listed: f64,
}

/// How often the right code is among the best, for one group of records.
#[derive(Clone, Debug, Serialize)]
pub struct Accuracy {
    /// What the records have in common.
    pub name: String,
    /// How many there are.
    pub records: usize,
    /// By [`DIGITS`] and then [`TOPS`].
    pub shares: [[f64; 4]; 4],
}

/// Records whose best code has about the same confidence.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Bin {
    /// How many there are.
    pub records: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// How often the best code is right.
    pub accuracy: f64,
}

/// What is accepted at one threshold.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Threshold {
    /// Least confidence of the best code.
    pub confidence: f64,
    /// Share of records accepted.
    pub coverage: f64,
    /// Share of the accepted that is right at six digits.
    pub accuracy: f64,
    /// The same at four digits.
    pub unit_group_accuracy: f64,
}

/// A record and what the model made of it.
struct Outcome<'a> {
    record: &'a KnownRecord,
    codes: Vec<String>,
    confidence: f64,
    listed: bool,
}

impl KnownRecord {
    /// Reads a tab-separated file with a header line that names `title`, `tasks`, `code` and perhaps `kind`.
    ///
    /// # Errors
    /// When the file cannot be read, a column is missing, a code is no code, or a text breaks the text rules.
    pub fn read(path: &Path) -> Result<Vec<Self>, EvaluationError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| EvaluationError::Read { path: path.to_owned(), source })?;
        let failed = |line, problem| EvaluationError::Line { path: path.to_owned(), line, problem };
        let mut lines = text.lines().enumerate();
        let header: Vec<&str> = lines.next().map(|(_, line)| line.split('\t').collect()).unwrap_or_default();
        let column = |name: &str| header.iter().position(|column| *column == name);
        let needed = |name: &str| {
            column(name)
                .ok_or_else(|| failed(1, format!("the column '{name}' is missing in the header line")))
        };
        let (title, tasks, code) = (needed("title")?, needed("tasks")?, needed("code")?);
        let kind = column("kind");
        lines
            .map(|(number, line)| {
                let cells: Vec<&str> = line.split('\t').collect();
                let cell = |column: usize| cells.get(column).copied().unwrap_or_default();
                let code = cell(code).trim();
                if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(failed(number + 1, format!("'{code}' is not a code of six digits")));
                }
                let text = JobText::new(cell(title), cell(tasks))
                    .map_err(|error| failed(number + 1, error.to_string()))?;
                let kind = kind.map(cell).unwrap_or_default().to_owned();
                Ok(Self { text, code: code.to_owned(), kind })
            })
            .collect()
    }

    /// The records of OSCA's occupations as records of ANZSCO's; those without an equal there are left out.
    pub fn recoded_to_anzsco(records: Vec<Self>, osca: &Lexicon) -> Vec<Self> {
        let equals = osca
            .occupations
            .iter()
            .filter_map(|occupation| Some((&occupation.code, occupation.anzsco.as_ref()?)));
        let equals: HashMap<&String, &String> = equals.collect();
        let recoded = records.into_iter().filter_map(|record| {
            let code = (*equals.get(&record.code)?).clone();
            Some(Self { code, ..record })
        });
        recoded.collect()
    }

    /// Four in ten are for development, three for calibration, three for the test.
    pub fn split(&self) -> Split {
        let bytes = self.text.title().bytes().chain([b'\t']).chain(self.text.tasks().bytes());
        let hash = fnv1a(bytes);
        match (hash ^ (hash >> 32)) % 10 {
            0..4 => Split::Development,
            4..7 => Split::Calibration,
            _ => Split::Test,
        }
    }
}

/// Codes every record and compares.
pub fn evaluate(model: &Model, records: &[KnownRecord]) -> Report {
    let outcomes: Vec<Outcome> = records.iter().map(|record| outcome(model, record)).collect();
    let listed: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.listed).collect();
    let in_list = |outcome: &&&Outcome| outcome.is_among(6, usize::from(MAX_SUGGESTIONS));
    let calibration = calibration(&outcomes);
    Report {
        groups: groups(&outcomes),
        calibration_error: calibration
            .iter()
            .map(|bin| bin.records as f64 * (bin.confidence - bin.accuracy).abs())
            .sum::<f64>()
            / (outcomes.len().max(1) as f64),
        calibration,
        thresholds: (0..20).map(|step| threshold(&outcomes, f64::from(step) / 20.0)).collect(),
        listed: share(listed.len(), outcomes.len()),
        right_among_listed: share(listed.iter().filter(in_list).count(), listed.len()),
        gibberish_listed: gibberish_listed(model),
    }
}

fn outcome<'a>(model: &Model, record: &'a KnownRecord) -> Outcome<'a> {
    let ranked = model.rank(&record.text);
    let listed =
        model.code(&record.text, CodingOptions::for_a_person(1)).code_status == CodeStatus::Successful;
    Outcome {
        record,
        confidence: ranked.first().map_or(0.0, |best| best.code_confidence),
        codes: ranked.into_iter().map(|suggestion| suggestion.code_category).collect(),
        listed,
    }
}

impl Outcome<'_> {
    /// Whether one of the best codes lies in the right code's group of so many digits.
    fn is_among(&self, digits: usize, top: usize) -> bool {
        self.codes.iter().take(top).any(|code| code[..digits] == self.record.code[..digits])
    }
}

fn groups(outcomes: &[Outcome]) -> Vec<Accuracy> {
    let mut names = vec!["all".to_owned(), "title only".to_owned(), "title and tasks".to_owned()];
    for outcome in outcomes {
        if !outcome.record.kind.is_empty() && !names.contains(&outcome.record.kind) {
            names.push(outcome.record.kind.clone());
        }
    }
    let groups = names.into_iter().map(|name| {
        let members: Vec<&Outcome> = outcomes
            .iter()
            .filter(|outcome| match name.as_str() {
                "all" => true,
                "title only" => outcome.record.text.tasks().is_empty(),
                "title and tasks" => {
                    !outcome.record.text.tasks().is_empty() && !outcome.record.text.title().is_empty()
                }
                kind => outcome.record.kind == kind,
            })
            .collect();
        let right = |digits, top| members.iter().filter(|outcome| outcome.is_among(digits, top)).count();
        let shares = DIGITS.map(|digits| TOPS.map(|top| share(right(digits, top), members.len())));
        Accuracy { name, records: members.len(), shares }
    });
    groups.filter(|group| group.records > 0).collect()
}

fn calibration(outcomes: &[Outcome]) -> Vec<Bin> {
    let mut bins = [Bin::default(); BINS];
    for outcome in outcomes {
        let above = (1..BINS).filter(|bin| outcome.confidence >= *bin as f64 / BINS as f64);
        let bin = &mut bins[above.count()];
        bin.records += 1;
        bin.confidence += outcome.confidence;
        bin.accuracy += f64::from(u8::from(outcome.is_among(6, 1)));
    }
    for bin in &mut bins {
        let records = bin.records.max(1) as f64;
        bin.confidence /= records;
        bin.accuracy /= records;
    }
    bins.to_vec()
}

fn threshold(outcomes: &[Outcome], confidence: f64) -> Threshold {
    let accepted: Vec<&Outcome> =
        outcomes.iter().filter(|outcome| outcome.confidence >= confidence).collect();
    let right = |digits| accepted.iter().filter(|outcome| outcome.is_among(digits, 1)).count();
    Threshold {
        confidence,
        coverage: share(accepted.len(), outcomes.len()),
        accuracy: share(right(6), accepted.len()),
        unit_group_accuracy: share(right(4), accepted.len()),
    }
}

/// How many of a fixed set of gibberish strings get a list.
fn gibberish_listed(model: &Model) -> f64 {
    let listed = gibberish(1).filter(|text| {
        model.code(text, CodingOptions::for_a_person(1)).code_status == CodeStatus::Successful
    });
    share(listed.count(), GIBBERISH)
}

/// One to three words of three to ten random letters each, the same ones for the same seed.
pub(crate) fn gibberish(seed: u64) -> impl Iterator<Item = JobText> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..GIBBERISH).map(move |_| {
        let mut word = || -> String {
            let length = random.random_range(3..=10);
            (0..length).map(|_| char::from(random.random_range(b'a'..=b'z'))).collect()
        };
        let words = [word(), word(), word()];
        let text = words[..random.random_range(1..=words.len())].join(" ");
        JobText::new(&text, "").expect("3 to 32 letters and spaces are a text")
    })
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
