//! In: a file of records whose codes are known. Out: how well the model codes them, as tables, JSON or plots.
//! Next: `plots.rs` draws.

use crate::model::ModelChoice;
use crate::{output, plots, records};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use occuform_coder::evaluation::{Accuracy, DIGITS, GIBBERISH, Report, Split, TOPS, evaluate};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Codes records whose codes are known and tells how often the model is right.
#[derive(clap::Args)]
#[command(
    after_help = "The file is tab separated, with a header line: title, tasks, code and, if you like, kind.\n\n\
    Example: occuform evaluate lexicon/evaluation/osca.tsv --split development --plots plots"
)]
pub(crate) struct Arguments {
    /// The records
    #[arg(value_name = "FILE")]
    records: PathBuf,
    /// Which of the records; the test split is for reporting a design that is settled
    #[arg(long, default_value = "all")]
    split: SplitName,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
    /// Draw the reliability diagram and coverage against accuracy into this folder, as SVG
    #[arg(long, value_name = "FOLDER")]
    plots: Option<PathBuf>,
    /// The lexicon, which tells the codes of OSCA's records in another topic
    #[arg(long, value_name = "FOLDER", default_value = "lexicon")]
    lexicon: PathBuf,
    #[command(flatten)]
    model: ModelChoice,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum SplitName {
    All,
    Development,
    Calibration,
    Test,
}

impl SplitName {
    fn split(self) -> Option<Split> {
        match self {
            Self::All => None,
            Self::Development => Some(Split::Development),
            Self::Calibration => Some(Split::Calibration),
            Self::Test => Some(Split::Test),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (topic, model) = arguments.model.load()?;
    let split = arguments.split.split();
    let records = records::read(&arguments.records, split, topic, &arguments.lexicon)?;
    if records.is_empty() {
        bail!("{} has no records of this split", arguments.records.display());
    }
    let report = evaluate(&model, &records);
    if let Some(folder) = &arguments.plots {
        plots::draw(&report, folder).with_context(|| format!("cannot draw into {}", folder.display()))?;
    }
    let output = if arguments.json { serde_json::to_string_pretty(&report)? + "\n" } else { tables(&report) };
    Ok(output::print(&output)?)
}

fn tables(report: &Report) -> String {
    let mut text = accuracy_table(&report.groups);
    let _ = writeln!(
        text,
        "\n{:.1} % of the records get a list, {:.1} % of the lists hold the right code; {:.1} % of {GIBBERISH} \
         strings of random letters get a list\n",
        100.0 * report.listed,
        100.0 * report.right_among_listed,
        100.0 * report.gibberish_listed,
    );
    text.push_str("confidence  records   mean  right\n");
    for (number, bin) in report.calibration.iter().enumerate() {
        let _ = writeln!(
            text,
            "0.{number} to {:3.1}  {:7}  {:5.3}  {:5.3}",
            (number + 1) as f64 / 10.0,
            bin.records,
            bin.confidence,
            bin.accuracy
        );
    }
    let _ = writeln!(text, "expected calibration error {:.3}\n", report.calibration_error);
    text.push_str("least confidence  accepted  right  right at 4 digits\n");
    for row in report.thresholds.iter().step_by(2) {
        let _ = writeln!(
            text,
            "{:16.2}  {:8.3}  {:5.3}  {:17.3}",
            row.confidence, row.coverage, row.accuracy, row.unit_group_accuracy
        );
    }
    text
}

fn accuracy_table(groups: &[Accuracy]) -> String {
    let mut text = format!("{:16} {:>7}", "", "records");
    for digits in DIGITS {
        let _ = write!(text, "   {digits} digits: top {}", TOPS.map(|top| format!("{top:>5}")).join(" "));
    }
    text.push('\n');
    for group in groups {
        let _ = write!(text, "{:16} {:7}", group.name, group.records);
        for shares in group.shares {
            let _ = write!(text, "   {:13}{}", "", shares.map(|share| format!("{share:5.3}")).join(" "));
        }
        text.push('\n');
    }
    text
}
