//! In: one [`Event`] after another. Out: the [`Effect`]s of each, and the state that the page shows.
//! Next: the widget's `runtime.rs` carries the effects out.

use crate::event::{Answer, Event, Failure};
use crate::{Announcement, Choice, Effect, FormValue, Notice, Panel, Status};
use occuform_api::{Field, JobText, MAX_LENGTH, TextError, text_length};

/// From how many characters left a screen reader is told.
const FEW_CHARACTERS_LEFT: usize = 10;

/// What a page may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long typing must rest before suggestions are asked for, in milliseconds.
    pub pause_ms: u32,
    /// The same while an input method composes a word. Phone keyboards compose every word as long as it is written,
    /// so that waiting for the end of it could mean waiting for ever.
    pub composing_pause_ms: u32,
    /// After how long an answer is said to take long, in milliseconds.
    pub overdue_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { pause_ms: 700, composing_pause_ms: 2_500, overdue_ms: 2_000 }
    }
}

/// The occupation question.
#[derive(Clone, Debug)]
pub struct Flow {
    title: Text,
    tasks: Text,
    composing: bool,
    panel: Panel,
    sequence: u32,
    in_flight: Option<JobText>,
    answered: Option<(JobText, Answer)>,
}

/// A field's text as typed and as it would be sent.
#[derive(Clone, Debug, Default)]
struct Text {
    typed: String,
    ascii: String,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            title: Text::default(),
            tasks: Text::default(),
            composing: false,
            panel: Panel::Idle,
            sequence: 0,
            in_flight: None,
            answered: None,
        }
    }
}

