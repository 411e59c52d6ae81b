//! Each event in each state: what the form would submit afterwards, and whether a request goes out.

use occuform_api::{Field, Suggestion};
use occuform_flow::{Answer, Draft, Effect, Event, Failure, Flow, Text};

fn text(text: &str) -> Text {
    Text { typed: text.to_owned(), ascii: text.to_owned() }
}

fn typed(words: &str) -> Event {
    Event::Typed { field: Field::Title, text: text(words) }
}

fn answered(sequence: u32, labels: usize) -> Event {
    let suggestion = Suggestion { code_category: "1".into(), code_label: "One".into(), code_confidence: 0.5 };
    let answer = Answer { suggestions: vec![suggestion; labels], ..Answer::default() };
    Event::Answered { sequence, answer: Ok(answer) }
}

fn failed(failure: Failure) -> Event {
    Event::Answered { sequence: 1, answer: Err(failure) }
}

/// Each state by the events that lead to it.
fn states() -> Vec<(&'static str, Vec<Event>)> {
    let asked = || vec![typed("nurse"), Event::PauseEnded];
    let then = |events: Vec<Event>| [asked(), events].concat();
    vec![
        ("empty", vec![]),
        ("short", vec![typed("ab")]),
        ("long", vec![typed(&"a".repeat(101))]),
        ("unasked", vec![typed("nurse")]),
        ("waiting", asked()),
        ("overdue", then(vec![Event::AnswerOverdue])),
        ("list", then(vec![answered(1, 2)])),
        ("marked", then(vec![answered(1, 2), Event::Moved(Some(1))])),
        ("confirmed", then(vec![answered(1, 2), Event::Confirmed(Some(0))])),
        ("none", then(vec![answered(1, 2), Event::Confirmed(None)])),
        ("no match", then(vec![answered(1, 0)])),
        ("offline", then(vec![failed(Failure::Offline)])),
        ("refused", then(vec![failed(Failure::Refused)])),
    ]
}

fn events() -> Vec<(&'static str, Event)> {
    vec![
        ("typed", typed("nurses")),
        ("typed too little", typed("a")),
        ("composed", Event::CompositionStarted),
        ("composition ended", Event::CompositionEnded),
        ("field left", Event::FieldLeft),
        ("Enter", Event::EnterPressed),
        ("button", Event::AskPressed),
        ("pause ended", Event::PauseEnded),
        ("overdue", Event::AnswerOverdue),
        ("answered", answered(1, 2)),
        ("retry", Event::RetryDue),
        ("online", Event::CameOnline),
        ("moved", Event::Moved(Some(1))),
        ("confirmed", Event::Confirmed(Some(0))),
        ("none", Event::Confirmed(None)),
        ("confirm pressed", Event::ConfirmPressed),
        ("list left", Event::ListLeft),
        ("filled", Event::Filled(Draft { title: text("chef"), ..Draft::default() })),
        ("reset", Event::Filled(Draft::default())),
    ]
}

/// One column a state, in the order of [`states`]: the status by its first letters, `+` where a request goes out.
const EXPECTED: &str = "
typed             : pen pen pen pen pen pen pen pen pen pen pen pen pen
typed too little  : uns uns uns uns uns uns uns uns uns uns uns uns uns
composed          : emp uns uns pen pen pen unc unc con non no- fai fai
composition ended : emp uns uns pen pen pen unc unc con non no- fai fai
field left        : emp uns uns pen+ pen pen unc unc con non no- fai fai
Enter             : emp uns uns pen+ pen pen+ unc unc con non no- pen+ pen+
button            : emp uns uns pen+ pen pen+ unc unc con non no- pen+ pen+
pause ended       : emp uns uns pen+ pen pen unc unc con non no- fai fai
overdue           : emp uns uns pen pen pen unc unc con non no- fai fai
answered          : emp uns uns pen unc unc unc unc con non no- fai fai
retry             : emp uns uns pen+ pen pen unc unc con non no- pen+ pen+
online            : emp uns uns pen pen pen unc unc con non no- pen+ fai
moved             : emp uns uns pen pen pen unc unc unc unc no- fai fai
confirmed         : emp uns uns pen pen pen con con con con no- fai fai
none              : emp uns uns pen pen pen non non non non no- fai fai
confirm pressed   : emp uns uns pen pen pen unc con con non no- fai fai
list left         : emp uns uns pen pen pen unc con con non no- fai fai
filled            : pen pen pen pen pen pen pen pen pen pen pen pen pen
reset             : emp emp emp emp emp emp emp emp emp emp emp emp emp
";

#[test]
fn each_event_in_each_state_leads_where_the_table_says() {
    let table: Vec<(&str, Vec<&str>)> = EXPECTED
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(event, row)| (event.trim(), row.split_whitespace().collect()))
        .collect();
    assert_eq!(table.len(), events().len());
    for ((row, expected), (name, event)) in table.into_iter().zip(events()) {
        assert_eq!(row, name);
        let found: Vec<String> = states().into_iter().map(|(_, path)| outcome(path, event.clone())).collect();
        assert_eq!(found, expected, "{name}, over {:?}", states().into_iter().map(|(state, _)| state));
    }
}

fn outcome(path: Vec<Event>, event: Event) -> String {
    let mut flow = Flow::default();
    for event in path {
        flow.update(event);
    }
    let asks = flow.update(event).iter().any(|effect| matches!(effect, Effect::Ask { .. }));
    let status: String = flow.form_value().status.as_str().chars().take(3).collect();
    if asks { [&status, "+"].concat() } else { status }
}
