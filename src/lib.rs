//! The occupation question for web forms: type a job, confirm one of the official occupations that fit.
//!
//! A keystroke meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | `element` | what the custom element's JavaScript calls: mount, disable, reset, unmount |
//! | `view` | the two inputs and the counter |
//! | `list` | the radio group of suggestions |
//! | `runtime` | hands events to [`occuform_flow::Flow`] and carries its effects out |
//! | `client` | asks the proxy |
//! | `messages` | every word that is shown or said |
//!
//! The rules stand in `occuform_flow`; nothing here decides anything. Leptos pages use [`OccupationCoder`] itself.

mod client;
mod element;
mod list;
mod messages;
mod runtime;
mod view;

pub use element::{Question, on_panic};
pub use occuform_flow::{FormValue, Notice, Status};
pub use runtime::Observer;
pub use view::OccupationCoder;
