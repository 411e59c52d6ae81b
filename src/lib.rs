//! The occupation question for web forms: type a job, confirm one of the official occupations that fit.
//!
//! A keystroke meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | `element` | what the custom element's JavaScript calls: mount, configure, fill in, unmount |
//! | `component` | the same question for pages made with Leptos |
//! | `view` | the two inputs, the counter and what is under them |
//! | `list` | the radio group of suggestions |
//! | `runtime` | hands events to [`occuform_flow::Flow`] and carries its effects out |
//! | `signals` | says what is drawn anew when something of the state is another |
//! | `client` | asks the proxy |
//! | `words` | what is shown of the state |
//! | `messages` | every word that is shown or said |
//! | `object` | JavaScript objects, field by field |
//!
//! The rules stand in `occuform_flow`; nothing here decides anything. Leptos pages use [`OccupationCoder`] itself.

mod client;
mod component;
mod element;
mod list;
mod messages;
mod object;
mod runtime;
mod signals;
mod view;
mod words;

pub use component::{OccupationCoder, OccupationCoderProps};
pub use element::Question;
pub use messages::DEFAULTS;
pub use occuform_flow::{Confirm, Flow, FormValue, Notice, Panel, Settings, Status, Trigger};
pub use runtime::Observer;
