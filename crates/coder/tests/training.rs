//! Training on a small lexicon, and the model file that comes of it.

#![cfg(feature = "train")]

use occuform_api::{CodeAnswer, CodeStatus, JobText, OSCA};
use occuform_coder::{CodingOptions, Lexicon, Model, ModelFileError, TrainingSettings, train};
use std::sync::LazyLock;

const SMALL: &str = "\
3 Trades
38 Electro
381 Electrical
3811 Electricians
381131 Electrician
titles:
  sparky
  house electrician
  electrical apprentice
tasks:
  wiring new houses
  fitting power points and lights
3812 Lift Mechanics
381231 Lift Mechanic
titles:
  lift technician
  elevator repairer
tasks:
  repairing lifts and escalators
  testing lift doors
4 Hospitality
47 Hospitality
471 Hospitality
4711 Baristas
471131 Barista
titles:
  coffee maker
  cafe coffee person
tasks:
  making coffee
  steaming milk
4712 Waiters
471231 Waiter
titles:
  waitress
  floor staff
tasks:
  taking orders at tables
  carrying plates
";

fn small_lexicon() -> Lexicon {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("osca")).unwrap();
    std::fs::write(folder.path().join("osca/small.txt"), SMALL).unwrap();
    Lexicon::read(folder.path(), OSCA).unwrap()
}

fn trained(seed: u64) -> Model {
    let lexicon = small_lexicon();
    let settings =
        TrainingSettings { seed, min_records: 1, min_records_of_pairs: 1, ..TrainingSettings::default() };
    train(&lexicon, &[], &OSCA, settings, "2026-01-01", &|_| {})
}

static MODEL: LazyLock<Model> = LazyLock::new(|| trained(1));

fn best(model: &Model, title: &str, tasks: &str) -> String {
    let answer = model.code(&JobText::new(title, tasks).unwrap(), CodingOptions::for_a_person(1));
    answer.result.first().map(|suggestion| suggestion.code_category.clone()).unwrap_or_default()
}

#[test]
fn a_job_is_coded_by_title_or_tasks_or_both() {
    for (title, tasks, code) in [
        ("sparky", "", "381131"),
        ("", "wiring houses", "381131"),
        ("Electrical Apprentices", "", "381131"),
        ("technician", "repairing escalators", "381231"),
        ("barista", "make coffees", "471131"),
        ("waitres", "", "471231"),
    ] {
        assert_eq!(best(&MODEL, title, tasks), code, "{title} / {tasks}");
    }
}

#[test]
fn a_slip_is_read_as_the_word_that_is_meant() {
    let text = |title| JobText::new(title, "").unwrap();
    let corrections = MODEL.corrections(&text("elevator technicain"));
    assert_eq!(corrections, [("technicain".to_owned(), "technician".to_owned())]);
    assert_eq!(MODEL.rank(&text("elevator technicain")), MODEL.rank(&text("elevator technician")));
    assert_eq!(MODEL.corrections(&text("elevator technician")), []);
}

#[test]
fn suggestions_are_ranked_probabilities_and_as_many_as_asked_for() {
    let answer = MODEL.code(&JobText::new("coffee waitress", "").unwrap(), CodingOptions::for_a_person(3));
    assert_eq!((answer.code_status, answer.result.len()), (CodeStatus::Successful, 3));
    let confidences: Vec<f64> = answer.result.iter().map(|suggestion| suggestion.code_confidence).collect();
    assert!(confidences.is_sorted_by(|a, b| a >= b));
    assert!(confidences.iter().sum::<f64>() <= 1.0 + 1e-6 && confidences[2] > 0.0);
}

#[test]
fn without_a_person_only_a_trusted_code_and_its_unit_group_are_given() {
    let text = JobText::new("sparky", "wiring houses").unwrap();
    let options = CodingOptions { threshold: Some(0.5), ..CodingOptions::without_a_person(16) };
    let codes = |answer: CodeAnswer| answer.result.into_iter().map(|s| s.code_category).collect::<Vec<_>>();
    assert_eq!(codes(MODEL.code(&text, options)), ["381131"]);
    let strict = CodingOptions { threshold: Some(1.01), ..options };
    assert_eq!(MODEL.code(&text, strict).code_status, CodeStatus::Unsuccessful);
}

