//! In: calls of the custom element's JavaScript class, `www/occupation-coder.js`. Out: a mounted question, and what
//! it has to say, as calls back. Next: `view.rs`.

use crate::runtime::{Observer, Runtime};
use crate::{client::Client, view};
use js_sys::Function;
use leptos::prelude::*;
use occuform_api::Field;
use occuform_flow::{Event, FormValue, Notice};
use serde::Deserialize;
use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// What the element's attributes and its fallback inputs say.
#[derive(Deserialize)]
struct Options {
    url: String,
    suggestions: u8,
    disabled: bool,
    title: String,
    tasks: String,
}

/// A question mounted into a page. Freeing it removes it and ends all that it started.
#[wasm_bindgen]
pub struct Question {
    runtime: Runtime,
    disabled: RwSignal<bool>,
    /// Unmounts when dropped.
    _mounted: Box<dyn Any>,
}

#[wasm_bindgen]
impl Question {
    /// Mounts a question into `container`. `changed(value)` is called with the form's value whenever it is another,
    /// `notified(name, value)` when something happened that the page may act on.
    ///
    /// # Errors
    /// When `options` lacks a field.
    #[wasm_bindgen(constructor)]
    pub fn new(
        container: HtmlElement,
        options: JsValue,
        changed: Function,
        notified: Function,
    ) -> Result<Question, JsError> {
        let Options { url, suggestions, disabled, title, tasks } = serde_wasm_bindgen::from_value(options)?;
        let observer: Rc<dyn Observer> = Rc::new(Callbacks { changed, notified });
        let started = Rc::new(OnceCell::new());
        let starting = Rc::clone(&started);
        let mounted = leptos::mount::mount_to(container, move || {
            let disabled = RwSignal::new(disabled);
            let runtime = Runtime::new(Client { url, suggestions }, observer);
            for (field, text) in [(Field::Title, title), (Field::Tasks, tasks)] {
                if !text.is_empty() {
                    runtime.dispatch(view::typed(field, text));
                }
            }
            let _ = starting.set((runtime, disabled));
            view::question(runtime, disabled.into())
        });
        let (runtime, disabled) =
            *started.get().ok_or_else(|| JsError::new("the question was not mounted"))?;
        Ok(Self { runtime, disabled, _mounted: Box::new(mounted) })
    }

    /// Disables or enables the inputs.
    #[wasm_bindgen(js_name = setDisabled)]
    pub fn set_disabled(&self, disabled: bool) {
        self.disabled.set(disabled);
    }

    /// Empties the question, as when its form is reset.
    pub fn reset(&self) {
        self.runtime.dispatch(Event::Reset);
    }
}

struct Callbacks {
    changed: Function,
    notified: Function,
}

impl Observer for Callbacks {
    fn changed(&self, value: &FormValue) {
        if let Ok(value) = serde_wasm_bindgen::to_value(value) {
            let _ = self.changed.call1(&JsValue::NULL, &value);
        }
    }

    fn notified(&self, notice: Notice, value: &FormValue) {
        let name = match notice {
            Notice::Input => "input",
            Notice::Suggestions => "suggestions",
            Notice::Confirm => "confirm",
            Notice::Clear => "clear",
            Notice::Error => "error",
        };
        if let Ok(value) = serde_wasm_bindgen::to_value(value) {
            let _ = self.notified.call2(&JsValue::NULL, &name.into(), &value);
        }
    }
}

thread_local! {
    static PANICKED: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls `callback` if the widget ever breaks, so that the page can bring the plain inputs back.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(callback: Function) {
    PANICKED.set(Some(callback));
    std::panic::set_hook(Box::new(|_| {
        if let Some(callback) = PANICKED.take() {
            let _ = callback.call0(&JsValue::NULL);
        }
    }));
}
