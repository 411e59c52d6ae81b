//! In: what an import found. Out: what was taken and skipped, in short or row by row.

use occuform_coder::{Occupation, Phrase};
use occuform_workbooks::{Entry, Import, Outcome, SkipReason};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

pub(crate) fn report(import: &Import, folder: &Path, files: usize, verbose: bool) -> String {
    let mut text = String::new();
    if verbose {
        for entry in &import.entries {
            let _ = writeln!(text, "{}", line(entry));
        }
    }
    let occupations = &import.occupations;
    let known = import.nodes.iter().filter(|node| node.code.len() == 6).count();
    let _ = writeln!(
        text,
        "{}: {files} files in {}, for {} of the {known} occupations of the structure",
        import.topic.source,
        folder.display(),
        occupations.len()
    );
    let titles = count(occupations, |occupation| &occupation.titles);
    let tasks = count(occupations, |occupation| &occupation.tasks);
    let _ = writeln!(
        text,
        "  job titles: {}, under several occupations: {}\n  tasks: {}, under several occupations: {}",
        titles.0, titles.1, tasks.0, tasks.1
    );
    text.push_str(&skipped(&import.entries, verbose));
    if let Some(first) = import.gaps.first() {
        let _ = writeln!(
            text,
            "  the structure has gaps, so that codes it does not have were skipped, not refused; gaps: {}, the \
             first: {first}",
            import.gaps.len()
        );
    }
    text
}

fn line(entry: &Entry) -> String {
    let place = &entry.place;
    match &entry.outcome {
        Outcome::Taken(what) => format!("{place}: taken: {what}"),
        Outcome::RowSkipped(reason, what) => format!("{place}: row skipped, {reason}: {what}"),
        Outcome::PhraseSkipped(reason, what) => format!("{place}: skipped, {reason}: {what}"),
    }
}

/// How many phrases, and how many of them are marked.
fn count(occupations: &[Occupation], phrases: impl Fn(&Occupation) -> &Vec<Phrase>) -> (usize, usize) {
    let all = || occupations.iter().flat_map(&phrases);
    (all().count(), all().filter(|phrase| phrase.shared).count())
}

fn skipped(entries: &[Entry], verbose: bool) -> String {
    let mut rows: BTreeMap<SkipReason, usize> = BTreeMap::new();
    let mut phrases: BTreeMap<SkipReason, usize> = BTreeMap::new();
    for entry in entries {
        match entry.outcome {
            Outcome::RowSkipped(reason, _) => *rows.entry(reason).or_default() += 1,
            Outcome::PhraseSkipped(reason, _) => *phrases.entry(reason).or_default() += 1,
            Outcome::Taken(_) => {}
        }
    }
    let mut text = String::new();
    for (what, reasons) in [("rows", rows), ("phrases", phrases)] {
        for (reason, number) in reasons {
            let _ = writeln!(text, "  {what} skipped: {number}, {reason}");
        }
    }
    if !verbose && !text.is_empty() {
        text.push_str("  --verbose tells which\n");
    }
    text
}
