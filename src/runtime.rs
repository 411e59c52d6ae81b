//! In: events of the page. Out: the flow's effects, carried out: timers, requests, announcements, notices.
//! Next: `client.rs` for requests, `words.rs` and `view.rs` for what is shown.

use crate::client::{Client, RequestGuard};
use crate::messages::Messages;
use crate::signals::{Signals, raise};
use crate::words;
use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::html::P;
use leptos::prelude::*;
use leptos::tachys::html::node_ref::NodeRefContainer;
use occuform_api::{Field, JobText, MAX_LENGTH, Suggestion};
use occuform_flow::{Announcement, Effect, Event, Flow, FormValue, Hint, Notice, OVERDUE_MS, Panel};
use std::mem::{Discriminant, discriminant, replace};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Told of what the page around the question may want to know.
pub trait Observer {
    /// What the form submits is now another.
    fn changed(&self, before: &FormValue, now: &FormValue);
    /// Something happened that the page may act on.
    fn notified(&self, notice: Notice, panel: &Panel);
}

/// One question on a page. Everything it started ends when the component is removed.
///
/// The page is drawn from one state: `signals.rs` tells what of it is drawn when.
#[derive(Clone, Copy)]
pub(crate) struct Runtime {
    state: StoredValue<State, LocalStorage>,
}

/// To be told from what it was before a key: the kind of panel if it shows anything, whether a choice was withdrawn, and
/// what is announced.
type Lookup = (Option<Discriminant<Panel>>, bool, Option<Announcement>);

/// What is remarked on a text: by how much it is too long, what cannot be sent of each field, what might be put better.
type Remarks = (usize, [String; 2], Option<Hint>);

/// What is known and what is under way. Dropping a timer or a request cancels it.
pub(crate) struct State {
    pub flow: Flow,
    pub announcement: Option<Announcement>,
    pub setup: Setup,
    pub messages: Messages,
    /// Room is kept for a list before one may come, so that a late answer moves nothing.
    pub room: bool,
    /// Where the count stands. It is another with every key, and written at once: a signal would take a task of its own.
    count: Option<web_sys::Element>,
    signals: Signals,
    drawn: Vec<Suggestion>,
    remarks: Remarks,
    observer: Rc<dyn Observer>,
    value: FormValue,
    pause: Option<Timeout>,
    overdue: Option<Timeout>,
    retry: Option<Timeout>,
    request: Option<RequestGuard>,
    /// A list that comes while the respondent presses a button or taps would move what they aim at: it waits.
    pressing: bool,
    held: Option<Event>,
    release: Option<Timeout>,
}

/// What the page chose, apart from what the flow has to know.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of its own")]
pub(crate) struct Setup {
    pub client: Client,
    /// Stands before every id, so that they differ between the questions of a document.
    pub prefix: String,
    pub disabled: bool,
    pub readonly: bool,
    pub required: bool,
    pub shows_codes: bool,
}

impl State {
    /// An id that no other question of the document has.
    pub(crate) fn id(&self, name: &str) -> String {
        [&self.setup.prefix, name].concat()
    }
}

impl Runtime {
    pub(crate) fn new(setup: Setup, messages: Messages, flow: Flow, observer: Rc<dyn Observer>) -> Self {
        let value = flow.form_value();
        let state = State {
            flow,
            announcement: None,
            setup,
            messages,
            room: false,
            count: None,
            signals: Signals::new(),
            drawn: Vec::new(),
            remarks: Remarks::default(),
            observer,
            value,
            pause: None,
            overdue: None,
            retry: None,
            request: None,
            pressing: false,
            held: None,
            release: None,
        };
        let runtime = Self { state: StoredValue::new_local(state) };
        runtime.watch_window();
        runtime
    }

    /// Something of the state as it is now.
    pub(crate) fn peek<T: Default>(self, of: impl FnOnce(&State) -> T) -> T {
        self.state.try_with_value(of).unwrap_or_default()
    }

    pub(crate) fn signals(self) -> Option<Signals> {
        self.state.try_with_value(|state| state.signals)
    }

    /// Changes what the page chose.
    pub(crate) fn configure(self, change: impl FnOnce(&mut State)) {
        self.with_state(change);
        if let Some(signals) = self.signals() {
            raise(signals.setup);
            raise(signals.remarks);
            raise(signals.lookup);
            raise(signals.room);
        }
    }

    /// Hands one event to the flow. An event that comes after the component was removed changes nothing.
    pub(crate) fn dispatch(self, event: Event) {
        let is_filled = matches!(event, Event::Filled(_));
        let before = matches!(event, Event::Typed { .. }).then(|| self.lookup());
        let Some((effects, new_list, new_remarks, new_room)) = self.state.try_update_value(|state| {
            let room = state.room;
            let effects = state.flow.update(event);
            let suggestions = words::suggestions(state);
            let new_list = !suggestions.is_empty() && suggestions != state.drawn.as_slice();
            if new_list {
                state.drawn = suggestions.to_vec();
            }
            let remarks = remarks(&state.flow);
            let new_remarks = remarks != state.remarks;
            state.remarks = remarks;
            state.room = (state.room && !is_filled) || *state.flow.panel() != Panel::Idle;
            let new_room = room != state.room;
            (effects, new_list, new_remarks, new_room)
        }) else {
            return;
        };
        self.write_count();
        let mut notices = Vec::new();
        for effect in effects {
            if let Effect::Notify(notice) = effect {
                notices.push(notice);
            } else {
                self.carry_out(effect);
            }
        }
        if let Some(signals) = self.signals() {
            if new_list {
                raise(signals.list);
            }
            if is_filled {
                raise(signals.filled);
            }
            if new_room {
                raise(signals.room);
            }
            if new_remarks {
                raise(signals.remarks);
            }
            if before.is_none_or(|before| before != self.lookup()) {
                raise(signals.lookup);
            }
        }
        // The page's listeners may do anything, and are told when all else is done.
        self.report();
        for notice in notices {
            self.notify(notice);
        }
    }

