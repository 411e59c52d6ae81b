//! In: the state of the flow. Out: the two inputs, the counter and what is shown under them; and every event of
//! theirs, handed to `runtime.rs`.

use crate::client::Client;
use crate::runtime::{Observer, Runtime};
use crate::{list, messages};
use js_sys::JsString;
use leptos::ev;
use leptos::prelude::*;
use occuform_api::{Field, MAX_LENGTH, TextError};
use occuform_flow::{Choice, Event, Panel, to_ascii};
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// The occupation question.
#[component]
pub fn OccupationCoder(
    /// The URL of the coding call: `https://.../v1/topics/osca/code`.
    #[prop(into)]
    url: String,
    /// How many suggestions to show at most, 1 to 16.
    #[prop(default = 5)]
    suggestions: u8,
    /// Whether the inputs are disabled.
    #[prop(into)]
    disabled: Signal<bool>,
    /// Told of every change and of what the page may act on.
    observer: Rc<dyn Observer>,
) -> impl IntoView {
    question(Runtime::new(Client { url, suggestions }, observer), disabled)
}

pub(crate) fn question(runtime: Runtime, disabled: Signal<bool>) -> impl IntoView {
    let flow = runtime.flow;
    let counter = move || flow.with(|flow| messages::counter(flow.length()));
    let error = Memo::new(move |_| flow.with(|flow| flow.text_error().and_then(messages::text_error)));
    let panel = Memo::new(move |_| flow.with(|flow| without_choice(flow.panel())));
    let said = move || runtime.announcement.with(|said| said.as_ref().map(messages::announcement));
    view! {
        <div class="question" part="question">
            {text_field(runtime, Field::Title, disabled)}
            {text_field(runtime, Field::Tasks, disabled)}
            <p id="counter" class="counter" part="counter" class:over=move || flow.with(|flow| flow.length() > MAX_LENGTH)>
                {counter}
            </p>
            <p id="error" class="error" part="error">{move || error.get()}</p>
            <div class="panel" part="panel" tabindex="-1">{move || panel_view(runtime, panel.get(), disabled)}</div>
            <div class="said" role="status">{said}</div>
        </div>
    }
}

fn text_field(runtime: Runtime, field: Field, disabled: Signal<bool>) -> impl IntoView {
    let (id, label, hint, autocomplete) = match field {
        Field::Title => ("title", messages::TITLE_LABEL, messages::TITLE_HINT, "organization-title"),
        Field::Tasks => ("tasks", messages::TASKS_LABEL, messages::TASKS_HINT, "off"),
    };
    let hint_id = [id, "-hint"].concat();
    let described_by = [&hint_id, " error counter"].concat();
    let flow = runtime.flow;
    let invalid = Memo::new(move |_| flow.with(|flow| is_invalid(field, flow.text_error())));
    let changed = move |event| runtime.dispatch(typed(field, event_target_value(&event)));
    let key_pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            runtime.dispatch(Event::EnterPressed);
        }
    };
    view! {
        <div class="field">
            <label for=id part="label">{label}</label>
            <p id=hint_id class="hint" part="hint">{hint}</p>
            <input
                id=id
                part="input"
                type="text"
                autocomplete=autocomplete
                aria-describedby=described_by
                aria-invalid=move || invalid.get().then_some("true")
                disabled=disabled
                value=flow.with_untracked(|flow| flow.text(field).to_owned())
                prop:value=move || flow.with(|flow| flow.text(field).to_owned())
                on:input=changed
                on:keydown=key_pressed
                on:compositionstart=move |_| runtime.dispatch(Event::CompositionStarted)
                on:compositionend=move |_| runtime.dispatch(Event::CompositionEnded)
                on:blur=move |_| runtime.dispatch(Event::FieldLeft)
            />
        </div>
    }
}

/// A text that is too long is so in both fields; a character stands in one.
fn is_invalid(field: Field, error: Option<TextError>) -> bool {
    match error {
        None | Some(TextError::TooShort { .. }) => false,
        Some(TextError::TooLong { .. }) => true,
        Some(TextError::NotPrintableAscii { field: at, .. }) => at == field,
    }
}

fn panel_view(runtime: Runtime, panel: Panel, disabled: Signal<bool>) -> AnyView {
    match panel {
        Panel::Idle => ().into_any(),
        Panel::Waiting { overdue: false } => view! { <p class="waiting">{messages::WAITING}</p> }.into_any(),
        Panel::Waiting { overdue: true } => view! { <p class="waiting">{messages::OVERDUE}</p> }.into_any(),
        Panel::NoMatch => view! { <p class="notice">{messages::NO_MATCH}</p> }.into_any(),
        Panel::Failed(failure) => {
            // The button goes away, and focus must not go with it.
            let retry = move |event: ev::MouseEvent| {
                focus_parent(&event);
                runtime.dispatch(Event::RetryPressed);
            };
            view! {
                <p class="notice">{messages::failure(failure)}</p>
                <button type="button" part="button" disabled=disabled on:click=retry>
                    {messages::TRY_AGAIN}
                </button>
            }
            .into_any()
        }
        Panel::List { answer, .. } => list::radio_group(runtime, answer.suggestions, disabled).into_any(),
    }
}

/// A list is drawn once; what is chosen in it is marked in place, so that focus stays where it is.
fn without_choice(panel: &Panel) -> Panel {
    match panel {
        Panel::List { answer, .. } => Panel::List { answer: answer.clone(), choice: Choice::Open },
        other => other.clone(),
    }
}

/// The event of a field's text being another now. The browser parts accents from their letters: form KD. It would
/// part some quotes as well, which are therefore turned into ASCII before.
pub(crate) fn typed(field: Field, text: String) -> Event {
    let decomposed = String::from(JsString::from(to_ascii(&text)).normalize("NFKD"));
    let ascii = to_ascii(&decomposed);
    Event::Typed { field, text, ascii }
}

fn focus_parent(event: &ev::MouseEvent) {
    let button = event.current_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let parent = button.and_then(|button| button.parent_element());
    if let Some(parent) = parent.and_then(|parent| parent.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = parent.focus();
    }
}
