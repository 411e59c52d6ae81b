//! The evaluation records, and what is made of them.

#![cfg(feature = "train")]

use occuform_api::OSCA;
use occuform_coder::Lexicon;
use occuform_coder::evaluation::{KnownRecord, Split};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn lexicon_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lexicon")
}

fn records() -> Vec<KnownRecord> {
    KnownRecord::read(&lexicon_folder().join("evaluation/osca.tsv")).unwrap()
}

/// Formal and narrow job titles alone, as an index of occupations lists them.
fn index_titles() -> Vec<KnownRecord> {
    KnownRecord::read(&lexicon_folder().join("evaluation/osca-titles.tsv")).unwrap()
}

fn words(text: &str) -> String {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn there_are_enough_records_of_each_kind_and_of_every_occupation() {
    let records = records();
    assert!(records.len() >= 2_400, "{}", records.len());
    let share = |holds: fn(&KnownRecord) -> bool| {
        records.iter().filter(|record| holds(record)).count() as f64 / records.len() as f64
    };
    assert!(share(|record| record.text.tasks().is_empty()) >= 0.30);
    assert!(share(|record| record.kind == "noisy") >= 0.30);
    assert!(share(|record| record.kind == "vague") >= 0.09);
    let kinds: BTreeSet<_> = records.iter().map(|record| record.kind.as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["noisy", "plain", "vague"]));

    let lexicon = Lexicon::read(&lexicon_folder(), OSCA).unwrap();
    let occupations: BTreeSet<_> = lexicon.occupations.iter().map(|occupation| &occupation.code).collect();
    assert_eq!(records.iter().map(|record| &record.code).collect::<BTreeSet<_>>(), occupations);
}

#[test]
fn no_record_stands_twice_or_among_the_training_phrases() {
    let lexicon = Lexicon::read(&lexicon_folder(), OSCA).unwrap();
    let phrases: BTreeSet<String> = lexicon.phrases().map(|(_, phrase)| words(phrase)).collect();
    let mut seen = BTreeSet::new();
    for record in records().into_iter().chain(index_titles()) {
        let text = words(&format!("{} {}", record.text.title(), record.text.tasks()));
        assert!(!phrases.contains(&text), "{} {text}", record.code);
        assert!(seen.insert(text), "{record:?}");
    }
}

#[test]
fn index_titles_are_titles_of_most_occupations() {
    let titles = index_titles();
    assert!(titles.len() >= 1_000, "{}", titles.len());
    assert!(titles.iter().all(|record| record.text.tasks().is_empty()));
    let lexicon = Lexicon::read(&lexicon_folder(), OSCA).unwrap();
    let occupations: BTreeSet<_> = lexicon.occupations.iter().map(|occupation| &occupation.code).collect();
    let named: BTreeSet<_> = titles.iter().map(|record| &record.code).collect();
    assert!(named.is_subset(&occupations) && 4 * named.len() >= 3 * occupations.len(), "{}", named.len());
}

#[test]
fn the_split_is_four_three_three() {
    let records = records();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for record in &records {
        *counts.entry(format!("{:?}", record.split())).or_default() += 1;
    }
    for (split, share) in [(Split::Development, 0.4), (Split::Calibration, 0.3), (Split::Test, 0.3)] {
        let found = counts[&format!("{split:?}")] as f64 / records.len() as f64;
        assert!((found - share).abs() < 0.04, "{split:?}: {found}");
    }
}

#[test]
fn a_broken_file_is_refused_with_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.tsv");
    for (text, problem) in [
        ("", ":1: the column 'title' is missing in the header line"),
        ("title\ttasks\nnurse\tward\n", ":1: the column 'code' is missing in the header line"),
        ("title\ttasks\tcode\nnurse\t\t26543\n", ":2: '26543' is not a code of six digits"),
        (
            "title\ttasks\tcode\nab\t\t265432\n",
            ":2: title and tasks have 2 characters together, at least 3 are needed",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = KnownRecord::read(&path).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{error}");
    }
}
