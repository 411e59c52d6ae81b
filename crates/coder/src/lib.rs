//! The occupation coder: a hierarchical linear SVM over hashed words and character n-grams.
//!
//! Training walks `lexicon` → `train` → [`Model`] → model file; prediction walks [`JobText`] → `spelling` →
//! `features` → `predict` → `coding` → ranked [`Suggestion`]s, and `explain` tells why. `abbreviations` are spelled out
//! and `classification` is the tree of codes that is walked along, in both. Prediction needs no files or threads and
//! compiles to WASM; reading a lexicon and training come with the feature `train`.
//!
//! [`JobText`]: occuform_api::JobText
//! [`Suggestion`]: occuform_api::Suggestion

mod abbreviations;
mod classification;
mod coding;
#[cfg(feature = "train")]
pub mod evaluation;
mod explain;
mod feature_table;
mod features;
#[cfg(feature = "train")]
mod lexicon;
mod model;
mod model_file;
mod packed_words;
mod packing;
mod predict;
mod spelling;
#[cfg(feature = "train")]
mod train;
mod weight;
mod word_list;

pub use classification::{Classification, ClassificationError, Node, NodeId};
pub use coding::{CodingOptions, FileCoding, Scope};
pub use explain::{Contribution, FeatureKind, FeaturePlace};
#[cfg(feature = "train")]
pub use lexicon::{
    Added, Lexicon, LexiconError, LexiconFile, Occupation, PHRASE_LENGTH, Phrase, essence, lexicon_files,
    mark_shared,
};
pub use model::{Model, Provenance};
pub use model_file::ModelFileError;
#[cfg(feature = "train")]
pub use train::{Progress, TrainingSettings, train};
