//! In: a coded file and its review, filled in. Out: the file with the decisions, and what is left.

use crate::model::ModelChoice;
use crate::output;
use anyhow::{Result, bail};
use occuform_batch::{Merge, SourceOptions, Table};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Puts a person's decisions into a coded file.
#[derive(clap::Args)]
#[command(after_help = "Example: occuform batch merge responses.coded.csv review.csv")]
pub(crate) struct Arguments {
    /// What 'occuform batch' wrote
    coded: PathBuf,
    /// What 'occuform batch --review' wrote, with the column 'decision' filled in
    review: PathBuf,
    /// The output [default: CODED.merged.EXTENSION]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What was given as --prefix to 'occuform batch'
    #[arg(long, value_name = "TEXT", default_value = "")]
    prefix: String,
    /// Write over an output that is there already
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    model: ModelChoice,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let output =
        arguments.output.clone().unwrap_or_else(|| occuform_batch::output_path(&arguments.coded, "merged"));
    if [&arguments.coded, &arguments.review].contains(&&output) {
        bail!("{} is one of the two inputs: name another file with --output", output.display());
    }
    if output.exists() && !arguments.force {
        bail!("{} is there already: write over it with --force, or choose another name", output.display());
    }
    let coded = Table::open(&arguments.coded, &SourceOptions::default())?;
    let review = Table::open(&arguments.review, &SourceOptions::default())?;
    let (topic, model) = arguments.model.load()?;
    let merge = Merge {
        coded: &coded,
        review: &review,
        classification: model.classification(),
        name: topic.source,
        prefix: &arguments.prefix,
    };
    let merged = occuform_batch::merge(&merge, &output)?;
    let mut text = format!(
        "{}: {} rows decided by {} decisions; left: {} rows without a trusted code, {} cases without a decision\n",
        output.display(),
        merged.decided,
        merged.decisions,
        merged.left,
        merged.open,
    );
    if merged.unused > 0 {
        let _ = writeln!(
            text,
            "  {} decisions fit no row that needs one: is {} the review of this file?",
            merged.unused,
            arguments.review.display()
        );
    }
    Ok(output::print(&text)?)
}
