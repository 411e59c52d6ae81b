//! The occupation question as a state machine: what happened goes in, what is to be done comes out.
//!
//! [`Flow::update`] takes an [`Event`] and returns [`Effect`]s; it touches no page, clock or network, so that every
//! order of events can be tried natively. What the page shows is read from [`Flow`] itself: the two texts, the
//! rule they break, the [`Panel`] under them and the [`FormValue`] that would be submitted now.
//!
//! The modules in the order that a keystroke meets them: `event`, `ascii`, `settings`, `flow` (which decides), `state`
//! (what can be read of it), `hint`, `panel`, `effect`, `form`.

mod ascii;
mod effect;
mod event;
mod flow;
mod form;
mod hint;
mod panel;
mod settings;
mod state;

pub use ascii::to_ascii;
pub use effect::{Announcement, Effect, Notice};
pub use event::{Answer, Draft, Event, Failure, Text};
pub use flow::Flow;
pub use form::{FormValue, Status};
pub use hint::{Hint, Missing};
pub use panel::{Choice, Panel};
pub use settings::{Confirm, OVERDUE_MS, Settings, Trigger};
