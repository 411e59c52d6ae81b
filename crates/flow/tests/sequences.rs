//! Sequences of events, and what a respondent, the network and the form get to see of them.

use occuform_api::{Field, JobText, Suggestion, TextError};
use occuform_flow::{
    Announcement, Answer, Choice, Confirm, Draft, Effect, Event, Failure, Flow, Hint, Missing, Notice, Panel,
    Settings, Status, Text, Trigger, to_ascii,
};
use proptest::prelude::*;

fn typed(field: Field, text: &str) -> Event {
    Event::Typed { field, text: in_both_ways(text) }
}

fn in_both_ways(text: &str) -> Text {
    Text { typed: text.to_owned(), ascii: to_ascii(text) }
}

fn draft(title: &str, confirmed: Option<Answer>) -> Event {
    Event::Filled(Draft { title: in_both_ways(title), tasks: Text::default(), confirmed })
}

fn reset() -> Event {
    Event::Filled(Draft::default())
}

fn failed(failure: Failure) -> Event {
    Event::Answered { sequence: 1, answer: Err(failure) }
}

const FAILURES: [Failure; 4] =
    [Failure::Offline, Failure::RateLimited { retry_after: None }, Failure::Refused, Failure::Unavailable];

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
fn the_same_text_once_more_is_nothing_new() {
    let mut flow = Flow::new(Settings::default());
    play(
        &mut flow,
        [title("barista"), Event::PauseEnded, answered(1, &["Barista"]), Event::Confirmed(Some(0))],
    );
    assert_eq!(play(&mut flow, [title("barista")]), []);
    assert_eq!(flow.form_value().status, Status::Confirmed);
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
fn no_pause_is_waited_for_while_the_text_is_too_short() {
    let mut flow = Flow::default();
    let pauses = |effects: Vec<Effect>| {
        let is_pause = |effect: &Effect| matches!(effect, Effect::StartPause(_) | Effect::CancelPause);
        effects.into_iter().filter(is_pause).collect::<Vec<_>>()
    };
    assert_eq!(pauses(flow.update(title("nu"))), [Effect::CancelPause]);
    assert_eq!(pauses(flow.update(title("nur"))), [Effect::StartPause(700)]);
    assert_eq!(pauses(flow.update(title("nu"))), [Effect::CancelPause]);
    assert_eq!(pauses(flow.update(title(&"nurse".repeat(21)))), [Effect::StartPause(700)]);
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
    assert_eq!(flow.panel(), &Panel::Unasked);
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
    assert!(effects.contains(&Effect::StartPause(2_500)));
    let effects = flow.update(Event::CompositionEnded);
    assert_eq!(effects, [Effect::StartPause(700)]);
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
    assert!(flow.update(reset()).contains(&Effect::Silence));
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
    assert!(effects.contains(&Effect::Announce(Announcement::Confirmed)));
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
    for failure in FAILURES {
        for again in [Event::AskPressed, Event::EnterPressed] {
            let mut flow = Flow::default();
            let effects = play(&mut flow, [title("nurse"), Event::PauseEnded, failed(failure)]);
            assert!(effects.contains(&Effect::Announce(Announcement::Failed(failure))));
            let value = flow.form_value();
            assert_eq!((value.status, value.title.as_str()), (Status::Failed, "nurse"));
            assert_eq!(requests(&flow.update(again)).len(), 1);
            assert_eq!(flow.form_value().status, Status::Pending);
        }
    }
}

#[test]
fn a_failure_that_may_pass_is_tried_again_twice_by_itself_and_ever_later() {
    let mut flow = Flow::default();
    play(&mut flow, [title("nurse"), Event::PauseEnded]);
    for (sequence, wait) in [(1, 3_000), (2, 12_000)] {
        let effects = flow.update(Event::Answered { sequence, answer: Err(Failure::Unavailable) });
        assert!(effects.contains(&Effect::StartRetry(wait)) && flow.will_retry());
        assert_eq!(requests(&flow.update(Event::RetryDue)).len(), 1);
    }
    let effects = flow.update(Event::Answered { sequence: 3, answer: Err(Failure::Unavailable) });
    assert!(!flow.will_retry() && !effects.iter().any(|effect| matches!(effect, Effect::StartRetry(_))));
}

#[test]
fn a_rate_limit_is_waited_for_as_long_as_the_service_asks_unless_that_is_too_long() {
    for (retry_after, wait) in
        [(Some(7), Some(7_000)), (Some(0), Some(1_000)), (None, Some(3_000)), (Some(3_600), None)]
    {
        let mut flow = Flow::default();
        play(&mut flow, [title("nurse"), Event::PauseEnded]);
        let effects = flow.update(failed(Failure::RateLimited { retry_after }));
        let started = effects.iter().find_map(|effect| match effect {
            Effect::StartRetry(milliseconds) => Some(*milliseconds),
            _ => None,
        });
        assert_eq!(started, wait, "{retry_after:?}");
    }
}

#[test]
fn a_refusal_is_not_tried_again_by_itself_and_being_offline_ends_with_being_online() {
    let mut flow = Flow::default();
    play(&mut flow, [title("nurse"), Event::PauseEnded, failed(Failure::Refused)]);
    assert!(!flow.will_retry() && requests(&flow.update(Event::CameOnline)).is_empty());

    let mut flow = Flow::default();
    play(&mut flow, [title("nurse"), Event::PauseEnded, failed(Failure::Offline)]);
    assert_eq!(requests(&flow.update(Event::CameOnline)).len(), 1);
}

#[test]
fn other_words_end_the_retry_of_the_old_ones() {
    let mut flow = Flow::default();
    play(&mut flow, [title("nurse"), Event::PauseEnded, failed(Failure::Unavailable)]);
    assert!(flow.update(title("nurses")).contains(&Effect::CancelRetry));
    assert!(!flow.will_retry());
}

#[test]
fn an_answer_that_takes_too_long_can_be_asked_for_anew() {
    let mut flow = Flow::default();
    play(&mut flow, [title("nurse"), Event::PauseEnded]);
    assert!(requests(&flow.update(Event::AskPressed)).is_empty());
    flow.update(Event::AnswerOverdue);
    let effects = flow.update(Event::AskPressed);
    assert!(effects.contains(&Effect::Abandon));
    assert_eq!(requests(&effects).len(), 1);
}

#[test]
fn a_page_chooses_when_to_ask() {
    for (trigger, after_pause, after_leaving, after_button) in
        [(Trigger::Pause, 1, 1, 1), (Trigger::Leave, 0, 1, 1), (Trigger::Button, 0, 0, 1)]
    {
        let mut flow = Flow::new(Settings { trigger, ..Settings::default() });
        let mut asked = requests(&play(&mut flow, [title("nurse"), Event::PauseEnded])).len();
        assert_eq!(asked, after_pause, "{trigger:?}");
        asked += requests(&flow.update(Event::FieldLeft)).len();
        assert_eq!(asked, after_leaving, "{trigger:?}");
        asked += requests(&flow.update(Event::AskPressed)).len();
        assert_eq!(asked, after_button, "{trigger:?}");
    }
}

#[test]
fn with_a_button_to_confirm_choosing_only_marks() {
    let mut flow = Flow::new(Settings { confirm: Confirm::Button, ..Settings::default() });
    play(&mut flow, [title("sparky"), Event::PauseEnded, answered(1, &["Electrician", "Solar Installer"])]);
    play(&mut flow, [Event::Confirmed(Some(0)), Event::ListLeft]);
    assert_eq!(flow.form_value().status, Status::Unconfirmed);
    assert!(flow.update(Event::ConfirmPressed).contains(&Effect::Notify(Notice::Confirm)));
    assert_eq!(flow.form_value().label, "Electrician");
    assert!(flow.update(Event::Confirmed(Some(1))).contains(&Effect::Notify(Notice::Clear)));
    assert_eq!((flow.form_value().status, flow.form_value().code), (Status::Unconfirmed, String::new()));
}

#[test]
fn a_draft_comes_back_with_its_confirmation_and_without_a_request() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [draft("sparky", Some(answer(&["Electrician"]))), Event::PauseEnded]);
    assert!(requests(&effects).is_empty());
    let value = flow.form_value();
    assert_eq!((value.status, value.label.as_str()), (Status::Confirmed, "Electrician"));
    assert_eq!(requests(&play(&mut flow, [title("sparkys"), title("sparky"), Event::PauseEnded])).len(), 1);
}

