//! Sequences of events, and what a respondent, the network and the form get to see of them.

use occuform_api::{Field, JobText, Suggestion, TextError};
use occuform_flow::{
    Announcement, Answer, Choice, Effect, Event, Failure, Flow, Notice, Panel, Status, to_ascii,
};
use proptest::prelude::*;

fn typed(field: Field, text: &str) -> Event {
    Event::Typed { field, text: text.to_owned(), ascii: to_ascii(text) }
}

fn title(text: &str) -> Event {
    typed(Field::Title, text)
}

fn answer(labels: &[&str]) -> Answer {
    let suggestions = labels.iter().enumerate().map(|(number, label)| Suggestion {
        code_category: format!("{}", 100_000 + number),
        code_label: (*label).to_owned(),
        code_confidence: 0.5,
    });
    Answer { suggestions: suggestions.collect(), source: "embedded".into(), model: "m1".into() }
}

fn answered(sequence: u32, labels: &[&str]) -> Event {
    Event::Answered { sequence, answer: Ok(answer(labels)) }
}

/// Plays the events and returns all effects.
fn play(flow: &mut Flow, events: impl IntoIterator<Item = Event>) -> Vec<Effect> {
    events.into_iter().flat_map(|event| flow.update(event)).collect()
}

fn requests(effects: &[Effect]) -> Vec<(u32, JobText)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Ask { sequence, text } => Some((*sequence, text.clone())),
            _ => None,
        })
        .collect()
}

fn listed() -> Flow {
    let mut flow = Flow::default();
    play(&mut flow, [title("sparky"), Event::PauseEnded, answered(1, &["Electrician", "Solar Installer"])]);
    flow
}

#[test]
fn fast_typing_makes_one_request_with_the_whole_text() {
    let mut flow = Flow::default();
    let word = "registered nurse";
    let mut effects = play(&mut flow, (1..=word.len()).map(|end| title(&word[..end])));
    assert!(requests(&effects).is_empty());
    effects.extend(flow.update(Event::PauseEnded));
    assert_eq!(requests(&effects), [(1, JobText::new(word, "").unwrap())]);
}

#[test]
fn leaving_a_field_asks_at_once_and_the_pause_does_not_ask_again() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [title("nurse"), Event::FieldLeft, Event::PauseEnded]);
    assert_eq!(requests(&effects).len(), 1);
    assert!(effects.contains(&Effect::CancelPause));
}

#[test]
fn title_then_tasks_makes_two_requests_at_most() {
    let mut flow = Flow::default();
    let effects = play(
        &mut flow,
        [
            title("nurse"),
            Event::FieldLeft,
            typed(Field::Tasks, "w"),
            typed(Field::Tasks, "ward"),
            Event::FieldLeft,
            Event::PauseEnded,
        ],
    );
    assert_eq!(requests(&effects).len(), 2);
}

#[test]
fn a_late_answer_to_an_old_question_is_dropped() {
    let mut flow = Flow::default();
    let effects = play(
        &mut flow,
        [title("nurse"), Event::PauseEnded, title("nurse aide"), answered(1, &["Registered Nurse"])],
    );
    assert!(effects.contains(&Effect::Abandon));
    assert_eq!(flow.panel(), &Panel::Waiting { overdue: false });
    play(&mut flow, [Event::PauseEnded, answered(1, &["Registered Nurse"])]);
    assert_eq!(flow.panel(), &Panel::Waiting { overdue: false });
    play(&mut flow, [answered(2, &["Nursing Assistant"])]);
    assert!(matches!(flow.panel(), Panel::List { .. }));
}

#[test]
fn text_that_was_just_answered_is_not_asked_again() {
    let mut flow = listed();
    let effects = play(
        &mut flow,
        [title("sparky "), title("sparkys"), title("sparky"), Event::FieldLeft, Event::PauseEnded],
    );
    assert!(requests(&effects).is_empty());
    assert!(matches!(flow.panel(), Panel::List { choice: Choice::Open, .. }));
}

#[test]
fn while_a_word_is_composed_the_pause_is_longer() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [Event::CompositionStarted, title("nurse"), Event::EnterPressed]);
    assert!(requests(&effects).is_empty());
    assert!(effects.contains(&Effect::StartPause { composing: true }));
    let effects = flow.update(Event::CompositionEnded);
    assert_eq!(effects, [Effect::StartPause { composing: false }]);
    assert_eq!(requests(&flow.update(Event::PauseEnded)).len(), 1);
}

#[test]
fn a_phone_that_never_ends_its_composition_is_answered_all_the_same() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [Event::CompositionStarted, title("nurse"), Event::PauseEnded]);
    assert_eq!(requests(&effects).len(), 1);
}

