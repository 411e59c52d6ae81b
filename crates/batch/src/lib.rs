//! The batch client: a table goes in, the same table with codes comes out.
//!
//! A file is recognised by `source`, read row by row by `table` (`delimited`, `workbook`), and its `columns` are
//! guessed. `check` makes a record of each row or says why not, `plan` counts what there is to do, `coding` asks a
//! [`Coder`] for each text once and keeps the answers in the `journal`: the `embedded` model, or the Coding Service by
//! calls (`synchronous`) or files (`asynchronous`, `transfer`), which `patient` waits for. `join` writes the rows with
//! their answers through `output`. `review` and `merge` are for the person who decides what the coder could not,
//! `convert` is for what the asynchronous service returns, `report` draws what a run found.

mod answers;
mod asynchronous;
mod check;
mod coding;
mod columns;
mod convert;
mod delimited;
mod embedded;
mod error;
mod join;
mod journal;
mod layout;
mod merge;
mod output;
mod patient;
mod plan;
mod report;
mod review;
mod source;
mod summary;
mod synchronous;
mod table;
mod transfer;
mod workbook;

pub use answers::{Answer, Choice, Verdict};
pub use asynchronous::AsyncCoder;
pub use check::{Checker, Invalid, Record, TextRules};
pub use coding::{Coder, Progress, Run, Step};
pub use columns::{ColumnNames, Columns};
pub use convert::convert;
pub use embedded::EmbeddedCoder;
pub use error::BatchError;
pub use join::{Outputs, join};
pub use journal::{Journal, Settings, journal_path};
pub use layout::Layout;
pub use merge::{Merge, Merged, merge};
pub use output::output_path;
pub use patient::CodingService;
pub use plan::{Plan, Refused, plan};
pub use report::report;
pub use source::SourceOptions;
pub use summary::Summary;
pub use synchronous::SyncCoder;
pub use table::{Row, Table};