#[test]
fn a_draft_without_a_confirmation_is_looked_up() {
    let mut flow = Flow::default();
    let effects = play(&mut flow, [draft("sparky", None), Event::PauseEnded]);
    assert_eq!(requests(&effects).len(), 1);
}

#[test]
fn every_character_that_cannot_be_sent_is_pointed_out_once_and_in_its_field() {
    let mut flow = Flow::default();
    play(&mut flow, [title("nurse \u{1f469}\u{1f469} \u{533b}"), typed(Field::Tasks, "ward")]);
    assert_eq!(flow.unsendable(Field::Title), "\u{1f469}\u{533b}");
    assert_eq!(flow.unsendable(Field::Tasks), "");
    assert!(flow.is_invalid(Field::Title) && !flow.is_invalid(Field::Tasks));
}

#[test]
fn a_text_too_long_is_so_in_both_fields() {
    let mut flow = Flow::default();
    play(&mut flow, [title("nurse"), typed(Field::Tasks, &"x".repeat(96))]);
    assert!(flow.is_invalid(Field::Title) && flow.is_invalid(Field::Tasks));
}

#[test]
fn the_missing_half_is_asked_for() {
    for (job, tasks, missing) in [
        ("nurse", "", Missing::Half(Field::Tasks)),
        ("", "ward work", Missing::Half(Field::Title)),
        ("nurse", "ward work", Missing::Words),
    ] {
        let mut flow = Flow::default();
        play(&mut flow, [title(job), typed(Field::Tasks, tasks)]);
        assert_eq!(flow.missing(), missing);
    }
}

