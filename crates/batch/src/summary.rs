//! In: the outcome of each row. Out: counts. Next: the summary at the end, and `report`.

use crate::Answer;
use crate::check::Checked;
use crate::layout::Outcome;
use std::collections::BTreeMap;

/// What came of a batch.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Rows in all.
    pub rows: u64,
    /// Rows whose best code is trusted.
    pub coded: u64,
    /// Rows with codes of which none is trusted.
    pub unsure: u64,
    /// Rows without any code.
    pub no_match: u64,
    /// Rows that could not be coded, by reason.
    pub invalid: BTreeMap<&'static str, u64>,
    /// Rows whose text was turned into ASCII.
    pub converted: u64,
    /// Rows whose text was cut.
    pub shortened: u64,
    /// Coded rows by the first digit of their code.
    pub major_groups: BTreeMap<String, u64>,
    /// Rows by the confidence in their best code, in whole per cent: 0 to 100.
    pub confidence: Vec<u64>,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            rows: 0,
            coded: 0,
            unsure: 0,
            no_match: 0,
            invalid: BTreeMap::new(),
            converted: 0,
            shortened: 0,
            major_groups: BTreeMap::new(),
            confidence: vec![0; 101],
        }
    }
}

impl Summary {
    pub(crate) fn count(&mut self, outcome: Outcome, checked: &Checked, answer: Option<&Answer>) {
        self.rows += 1;
        match outcome {
            Outcome::Coded => self.coded += 1,
            Outcome::Unsure => self.unsure += 1,
            Outcome::NoMatch => self.no_match += 1,
            Outcome::Refused => *self.invalid.entry(outcome.name()).or_default() += 1,
            Outcome::Invalid(invalid) => *self.invalid.entry(invalid.name()).or_default() += 1,
        }
        if checked.record.is_ok() {
            self.converted += u64::from(checked.converted);
            self.shortened += u64::from(checked.shortened);
        }
        let Some(best) = answer.and_then(|answer| answer.choices.first()) else { return };
        let reached = |percent: &usize| best.confidence * 100.0 >= *percent as f32;
        let percent = (0..=100).rev().find(reached).unwrap_or(0);
        self.confidence[percent] += 1;
        if outcome == Outcome::Coded {
            *self.major_groups.entry(best.code.chars().take(1).collect()).or_default() += 1;
        }
    }

    /// Rows that could not be coded.
    pub fn refused(&self) -> u64 {
        self.invalid.values().sum()
    }

    /// Rows whose best code is at least so likely, in per cent.
    pub fn at_least(&self, percent: usize) -> u64 {
        self.confidence[percent..].iter().sum()
    }
}
