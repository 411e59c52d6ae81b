//! The batch client: a table goes in, the same table with codes comes out.
//!
//! A file is recognised by `source`, read row by row by `table`, and its `columns` are guessed. `check` makes a record
//! of each row or says why not, `plan` counts what there is to do, `coding` asks a [`Coder`] for each text once and
//! keeps the answers in the `journal`, and `join` writes the rows with their answers through `output`. `review` and
//! `merge` are for the person who decides what the coder could not, `convert` is for what the asynchronous service
//! returns, `report` draws what a run found.

mod answers;
mod check;
mod coding;
mod columns;
mod convert;
mod embedded;
mod error;
mod join;
mod journal;
mod layout;
mod merge;
mod output;
mod plan;
mod report;
mod review;
mod source;
mod summary;
mod table;
mod workbook;

pub use answers::{Answer, Choice};
pub use check::{Checker, Invalid, Recoding, Record, TextRules};
pub use coding::{Coder, CodingError, Progress, Step};
pub use columns::{ColumnNames, Columns};
pub use convert::convert;
pub use embedded::EmbeddedCoder;
pub use error::BatchError;
pub use join::{Outputs, join};
pub use journal::{Journal, Settings, journal_path};
pub use layout::Layout;
pub use merge::{Merge, Merged, merge};
pub use output::output_path;
pub use plan::{Plan, Refused, plan};
pub use report::report;
pub use source::SourceOptions;
pub use summary::Summary;
pub use table::{Row, Table};