#[test]
fn a_hint_is_said_after_a_pause_and_holds_nothing_up() {
    let mut flow = Flow::default();
    assert!(!flow.update(title("cleaner and barista")).contains(&Effect::Announce(Announcement::Hint)));
    let effects = flow.update(Event::PauseEnded);
    assert!(effects.contains(&Effect::Announce(Announcement::Hint)) && requests(&effects).len() == 1);
    assert_eq!(flow.hint(), Some(Hint::SeveralJobs));
}

#[test]
fn a_withdrawn_confirmation_is_told_of_until_there_is_another() {
    let mut flow = listed();
    play(
        &mut flow,
        [Event::Confirmed(Some(0)), title("sparkys"), Event::PauseEnded, answered(2, &["Electrician"])],
    );
    assert!(flow.is_withdrawn());
    flow.update(Event::Confirmed(Some(0)));
    assert!(!flow.is_withdrawn());
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
    let effects = play(&mut flow, [title("nurse"), Event::PauseEnded, reset(), answered(1, &["Nurse"])]);
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
    assert!(flow.update(Event::PauseEnded).contains(&Effect::Announce(Announcement::TextError)));
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
        1 => Just(Event::AskPressed),
        1 => Just(Event::RetryDue),
        1 => Just(Event::CameOnline),
        1 => Just(Event::ConfirmPressed),
        1 => "[a-c]{0,4}".prop_map(|text| draft(&text, Some(answer(&["one"])))),
        1 => Just(reset()),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_at_most_one_request_is_in_flight_and_a_code_means_confirmed(
        events in prop::collection::vec(any_event(), 0..60),
        trigger in prop_oneof![Just(Trigger::Pause), Just(Trigger::Leave), Just(Trigger::Button)],
        confirm in prop_oneof![Just(Confirm::Choice), Just(Confirm::Button)],
    ) {
        let mut flow = Flow::new(Settings { trigger, confirm, ..Settings::default() });
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
