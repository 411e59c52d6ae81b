//! In: the counts of a batch. Out: one page with charts, without scripts or anything to fetch. Next: a browser.

use crate::{Plan, Summary};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use occuform_coder::Classification;

const STYLE: &str = "
:root { color-scheme: light dark; --text: light-dark(#1b1b1f, #e6e6ea); --muted: light-dark(#5b5b66, #a5a5b0);
  --page: light-dark(#fff, #17171b); --line: light-dark(#dcdce2, #3a3a42); --good: light-dark(#0a5cb8, #6fb1ff);
  --unsure: light-dark(#b35900, #ffa657); }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.125rem; margin-top: 2.5rem; }
p, figcaption { color: var(--muted); } figure { margin: 0; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
th { width: 36%; padding: .25rem .75rem .25rem 0; text-align: left; font-weight: normal; }
.bar { height: 1.125rem; min-width: 1px; border-radius: 3px; background: var(--good); }
.unsure { background: var(--unsure); }
.number { padding-left: .75rem; width: 1%; text-align: right; white-space: nowrap; color: var(--muted); }
dl { display: grid; grid-template-columns: 1fr max-content max-content; gap: .25rem 1rem; max-width: 26rem; margin: 0; }
dd { margin: 0; text-align: right; white-space: nowrap; }
.number, dd { font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; font: 13px system-ui, sans-serif; fill: var(--muted); }
.grid { stroke: var(--line); } .curve { stroke: var(--good); stroke-width: 2.5; fill: none; }
@media (max-width: 40rem) { svg { font-size: 26px; } .curve { stroke-width: 4; } }
";

/// What it says, its number, and the class of its look.
type Bar = (String, u64, &'static str);

/// The page, as HTML. It holds counts only, no texts. Major groups have titles where the classification is known.
pub fn report(
    summary: &Summary,
    plan: &Plan,
    classification: Option<&Classification>,
    topic: &str,
    model: &str,
) -> String {
    let group = |(code, rows): (&String, &u64)| {
        let node = classification.and_then(|known| known.find(code).map(|id| known.node(id)));
        let title = node.map_or("", |node| node.title.as_str());
        (format!("{code} {title}"), *rows, "bar")
    };
    let groups: Vec<Bar> = summary.major_groups.iter().map(group).collect();
    let reason = |(reason, rows): (&&str, &u64)| ((*reason).to_owned(), *rows, "bar unsure");
    let invalid: Vec<Bar> = summary.invalid.iter().map(reason).collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Coding report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Coding report" }
                    p { (topic) ", model " (model) }
                    (outcome(summary, plan))
                    (section("Coded rows by major group", "Share of all coded rows.", &bars(&groups, summary.coded)))
                    (section("Confidence in the best code", "Rows with a code, trusted or not.", &bars(&confidence(summary), summary.at_least(0))))
                    (section(
                        "Coverage over threshold",
                        "How many of all rows would be coded if a code were taken from this confidence on.",
                        &coverage(summary),
                    ))
                    (section("Rows that could not be coded", "By reason; the column status says it for each.", &bars(&invalid, summary.refused())))
                }
            }
        }
    };
    page.into_string()
}

fn section(heading: &str, caption: &str, chart: &Markup) -> Markup {
    html! { section { h2 { (heading) } figure { (chart) figcaption { (caption) } } } }
}

fn outcome(summary: &Summary, plan: &Plan) -> Markup {
    let rows = [
        ("rows", summary.rows),
        ("coded", summary.coded),
        ("unsure, for a person", summary.unsure),
        ("without a match", summary.no_match),
        ("could not be coded", summary.refused()),
        ("turned into ASCII", summary.converted),
        ("cut at a word", summary.shortened),
    ];
    html! {
        dl {
            @for (what, number) in rows {
                dt { (what) } dd { (grouped(number)) } dd { (percent(number, summary.rows)) }
            }
            dt { "different texts" } dd { (grouped(plan.texts)) } dd {}
        }
    }
}

/// Ten classes of ten per cent; certainty belongs to the last.
fn confidence(summary: &Summary) -> Vec<Bar> {
    let class = |tenth: usize| {
        let end = if tenth == 9 { 101 } else { tenth * 10 + 10 };
        let rows = summary.confidence[tenth * 10..end].iter().sum();
        (format!("{} to {} %", tenth * 10, tenth * 10 + 10), rows, "bar")
    };
    (0..10).rev().map(class).collect()
}

/// Horizontal bars, each with its number and share of `all`.
fn bars(rows: &[Bar], all: u64) -> Markup {
    if rows.is_empty() {
        return html! { p { "None." } };
    }
    let most = rows.iter().map(|(_, number, _)| *number).max().unwrap_or(0).max(1);
    html! {
        table {
            @for (label, number, class) in rows {
                tr {
                    th scope="row" { (label) }
                    td { div class=(class) style=(format!("width: {:.1}%", 100.0 * *number as f64 / most as f64)) {} }
                    td class="number" { (grouped(*number)) }
                    td class="number" { (percent(*number, all)) }
                }
            }
        }
    }
}

/// A falling curve: confidence from left to right, share of all rows upwards.
fn coverage(summary: &Summary) -> Markup {
    let (left, top, width, height) = (96.0, 20.0, 570.0, 222.0);
    let all = summary.rows.max(1) as f64;
    let x = |percent: usize| left + width * percent as f64 / 100.0;
    let y = |share: f64| top + height * (1.0 - share);
    let point =
        |percent: usize| format!("{:.1},{:.1}", x(percent), y(summary.at_least(percent) as f64 / all));
    let points = (0..=100).map(point).collect::<Vec<_>>().join(" ");
    html! {
        svg viewBox="0 0 720 290" role="img" aria-label="Coverage over threshold" {
            @for quarter in 0_u32..=4 {
                @let share = f64::from(quarter) / 4.0;
                line class="grid" x1=(left) x2=(left + width) y1=(y(share)) y2=(y(share)) {}
                text x=(left - 10.0) y=(y(share) + 5.0) text-anchor="end" { (quarter * 25) " %" }
                text x=(x(quarter as usize * 25)) y="280" text-anchor="middle" { (quarter * 25) " %" }
            }
            polyline class="curve" points=(points) {}
        }
    }
}

fn percent(part: u64, all: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / all.max(1) as f64)
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([7, 1000, 1_234_567].map(grouped), ["7", "1,000", "1,234,567"]);
    }
}
