//! In: the suggestions. Out: a radio group of them with "None of these", and every event of it, handed to
//! `runtime.rs`.
//!
//! Browsers report an arrow key, the space bar and a pointer alike as a click on a radio button. They mean different
//! things here: the arrow keys only move, all else confirms. The space bar is not even reported on an option that is
//! marked already.

use crate::runtime::{Runtime, State};
use crate::signals::when;
use crate::words;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use occuform_flow::{Choice, Event};
use wasm_bindgen::JsCast;
use web_sys::{EventTarget, Node};

/// A suggestion's number, or "none of these".
type OptionNumber = Option<usize>;

pub(crate) fn radio_group(runtime: Runtime) -> impl IntoView {
    let arrow_pressed = StoredValue::new(false);
    let left = move |event: FocusEvent| {
        let node = |target: Option<EventTarget>| target.and_then(|target| target.dyn_into::<Node>().ok());
        let group = node(event.current_target());
        let stays = group.is_some_and(|group| group.contains(node(event.related_target()).as_ref()));
        if !stays && page_has_focus() {
            runtime.dispatch(Event::ListLeft);
        }
    };
    let options = move || {
        runtime.track_list();
        let number = runtime.peek(|state| words::suggestions(state).len());
        // Without suggestions there is no list, and nothing of it to be drawn.
        let none_of_these = (number > 0).then_some(None);
        let options = (0..number).map(Some).chain(none_of_these);
        options.map(|option| option_view(runtime, option, arrow_pressed)).collect::<Vec<_>>()
    };
    view! {
        <fieldset
            class="list"
            part="list"
            hidden=when(runtime.shown(words::has_no_list), "")
            disabled=when(runtime.configured(words::is_fixed), "")
            on:keydown:capture=move |event| note_arrow(arrow_pressed, is_arrow(&event))
            on:keyup:capture=move |_| note_arrow(arrow_pressed, false)
            on:pointerdown:capture=move |_| note_arrow(arrow_pressed, false)
            on:focusout:capture=left
        >
            <legend part="legend">{runtime.configured(|state| state.messages.text("legend").to_owned())}</legend>
            {options}
        </fieldset>
    }
}

fn option_view(runtime: Runtime, number: OptionNumber, arrow_pressed: StoredValue<bool>) -> impl IntoView {
    let clicked = move |_| {
        let moved = arrow_pressed.try_get_value() == Some(true);
        runtime.dispatch(if moved { Event::Moved(number) } else { Event::Confirmed(number) });
    };
    let key_pressed = move |event: KeyboardEvent| {
        if event.key() == "Enter" || event.key() == " " {
            event.prevent_default();
            runtime.dispatch(Event::Confirmed(number));
        }
    };
    let is = move |matches: fn(Choice, OptionNumber) -> bool| {
        let shown = runtime.shown(|state| Choices(words::choice(state)));
        move || matches(shown().0, number)
    };
    let label = runtime.peek(|state| label(state, number));
    let name = runtime.peek(|state| state.id("occupation"));
    view! {
        <label class="option" part="option" class:confirmed=is(|choice, number| choice == Choice::Confirmed(number))>
            <input
                type="radio"
                part="radio"
                name=name
                prop:checked=is(|choice, number| choice.marked() == Some(number))
                on:click:capture=clicked
                on:keydown:capture=key_pressed
            />
            <span>{label}</span>
        </label>
    }
}

struct Choices(Choice);

impl Default for Choices {
    fn default() -> Self {
        Self(Choice::Open)
    }
}

fn label(state: &State, number: OptionNumber) -> String {
    let suggestion = number.and_then(|number| words::suggestions(state).get(number));
    let Some(suggestion) = suggestion else {
        return state.messages.text("none-of-these").to_owned();
    };
    if state.setup.shows_codes {
        [&suggestion.code_category, " ", &suggestion.code_label].concat()
    } else {
        suggestion.code_label.clone()
    }
}

fn note_arrow(arrow_pressed: StoredValue<bool>, pressed: bool) {
    arrow_pressed.try_update_value(|arrow_pressed| *arrow_pressed = pressed);
}

fn is_arrow(event: &KeyboardEvent) -> bool {
    event.key().starts_with("Arrow")
}

/// Not so when the whole window was left, which is no decision for what the arrow keys stand on.
fn page_has_focus() -> bool {
    document().has_focus().unwrap_or(true)
}
