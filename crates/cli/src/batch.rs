//! In: a file of jobs. Out: the same file with codes. Next: `occuform_batch` does the work, `batch_progress` and
//! `batch_summary` tell of it, `batch_merge` takes a person's decisions in.

use crate::batch_merge;
use crate::batch_progress::Meter;
use crate::batch_summary;
use crate::model::{self, ModelChoice};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use occuform_api::{MAX_SUGGESTIONS, Topic};
use occuform_batch::{
    Checker, Coder, ColumnNames, Columns, EmbeddedCoder, Journal, Layout, Outputs, Plan, Recoding, Settings,
    SourceOptions, Table, TextRules, journal_path,
};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Codes a file of jobs: CSV, TSV, JSON Lines or Excel in, the same rows with codes out.
///
/// Every row is checked first, equal texts are coded once, and a journal beside the output keeps every answer: after
/// an interruption the same command goes on where it stopped.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  \
        occuform batch responses.csv --dry-run\n  \
        occuform batch responses.csv --title job_title --tasks main_tasks --review review.csv --report report.html\n  \
        occuform batch merge responses.coded.csv review.csv\n  \
        occuform batch jobs2019.xlsx --code-column anzsco_code --from anzsco --output jobs2024.csv\n\n\
        The column 'code' holds the best code whether it is trusted or not: 'status' says which. 'coded' can be used \
        as it is, 'unsure' is for a person. What was done to a text stands there too: to-ascii, shortened."
)]
pub(crate) struct Arguments {
    /// The file; its first row names the columns
    #[arg(required = true)]
    input: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Subcommand>,
    #[command(flatten)]
    columns: ColumnArguments,
    #[command(flatten)]
    source: SourceArguments,
    #[command(flatten)]
    recoding: RecodingArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    model: ModelChoice,
    /// Who codes. embedded: our own model, on this machine, nothing leaves it
    #[arg(long, default_value = "embedded")]
    via: Via,
    /// Cut a text that is too long at a word; without it such a row is not coded
    #[arg(long)]
    shorten: bool,
    /// Check every row and show the plan, and do no more
    #[arg(long)]
    dry_run: bool,
    /// Write over an output that is there already
    #[arg(long)]
    force: bool,
    /// Forget what an interrupted run has coded
    #[arg(long)]
    restart: bool,
}

#[derive(clap::Subcommand)]
enum Subcommand {
    /// Put the decisions of a review back
    Merge(batch_merge::Arguments),
}

#[derive(Clone, Copy, ValueEnum)]
enum Via {
    Embedded,
}

#[derive(clap::Args)]
struct ColumnArguments {
    /// The column with the job title [default: guessed]
    #[arg(long, value_name = "COLUMN")]
    title: Option<String>,
    /// The column with the main tasks [default: guessed]
    #[arg(long, value_name = "COLUMN")]
    tasks: Option<String>,
    /// The column with the record's identifier [default: guessed]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct SourceArguments {
    /// The character between cells, or 'tab' [default: recognised]
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<u8>,
    /// The file's encoding, such as utf-8 or windows-1252 [default: recognised]
    #[arg(long, value_name = "NAME", value_parser = SourceOptions::encoding)]
    encoding: Option<SourceOptions>,
    /// The workbook's sheet [default: the first]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

#[derive(clap::Args)]
struct RecodingArguments {
    /// The column with codes of another classification; their official titles are put before the text
    #[arg(long, value_name = "COLUMN", requires = "from")]
    code_column: Option<String>,
    /// The classification of these codes; its model must be there
    #[arg(long, value_name = "TOPIC", requires = "code_column", value_parser = model::topic)]
    from: Option<Topic>,
    /// The model of that classification [default: models/TOPIC.model]
    #[arg(long, value_name = "FILE", requires = "from")]
    from_model: Option<PathBuf>,
}

#[derive(clap::Args)]
struct OutputArguments {
    /// The output; .csv, .tsv, .jsonl or .xlsx says the format [default: INPUT.coded.EXTENSION]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which columns: the input's own and what was found, or exactly those of the Coding Service's guide
    #[arg(long, default_value = "added")]
    columns: LayoutName,
    /// Stands before the names of the added columns
    #[arg(long, value_name = "TEXT", default_value = "")]
    prefix: String,
    /// How many codes a row shows at most
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_SUGGESTIONS)))]
    suggestions: u8,
    /// Write what needs a person to this file, the most frequent first
    #[arg(long, value_name = "FILE")]
    review: Option<PathBuf>,
    /// Write a page with charts to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LayoutName {
    Added,
    Guide,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match (&arguments.command, &arguments.input) {
        (Some(Subcommand::Merge(merge)), _) => batch_merge::run(merge),
        (None, Some(input)) => code(arguments, input),
        (None, None) => bail!("no file is named"),
    }
}

