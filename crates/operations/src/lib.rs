//! The Coding Service's asynchronous batches: a file of records is uploaded, coded and downloaded.
//!
//! An operation walks through the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | what the operator chose |
//! | [`batches`] | creates operations and tells their status |
//! | `links` | presigned links: who may upload or download what, and until when |
//! | `routes`, `upload`, `download`, `range`, `refusal` | what the links lead to |
//! | `worker` | codes uploaded files, each in its turn |
//! | `slice`, `lines`, `coder` | some lines of a file; one line and its answer; its code |
//! | `sweep`, `metrics` | times out and deletes; counts and measures |
//!
//! Below them lie [`operation`], an operation as plain data; [`store`], which keeps operations; [`storage`], which
//! keeps files; and `vault`, `cipher` and `keys`, which encrypt the files. [`clock`] tells the time.

pub mod batches;
mod cipher;
pub mod clock;
mod coder;
pub mod config;
mod download;
pub mod keys;
mod lines;
mod links;
mod metrics;
pub mod operation;
mod range;
mod refusal;
mod routes;
mod slice;
pub mod storage;
pub mod store;
pub mod sweep;
mod upload;
mod vault;
mod worker;

pub use batches::{Batches, OpenError, OperationError};
pub use coder::FileCoder;
pub use config::Config;
pub use worker::Models;
