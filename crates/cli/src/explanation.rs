//! In: a coded job. Out: the features that spoke for and against each code, as text or JSON.

use occuform_api::{CodeAnswer, JobText};
use occuform_coder::{Contribution, FeatureKind, FeaturePlace, Model};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// How many features are shown for a code.
const SHOWN: usize = 8;
/// How many groups of letters are shown for a word.
const LETTERS: usize = 4;
/// The lengths of the codes on the way to an occupation.
const LEVELS: [usize; 5] = [1, 2, 3, 4, 6];

/// The features of each suggested code.
pub(crate) struct Explanation {
    /// What was written, and what it is taken to mean.
    corrections: Vec<(String, String)>,
    unknown_words: Vec<String>,
    codes: Vec<CodeExplanation>,
}

struct CodeExplanation {
    code: String,
    label: String,
    strongest: Vec<Contribution>,
    /// How many features are left, and what they add together.
    weaker: (usize, f32),
}

impl Explanation {
    pub(crate) fn new(model: &Model, text: &JobText, answer: &CodeAnswer) -> Self {
        let explain = |suggestion: &occuform_api::Suggestion| {
            let mut strongest = model.explain(text, &suggestion.code_category)?;
            let rest = strongest.split_off(strongest.len().min(SHOWN));
            Some(CodeExplanation {
                code: suggestion.code_category.clone(),
                label: suggestion.code_label.clone(),
                strongest,
                weaker: (rest.len(), rest.iter().map(Contribution::total).sum()),
            })
        };
        Self {
            corrections: model.corrections(text),
            unknown_words: model.unknown_words(text),
            codes: answer.result.iter().filter_map(explain).collect(),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for code in &self.codes {
            let _ = writeln!(text, "\n{} {}", code.code, code.label);
            let levels = LEVELS.iter().filter(|digits| **digits <= code.code.len());
            let levels: Vec<&str> = levels.map(|digits| &code.code[..*digits]).collect();
            let _ = writeln!(text, "{}", columns("all", levels));
            for found in &code.strongest {
                let by_level = found.by_level.iter().map(|added| signed(*added));
                let _ = writeln!(text, "{}  {}", columns(&signed(found.total()), by_level), described(found));
            }
            let (number, total) = code.weaker;
            if number > 0 {
                let _ = writeln!(text, "{:>8}  weaker features together: {number}", signed(total));
            }
        }
        if !self.corrections.is_empty() {
            let read = self.corrections.iter().map(|(written, meant)| format!("{written} as {meant}"));
            let _ = writeln!(text, "\nRead {}", read.collect::<Vec<_>>().join(", "));
        }
        if !self.unknown_words.is_empty() {
            let _ = writeln!(text, "\nThe model has never met: {}", self.unknown_words.join(", "));
        }
        text
    }

    pub(crate) fn json(&self) -> Value {
        let correction = |(written, meant): &(String, String)| json!({"written": written, "meant": meant});
        json!({
            "corrections": self.corrections.iter().map(correction).collect::<Vec<_>>(),
            "unknownWords": self.unknown_words,
            "codes": self.codes.iter().map(CodeExplanation::json).collect::<Vec<_>>(),
        })
    }
}

impl CodeExplanation {
    fn json(&self) -> Value {
        let path = |found: &Contribution| -> Vec<Value> {
            let steps = LEVELS.iter().zip(&found.by_level);
            let step = |(digits, added): (&usize, &f32)| json!({"code": self.code[..*digits], "contribution": rounded(*added)});
            steps.map(step).collect()
        };
        let feature = |found: &Contribution| {
            json!({
                "feature": kind(found.kind),
                "place": place(found.place),
                "text": found.text,
                "letters": strongest_letters(found),
                "contribution": rounded(found.total()),
                "path": path(found),
            })
        };
        let (number, total) = self.weaker;
        json!({
            "code": self.code,
            "features": self.strongest.iter().map(feature).collect::<Vec<_>>(),
            "weaker": {"features": number, "contribution": rounded(total)},
        })
    }
}

fn described(found: &Contribution) -> String {
    let what = match (found.kind, found.place) {
        (FeatureKind::WholeTitle, _) => "whole title",
        (FeatureKind::Letters, _) => {
            return format!("letters of {}: {}", found.text, strongest_letters(found).join(" "));
        }
        (FeatureKind::Word, FeaturePlace::Title) => "word of the title",
        (FeatureKind::Word, FeaturePlace::Tasks) => "word of the tasks",
        (FeatureKind::Word, FeaturePlace::Both) => "word of either",
        (FeatureKind::WordPair, FeaturePlace::Title) => "word pair of the title",
        (FeatureKind::WordPair, FeaturePlace::Tasks) => "word pair of the tasks",
        (FeatureKind::WordPair, FeaturePlace::Both) => "word pair of either",
    };
    format!("{what}: {}", found.text)
}

fn strongest_letters(found: &Contribution) -> &[String] {
    &found.letters[..found.letters.len().min(LETTERS)]
}

fn kind(kind: FeatureKind) -> &'static str {
    match kind {
        FeatureKind::WholeTitle => "wholeTitle",
        FeatureKind::Word => "word",
        FeatureKind::WordPair => "wordPair",
        FeatureKind::Letters => "letters",
    }
}

fn place(place: FeaturePlace) -> &'static str {
    match place {
        FeaturePlace::Title => "title",
        FeaturePlace::Tasks => "tasks",
        FeaturePlace::Both => "both",
    }
}

/// The sum and what stands beside it, right aligned.
fn columns<T: AsRef<str>>(sum: &str, by_level: impl IntoIterator<Item = T>) -> String {
    let mut text = format!("{sum:>8}");
    for column in by_level {
        let _ = write!(text, "{:>8}", column.as_ref());
    }
    text
}

/// Three decimals, or a dot where there is nothing to add.
fn signed(added: f32) -> String {
    if added == 0.0 { ".".to_owned() } else { format!("{added:+.3}") }
}

fn rounded(added: f32) -> f64 {
    (f64::from(added) * 1_000.0).round() / 1_000.0
}
