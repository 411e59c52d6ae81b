//! In: a file of jobs. Out: the same file with codes. Next: `occuform_batch` does the work, `batch_progress` and
//! `batch_summary` tell of it, `batch_merge` takes a person's decisions in.

use crate::batch_arguments::{Arguments, LayoutName, SourceArguments, Subcommand, Via};
use crate::batch_merge;
use crate::batch_progress::Meter;
use crate::batch_summary;
use crate::model::ModelChoice;
use anyhow::{Context, Result, bail};
use occuform_api::Topic;
use occuform_batch::{
    Checker, Coder, ColumnNames, Columns, EmbeddedCoder, Journal, Layout, Outputs, Plan, Recoding, Settings,
    SourceOptions, Table, TextRules, journal_path,
};
use std::path::Path;
use std::time::{Duration, Instant};

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
    batch_summary::plan(&plan, time_left(&plan, &coder))?;
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
        let choice =
            ModelChoice { model: arguments.recoding.from_model.clone(), ..ModelChoice::usual(topic) };
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
        if file.exists() && !arguments.existing.force && !arguments.dry_run && !path.exists() {
            bail!("{} is there already: write over it with --force, or choose another name", file.display());
        }
    }
    if arguments.dry_run && !path.exists() {
        return Ok(None);
    }
    Ok(Some(Journal::open(&path, settings, arguments.existing.restart && !arguments.dry_run)?))
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