    fn write_count(self) {
        self.with_state(|state| {
            if let Some(text) = state.count.as_ref().and_then(|count| count.first_child()) {
                text.set_node_value(Some(&words::counter(state)));
            }
        });
    }

    /// The respondent turned to the question: room is made for a list now, and not while they type.
    pub(crate) fn make_room(self) {
        self.with_state(|state| state.room |= !state.setup.readonly);
        if let Some(signals) = self.signals() {
            raise(signals.room);
        }
    }

    /// What came of the text so far. A key that leaves the kind of panel leaves the panel.
    fn lookup(self) -> Option<Lookup> {
        self.state.try_with_value(|state| {
            let kind = (!words::is_blank(state)).then(|| discriminant(state.flow.panel()));
            (kind, state.flow.is_withdrawn(), state.announcement)
        })
    }

    fn notify(self, notice: Notice) {
        let told =
            self.state.try_with_value(|state| (Rc::clone(&state.observer), state.flow.panel().clone()));
        if let Some((observer, panel)) = told {
            observer.notified(notice, &panel);
        }
    }

    fn report(self) {
        let changed = self.state.try_update_value(|state| {
            let value = state.flow.form_value();
            (state.value != value).then(|| {
                let before = replace(&mut state.value, value.clone());
                (Rc::clone(&state.observer), before, value)
            })
        });
        if let Some((observer, before, now)) = changed.flatten() {
            observer.changed(&before, &now);
        }
    }

    fn carry_out(self, effect: Effect) {
        match effect {
            Effect::StartPause(milliseconds) => {
                let pause = self.later(milliseconds, Event::PauseEnded);
                self.with_state(|state| state.pause = Some(pause));
            }
            Effect::StartRetry(milliseconds) => {
                let retry = self.later(milliseconds, Event::RetryDue);
                self.with_state(|state| state.retry = Some(retry));
            }
            Effect::CancelPause => self.with_state(|state| state.pause = None),
            Effect::CancelRetry => self.with_state(|state| state.retry = None),
            Effect::Silence => self.with_state(|state| state.announcement = None),
            Effect::Announce(announcement) => {
                self.with_state(|state| state.announcement = Some(announcement));
            }
            Effect::Ask { sequence, text } => self.ask(sequence, text),
            Effect::Abandon => self.with_state(|state| {
                state.request = None;
                state.overdue = None;
            }),
            Effect::Notify(notice) => self.notify(notice),
        }
    }

    fn ask(self, sequence: u32, text: JobText) {
        let Ok(guard) = RequestGuard::new() else {
            return;
        };
        let signal = guard.signal();
        let overdue = self.later(OVERDUE_MS, Event::AnswerOverdue);
        let client = self.state.try_update_value(|state| {
            state.request = Some(guard);
            state.overdue = Some(overdue);
            state.setup.client.clone()
        });
        if let Some(client) = client {
            spawn_local(async move {
                let answer = client.ask(text, signal).await;
                self.answered(Event::Answered { sequence, answer });
            });
        }
    }

    /// An answer may change how high the question is, and waits for the end of a press.
    fn answered(self, event: Event) {
        let now = self.state.try_update_value(|state| {
            if state.pressing {
                state.held = Some(event);
                None
            } else {
                Some(event)
            }
        });
        if let Some(event) = now.flatten() {
            self.dispatch(event);
        }
    }

    /// Watches for presses anywhere on the page, and for the network.
    fn watch_window(self) {
        let pressed =
            window_event_listener(ev::pointerdown, move |_| self.with_state(|state| state.pressing = true));
        let released = window_event_listener(ev::pointerup, move |_| self.released());
        let cancelled = window_event_listener(ev::pointercancel, move |_| self.released());
        let online = window_event_listener(ev::online, move |_| self.dispatch(Event::CameOnline));
        on_cleanup(move || {
            for listener in [pressed, released, cancelled, online] {
                listener.remove();
            }
        });
    }

    /// The click itself comes after the release: what is held waits for it, too.
    fn released(self) {
        let held = self.state.try_update_value(|state| {
            state.pressing = false;
            state.held.take()
        });
        if let Some(event) = held.flatten() {
            let release = self.later(0, event);
            self.with_state(|state| state.release = Some(release));
        }
    }

    fn later(self, milliseconds: u32, event: Event) -> Timeout {
        Timeout::new(milliseconds, move || self.dispatch(event))
    }

    fn with_state(self, change: impl FnOnce(&mut State)) {
        self.state.try_update_value(change);
    }
}

/// The paragraph that says how many characters are left.
impl NodeRefContainer<P> for Runtime {
    fn load(self, count: &web_sys::Element) {
        self.with_state(|state| state.count = Some(count.clone()));
    }
}

fn remarks(flow: &Flow) -> Remarks {
    let unsendable = [Field::Title, Field::Tasks].map(|field| flow.unsendable(field));
    (flow.length().saturating_sub(MAX_LENGTH), unsendable, flow.hint())
}
