//! In: a file of jobs. Out: the same file with codes. Next: `occuform_batch` does the work, `batch_progress` and
//! `batch_summary` tell of it, `batch_via` knows who codes, `batch_merge` takes a person's decisions in.

use crate::batch_arguments::{Arguments, LayoutName, SourceArguments, Subcommand, Via};
use crate::batch_merge;
use crate::batch_progress::Meter;
use crate::batch_summary::{self, Calls};
use crate::batch_via::Way;
use crate::model::ModelChoice;
use crate::output;
use anyhow::{Context, Result, bail};
use occuform_api::Topic;
use occuform_batch::{
    Checker, ColumnNames, Columns, Journal, Layout, Outputs, Settings, SourceOptions, Table, TextRules,
    journal_path,
};
use std::path::Path;
use std::time::Instant;

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
    let mut checker = checker(arguments, &table)?;
    batch_summary::columns(&table, &checker)?;
    let mut outputs = outputs(arguments, input);
    outputs.check(&table)?;
    refuse_to_overwrite(arguments, input, &outputs)?;
    let place = journal_path(&outputs.output);
    let noted = Journal::settings(&place).filter(|_| !arguments.existing.restart);
    let (mut way, topic) = Way::open(arguments, noted.as_ref())?;
    let mut meter = Meter::new();
    if let Via::Auto = arguments.via {
        let plan = occuform_batch::plan(&table, &checker, None, &mut meter)?;
        let (chosen, why) = way.choose(&plan, noted.is_some())?;
        meter.clear();
        output::print(&format!("Chosen: {why}\n"))?;
        way = chosen;
    }
    checker.rules.max_length = way.max_length();
    let known = way.known_model(arguments, noted.as_ref())?;
    let settings = |model: &str| settings(topic, way.name(), model, arguments.output.suggestions);
    let mut journal = match &known {
        Some(model) if noted.is_some() => Some(Journal::open(&place, &settings(model), false)?),
        _ => None,
    };
    let plan = occuform_batch::plan(&table, &checker, journal.as_ref(), &mut meter)?;
    meter.clear();
    batch_summary::plan(&plan, &way.effort(&plan)?)?;
    if arguments.dry_run {
        return Ok(());
    }
    let left_before = way.calls_left()?;
    outputs.model = known.map_or_else(|| way.latest_model(&mut meter), Ok)?;
    let coder = way.coder(outputs.model.clone(), arguments)?;
    outputs.source = coder.source();
    let journal = match &mut journal {
        Some(journal) => journal,
        None => journal.insert(Journal::open(&place, &settings(&outputs.model), arguments.existing.restart)?),
    };
    journal.code_all(&table, &checker, &*coder, plan.texts, &mut meter)?;
    let summary = occuform_batch::join(&table, &checker, journal, &outputs, plan.rows, &mut meter)?;
    meter.clear();
    if let Some(report) = &arguments.output.report {
        let known = way.classification(topic);
        let page = occuform_batch::report(&summary, &plan, known.as_ref(), topic.full_name, &outputs.model);
        std::fs::write(report, page).with_context(|| format!("cannot write {}", report.display()))?;
    }
    let calls = left_before
        .zip(way.calls_left()?)
        .map(|(before, left)| Calls { made: u64::from(before.saturating_sub(left)), left: u64::from(left) });
    batch_summary::summary(&summary, &plan, &outputs, calls.as_ref(), started.elapsed())?;
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
        Ok(model.classification().clone())
    });
    Ok(Checker {
        columns: Columns::find(table, &names)?,
        rules: TextRules { shorten: arguments.shorten, ..TextRules::default() },
        recoding: recoding.transpose()?,
    })
}

/// Who answered is not known yet.
fn outputs(arguments: &Arguments, input: &Path) -> Outputs {
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
        source: "",
        model: String::new(),
    }
}

/// What answers depend on.
fn settings(topic: Topic, via: &str, model: &str, suggestions: u8) -> Settings {
    [
        ("topic", topic.uri_name.to_owned()),
        ("via", via.to_owned()),
        ("model", model.to_owned()),
        ("suggestions", suggestions.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// What is there already stays, unless an unfinished batch goes on.
fn refuse_to_overwrite(arguments: &Arguments, input: &Path, outputs: &Outputs) -> Result<()> {
    let unfinished = journal_path(&outputs.output).exists();
    for file in [Some(&outputs.output), outputs.review.as_ref(), arguments.output.report.as_ref()]
        .into_iter()
        .flatten()
    {
        if file == input {
            bail!("{} is the input: name another file for what is written", file.display());
        }
        if file.exists() && !arguments.existing.force && !arguments.dry_run && !unfinished {
            bail!("{} is there already: write over it with --force, or choose another name", file.display());
        }
    }
    Ok(())
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
