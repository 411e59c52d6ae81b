//! In: the ranked codes of a record, and what they are for. Out: the answer: which of them are trusted, if any.
//! Next: the proxy's `coder.rs`, or a command, passes it on.

use crate::Model;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Record, Suggestion};

/// Digits of a unit group's code.
const UNIT_GROUP: usize = 4;
/// Groups that may be returned instead of occupations, most digits first.
const GROUP_DIGITS: [usize; 4] = [4, 3, 2, 1];

/// Who makes use of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A person chooses: suggestions from the whole classification, as soon as the right code is probably among the
    /// [`occuform_api::MAX_SUGGESTIONS`] best.
    All,
    /// Nobody looks: successful only when the best code is trusted, alternatives from its unit group alone.
    Category,
}

/// How to code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodingOptions {
    /// How many suggestions to return at most, 1 to [`occuform_api::MAX_SUGGESTIONS`].
    pub suggestions: u8,
    /// Who makes use of the answer.
    pub scope: Scope,
    /// Least probability to be trusted, 0 to 1; the model's own for this scope where there is none.
    pub threshold: Option<f64>,
    /// With fewer than 6, a group's code of so many digits or more may be returned where six digits are not trusted
    /// but the group is.
    pub min_digits: usize,
}

/// What came of one record of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileCoding {
    /// The best code, which is trusted.
    Coded(Suggestion),
    /// No code is trusted: the [`CodingOptions::suggestions`] best.
    Suggested(Vec<Suggestion>),
}

impl CodingOptions {
    /// For a form: a person chooses.
    pub fn for_a_person(suggestions: u8) -> Self {
        Self { suggestions, scope: Scope::All, threshold: None, min_digits: 6 }
    }

    /// For a file: nobody looks.
    pub fn without_a_person(suggestions: u8) -> Self {
        Self { scope: Scope::Category, ..Self::for_a_person(suggestions) }
    }
}

impl Model {
    /// Codes one record.
    pub fn code(&self, text: &JobText, options: CodingOptions) -> CodeAnswer {
        let result = self.trusted(self.rank(text), options);
        CodeAnswer {
            code_status: if result.is_empty() { CodeStatus::Unsuccessful } else { CodeStatus::Successful },
            input: Record { occp_text: text.title().to_owned(), tasks_text: text.tasks().to_owned() },
            result,
        }
    }

    /// Codes one record of a file.
    pub fn code_in_file(&self, text: &JobText, options: CodingOptions) -> FileCoding {
        let ranked = self.rank(text);
        let alternatives = ranked.iter().take(usize::from(options.suggestions)).cloned().collect();
        let best = self.trusted(ranked, options).into_iter().next();
        best.map_or(FileCoding::Suggested(alternatives), FileCoding::Coded)
    }

    /// Which of the ranked codes are trusted, best first; none when the best answer is no answer.
    pub fn trusted(&self, ranked: Vec<Suggestion>, options: CodingOptions) -> Vec<Suggestion> {
        let thresholds = self.knowledge.thresholds;
        let own = match options.scope {
            Scope::All => thresholds.list,
            Scope::Category => thresholds.category,
        };
        let threshold = options.threshold.unwrap_or(f64::from(own));
        let mut trusted = match options.scope {
            Scope::All if confidence_in_list(&ranked) >= threshold => ranked,
            Scope::Category if confidence_of_best(&ranked) >= threshold => category_of_best(ranked),
            _ => self.trusted_groups(&ranked, threshold, options.min_digits),
        };
        trusted.truncate(usize::from(options.suggestions));
        trusted
    }

    /// The groups of the most digits of which one is trusted, each as likely as its codes together.
    fn trusted_groups(&self, ranked: &[Suggestion], threshold: f64, min_digits: usize) -> Vec<Suggestion> {
        let levels = GROUP_DIGITS.into_iter().filter(|digits| *digits >= min_digits);
        let mut groups = levels.map(|digits| self.groups(ranked, digits));
        groups.find(|groups| confidence_of_best(groups) >= threshold).unwrap_or_default()
    }

    fn groups(&self, ranked: &[Suggestion], digits: usize) -> Vec<Suggestion> {
        let mut groups: Vec<Suggestion> = Vec::new();
        for suggestion in ranked {
            let code = &suggestion.code_category[..digits];
            if let Some(group) = groups.iter_mut().find(|group| group.code_category == code) {
                group.code_confidence = (group.code_confidence + suggestion.code_confidence).min(1.0);
            } else if let Some(id) = self.classification().find(code) {
                let node = self.classification().node(id);
                groups.push(Suggestion {
                    code_category: node.code.clone(),
                    code_label: node.title.clone(),
                    code_confidence: suggestion.code_confidence,
                });
            }
        }
        groups.sort_by(|a, b| b.code_confidence.total_cmp(&a.code_confidence));
        groups
    }
}

/// How likely the right code is among these.
pub(crate) fn confidence_in_list(ranked: &[Suggestion]) -> f64 {
    ranked.iter().map(|suggestion| suggestion.code_confidence).sum()
}

fn confidence_of_best(ranked: &[Suggestion]) -> f64 {
    ranked.first().map_or(0.0, |best| best.code_confidence)
}

fn category_of_best(mut ranked: Vec<Suggestion>) -> Vec<Suggestion> {
    if let Some(best) = ranked.first() {
        let category = best.code_category[..UNIT_GROUP].to_owned();
        ranked.retain(|suggestion| suggestion.code_category.starts_with(&category));
    }
    ranked
}
