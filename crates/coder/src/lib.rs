//! The occupation coder: a hierarchical linear SVM over hashed words and character n-grams.
//!
//! Training walks `lexicon` → `train` → [`Model`] → model file; prediction walks [`JobText`] → `features` →
//! `predict` → `coding` → ranked [`Suggestion`]s. `classification` is the tree of codes that both walk along. Prediction needs
//! no files or threads and compiles to WASM; reading a lexicon and training come with the feature `train`.
//!
//! [`JobText`]: occuform_api::JobText
//! [`Suggestion`]: occuform_api::Suggestion

mod classification;
mod coding;
#[cfg(feature = "train")]
pub mod evaluation;
mod features;
#[cfg(feature = "train")]
mod lexicon;
mod model;
mod model_file;
mod packing;
mod predict;
#[cfg(feature = "train")]
mod train;

pub use classification::{Classification, ClassificationError, Node, NodeId};
pub use coding::{CodingOptions, FileCoding, Scope};
#[cfg(feature = "train")]
pub use lexicon::{Lexicon, LexiconError, Occupation, Phrase};
pub use model::{Model, Provenance};
pub use model_file::ModelFileError;
#[cfg(feature = "train")]
pub use train::{Progress, TrainingSettings, train};