#[test]
fn where_six_digits_are_not_trusted_the_group_may_be() {
    let text = JobText::new("coffee waitress", "").unwrap();
    let ranked = MODEL.rank(&text);
    let best = ranked[0].code_confidence;
    let group = ranked.iter().filter(|suggestion| suggestion.code_category.starts_with("471"));
    let together: f64 = group.map(|suggestion| suggestion.code_confidence).sum();
    assert!(together > best, "the test needs a record that two occupations of a group share");
    let threshold = Some(f64::midpoint(best, together.min(1.0)));
    let options = CodingOptions { threshold, min_digits: 3, ..CodingOptions::without_a_person(1) };
    assert_eq!(MODEL.code(&text, options).result[0].code_category, "471");
    let six = CodingOptions { min_digits: 6, ..options };
    assert!(MODEL.code(&text, six).result.is_empty());
}

#[test]
fn training_gives_the_same_model_for_the_same_seed() {
    assert_eq!(trained(1).to_bytes(), MODEL.to_bytes());
    assert_ne!(trained(2).id(), MODEL.id());
}

#[test]
fn the_day_of_training_does_not_change_the_id() {
    let lexicon = small_lexicon();
    let settings =
        TrainingSettings { min_records: 1, min_records_of_pairs: 1, ..TrainingSettings::default() };
    let later = train(&lexicon, &[], &OSCA, settings, "2027-05-05", &|_| {});
    assert_eq!(later.id(), MODEL.id());
    assert_ne!(later.to_bytes(), MODEL.to_bytes());
}

#[test]
fn progress_rises_to_the_end() {
    let lexicon = small_lexicon();
    let highest = std::sync::Mutex::new((0, 0));
    train(&lexicon, &[], &OSCA, TrainingSettings::default(), "2026-01-01", &|progress| {
        let mut highest = highest.lock().unwrap();
        *highest = (highest.0.max(progress.done), progress.total);
    });
    let (done, total) = *highest.lock().unwrap();
    assert!(total > 0);
    assert_eq!(done, total);
}

#[test]
fn a_model_survives_its_file() {
    let read = Model::from_bytes(&MODEL.to_bytes()).unwrap();
    assert_eq!(read.id(), MODEL.id());
    assert_eq!(read.provenance(), MODEL.provenance());
    let text = JobText::new("sparky", "wiring").unwrap();
    let options = CodingOptions::for_a_person(16);
    assert_eq!(read.code(&text, options), MODEL.code(&text, options));
}

#[test]
fn a_model_names_what_it_is_based_on() {
    let attribution = &MODEL.provenance().attribution;
    assert_eq!(attribution, "Based on Australian Bureau of Statistics data: OSCA 2024, CC BY 4.0");
}

#[test]
fn a_damaged_file_is_refused_wherever_the_damage_is() {
    let bytes = MODEL.to_bytes();
    for place in (0..bytes.len()).step_by(97).chain(0..60) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x10;
        assert!(Model::from_bytes(&damaged).is_err(), "byte {place}");
    }
}

#[test]
fn a_truncated_foreign_or_future_file_is_refused_with_what_was_expected() {
    let bytes = MODEL.to_bytes();
    let (expected, found) = (bytes.len() as u64, bytes.len() as u64 - 9);
    assert_eq!(
        Model::from_bytes(&bytes[..bytes.len() - 9]).unwrap_err(),
        ModelFileError::Length { expected, found }
    );
    for foreign in [&b""[..], b"OCCU", b"PK\x03\x04 a zip file, say", &bytes[..20]] {
        assert_eq!(Model::from_bytes(foreign).unwrap_err(), ModelFileError::Foreign);
    }
    let mut future = bytes;
    future[8] = 10;
    assert_eq!(
        Model::from_bytes(&future).unwrap_err(),
        ModelFileError::FormatVersion { expected: 9, found: 10 }
    );
}
