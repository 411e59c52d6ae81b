//! How the project's servers serve. The proxy and the Coding Service both do it this way.
//!
//! A request meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | [`settings`] | what the operator chose |
//! | `serve` | takes connections, within limits, until the server is told to stop; then finishes what was accepted |
//! | `workers` | the threads that connections are shared out to, if any |
//! | `connection` | one connection: HTTP, and how long a client may take |
//! | [`frame`] | what holds for every answer: its headers, and that there is one, in time |
//! | [`account`] | gives each request an id, counts it and logs it |
//! | [`body`] | reads a body as a whole, within limits |
//!
//! `operator` answers the operator's own machines on a listener of its own: health, readiness, metrics.

pub mod account;
pub mod body;
mod connection;
pub mod frame;
mod operator;
mod serve;
pub mod settings;
mod workers;

pub use serve::{Limits, Server};
pub use workers::Workers;
