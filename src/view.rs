//! In: the state of the question. Out: the two inputs, the counter and what is shown under them; and every event of
//! theirs, handed to `runtime.rs`.

use crate::runtime::{Runtime, State};
use crate::signals::when;
use crate::{list, words};
use js_sys::JsString;
use leptos::ev;
use leptos::prelude::*;
use occuform_api::Field;
use occuform_flow::{Event, Text, to_ascii};
use wasm_bindgen::JsCast;

/// The number of that key. One that ends a composition has another (229), even where that has ended before the key comes,
/// as in Safari.
const ENTER: u32 = 13;

pub(crate) fn question(runtime: Runtime) -> impl IntoView {
    let id = |name: &'static str| runtime.peek(|state| state.id(name));
    let disabled = when(runtime.configured(|state| state.setup.disabled), "");
    // The button goes away, and focus must not go with it.
    let press = move |event: Event| {
        move |click: ev::MouseEvent| {
            focus_parent(&click);
            runtime.dispatch(event.clone());
        }
    };
    view! {
        <div class="question" part="question" on:focusin:capture=move |_| runtime.make_room()>
            {text_field(runtime, Field::Title)}
            {text_field(runtime, Field::Tasks)}
            <div id=id("counter") class="counter" part="counter" class:over=runtime.remarked(words::is_over)>
                <p class="longest">{runtime.remarked(words::longest_counter)}</p>
                <p class="count" node_ref=runtime>{runtime.configured(words::counter)}</p>
            </div>
            <p id=id("error") class="error" part="error">{runtime.remarked(words::error)}</p>
            <p id=id("advice") class="advice" part="advice">{runtime.remarked(words::hint)}</p>
            <p class="strut" class:confirms=runtime.configured(words::needs_press)>{runtime.kept(words::strut)}</p>
            <div
                class="panel"
                part="panel"
                tabindex="-1"
                class:waiting=runtime.shown(words::is_waiting)
            >
                <p class="note" part="note">{runtime.shown(words::note)}</p>
                <button
                    type="button"
                    part="button"
                    hidden=when(runtime.shown(words::has_no_ask_button), "")
                    disabled=disabled
                    on:click:capture=press(Event::AskPressed)
                >
                    {runtime.shown(words::ask_button)}
                </button>
                {list::radio_group(runtime)}
                <p class="outcome" part="outcome">{runtime.shown(words::outcome)}</p>
                <button
                    type="button"
                    part="button"
                    hidden=when(runtime.shown(words::has_no_confirm_button), "")
                    disabled=when(runtime.shown(words::has_nothing_to_confirm), "")
                    on:click:capture=press(Event::ConfirmPressed)
                >
                    {runtime.configured(|state| state.messages.text("confirm").to_owned())}
                </button>
            </div>
            <div class="said" role="status">{runtime.shown(words::announcement)}</div>
        </div>
    }
}

fn text_field(runtime: Runtime, field: Field) -> impl IntoView {
    let is_title = field == Field::Title;
    let (name, autocomplete) = if is_title { ("title", "organization-title") } else { ("tasks", "off") };
    let label = |of_title, of_tasks| runtime.configured(if is_title { of_title } else { of_tasks });
    let [id, hint_id] = [name, if is_title { "title-hint" } else { "tasks-hint" }]
        .map(|name| runtime.peek(|state| state.id(name)));
    let [error, advice, counter] =
        ["error", "advice", "counter"].map(|name| runtime.peek(|state| state.id(name)));
    let described_by = [hint_id.as_str(), &error, &advice, &counter].join(" ");
    let changed = move |event| runtime.dispatch(typed(field, event_target_value(&event)));
    let key_pressed = move |event: ev::KeyboardEvent| {
        if event.key_code() == ENTER {
            event.prevent_default();
            runtime.dispatch(Event::EnterPressed);
        }
    };
    let filled = move || {
        runtime.track_filled();
        runtime.peek(|state| state.flow.text(field).to_owned())
    };
    view! {
        <div class="field">
            <label for=id.clone() part="label">{label(title_label, tasks_label)}</label>
            <p id=hint_id class="hint" part="hint">{label(title_hint, tasks_hint)}</p>
            <input
                id=id
                part="input"
                type="text"
                autocomplete=autocomplete
                enterkeyhint="search"
                aria-describedby=described_by
                aria-required=when(runtime.configured(if is_title { is_required } else { never }), "true")
                aria-invalid=when(runtime.remarked(if is_title { is_title_invalid } else { are_tasks_invalid }), "true")
                disabled=when(runtime.configured(|state| state.setup.disabled), "")
                readonly=when(runtime.configured(|state| state.setup.readonly), "")
                prop:value=filled
                on:input:capture=changed
                on:keydown:capture=key_pressed
                on:compositionstart:capture=move |_| runtime.dispatch(Event::CompositionStarted)
                on:compositionend:capture=move |_| runtime.dispatch(Event::CompositionEnded)
                on:blur:capture=move |_| runtime.dispatch(Event::FieldLeft)
            />
        </div>
    }
}

fn is_required(state: &State) -> bool {
    state.setup.required
}

fn never(_: &State) -> bool {
    false
}

fn is_title_invalid(state: &State) -> bool {
    state.flow.is_invalid(Field::Title)
}

fn are_tasks_invalid(state: &State) -> bool {
    state.flow.is_invalid(Field::Tasks)
}

fn title_label(state: &State) -> String {
    state.messages.text("title-label").to_owned()
}

fn tasks_label(state: &State) -> String {
    state.messages.text("tasks-label").to_owned()
}

fn title_hint(state: &State) -> String {
    state.messages.text("title-hint").to_owned()
}

fn tasks_hint(state: &State) -> String {
    state.messages.text("tasks-hint").to_owned()
}

/// The event of a field's text being another now.
pub(crate) fn typed(field: Field, typed: String) -> Event {
    Event::Typed { field, text: text(typed) }
}

/// The browser parts accents from their letters: form KD. It would part some quotes as well, which are therefore
/// turned into ASCII before. What is in ASCII then, as most texts are, has nothing to be parted.
pub(crate) fn text(typed: String) -> Text {
    let mut ascii = to_ascii(&typed);
    if !ascii.is_ascii() {
        ascii = to_ascii(&String::from(JsString::from(ascii).normalize("NFKD")));
    }
    Text { typed, ascii }
}

fn focus_parent(event: &ev::MouseEvent) {
    let button = event.current_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let parent = button.and_then(|button| button.parent_element());
    if let Some(parent) = parent.and_then(|parent| parent.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = parent.focus();
    }
}
