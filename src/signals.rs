//! In: a state that is another in some respect. Out: what shows that respect is drawn anew, and nothing else. Next:
//! `words.rs` says what is shown.
//!
//! Signals of one kind: every further kind would be compiled into the module once more.

use crate::runtime::Runtime;
use crate::words::Shown;
use leptos::prelude::*;

/// Each counts how often something was another, and makes what shows it run again.
#[derive(Clone, Copy)]
pub(crate) struct Signals {
    /// What came of the text, in words, buttons and a list.
    pub lookup: RwSignal<u32>,
    /// The room that is kept for a list.
    pub room: RwSignal<u32>,
    /// What is wrong with the text or might be put better.
    pub remarks: RwSignal<u32>,
    /// What the page chose.
    pub setup: RwSignal<u32>,
    /// The list: each is drawn once, so that focus stays where it is.
    pub list: RwSignal<u32>,
    /// The fields, filled in by the page: else they keep what the respondent wrote.
    pub filled: RwSignal<u32>,
}

impl Signals {
    pub(crate) fn new() -> Self {
        let signal = || RwSignal::new(0);
        Self {
            lookup: signal(),
            room: signal(),
            remarks: signal(),
            setup: signal(),
            list: signal(),
            filled: signal(),
        }
    }
}

impl Runtime {
    /// Something of what came of the text, for as long as it is shown.
    pub(crate) fn shown<T: Default + 'static>(
        self,
        of: Shown<T>,
    ) -> impl Fn() -> T + Copy + Send + Sync + 'static {
        self.drawn_with(|signals| signals.lookup, of)
    }

    /// Something of the room for a list.
    pub(crate) fn kept<T: Default + 'static>(
        self,
        of: Shown<T>,
    ) -> impl Fn() -> T + Copy + Send + Sync + 'static {
        self.drawn_with(|signals| signals.room, of)
    }

    /// Something that is remarked on the text.
    pub(crate) fn remarked<T: Default + 'static>(
        self,
        of: Shown<T>,
    ) -> impl Fn() -> T + Copy + Send + Sync + 'static {
        self.drawn_with(|signals| signals.remarks, of)
    }

    /// Something of what the page chose: another only when that is, and not with every key.
    pub(crate) fn configured<T: Default + 'static>(
        self,
        of: Shown<T>,
    ) -> impl Fn() -> T + Copy + Send + Sync + 'static {
        self.drawn_with(|signals| signals.setup, of)
    }

    /// One kind of closure for all that is shown of one type.
    fn drawn_with<T: Default + 'static>(
        self,
        signal: fn(Signals) -> RwSignal<u32>,
        of: Shown<T>,
    ) -> impl Fn() -> T + Copy + Send + Sync + 'static {
        move || {
            self.track(signal);
            self.peek(of)
        }
    }

    /// Makes the caller run again when there is another list.
    pub(crate) fn track_list(self) {
        self.track(|signals| signals.list);
    }

    /// Makes the caller run again when the page filled the fields in.
    pub(crate) fn track_filled(self) {
        self.track(|signals| signals.filled);
    }

    fn track(self, signal: fn(Signals) -> RwSignal<u32>) {
        if let Some(signals) = self.signals() {
            signal(signals).track();
        }
    }
}

pub(crate) fn raise(signal: RwSignal<u32>) {
    signal.try_update(|number| *number += 1);
}

/// An attribute that is there as long as something holds.
pub(crate) fn when(
    holds: impl Fn() -> bool + Copy + Send + Sync + 'static,
    value: &'static str,
) -> impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static {
    move || holds().then_some(value)
}
