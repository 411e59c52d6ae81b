//! In: the suggestions. Out: a radio group of them with "None of these", and every event of it, handed to
//! `runtime.rs`.
//!
//! Browsers report an arrow key, the space bar and a pointer alike as a click on a radio button. They mean different
//! things here: the arrow keys only move, all else confirms. The space bar is not even reported on an option that is
//! marked already.
//!
//! A browser also reports that focus left while the list is being taken away, when its signals are gone already: what
//! runs on events asks for them with care.

use crate::messages;
use crate::runtime::Runtime;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use occuform_api::Suggestion;
use occuform_flow::{Choice, Event, Panel};
use wasm_bindgen::JsCast;
use web_sys::{EventTarget, Node};

/// A suggestion's number, or "none of these".
type OptionNumber = Option<usize>;

pub(crate) fn radio_group(
    runtime: Runtime,
    suggestions: Vec<Suggestion>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let choice = Memo::new(move |_| {
        runtime.flow.with(|flow| match flow.panel() {
            Panel::List { choice, .. } => *choice,
            _ => Choice::Open,
        })
    });
    let arrow_pressed = StoredValue::new(false);
    let note_arrow = move |pressed| {
        arrow_pressed.try_update_value(|arrow_pressed| *arrow_pressed = pressed);
    };
    let left = move |event: FocusEvent| {
        let node = |target: Option<EventTarget>| target.and_then(|target| target.dyn_into::<Node>().ok());
        let group = node(event.current_target());
        let stays = group.is_some_and(|group| group.contains(node(event.related_target()).as_ref()));
        if !stays && page_has_focus() {
            runtime.dispatch(Event::ListLeft);
        }
    };
    let labels: Vec<String> = suggestions.into_iter().map(|suggestion| suggestion.code_label).collect();
    let outcome = {
        let labels = labels.clone();
        move || match choice.get() {
            Choice::Confirmed(Some(number)) => labels.get(number).map(|label| messages::confirmed(label)),
            Choice::Confirmed(None) => Some(messages::NONE_CONFIRMED.to_owned()),
            Choice::Open | Choice::Moved(_) => None,
        }
    };
    let numbered = labels.into_iter().enumerate().map(|(number, label)| (Some(number), label));
    let options = numbered.chain([(None, messages::NONE_OF_THESE.to_owned())]);
    let options: Vec<_> = options
        .map(|(number, label)| option_view(runtime, number, label, choice, arrow_pressed, disabled))
        .collect();
    view! {
        <fieldset
            class="list"
            part="list"
            disabled=disabled
            on:keydown=move |event| note_arrow(is_arrow(&event))
            on:keyup=move |_| note_arrow(false)
            on:pointerdown=move |_| note_arrow(false)
            on:focusout=left
        >
            <legend>{messages::LEGEND}</legend>
            {options}
        </fieldset>
        <p class="outcome" part="outcome">{outcome}</p>
    }
}

fn option_view(
    runtime: Runtime,
    number: OptionNumber,
    label: String,
    choice: Memo<Choice>,
    arrow_pressed: StoredValue<bool>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let clicked = move |_| {
        let event = if arrow_pressed.try_get_value() == Some(true) {
            Event::Moved(number)
        } else {
            Event::Confirmed(number)
        };
        runtime.dispatch(event);
    };
    let key_pressed = move |event: KeyboardEvent| {
        if event.key() == "Enter" || event.key() == " " {
            event.prevent_default();
            runtime.dispatch(Event::Confirmed(number));
        }
    };
    view! {
        <label class="option" part="option" class:confirmed=move || choice.get() == Choice::Confirmed(number)>
            <input
                type="radio"
                name="occupation"
                disabled=disabled
                prop:checked=move || choice.get().marked() == Some(number)
                on:click=clicked
                on:keydown=key_pressed
            />
            <span>{label}</span>
        </label>
    }
}

fn is_arrow(event: &KeyboardEvent) -> bool {
    event.key().starts_with("Arrow")
}

/// Not so when the whole window was left, which is no decision for what the arrow keys stand on.
fn page_has_focus() -> bool {
    document().has_focus().unwrap_or(true)
}
