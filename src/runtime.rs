//! In: events of the page. Out: the flow's effects, carried out: timers, requests, announcements, notices.
//! Next: `client.rs` for requests, `view.rs` for what is shown.

use crate::client::{Client, RequestGuard};
use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;
use occuform_flow::{Announcement, Effect, Event, Flow, FormValue, Notice, Settings};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Told of what the page around the question may want to know.
pub trait Observer {
    /// What the form submits is now another.
    fn changed(&self, value: &FormValue);
    /// Something happened that the page may act on.
    fn notified(&self, notice: Notice, value: &FormValue);
}

/// One question on a page. Everything it started ends when the component is removed.
#[derive(Clone, Copy)]
pub(crate) struct Runtime {
    pub flow: RwSignal<Flow>,
    pub announcement: RwSignal<Option<Announcement>>,
    running: StoredValue<Running, LocalStorage>,
}

/// What is under way, and what it takes to start it. Dropping a timer or a request cancels it.
struct Running {
    settings: Settings,
    client: Client,
    observer: Rc<dyn Observer>,
    value: FormValue,
    pause: Option<Timeout>,
    overdue: Option<Timeout>,
    request: Option<RequestGuard>,
    /// A list that comes while the respondent presses a button or taps would move what they aim at: it waits.
    pressing: bool,
    held: Option<Event>,
    release: Option<Timeout>,
}

impl Runtime {
    pub(crate) fn new(client: Client, observer: Rc<dyn Observer>) -> Self {
        let flow = Flow::default();
        let running = Running {
            settings: Settings::default(),
            client,
            observer,
            value: flow.form_value(),
            pause: None,
            overdue: None,
            request: None,
            pressing: false,
            held: None,
            release: None,
        };
        let runtime = Self {
            flow: RwSignal::new(flow),
            announcement: RwSignal::new(None),
            running: StoredValue::new_local(running),
        };
        runtime.watch_pointer();
        runtime
    }

    /// Watches for presses anywhere on the page.
    fn watch_pointer(self) {
        let pressed = window_event_listener(ev::pointerdown, move |_| {
            self.with_running(|running| running.pressing = true);
        });
        let released = window_event_listener(ev::pointerup, move |_| self.released());
        let cancelled = window_event_listener(ev::pointercancel, move |_| self.released());
        on_cleanup(move || {
            for listener in [pressed, released, cancelled] {
                listener.remove();
            }
        });
    }

    /// The click itself comes after the release: what is held waits for it, too.
    fn released(self) {
        self.with_running(|running| {
            running.pressing = false;
            running.release = running.held.take().map(|event| self.later(0, event));
        });
    }

    /// An answer changes how high the question is, and waits for the end of a press.
    fn answered(self, event: Event) {
        let now = self.running.try_update_value(|running| {
            if running.pressing {
                running.held = Some(event);
                None
            } else {
                Some(event)
            }
        });
        if let Some(event) = now.flatten() {
            self.dispatch(event);
        }
    }

    /// Hands one event to the flow. An event that comes after the component was removed changes nothing.
    pub(crate) fn dispatch(self, event: Event) {
        let Some((mut effects, value)) = self.flow.try_update(|flow| (flow.update(event), flow.form_value()))
        else {
            return;
        };
        self.report(&value);
        // The page's listeners may do anything, and are told when all else is done.
        effects.sort_by_key(|effect| matches!(effect, Effect::Notify(_)));
        for effect in effects {
            self.carry_out(effect, &value);
        }
    }

    fn report(self, value: &FormValue) {
        let observer = self.running.try_update_value(|running| {
            (running.value != *value).then(|| {
                running.value = value.clone();
                Rc::clone(&running.observer)
            })
        });
        if let Some(observer) = observer.flatten() {
            observer.changed(value);
        }
    }

    fn carry_out(self, effect: Effect, value: &FormValue) {
        match effect {
            Effect::StartPause { composing } => self.with_running(|running| {
                let Settings { pause_ms, composing_pause_ms, .. } = running.settings;
                let pause = if composing { composing_pause_ms } else { pause_ms };
                running.pause = Some(self.later(pause, Event::PauseEnded));
            }),
            Effect::Silence => self.announcement.set(None),
            Effect::CancelPause => self.with_running(|running| running.pause = None),
            Effect::Ask { sequence, text } => self.ask(sequence, text),
            Effect::Abandon => self.with_running(Running::end_request),
            Effect::Announce(announcement) => self.announcement.set(Some(announcement)),
            Effect::Notify(notice) => {
                if let Some(observer) = self.running.try_with_value(|running| Rc::clone(&running.observer)) {
                    observer.notified(notice, value);
                }
            }
        }
    }

    fn ask(self, sequence: u32, text: occuform_api::JobText) {
        let Ok(guard) = RequestGuard::new() else {
            return;
        };
        let signal = guard.signal();
        let client = self.running.try_update_value(|running| {
            running.request = Some(guard);
            running.overdue = Some(self.later(running.settings.overdue_ms, Event::AnswerOverdue));
            running.client.clone()
        });
        if let Some(client) = client {
            spawn_local(async move {
                let answer = client.ask(text, signal).await;
                self.answered(Event::Answered { sequence, answer });
            });
        }
    }

    fn later(self, milliseconds: u32, event: Event) -> Timeout {
        Timeout::new(milliseconds, move || self.dispatch(event))
    }

    fn with_running(self, change: impl FnOnce(&mut Running)) {
        self.running.try_update_value(change);
    }
}

impl Running {
    fn end_request(&mut self) {
        self.request = None;
        self.overdue = None;
    }
}
