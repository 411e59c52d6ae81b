//! In: what a batch found, plans and did. Out: the same in words.

use crate::batch_via::Effort;
use crate::output;
use anyhow::Result;
use indicatif::{HumanCount, HumanDuration};
use occuform_batch::{Checker, Outputs, Plan, Summary, Table};
use std::fmt::Write as _;
use std::time::Duration;

/// What the file is, and which columns are read.
pub(crate) fn columns(table: &Table, checker: &Checker) -> Result<()> {
    let mut text = format!("{}: {}\n", table.path().display(), table.format());
    let columns = &checker.columns;
    for (what, column, option) in [
        ("job title", columns.title, "--title"),
        ("tasks", columns.tasks, "--tasks"),
        ("identifier", columns.id, "--id"),
        ("code", columns.code, "--code-column"),
    ] {
        match column {
            Some(column) => _ = writeln!(text, "  {what:<12}{}", table.columns()[column]),
            None if matches!(what, "job title" | "tasks") => {
                _ = writeln!(
                    text,
                    "  {what:<12}none ({option} names one; there are: {})",
                    table.columns().join(", ")
                );
            }
            None => {}
        }
    }
    Ok(output::print(&text)?)
}

/// What is to be done.
pub(crate) fn plan(plan: &Plan, effort: &Effort) -> Result<()> {
    let mut text = format!(
        "Plan: {}, {} different texts, {}\n",
        rows_of(plan.rows),
        HumanCount(plan.texts),
        effort.what
    );
    if plan.coded > 0 {
        let _ = writeln!(text, "  coded before: {} texts", HumanCount(plan.coded));
    }
    if let Some(time) = effort.time {
        let _ = writeln!(text, "  time: about {}", HumanDuration(time.max(Duration::from_secs(1))));
    }
    for (what, rows) in [("turned into ASCII", plan.converted), ("cut at a word", plan.shortened)] {
        if rows > 0 {
            let _ = writeln!(text, "  {what}: {}", rows_of(rows));
        }
    }
    for (reason, refused) in &plan.invalid {
        let _ =
            writeln!(text, "  not coded, {reason}: {}; the first: {}", rows_of(refused.rows), refused.first);
    }
    Ok(output::print(&text)?)
}

/// Calls of the Coding Service.
pub(crate) struct Calls {
    pub(crate) made: u64,
    pub(crate) left: u64,
}

/// What was done.
pub(crate) fn summary(
    summary: &Summary,
    plan: &Plan,
    outputs: &Outputs,
    calls: Option<&Calls>,
    time: Duration,
) -> Result<()> {
    let share = |rows: u64| 100.0 * rows as f64 / summary.rows.max(1) as f64;
    let mut text =
        format!("{}: {} in {:.1} s\n", outputs.output.display(), rows_of(summary.rows), time.as_secs_f64());
    let mut row = |what: &str, rows: u64| {
        let _ = writeln!(text, "  {what:<22}{:>12}  {:>5.1} %", HumanCount(rows).to_string(), share(rows));
    };
    row("coded", summary.coded);
    row("unsure", summary.unsure);
    for (what, rows) in
        summary.invalid.iter().chain([(&"no-match", &summary.no_match)]).filter(|(_, rows)| **rows > 0)
    {
        row(what, *rows);
    }
    let _ = writeln!(
        text,
        "  different texts: {}, coded in an earlier run: {}",
        HumanCount(plan.texts),
        HumanCount(plan.coded)
    );
    if let Some(Calls { made, left }) = calls {
        let _ = writeln!(text, "  calls: {}, left today: {}", HumanCount(*made), HumanCount(*left));
    }
    if let Some(review) = &outputs.review {
        let (review, output) = (review.display(), outputs.output.display());
        let _ = writeln!(
            text,
            "Next: fill in the column 'decision' of {review}, then: occuform batch merge {output} {review}"
        );
    }
    Ok(output::print(&text)?)
}

fn rows_of(number: u64) -> String {
    format!("{} {}", HumanCount(number), if number == 1 { "row" } else { "rows" })
}
