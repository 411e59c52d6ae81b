//! In: what the asynchronous Coding Service returned. Out: a table. Next: `occuform_batch::convert` does it.

use crate::output;
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::path::PathBuf;

/// Makes a table of the asynchronous service's output, with the columns of its guide.
#[derive(clap::Args)]
#[command(after_help = "Example: occuform convert output.jsonl --to xlsx")]
pub(crate) struct Arguments {
    /// The service's output, JSON Lines
    input: PathBuf,
    /// The format
    #[arg(long, default_value = "csv")]
    to: Format,
    /// The output [default: INPUT with the format's extension]
    #[arg(long, short, value_name = "FILE", conflicts_with = "to")]
    output: Option<PathBuf>,
    /// Write over an output that is there already
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Tsv,
    Xlsx,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let extension = match arguments.to {
        Format::Csv => "csv",
        Format::Tsv => "tsv",
        Format::Xlsx => "xlsx",
    };
    let output = arguments.output.clone().unwrap_or_else(|| arguments.input.with_extension(extension));
    if output.exists() && !arguments.force {
        bail!("{} is there already: write over it with --force, or choose another name", output.display());
    }
    let lines = occuform_batch::convert(&arguments.input, &output)?;
    Ok(output::print(&format!("{}: {lines} rows\n", output.display()))?)
}
