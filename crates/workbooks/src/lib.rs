//! Reads the workbooks that the Australian Bureau of Statistics publishes into what a lexicon is made of.
//!
//! A file walks `workbook` (cells of an .xlsx file) → `layout` (which workbook it is, where its tables begin) →
//! `structure` (the codes and their titles) and `descriptions` (OSCA) or `index` (ANZSCO) → `phrases` (titles and
//! statements become short ASCII phrases) → `collect` (what an occupation gets) → [`Import`]. `journal` keeps what
//! became of each row, `error` says what is wrong with a file and where.

mod collect;
mod descriptions;
mod error;
mod import;
mod index;
mod journal;
mod layout;
mod phrases;
mod structure;
mod workbook;

pub use error::{Place, WorkbookError};
pub use import::{Import, import_anzsco, import_osca};
pub use journal::{Entry, Outcome, SkipReason};
pub use layout::Kind;