#[test]
fn what_was_said_is_taken_back_when_it_no_longer_holds() {
    let mut flow = listed();
    assert!(flow.update(title("sparky and")).contains(&Effect::Silence));
    assert!(flow.update(Event::Reset).contains(&Effect::Silence));
}

#[test]
fn text_that_cannot_be_sent_is_kept_and_not_asked_for() {
    for (text, error) in [
        ("ab".to_owned(), TextError::TooShort { length: 2 }),
        ("a".repeat(101), TextError::TooLong { length: 101, limit: 100 }),
        (
            "\u{533b}\u{751f}\u{533b}".to_owned(),
            TextError::NotPrintableAscii { field: Field::Title, character: '\u{533b}' },
        ),
    ] {
        let mut flow = Flow::default();
        let effects =
            play(&mut flow, [title(&text), Event::FieldLeft, Event::EnterPressed, Event::PauseEnded]);
        assert!(requests(&effects).is_empty());
        assert_eq!(flow.text_error(), Some(error));
        assert_eq!(flow.form_value().title, text);
        assert_eq!(flow.form_value().status, Status::Unsuitable);
    }
}

#[test]
fn a_curly_quote_is_sent_straight_and_submitted_as_typed() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [title("driver\u{2019}s mate"), Event::PauseEnded]);
    assert_eq!(requests(&effects), [(1, JobText::new("driver's mate", "").unwrap())]);
    assert_eq!(flow.form_value().title, "driver\u{2019}s mate");
}

#[test]
fn a_confirmed_suggestion_is_what_the_form_submits() {
    let mut flow = listed();
    assert_eq!(flow.form_value().status, Status::Unconfirmed);
    let effects = flow.update(Event::Confirmed(Some(1)));
    assert!(effects.contains(&Effect::Announce(Announcement::Confirmed(Some("Solar Installer".into())))));
    let value = flow.form_value();
    assert_eq!((value.code.as_str(), value.label.as_str()), ("100001", "Solar Installer"));
    assert_eq!((value.status, value.confidence), (Status::Confirmed, Some(0.5)));
    assert_eq!((value.source.as_str(), value.model.as_str()), ("embedded", "m1"));
}

#[test]
fn arrow_keys_only_move_and_leaving_the_list_confirms() {
    let mut flow = listed();
    play(&mut flow, [Event::Moved(Some(0)), Event::Moved(Some(1))]);
    assert_eq!(flow.form_value().status, Status::Unconfirmed);
    let effects = flow.update(Event::ListLeft);
    assert!(effects.contains(&Effect::Notify(Notice::Confirm)));
    assert_eq!(flow.form_value().code, "100001");
}

#[test]
fn leaving_the_list_without_a_move_confirms_nothing() {
    let mut flow = listed();
    assert!(flow.update(Event::ListLeft).is_empty());
    assert_eq!(flow.form_value().status, Status::Unconfirmed);
}

#[test]
fn none_of_these_is_an_answer_without_a_code() {
    let mut flow = listed();
    flow.update(Event::Confirmed(None));
    let value = flow.form_value();
    assert_eq!((value.status, value.code.as_str()), (Status::NoneOfThese, ""));
}

#[test]
fn a_change_of_text_withdraws_the_confirmation() {
    let mut flow = listed();
    let effects = play(&mut flow, [Event::Confirmed(Some(0)), title("sparky and"), title("sparky")]);
    assert!(effects.contains(&Effect::Announce(Announcement::Withdrawn)));
    let value = flow.form_value();
    assert_eq!((value.status, value.code.as_str()), (Status::Unconfirmed, ""));
}

#[test]
fn a_second_confirmation_of_the_same_option_is_silent() {
    let mut flow = listed();
    flow.update(Event::Confirmed(Some(0)));
    assert!(flow.update(Event::Confirmed(Some(0))).is_empty());
}

#[test]
fn an_option_that_is_not_there_cannot_be_chosen() {
    let mut flow = listed();
    assert!(play(&mut flow, [Event::Moved(Some(2)), Event::Confirmed(Some(9))]).is_empty());
    assert_eq!(flow.form_value().status, Status::Unconfirmed);
}

#[test]
fn every_failure_keeps_the_text_and_can_be_tried_again() {
    for failure in [Failure::Offline, Failure::RateLimited, Failure::Refused, Failure::Unavailable] {
        for again in [Event::RetryPressed, Event::EnterPressed] {
            let mut flow = Flow::default();
            let effects = play(
                &mut flow,
                [title("nurse"), Event::PauseEnded, Event::Answered { sequence: 1, answer: Err(failure) }],
            );
            assert!(effects.contains(&Effect::Announce(Announcement::Failed(failure))));
            let value = flow.form_value();
            assert_eq!((value.status, value.title.as_str()), (Status::Failed, "nurse"));
            assert_eq!(requests(&flow.update(again)).len(), 1);
            assert_eq!(flow.form_value().status, Status::Pending);
        }
    }
}