impl Flow {
    /// Takes one event in and says what is to be done.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Typed { field, text, ascii } => self.typed(field, text, ascii),
            Event::CompositionStarted => {
                self.composing = true;
                Vec::new()
            }
            Event::CompositionEnded => {
                self.composing = false;
                vec![self.start_pause()]
            }
            Event::PauseEnded => self.pause_ended(),
            Event::FieldLeft => self.ask_if_unanswered(),
            Event::EnterPressed if self.composing => Vec::new(),
            Event::EnterPressed | Event::RetryPressed => {
                let mut effects = Vec::new();
                if matches!(self.panel, Panel::Failed(_)) {
                    self.panel = Panel::Waiting { overdue: false };
                    effects.push(Effect::Silence);
                }
                effects.extend(self.ask_if_unanswered());
                effects
            }
            Event::AnswerOverdue => {
                if self.in_flight.is_none() {
                    return Vec::new();
                }
                self.panel = Panel::Waiting { overdue: true };
                vec![Effect::Announce(Announcement::Overdue)]
            }
            Event::Answered { sequence, answer } => self.answered(sequence, answer),
            Event::Moved(option) => self.moved(option),
            Event::Confirmed(option) => self.confirmed(option),
            Event::ListLeft => match self.choice() {
                Some(Choice::Moved(option)) => self.confirmed(option),
                _ => Vec::new(),
            },
            Event::Reset => self.reset(),
        }
    }

    /// A field's text as typed.
    pub fn text(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.title.typed,
            Field::Tasks => &self.tasks.typed,
        }
    }

    /// Characters over both fields, counted as they would be sent.
    pub fn length(&self) -> usize {
        text_length(&self.title.ascii, &self.tasks.ascii)
    }

    /// The rule that the text breaks; an empty text is [`TextError::TooShort`].
    pub fn text_error(&self) -> Option<TextError> {
        self.job_text().err()
    }

    /// What is shown under the fields.
    pub const fn panel(&self) -> &Panel {
        &self.panel
    }

    /// What the form submits if it is submitted now.
    pub fn form_value(&self) -> FormValue {
        let mut value = FormValue {
            title: self.title.typed.clone(),
            tasks: self.tasks.typed.clone(),
            code: String::new(),
            label: String::new(),
            confidence: None,
            status: self.status(),
            source: String::new(),
            model: String::new(),
        };
        if let Panel::List { answer, choice: Choice::Confirmed(option) } = &self.panel {
            value.source.clone_from(&answer.source);
            value.model.clone_from(&answer.model);
            if let Some(suggestion) = option.and_then(|number| answer.suggestions.get(number)) {
                value.code.clone_from(&suggestion.code_category);
                value.label.clone_from(&suggestion.code_label);
                value.confidence = Some(suggestion.code_confidence);
            }
        }
        value
    }

    fn status(&self) -> Status {
        match (&self.panel, self.job_text()) {
            (_, Err(TextError::TooShort { length: 0 })) => Status::Empty,
            (_, Err(_)) => Status::Unsuitable,
            (Panel::List { choice: Choice::Confirmed(Some(_)), .. }, _) => Status::Confirmed,
            (Panel::List { choice: Choice::Confirmed(None), .. }, _) => Status::NoneOfThese,
            (Panel::List { .. }, _) => Status::Unconfirmed,
            (Panel::NoMatch, _) => Status::NoMatch,
            (Panel::Failed(_), _) => Status::Failed,
            (Panel::Idle | Panel::Waiting { .. }, _) => Status::Pending,
        }
    }

    fn job_text(&self) -> Result<JobText, TextError> {
        JobText::new(&self.title.ascii, &self.tasks.ascii)
    }

    const fn choice(&self) -> Option<Choice> {
        match self.panel {
            Panel::List { choice, .. } => Some(choice),
            _ => None,
        }
    }

    fn typed(&mut self, field: Field, typed: String, ascii: String) -> Vec<Effect> {
        let before = self.job_text();
        let text = match field {
            Field::Title => &mut self.title,
            Field::Tasks => &mut self.tasks,
        };
        *text = Text { typed, ascii };
        let mut effects = vec![Effect::Notify(Notice::Input)];
        let after = self.job_text();
        if after != before {
            effects.extend(self.text_changed(after.ok()));
        }
        effects
    }

    /// What is sent would now be another text, so nothing that was said about the old one holds any longer.
    fn text_changed(&mut self, text: Option<JobText>) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.in_flight.take().is_some() {
            effects.push(Effect::Abandon);
        }
        if let Some(Choice::Confirmed(_)) = self.choice() {
            effects.push(Effect::Announce(Announcement::Withdrawn));
            effects.push(Effect::Notify(Notice::Clear));
        } else {
            effects.push(Effect::Silence);
        }
        self.panel = match (text, &self.answered) {
            (None, _) => Panel::Idle,
            (Some(text), Some((known, answer))) if text == *known => Self::panel_of(answer.clone()),
            (Some(_), _) => Panel::Waiting { overdue: false },
        };
        effects.push(self.start_pause());
        effects
    }

    const fn start_pause(&self) -> Effect {
        Effect::StartPause { composing: self.composing }
    }

    fn pause_ended(&mut self) -> Vec<Effect> {
        let mut effects = self.ask_if_unanswered();
        let announcement = match self.job_text() {
            Err(TextError::TooShort { .. }) => None,
            Err(error) => Some(Announcement::TextError(error)),
            Ok(_) => {
                let left = MAX_LENGTH - self.length();
                (left <= FEW_CHARACTERS_LEFT).then_some(Announcement::CharactersLeft(left))
            }
        };
        effects.extend(announcement.map(Effect::Announce));
        effects
    }

    fn ask_if_unanswered(&mut self) -> Vec<Effect> {
        let waiting = matches!(self.panel, Panel::Waiting { .. });
        match self.job_text() {
            Ok(text) if waiting && self.in_flight.is_none() => {
                self.sequence += 1;
                self.in_flight = Some(text.clone());
                vec![Effect::CancelPause, Effect::Ask { sequence: self.sequence, text }]
            }
            _ => Vec::new(),
        }
    }

    fn answered(&mut self, sequence: u32, answer: Result<Answer, Failure>) -> Vec<Effect> {
        if sequence != self.sequence {
            return Vec::new();
        }
        let Some(text) = self.in_flight.take() else {
            return Vec::new();
        };
        match answer {
            Ok(answer) => {
                let announcement = match answer.suggestions.len() {
                    0 => Announcement::NoMatch,
                    number => Announcement::Suggestions(number),
                };
                self.answered = Some((text, answer.clone()));
                self.panel = Self::panel_of(answer);
                vec![Effect::Announce(announcement), Effect::Notify(Notice::Suggestions)]
            }
            Err(failure) => {
                self.panel = Panel::Failed(failure);
                vec![Effect::Announce(Announcement::Failed(failure)), Effect::Notify(Notice::Error)]
            }
        }
    }

    fn panel_of(answer: Answer) -> Panel {
        if answer.suggestions.is_empty() {
            Panel::NoMatch
        } else {
            Panel::List { answer, choice: Choice::Open }
        }
    }

    fn moved(&mut self, option: Option<usize>) -> Vec<Effect> {
        let Some(choice) = self.choice_for(option) else {
            return Vec::new();
        };
        let before = std::mem::replace(choice, Choice::Moved(option));
        if matches!(before, Choice::Confirmed(_)) { vec![Effect::Notify(Notice::Clear)] } else { Vec::new() }
    }

    fn confirmed(&mut self, option: Option<usize>) -> Vec<Effect> {
        let Some(choice) = self.choice_for(option) else {
            return Vec::new();
        };
        if *choice == Choice::Confirmed(option) {
            return Vec::new();
        }
        *choice = Choice::Confirmed(option);
        let label = self.form_value().label;
        let announcement = Announcement::Confirmed(option.map(|_| label));
        vec![Effect::Announce(announcement), Effect::Notify(Notice::Confirm)]
    }

    /// The choice, if there is a list that has this option.
    fn choice_for(&mut self, option: Option<usize>) -> Option<&mut Choice> {
        match &mut self.panel {
            Panel::List { answer, choice }
                if option.is_none_or(|number| number < answer.suggestions.len()) =>
            {
                Some(choice)
            }
            _ => None,
        }
    }

    fn reset(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::CancelPause, Effect::Silence];
        if self.in_flight.is_some() {
            effects.push(Effect::Abandon);
        }
        *self = Self { sequence: self.sequence, ..Self::default() };
        effects.push(Effect::Notify(Notice::Clear));
        effects
    }
}
