//! How fast a model loads and codes: `cargo bench --bench speed --all-features -- MODEL RECORDS.tsv` prints JSON.

use occuform_coder::evaluation::{KnownRecord, Split};
use occuform_coder::{CodingOptions, Model};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// How often the records are coded for the bulk figure, so that it takes about a second.
const ROUNDS: usize = 20;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let model = arguments.next().expect("the model's path is the first argument");
    let records = arguments.next().expect("the records' path is the second argument");
    let bytes = std::fs::read(&model).expect("the model can be read");
    let mut records = KnownRecord::read(Path::new(&records)).expect("the records can be read");
    records.retain(|record| record.split() == Split::Test);

    let options = CodingOptions::for_a_person(5);
    let started = Instant::now();
    let model = Model::from_bytes(&bytes).expect("the model is whole");
    let load = started.elapsed();

    let mut single: Vec<_> = records
        .iter()
        .map(|record| {
            let started = Instant::now();
            black_box(model.code(&record.text, options));
            started.elapsed()
        })
        .collect();
    single.sort_unstable();

    let started = Instant::now();
    for _ in 0..ROUNDS {
        records.par_iter().for_each(|record| drop(black_box(model.code(&record.text, options))));
    }
    let bulk = (ROUNDS * records.len()) as f64 / started.elapsed().as_secs_f64();
    println!(
        "{{\"bytes\": {}, \"load_ms\": {:.2}, \"single_ms\": {:.4}, \"bulk_per_second\": {bulk:.0}}}",
        bytes.len(),
        load.as_secs_f64() * 1_000.0,
        single[single.len() / 2].as_secs_f64() * 1_000.0,
    );
}
