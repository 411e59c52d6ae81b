//! In: the official workbooks of OSCA and ANZSCO. Out: lexicon files, written all or none, and what was taken and
//! skipped. Next: `train --lexicon` learns from them too. `import_report.rs` tells, `lexicon_files.rs` writes.

use crate::import_report;
use crate::lexicon_files::{self, Planned};
use crate::output;
use anyhow::{Result, bail};
use clap::Subcommand;
use occuform_coder::lexicon_files;
use occuform_workbooks::{Import, import_anzsco, import_osca};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Works on the lexicon, which the coder learns from.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(ImportArguments),
}

/// Make lexicon files of the official workbooks, to train with in addition
///
/// The workbooks are those that the Australian Bureau of Statistics publishes (www.abs.gov.au): OSCA's structure and
/// category descriptions, ANZSCO's structure and index. Give both of a classification, or all four.
///
/// Alternative titles, specialisations, titles of the index and occupations in "nec" categories become job titles;
/// lead statements and main tasks become tasks. A phrase that stands under several occupations is marked with "?".
/// The files go to FOLDER/osca and FOLDER/anzsco; if anything is wrong with a workbook, none is written.
#[derive(clap::Args)]
#[command(after_help = "Examples, with the workbooks as they were downloaded:\n  \
    occuform lexicon import --osca-structure structure.xlsx --osca-descriptions descriptions.xlsx\n  \
    occuform lexicon import --anzsco-structure structure.xlsx --anzsco-index index.xlsx --verbose\n  \
    occuform train --lexicon lexicon --lexicon lexicon-official")]
struct ImportArguments {
    /// OSCA's structure: codes and titles
    #[arg(long, value_name = "FILE.xlsx")]
    osca_structure: Option<PathBuf>,
    /// OSCA's category descriptions: titles, statements and tasks
    #[arg(long, value_name = "FILE.xlsx")]
    osca_descriptions: Option<PathBuf>,
    /// ANZSCO's structure: codes and titles
    #[arg(long, value_name = "FILE.xlsx")]
    anzsco_structure: Option<PathBuf>,
    /// ANZSCO's index of titles
    #[arg(long, value_name = "FILE.xlsx")]
    anzsco_index: Option<PathBuf>,
    /// Where the lexicon files go
    #[arg(long, value_name = "FOLDER", default_value = "lexicon-official")]
    to: PathBuf,
    /// Replace the files of an earlier import
    #[arg(long)]
    force: bool,
    /// Tell of every row what was taken from it or why it was skipped
    #[arg(long, short)]
    verbose: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Import(arguments) => import(arguments),
    }
}

fn import(arguments: &ImportArguments) -> Result<()> {
    let osca = pair(
        ("--osca-structure", arguments.osca_structure.as_deref()),
        ("--osca-descriptions", arguments.osca_descriptions.as_deref()),
    )?;
    let anzsco = pair(
        ("--anzsco-structure", arguments.anzsco_structure.as_deref()),
        ("--anzsco-index", arguments.anzsco_index.as_deref()),
    )?;
    if osca.is_none() && anzsco.is_none() {
        bail!(
            "no workbook is named: give --osca-structure and --osca-descriptions, or --anzsco-structure and \
             --anzsco-index, or all four"
        );
    }
    let mut imports = Vec::new();
    if let Some((structure, descriptions)) = osca {
        imports.push((import_osca(structure, descriptions)?, [structure, descriptions]));
    }
    if let Some((structure, index)) = anzsco {
        imports.push((import_anzsco(structure, index)?, [structure, index]));
    }
    let plans: Vec<Vec<Planned>> =
        imports.iter().map(|(import, sources)| planned(import, *sources, &arguments.to)).collect();
    lexicon_files::write(&plans.concat(), arguments.force)?;
    let mut said = String::new();
    for ((import, _), files) in imports.iter().zip(&plans) {
        let folder = arguments.to.join(import.topic.uri_name);
        said += &import_report::report(import, &folder, files.len(), arguments.verbose);
    }
    let to = arguments.to.display();
    let _ = writeln!(said, "\nTrain with them: occuform train --lexicon lexicon --lexicon {to}");
    Ok(output::print(&said)?)
}

/// Both files of a classification, or none.
fn pair<'a>(
    one: (&str, Option<&'a Path>),
    other: (&str, Option<&'a Path>),
) -> Result<Option<(&'a Path, &'a Path)>> {
    match (one.1, other.1) {
        (Some(first), Some(second)) => Ok(Some((first, second))),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("{} is given alone: {} is needed with it", one.0, other.0),
        (None, Some(_)) => bail!("{} is given alone: {} is needed with it", other.0, one.0),
    }
}

fn planned(import: &Import, sources: [&Path; 2], to: &Path) -> Vec<Planned> {
    let names = sources.map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    let comment = format!(
        "{}\nFrom {} and {}. Based on Australian Bureau of Statistics data: {}, CC BY 4.0",
        lexicon_files::MADE_BY_IMPORT,
        names[0],
        names[1],
        import.topic.source
    );
    let folder = to.join(import.topic.uri_name);
    let files = lexicon_files(&import.nodes, &import.occupations, &comment);
    files.into_iter().map(|file| Planned { path: folder.join(file.name), text: file.text }).collect()
}
