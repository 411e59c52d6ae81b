//! In: the suggestions. Out: a radio group of them with "None of these", and every event of it, handed to
//! `runtime.rs`.
//!
//! Browsers report an arrow key, the space bar and a pointer alike as a click on a radio button. They mean different
//! things here: the arrow keys only move, all else confirms.

use crate::messages;
use crate::runtime::Runtime;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use occuform_api::Suggestion;
use occuform_flow::{Choice, Event, Panel};
use wasm_bindgen::JsCast;

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
    let group = NodeRef::<html::Fieldset>::new();
    let left = move |event: leptos::ev::FocusEvent| {
        let to = event
            .related_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let stays = group
            .get_untracked()
            .is_some_and(|group| group.contains(to.as_ref()));
        if !stays && page_has_focus() {
            runtime.dispatch(Event::ListLeft);
        }
    };
    let labels: Vec<String> = suggestions
        .into_iter()
        .map(|suggestion| suggestion.code_label)
        .collect();
    let outcome = {
        let labels = labels.clone();
        move || match choice.get() {
            Choice::Confirmed(Some(number)) => labels.get(number).map(|label| messages::confirmed(label)),
            Choice::Confirmed(None) => Some(messages::NONE_CONFIRMED.to_owned()),
            Choice::Open | Choice::Moved(_) => None,
        }
    };
    let numbered = labels
        .into_iter()
        .enumerate()
        .map(|(number, label)| (Some(number), label));
    let options = numbered.chain([(None, messages::NONE_OF_THESE.to_owned())]);
    let options: Vec<_> = options
        .map(|(number, label)| option_view(runtime, number, label, choice, arrow_pressed, disabled))
        .collect();
    view! {
        <fieldset
            class="list"
            part="list"
            disabled=disabled
            node_ref=group
            on:keydown=move |event| arrow_pressed.set_value(is_arrow(&event))
            on:keyup=move |_| arrow_pressed.set_value(false)
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
        let event = if arrow_pressed.get_value() {
            Event::Moved(number)
        } else {
            Event::Confirmed(number)
        };
        runtime.dispatch(event);
    };
    let key_pressed = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
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
