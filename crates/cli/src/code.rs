//! In: a job title and tasks from the command line. Out: the ranked codes as a table, or as the API's JSON.
//! Next: `explanation.rs` tells what spoke for each.

use crate::explanation::Explanation;
use crate::model::ModelChoice;
use crate::output;
use anyhow::{Context, Result};
use clap::ValueEnum;
use occuform_api::{CodeAnswer, JobText, MAX_SUGGESTIONS};
use occuform_coder::{Classification, CodingOptions, Model, Scope};
use std::fmt::Write as _;

/// Codes one job with the embedded model.
#[derive(clap::Args)]
#[command(after_help = "Example: occuform code \"electrician\" --tasks \"wiring new houses\"\n\n\
    --explain lists words, pairs of words and groups of letters (a hyphen stands where the word goes on), the \
    strongest first. \"all\" is what a feature adds altogether, the columns after it what it adds at each step to the \
    code: above 0 for the group, below 0 for those beside it. With --json the same stands under \"explanation\".")]
pub(crate) struct Arguments {
    /// The job title
    #[arg(default_value = "")]
    title: String,
    /// The main tasks
    #[arg(long, default_value = "")]
    tasks: String,
    /// How many suggestions to show at most
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_SUGGESTIONS)))]
    suggestions: u8,
    /// all: for a person who will choose; category: only a trusted code and its unit group
    #[arg(long, default_value = "all")]
    scope: ScopeName,
    /// Least probability to be trusted, 0 to 1 [default: the model's own for the scope]
    #[arg(long)]
    threshold: Option<f64>,
    /// Fewest digits of a code: with fewer than 6 a group may be given where an occupation is not trusted
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=6))]
    min_digits: u8,
    /// Print the answer as the Coding Service would send it
    #[arg(long)]
    json: bool,
    /// Show for each code the features of the text that spoke most for it (+) or against it (-)
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    model: ModelChoice,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScopeName {
    All,
    Category,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::All => Self::All,
            ScopeName::Category => Self::Category,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let text = JobText::new(&arguments.title, &arguments.tasks).context("cannot code this job")?;
    let (_, model) = arguments.model.load()?;
    let options = CodingOptions {
        suggestions: arguments.suggestions,
        scope: arguments.scope.into(),
        threshold: arguments.threshold,
        min_digits: usize::from(arguments.min_digits),
    };
    let answer = model.code(&text, options);
    let explanation = arguments.explain.then(|| Explanation::new(&model, &text, &answer));
    let output = match (arguments.json, explanation) {
        (true, None) => serde_json::to_string_pretty(&answer)? + "\n",
        (true, Some(explanation)) => {
            let mut json = serde_json::to_value(&answer)?;
            json["explanation"] = explanation.json();
            serde_json::to_string_pretty(&json)? + "\n"
        }
        (false, None) => table(&model, &answer),
        (false, Some(explanation)) => table(&model, &answer) + &explanation.text(),
    };
    Ok(output::print(&output)?)
}

fn table(model: &Model, answer: &CodeAnswer) -> String {
    if answer.result.is_empty() {
        return "No occupation fits well enough. More words, or the main tasks, may help.\n".to_owned();
    }
    let widest = answer.result.iter().map(|suggestion| suggestion.code_label.len()).max().unwrap_or(0);
    let mut lines = format!("code    {:widest$}  confidence  in\n", "label");
    for suggestion in &answer.result {
        let groups = groups(model.classification(), &suggestion.code_category);
        let _ = writeln!(
            lines,
            "{:6}  {:widest$}  {:>8.1} %  {groups}",
            suggestion.code_category,
            suggestion.code_label,
            100.0 * suggestion.code_confidence,
        );
    }
    lines
}

/// The titles of the groups that a code lies in, widest first.
fn groups(classification: &Classification, code: &str) -> String {
    let groups = (1..code.len()).filter_map(|digits| classification.find(&code[..digits]));
    groups.map(|id| classification.node(id).title.as_str()).collect::<Vec<_>>().join(" > ")
}
