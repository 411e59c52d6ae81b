//! The rules of `lexicon/README.md`, held against the lexicon itself.

#![cfg(feature = "train")]

use occuform_api::{ANZSCO, OSCA, Topic};
use occuform_coder::{Lexicon, Occupation, Phrase, essence};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// The fewest different job titles and tasks of an occupation, its official title left out.
const LEAST_TITLES: usize = 15;
const LEAST_TASKS: usize = 8;

fn lexicon(topic: Topic) -> Lexicon {
    Lexicon::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lexicon"), topic).unwrap()
}

fn osca() -> Lexicon {
    lexicon(OSCA)
}

fn different(phrases: &[Phrase]) -> usize {
    phrases.iter().map(|phrase| essence(&phrase.text)).collect::<BTreeSet<_>>().len()
}

fn phrases(occupation: &Occupation) -> impl Iterator<Item = &Phrase> {
    occupation.titles.iter().chain(&occupation.tasks)
}

#[test]
fn both_classifications_are_there_as_a_whole() {
    assert_eq!(osca().classification.counts(), [8, 53, 111, 421, 1_156]);
    assert_eq!(lexicon(ANZSCO).classification.counts(), [8, 43, 99, 364, 1_076]);
}

#[test]
fn every_file_holds_the_sub_major_group_of_its_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lexicon");
    let mut files = 0;
    let entries = ["osca", "anzsco"].map(|topic| std::fs::read_dir(root.join(topic)).unwrap());
    for entry in entries.into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
            let code = line.split(' ').next().unwrap();
            assert!(name.starts_with(&code[..code.len().min(2)]), "{name}: {line}");
        }
        files += 1;
    }
    assert_eq!(files, 53 + 43);
}

#[test]
fn every_occupation_has_enough_different_phrases() {
    for occupation in osca().occupations.into_iter().chain(lexicon(ANZSCO).occupations) {
        let counts = (different(&occupation.titles), different(&occupation.tasks));
        assert!(
            counts.0 >= LEAST_TITLES && counts.1 >= LEAST_TASKS,
            "{} {}: {counts:?}",
            occupation.code,
            occupation.title
        );
    }
}

#[test]
fn no_occupation_has_a_phrase_twice() {
    for occupation in osca().occupations {
        let mut seen = BTreeSet::from([essence(&occupation.title)]);
        for phrase in phrases(&occupation) {
            assert!(seen.insert(essence(&phrase.text)), "{} {}", occupation.code, phrase.text);
        }
    }
}

#[test]
fn a_phrase_is_marked_exactly_when_it_stands_under_several_occupations() {
    let lexicon = osca();
    let mut marks: BTreeMap<String, Vec<(&str, bool)>> = BTreeMap::new();
    for occupation in &lexicon.occupations {
        for phrase in phrases(occupation) {
            marks.entry(essence(&phrase.text)).or_default().push((&occupation.code, phrase.shared));
        }
        marks.entry(essence(&occupation.title)).or_default().push((&occupation.code, true));
    }
    // An official title stands under its occupation by right; it only makes others' phrases shared.
    for occupation in &lexicon.occupations {
        if let Some(places) = marks.get_mut(&essence(&occupation.title))
            && places.len() == 1
        {
            places.clear();
        }
    }
    for (phrase, places) in marks {
        let several = places.len() > 1;
        assert!(places.iter().all(|(_, shared)| *shared == several), "{phrase}: {places:?}");
    }
}

#[test]
fn what_is_no_occupation_stands_under_none() {
    let lexicon = osca();
    let titles: HashMap<String, &str> =
        lexicon.phrases().map(|(code, phrase)| (essence(phrase), code)).collect();
    assert!(lexicon.no_occupations.len() >= 50);
    for phrase in &lexicon.no_occupations {
        assert_eq!(titles.get(&essence(phrase)), None, "{phrase}");
    }
}
