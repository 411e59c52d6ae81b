//! In: the state of the question. Out: the words and marks that show it, each a plain function. Next: `view.rs`.

use crate::runtime::State;
use occuform_api::{Field, MAX_LENGTH, Suggestion};
use occuform_flow::{Announcement, Choice, Confirm, Failure, Hint, Missing, Panel, Trigger};

/// Something that the page shows of the state.
pub(crate) type Shown<T> = fn(&State) -> T;

pub(crate) fn counter(state: &State) -> String {
    counted(state, state.flow.length().abs_diff(MAX_LENGTH))
}

/// As long as the counter gets.
pub(crate) fn longest_counter(state: &State) -> String {
    counted(state, MAX_LENGTH)
}

fn counted(state: &State, characters: usize) -> String {
    state.messages.plural(if is_over(state) { "counter-over" } else { "counter-left" }, characters)
}

pub(crate) fn is_over(state: &State) -> bool {
    state.flow.length() > MAX_LENGTH
}

/// What is wrong with the text, if it is worth saying: too short is not, while one is still typing.
pub(crate) fn error(state: &State) -> String {
    let mut errors = String::new();
    let mut add = |error: &str| {
        errors.push_str(if errors.is_empty() { "" } else { " " });
        errors.push_str(error);
    };
    for (field, key) in [(Field::Title, "error-title"), (Field::Tasks, "error-tasks")] {
        let characters = state.flow.unsendable(field);
        if !characters.is_empty() {
            add(&state.messages.with(key, &characters));
        }
    }
    if is_over(state) {
        add(&state.messages.plural("error-long", state.flow.length() - MAX_LENGTH));
    }
    errors
}

pub(crate) fn hint(state: &State) -> String {
    let key = match state.flow.hint() {
        None => return String::new(),
        Some(Hint::SeveralJobs) => "hint-several-jobs",
        Some(Hint::Code) => "hint-code",
    };
    state.messages.text(key).to_owned()
}

/// What is said under the fields about the lookup.
pub(crate) fn note(state: &State) -> String {
    let text = |key| state.messages.text(key).to_owned();
    match state.flow.panel() {
        Panel::Waiting { overdue: false } => text("waiting"),
        Panel::Waiting { overdue: true } => text("overdue"),
        Panel::NoMatch(_) => [state.messages.text("no-match"), missing(state)].join(" "),
        Panel::Failed(failure) => failed(state, *failure),
        Panel::Unasked if state.flow.is_withdrawn() => text("withdrawn"),
        Panel::Idle | Panel::Unasked | Panel::List { .. } => String::new(),
    }
}

fn missing(state: &State) -> &str {
    state.messages.text(match state.flow.missing() {
        Missing::Half(Field::Tasks) => "missing-tasks",
        Missing::Half(Field::Title) => "missing-title",
        Missing::Words => "missing-words",
    })
}

fn failed(state: &State, failure: Failure) -> String {
    let words = state.messages.text(match failure {
        Failure::Offline => "failed-offline",
        Failure::RateLimited { .. } => "failed-rate-limited",
        Failure::Refused => "failed-refused",
        Failure::Unavailable => "failed-unavailable",
    });
    let then = match failure {
        Failure::Offline => "will-retry-online",
        _ if state.flow.will_retry() => "will-retry",
        _ => return words.to_owned(),
    };
    [words, state.messages.text(then)].join(" ")
}

/// What is said under the list about the choice.
pub(crate) fn outcome(state: &State) -> String {
    let Panel::List { answer, choice } = state.flow.panel() else {
        return String::new();
    };
    let label =
        |number: &usize| answer.suggestions.get(*number).map(|suggestion| suggestion.code_label.as_str());
    let with_label = |key, option: Option<usize>| {
        let label = option.as_ref().and_then(label).unwrap_or(state.messages.text("none-of-these"));
        state.messages.with(key, label)
    };
    match choice {
        Choice::Confirmed(option) if is_fixed(state) => with_label("confirmed-fixed", *option),
        Choice::Confirmed(None) => [state.messages.text("none-confirmed"), missing(state)].join(" "),
        Choice::Confirmed(option) => with_label("confirmed", *option),
        Choice::Moved(option) if needs_press(state) => with_label("confirm-hint", *option),
        Choice::Open | Choice::Moved(_) if state.flow.is_withdrawn() => {
            state.messages.text("choose-again").to_owned()
        }
        Choice::Open | Choice::Moved(_) => String::new(),
    }
}

/// What a screen reader says.
pub(crate) fn announcement(state: &State) -> String {
    match state.announcement {
        None => String::new(),
        Some(Announcement::Suggestions(count)) => state.messages.plural("results", count),
        Some(Announcement::Confirmed) => outcome(state),
        Some(Announcement::Withdrawn) => state.messages.text("withdrawn").to_owned(),
        Some(Announcement::CharactersLeft(count)) => state.messages.plural("few-left", count),
        Some(Announcement::TextError) => error(state),
        Some(Announcement::Hint) => hint(state),
        Some(Announcement::Overdue) => state.messages.text("overdue").to_owned(),
        Some(Announcement::NoMatch | Announcement::Failed(_)) => note(state),
    }
}

/// The button that asks; empty where there is none.
pub(crate) fn ask_button(state: &State) -> String {
    let key = match state.flow.panel() {
        Panel::Failed(_) | Panel::Waiting { overdue: true } => "retry",
        Panel::Unasked if state.flow.settings().trigger == Trigger::Button => "ask",
        _ => return String::new(),
    };
    state.messages.text(key).to_owned()
}

pub(crate) fn has_no_ask_button(state: &State) -> bool {
    ask_button(state).is_empty()
}

pub(crate) fn has_no_confirm_button(state: &State) -> bool {
    !needs_press(state) || has_no_list(state)
}

pub(crate) fn has_nothing_to_confirm(state: &State) -> bool {
    is_fixed(state) || !matches!(choice(state), Choice::Moved(_))
}

/// An answer that may be read and not changed.
pub(crate) fn is_fixed(state: &State) -> bool {
    state.setup.disabled || state.setup.readonly
}

pub(crate) fn needs_press(state: &State) -> bool {
    state.flow.settings().confirm == Confirm::Button
}

pub(crate) fn has_no_list(state: &State) -> bool {
    !matches!(state.flow.panel(), Panel::List { .. })
}

/// Whether there is nothing to read or to press under the fields.
pub(crate) fn is_blank(state: &State) -> bool {
    has_no_list(state) && has_no_ask_button(state) && note(state).is_empty()
}

/// Whether a list is about to come.
pub(crate) fn is_waiting(state: &State) -> bool {
    matches!(state.flow.panel(), Panel::Waiting { overdue: false })
}

/// What keeps the room for a list, if it is kept: a line of that height, as wide as nothing.
pub(crate) fn strut(state: &State) -> String {
    if state.room { "\u{200b}".to_owned() } else { String::new() }
}

pub(crate) fn suggestions(state: &State) -> &[Suggestion] {
    match state.flow.panel() {
        Panel::List { answer, .. } => &answer.suggestions,
        _ => &[],
    }
}

/// The choice that is marked, and whether it is confirmed.
pub(crate) fn choice(state: &State) -> Choice {
    match state.flow.panel() {
        Panel::List { choice, .. } => *choice,
        _ => Choice::Open,
    }
}
