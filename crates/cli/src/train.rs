//! In: a lexicon folder. Out: a model file, written whole or not at all. Next: `proxy` or `code` use it.

use crate::model::ModelChoice;
use crate::records;
use crate::whole_file::Staged;
use anyhow::{Context, Result};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use occuform_api::{OSCA, Topic};
use occuform_coder::evaluation::{KnownRecord, Split};
use occuform_coder::{Lexicon, Progress, TrainingSettings, train};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Learns from the lexicon's job titles and tasks and writes a model file.
///
/// The same lexicon, records, settings and seed give the same model on the same platform.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    occuform train --topic anzsco --model models/anzsco.model\n  \
    occuform train --lexicon lexicon --lexicon lexicon-official")]
pub(crate) struct Arguments {
    /// The lexicon: a folder with a folder for each topic. Given more than once, the further ones add their phrases to
    /// the first, as those that 'occuform lexicon import' writes
    #[arg(long, value_name = "FOLDER", default_value = "lexicon")]
    lexicon: Vec<PathBuf>,
    /// Records whose codes are known; those of the calibration split fit what confidence means
    /// [default: evaluation/osca.tsv in the lexicon, where it is there]
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,
    #[command(flatten)]
    output: ModelChoice,
    /// Decides the order in which phrases are visited
    #[arg(long, default_value_t = TrainingSettings::default().seed)]
    seed: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    let topic = arguments.output.topic;
    let lexicon = read_lexicon(&arguments.lexicon, topic)?;
    let calibration = calibration(arguments)?;
    if calibration.is_empty() {
        eprintln!("occuform: without calibration records confidence is a rough guess");
    }
    let bar = progress_bar();
    let settings = TrainingSettings { seed: arguments.seed, ..TrainingSettings::default() };
    let model = train(&lexicon, &calibration, &topic, settings, &today(), &|Progress { done, total }| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let bytes = model.to_bytes();
    let path = &arguments.output.path();
    Staged::new(path, &bytes)
        .and_then(Staged::put)
        .with_context(|| format!("cannot write the model {}", path.display()))?;
    println!(
        "{}: {} phrases for {} occupations learned in {:.1} s, {}, model {}",
        path.display(),
        model.provenance().phrases,
        lexicon.occupations.len(),
        started.elapsed().as_secs_f64(),
        HumanBytes(bytes.len() as u64),
        model.id(),
    );
    Ok(())
}

/// The first folder is the lexicon, the others add to it.
fn read_lexicon(folders: &[PathBuf], topic: Topic) -> Result<Lexicon> {
    let (own, additions) = folders.split_first().context("no lexicon is named: give one with --lexicon")?;
    let mut lexicon = Lexicon::read(own, topic).context("cannot read the lexicon")?;
    if additions.is_empty() {
        return Ok(lexicon);
    }
    let osca = (topic != OSCA).then(|| Lexicon::read(own, OSCA)).transpose();
    let osca = osca.context("cannot read the lexicon")?;
    for folder in additions {
        let added = lexicon
            .add(folder, topic, osca.as_ref())
            .with_context(|| format!("cannot add {} to the lexicon {}", folder.display(), own.display()))?;
        println!("{}: phrases added: {}, already known: {}", folder.display(), added.new, added.known);
    }
    Ok(lexicon)
}

fn calibration(arguments: &Arguments) -> Result<Vec<KnownRecord>> {
    let lexicon = &arguments.lexicon[0];
    let usual = records::usual_path(lexicon);
    match arguments.calibration.clone().or_else(|| usual.exists().then_some(usual)) {
        Some(path) => records::read(&path, Some(Split::Calibration), arguments.output.topic, lexicon),
        None => Ok(Vec::new()),
    }
}

fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("training {wide_bar} {percent:>3} %, {eta} left")
        .expect("the template is a constant");
    let bar = ProgressBar::new(1).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn today() -> String {
    time::OffsetDateTime::now_utc().date().to_string()
}