#[test]
fn no_match_is_said_and_submitted() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [title("qwxz"), Event::PauseEnded, answered(1, &[])]);
    assert!(effects.contains(&Effect::Announce(Announcement::NoMatch)));
    assert_eq!(flow.form_value().status, Status::NoMatch);
}

#[test]
fn a_slow_answer_is_said_to_be_slow_and_still_counts() {
    let mut flow = Flow::default();
    play(&mut flow, [title("nurse"), Event::PauseEnded, Event::AnswerOverdue]);
    assert_eq!(flow.panel(), &Panel::Waiting { overdue: true });
    play(&mut flow, [answered(1, &["Registered Nurse"])]);
    assert_eq!(flow.form_value().status, Status::Unconfirmed);
}

#[test]
fn clearing_the_fields_leaves_an_empty_question() {
    let mut flow = listed();
    play(&mut flow, [Event::Confirmed(Some(0)), title("")]);
    assert_eq!((flow.form_value().status, flow.panel()), (Status::Empty, &Panel::Idle));
}

#[test]
fn a_reset_forgets_everything_and_drops_the_answer_on_its_way() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [title("nurse"), Event::PauseEnded, Event::Reset, answered(1, &["Nurse"])]);
    assert!(effects.contains(&Effect::Abandon));
    assert_eq!(flow.form_value().status, Status::Empty);
    let effects = play(&mut flow, [title("nurse"), Event::PauseEnded]);
    assert_eq!(requests(&effects)[0].0, 2);
}

#[test]
fn few_characters_left_are_announced_after_a_pause_only() {
    let mut flow = Flow::default();
    let few = Effect::Announce(Announcement::CharactersLeft(5));
    assert!(!flow.update(title(&"a".repeat(95))).contains(&few));
    assert!(flow.update(Event::PauseEnded).contains(&few));
    play(&mut flow, [title(&"a".repeat(103))]);
    assert!(flow.update(Event::PauseEnded).contains(&Effect::Announce(Announcement::TextError(
        TextError::TooLong { length: 103, limit: 100 }
    ))));
}

fn any_event() -> impl Strategy<Value = Event> {
    let text = prop_oneof!["[a-c ]{0,4}", Just("a".repeat(101)), Just("\u{533b}\u{751f}\u{533b}".to_owned())];
    let option = prop::option::of(0..3_usize);
    prop_oneof![
        4 => (any::<bool>(), text).prop_map(|(is_title, text)| {
            typed(if is_title { Field::Title } else { Field::Tasks }, &text)
        }),
        1 => Just(Event::CompositionStarted),
        1 => Just(Event::CompositionEnded),
        2 => Just(Event::FieldLeft),
        1 => Just(Event::EnterPressed),
        2 => Just(Event::PauseEnded),
        1 => Just(Event::AnswerOverdue),
        3 => (0..6_u32, 0..3_usize).prop_map(|(sequence, number)| {
            answered(sequence, &["one", "two"][..number.min(2)])
        }),
        1 => (0..6_u32).prop_map(|sequence| Event::Answered { sequence, answer: Err(Failure::Offline) }),
        1 => option.clone().prop_map(Event::Moved),
        1 => option.prop_map(Event::Confirmed),
        1 => Just(Event::ListLeft),
        1 => Just(Event::RetryPressed),
        1 => Just(Event::Reset),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_at_most_one_request_is_in_flight_and_a_code_means_confirmed(
        events in prop::collection::vec(any_event(), 0..60),
    ) {
        let mut flow = Flow::default();
        let mut in_flight: Option<u32> = None;
        let mut last = 0;
        for event in events {
            let answer_to = match &event {
                Event::Answered { sequence, .. } => Some(*sequence),
                _ => None,
            };
            let effects = flow.update(event);
            if answer_to.is_some() && answer_to == in_flight {
                in_flight = None;
            }
            for effect in effects {
                match effect {
                    Effect::Ask { sequence, .. } => {
                        prop_assert_eq!(in_flight, None);
                        prop_assert!(sequence > last);
                        last = sequence;
                        in_flight = Some(sequence);
                    }
                    Effect::Abandon => prop_assert!(in_flight.take().is_some()),
                    _ => {}
                }
            }
            let value = flow.form_value();
            prop_assert_eq!(value.status == Status::Confirmed, !value.code.is_empty());
        }
    }
}
