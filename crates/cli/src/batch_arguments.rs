//! In: the command line of `occuform batch`. Out: what is to be read, coded and written. Next: `batch.rs`.

use crate::batch_merge;
use crate::model::{self, ModelChoice};
use clap::ValueEnum;
use occuform_api::{MAX_SUGGESTIONS, Topic};
use occuform_batch::SourceOptions;
use std::path::PathBuf;

/// Codes a file of jobs.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    mut_arg("model", |model| model.help(
        "The model: a file, or the GUID of one that the Coding Service has [default: models/TOPIC.model, or the \
         service's latest]"
    ).value_name("FILE or GUID")),
    after_help = "Examples:\n  \
        occuform batch responses.csv --dry-run\n  \
        occuform batch responses.csv --title job_title --tasks main_tasks --review review.csv --report report.html\n  \
        occuform batch merge responses.coded.csv review.csv\n  \
        occuform batch jobs2019.xlsx --code-column anzsco_code --from anzsco --output jobs2024.csv\n  \
        occuform batch responses.csv --via auto --dry-run\n\n\
        The column 'code' holds codes that can be used as they are. Where 'status' says 'unsure', it is empty, the best \
        guess is 'suggestion_1_code', and a person decides. What was done to a text stands in 'status' too: to-ascii, \
        shortened."
)]
pub(crate) struct Arguments {
    /// The file; its first row names the columns
    #[arg(required = true)]
    pub(crate) input: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Subcommand>,
    #[command(flatten)]
    pub(crate) columns: ColumnArguments,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) recoding: RecodingArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) model: ModelChoice,
    /// Who codes
    #[arg(long, default_value = "embedded")]
    pub(crate) via: Via,
    /// The settings file with the Coding Service in [upstream], as for 'occuform proxy' [default: occuform.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Of --via async: how often to ask how far the service is; its guide wants 10 to 15 minutes
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) poll: u64,
    /// Cut a text that is too long at a word; without it such a row is not coded
    #[arg(long)]
    pub(crate) shorten: bool,
    /// Check every row and show the plan, and do no more
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) existing: ExistingArguments,
}

/// What happens to files that are there already.
#[derive(clap::Args)]
pub(crate) struct ExistingArguments {
    /// Write over an output that is there already; an interrupted run goes on without it
    #[arg(long)]
    pub(crate) force: bool,
    /// Forget what an interrupted run has coded, and pay for it again
    #[arg(long)]
    pub(crate) restart: bool,
}

#[derive(clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Put the decisions of a review back
    ///
    /// A decision is a code of the classification, of any level, or 'none'. Rows that say the same get the same code;
    /// their status becomes 'reviewed'. Rows that are coded already stay as they are. Where a decision is no code,
    /// nothing is written.
    Merge(batch_merge::Arguments),
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Via {
    /// Our own model, on this machine: nothing leaves it
    Embedded,
    /// The Coding Service, up to 300 records a call
    Sync,
    /// The Coding Service, a file at once: for partners
    Async,
    /// One of these; says which and why
    Auto,
}

#[derive(clap::Args)]
pub(crate) struct ColumnArguments {
    /// The column with the job title [default: guessed]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) title: Option<String>,
    /// The column with the main tasks [default: guessed]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) tasks: Option<String>,
    /// The column with the record's identifier [default: guessed]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) id: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct SourceArguments {
    /// The character between cells, or 'tab' [default: recognised]
    #[arg(long, value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// The file's encoding, such as utf-8 or windows-1252 [default: recognised]
    #[arg(long, value_name = "NAME", value_parser = SourceOptions::encoding)]
    pub(crate) encoding: Option<SourceOptions>,
    /// The workbook's sheet [default: the first]
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct RecodingArguments {
    /// The column with codes of another classification; their official titles are put before the text, since the coder
    /// does not understand codes
    #[arg(long, value_name = "COLUMN", requires = "from")]
    pub(crate) code_column: Option<String>,
    /// The classification of these codes; its model must be there
    #[arg(long, value_name = "TOPIC", requires = "code_column", value_parser = model::topic)]
    pub(crate) from: Option<Topic>,
    /// The model of that classification [default: models/TOPIC.model]
    #[arg(long, value_name = "FILE", requires = "from")]
    pub(crate) from_model: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct OutputArguments {
    /// The output; .csv, .tsv, .jsonl or .xlsx says the format [default: INPUT.coded.EXTENSION]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Which columns: the input's own and what was found, or exactly those of the Coding Service's guide
    #[arg(long, default_value = "added")]
    pub(crate) columns: LayoutName,
    /// Stands before the names of the added columns
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) prefix: String,
    /// How many codes a row shows at most, 1 to 16
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_SUGGESTIONS)))]
    pub(crate) suggestions: u8,
    /// Write what needs a person to this file, the most frequent first
    #[arg(long, value_name = "FILE")]
    pub(crate) review: Option<PathBuf>,
    /// Write a page with charts to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LayoutName {
    Added,
    Guide,
}

fn delimiter(name: &str) -> Result<u8, String> {
    match name.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [one] if one.is_ascii() => Ok(*one),
        _ => Err("expected one ASCII character, or 'tab'".to_owned()),
    }
}
