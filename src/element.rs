//! In: calls of the custom element's JavaScript class, `www/element.js`. Out: a mounted question, and what it has to
//! say, as calls back. Next: `view.rs`.

use crate::client::Client;
use crate::messages::Messages;
use crate::object::{count, flag, get, number, object, set, text};
use crate::runtime::{Observer, Runtime, Setup};
use crate::view;
use js_sys::{Array, Function, Object};
use occuform_api::Suggestion;
use occuform_flow::{
    Answer, Confirm, Draft, Event, Failure, Flow, FormValue, Notice, Panel, Settings, Trigger,
};
use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// A question mounted into a page. Freeing it removes it and ends all that it started.
#[wasm_bindgen]
pub struct Question {
    runtime: Runtime,
    /// Unmounts when dropped.
    _mounted: Box<dyn Any>,
}

#[wasm_bindgen]
impl Question {
    /// Mounts an empty question into `container`. `changed(fields)` is called with those fields of the form's value that
    /// are others now; `notified(name, more)` after that, when something happened that the page may act on.
    #[wasm_bindgen(constructor)]
    pub fn new(container: HtmlElement, options: &JsValue, changed: Function, notified: Function) -> Question {
        let started = Rc::new(Cell::new(None));
        let starting = Rc::clone(&started);
        let (flow, setup, messages) = (Flow::new(settings(options)), setup(options), messages(options));
        let observer: Rc<dyn Observer> = Rc::new(Callbacks { changed, notified });
        let mounted = leptos::mount::mount_to(container, move || {
            let runtime = Runtime::new(setup, messages, flow, observer);
            starting.set(Some(runtime));
            view::question(runtime)
        });
        let runtime = started.take().expect_throw("mounting makes a runtime");
        Self { runtime, _mounted: Box::new(mounted) }
    }

    /// Takes the options anew, as when an attribute changed.
    pub fn configure(&self, options: &JsValue) {
        self.runtime.configure(|state| {
            state.setup = setup(options);
            state.messages = messages(options);
            state.flow.configure(settings(options));
        });
    }

    /// Fills the question in and forgets what it held: `value` is as the form has it, and may lack any field.
    pub fn fill(&self, value: &JsValue) {
        self.runtime.dispatch(Event::Filled(draft(value)));
    }

    /// A message in its words of now.
    pub fn message(&self, key: &str) -> String {
        self.runtime.peek(|state| state.messages.text(key).to_owned())
    }
}

fn setup(options: &JsValue) -> Setup {
    Setup {
        client: Client {
            url: text(options, "url").unwrap_or_default(),
            suggestions: count(options, "suggestions").map_or(5, |number| number as u8),
        },
        prefix: String::new(),
        disabled: flag(options, "disabled"),
        readonly: flag(options, "readonly"),
        required: flag(options, "required"),
        shows_codes: flag(options, "showCodes"),
    }
}

fn settings(options: &JsValue) -> Settings {
    Settings {
        trigger: match text(options, "trigger").as_deref() {
            Some("leave") => Trigger::Leave,
            Some("button") => Trigger::Button,
            _ => Trigger::Pause,
        },
        confirm: if text(options, "confirm").as_deref() == Some("button") {
            Confirm::Button
        } else {
            Confirm::Choice
        },
        pause_ms: count(options, "pause").unwrap_or(700),
    }
}

fn messages(options: &JsValue) -> Messages {
    let replaced = get(options, "messages");
    let replaced = replaced.dyn_ref::<Object>().map(Object::entries).unwrap_or_default();
    let pair = |entry: JsValue| {
        let pair = Array::from(&entry);
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    let language = text(options, "language");
    Messages::new(language.as_deref().unwrap_or("en"), replaced.iter().filter_map(pair).collect())
}

fn draft(value: &JsValue) -> Draft {
    let field = |name| text(value, name).unwrap_or_default();
    let code = field("code");
    let confirmed = number(value, "confidence").filter(|_| !code.is_empty()).map(|confidence| Suggestion {
        code_category: code,
        code_label: field("label"),
        code_confidence: confidence,
    });
    Draft {
        title: view::text(field("title")),
        tasks: view::text(field("tasks")),
        confirmed: confirmed.map(|suggestion| Answer {
            suggestions: vec![suggestion],
            source: field("source"),
            model: field("model"),
        }),
    }
}

struct Callbacks {
    changed: Function,
    notified: Function,
}

impl Observer for Callbacks {
    fn changed(&self, before: &FormValue, now: &FormValue) {
        let _ = self.changed.call1(&JsValue::NULL, &changes(before, now));
    }

    fn notified(&self, notice: Notice, panel: &Panel) {
        let (name, more) = match (notice, panel) {
            (Notice::Input, _) => ("input", JsValue::UNDEFINED),
            (Notice::Suggestions, _) => ("suggestions", object(&[("suggestions", js_suggestions(panel))])),
            (Notice::Confirm, _) => ("confirm", JsValue::UNDEFINED),
            (Notice::Clear, _) => ("clear", JsValue::UNDEFINED),
            (Notice::Error, Panel::Failed(failure)) => {
                ("error", object(&[("reason", reason(*failure).into())]))
            }
            (Notice::Error, _) => ("error", JsValue::UNDEFINED),
        };
        let _ = self.notified.call2(&JsValue::NULL, &name.into(), &more);
    }
}

const fn reason(failure: Failure) -> &'static str {
    match failure {
        Failure::Offline => "offline",
        Failure::RateLimited { .. } => "rate-limited",
        Failure::Refused => "refused",
        Failure::Unavailable => "unavailable",
    }
}

fn js_suggestions(panel: &Panel) -> JsValue {
    let suggestions = match panel {
        Panel::List { answer, .. } => answer.suggestions.as_slice(),
        _ => &[],
    };
    let suggestion = |suggestion: &occuform_api::Suggestion| {
        object(&[
            ("code", suggestion.code_category.as_str().into()),
            ("label", suggestion.code_label.as_str().into()),
            ("confidence", suggestion.code_confidence.into()),
        ])
    };
    suggestions.iter().map(suggestion).collect::<Array>().into()
}

/// What differs. A key changes one field or two, and each costs a phone time on its way to the page.
fn changes(before: &FormValue, now: &FormValue) -> JsValue {
    let changes = object(&[]);
    for ((name, before), (_, now)) in texts(before).into_iter().zip(texts(now)) {
        if now != before {
            set(&changes, name, &now.into());
        }
    }
    if now.confidence != before.confidence {
        set(&changes, "confidence", &now.confidence.map_or(JsValue::NULL, JsValue::from));
    }
    changes
}

fn texts(value: &FormValue) -> [(&'static str, &str); 7] {
    [
        ("title", &value.title),
        ("tasks", &value.tasks),
        ("code", &value.code),
        ("label", &value.label),
        ("status", value.status.as_str()),
        ("source", &value.source),
        ("model", &value.model),
    ]
}