fn code(arguments: &Arguments, input: &Path) -> Result<()> {
    let started = Instant::now();
    let table = arguments.source.open(input)?;
    let checker = checker(arguments, &table)?;
    batch_summary::columns(&table, &checker)?;
    let (topic, model) = arguments.model.load()?;
    let classification = model.classification().clone();
    let suggestions = arguments.output.suggestions;
    let Via::Embedded = arguments.via;
    let coder = EmbeddedCoder::new(model, suggestions);
    let outputs = outputs(arguments, input, &coder);
    outputs.check(&table)?;
    let mut journal = open_journal(arguments, input, &outputs, &settings(topic, &outputs))?;
    let mut meter = Meter::new();
    let plan = occuform_batch::plan(&table, &checker, journal.as_ref(), &mut meter)?;
    meter.clear();
    batch_summary::plan(&plan, time_left(&plan, &coder), arguments.shorten)?;
    let Some(journal) = journal.as_mut().filter(|_| !arguments.dry_run) else { return Ok(()) };
    journal.code_all(&table, &checker, &coder, plan.texts, &mut meter)?;
    let summary = occuform_batch::join(&table, &checker, journal, &outputs, plan.rows, &mut meter)?;
    meter.clear();
    if let Some(report) = &arguments.output.report {
        let page = occuform_batch::report(&summary, &plan, &classification, topic.full_name, &outputs.model);
        std::fs::write(report, page).with_context(|| format!("cannot write {}", report.display()))?;
    }
    batch_summary::summary(&summary, &plan, &outputs, started.elapsed())?;
    journal_done(&outputs.output)
}

/// The output stands in its place: there is nothing to go on with.
fn journal_done(output: &Path) -> Result<()> {
    let path = journal_path(output);
    std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
}

fn checker(arguments: &Arguments, table: &Table) -> Result<Checker> {
    let names = ColumnNames {
        title: arguments.columns.title.clone(),
        tasks: arguments.columns.tasks.clone(),
        id: arguments.columns.id.clone(),
        code: arguments.recoding.code_column.clone(),
    };
    let recoding = arguments.recoding.from.map(|topic| {
        let choice = ModelChoice { model: arguments.recoding.from_model.clone(), ..ModelChoice::usual(topic) };
        let (found, model) = choice.load().context("cannot tell the titles of the codes")?;
        if found != topic {
            bail!("{} is a model of {}, not of {}", choice.path().display(), found.source, topic.source);
        }
        Ok(Recoding { from: model.classification().clone(), name: topic.source })
    });
    Ok(Checker {
        columns: Columns::find(table, &names)?,
        rules: TextRules { shorten: arguments.shorten, ..TextRules::default() },
        recoding: recoding.transpose()?,
    })
}

fn outputs(arguments: &Arguments, input: &Path, coder: &dyn Coder) -> Outputs {
    let chosen = &arguments.output;
    Outputs {
        output: chosen.output.clone().unwrap_or_else(|| occuform_batch::output_path(input, "coded")),
        review: chosen.review.clone(),
        layout: match chosen.columns {
            LayoutName::Added => Layout::Added,
            LayoutName::Guide => Layout::Guide,
        },
        prefix: chosen.prefix.clone(),
        suggestions: chosen.suggestions,
        source: coder.source(),
        model: coder.model(),
    }
}

/// What answers depend on.
fn settings(topic: Topic, outputs: &Outputs) -> Settings {
    [
        ("topic", topic.uri_name.to_owned()),
        ("via", outputs.source.to_owned()),
        ("model", outputs.model.clone()),
        ("suggestions", outputs.suggestions.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The journal; a dry run only looks at one that is there.
fn open_journal(
    arguments: &Arguments,
    input: &Path,
    outputs: &Outputs,
    settings: &Settings,
) -> Result<Option<Journal>> {
    let path = journal_path(&outputs.output);
    for file in [Some(&outputs.output), outputs.review.as_ref(), arguments.output.report.as_ref()]
        .into_iter()
        .flatten()
    {
        if file == input {
            bail!("{} is the input: name another file for what is written", file.display());
        }
        if file.exists() && !arguments.force && !arguments.dry_run && !path.exists() {
            bail!("{} is there already: write over it with --force, or choose another name", file.display());
        }
    }
    if arguments.dry_run && !path.exists() {
        return Ok(None);
    }
    Ok(Some(Journal::open(&path, settings, arguments.restart && !arguments.dry_run)?))
}

/// Measured with some of the texts; nothing where there are none.
fn time_left(plan: &Plan, coder: &dyn Coder) -> Option<Duration> {
    let sample = plan.sample.len();
    let started = Instant::now();
    coder.code(&plan.sample).ok().filter(|_| sample > 0)?;
    Some(started.elapsed().mul_f64((plan.texts - plan.coded) as f64 / sample as f64))
}

impl SourceArguments {
    pub(crate) fn open(&self, path: &Path) -> Result<Table> {
        let options = SourceOptions {
            delimiter: self.delimiter,
            sheet: self.sheet.clone(),
            ..self.encoding.clone().unwrap_or_default()
        };
        Ok(Table::open(path, &options)?)
    }
}

fn delimiter(name: &str) -> Result<u8, String> {
    match name.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [one] if one.is_ascii() => Ok(*one),
        _ => Err("expected one ASCII character, or 'tab'".to_owned()),
    }
}
