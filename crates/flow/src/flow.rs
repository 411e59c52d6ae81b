//! In: one [`Event`] after another. Out: the [`Effect`]s of each; what is shown and submitted is read in `state.rs`.
//! Next: the widget's `runtime.rs` carries the effects out.

use crate::event::{Answer, Draft, Event, Failure, Text};
use crate::settings::{COMPOSING_PAUSE_MS, Confirm, Settings, Trigger, retry_after};
use crate::{Announcement, Choice, Effect, Notice, Panel};
use occuform_api::{Field, JobText, MAX_LENGTH, TextError};

/// From how many characters left a screen reader is told.
const FEW_CHARACTERS_LEFT: usize = 10;

/// The occupation question.
#[derive(Clone, Debug)]
pub struct Flow {
    pub(crate) settings: Settings,
    pub(crate) title: Text,
    pub(crate) tasks: Text,
    pub(crate) panel: Panel,
    pub(crate) withdrawn: bool,
    /// Whether a failed request will be repeated by itself.
    pub(crate) retrying: bool,
    /// How often this text was asked for again by itself.
    tries: u32,
    composing: bool,
    sequence: u32,
    in_flight: Option<JobText>,
    answered: Option<(JobText, Answer)>,
}

impl Default for Flow {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Flow {
    /// An empty question.
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            title: Text { typed: String::new(), ascii: String::new() },
            tasks: Text { typed: String::new(), ascii: String::new() },
            panel: Panel::Idle,
            withdrawn: false,
            retrying: false,
            tries: 0,
            composing: false,
            sequence: 0,
            in_flight: None,
            answered: None,
        }
    }

    /// Changes what the page chose. It holds from the next event on.
    pub const fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Takes one event in and says what is to be done.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Typed { field, text } => self.typed(field, text, &mut effects),
            Event::CompositionStarted => self.composing = true,
            Event::CompositionEnded => {
                self.composing = false;
                effects.push(self.start_pause());
            }
            Event::PauseEnded => self.pause_ended(&mut effects),
            Event::FieldLeft => {
                self.composing = false;
                if self.settings.trigger != Trigger::Button {
                    self.ask_if_unasked(&mut effects);
                }
            }
            Event::EnterPressed if self.composing => {}
            Event::EnterPressed | Event::AskPressed => {
                effects.push(Effect::Silence);
                if self.panel == (Panel::Waiting { overdue: true }) {
                    self.abandon(&mut effects);
                    self.panel = Panel::Unasked;
                }
                self.ask_again(&mut effects);
            }
            Event::RetryDue => {
                self.tries += 1;
                self.ask_again(&mut effects);
            }
            Event::CameOnline => {
                if self.panel == Panel::Failed(Failure::Offline) {
                    self.ask_again(&mut effects);
                }
            }
            Event::AnswerOverdue => {
                if self.in_flight.is_some() {
                    self.panel = Panel::Waiting { overdue: true };
                    effects.push(Effect::Announce(Announcement::Overdue));
                }
            }
            Event::Answered { sequence, answer } => self.answered(sequence, answer, &mut effects),
            Event::Moved(option) => self.moved(option, &mut effects),
            Event::Confirmed(option) if self.settings.confirm == Confirm::Button => {
                self.moved(option, &mut effects);
            }
            Event::Confirmed(option) => self.confirmed(option, &mut effects),
            Event::ConfirmPressed => self.confirm_marked(&mut effects),
            Event::ListLeft if self.settings.confirm == Confirm::Choice => self.confirm_marked(&mut effects),
            Event::ListLeft => {}
            Event::Filled(draft) => self.filled(draft, &mut effects),
        }
        effects
    }

    fn typed(&mut self, field: Field, text: Text, effects: &mut Vec<Effect>) {
        let before = self.job_text();
        let known = match field {
            Field::Title => &mut self.title,
            Field::Tasks => &mut self.tasks,
        };
        if *known == text {
            return;
        }
        *known = text;
        effects.push(Effect::Notify(Notice::Input));
        let after = self.job_text();
        if after != before {
            self.text_changed(after, effects);
        }
    }

    /// What is sent would now be another text, so nothing that was said about the old one holds any longer.
    fn text_changed(&mut self, text: Result<JobText, TextError>, effects: &mut Vec<Effect>) {
        self.abandon(effects);
        if matches!(self.panel, Panel::List { choice: Choice::Confirmed(_), .. }) {
            self.withdrawn = true;
            effects.push(Effect::Announce(Announcement::Withdrawn));
            effects.push(Effect::Notify(Notice::Clear));
        } else {
            effects.push(Effect::Silence);
        }
        // Nothing is asked or said of too short a text, however long it rests.
        effects.push(match text {
            Err(TextError::TooShort { .. }) => Effect::CancelPause,
            _ => self.start_pause(),
        });
        self.panel = match (text, &self.answered) {
            (Err(_), _) => Panel::Idle,
            (Ok(text), Some((known, answer))) if text == *known => Panel::of(answer.clone()),
            (Ok(_), _) => Panel::Unasked,
        };
    }

    fn abandon(&mut self, effects: &mut Vec<Effect>) {
        if self.in_flight.take().is_some() {
            effects.push(Effect::Abandon);
        }
        self.tries = 0;
        self.end_retry(effects);
    }

    fn end_retry(&mut self, effects: &mut Vec<Effect>) {
        if std::mem::take(&mut self.retrying) {
            effects.push(Effect::CancelRetry);
        }
    }

    const fn start_pause(&self) -> Effect {
        Effect::StartPause(if self.composing { COMPOSING_PAUSE_MS } else { self.settings.pause_ms })
    }

    fn pause_ended(&mut self, effects: &mut Vec<Effect>) {
        if self.settings.trigger == Trigger::Pause {
            self.ask_if_unasked(effects);
        }
        let announcement = match self.job_text() {
            Err(TextError::TooShort { .. }) => None,
            Err(_) => Some(Announcement::TextError),
            Ok(_) => {
                let left = MAX_LENGTH - self.length();
                let few = (left <= FEW_CHARACTERS_LEFT).then_some(Announcement::CharactersLeft(left));
                few.or(self.hint().map(|_| Announcement::Hint))
            }
        };
        effects.extend(announcement.map(Effect::Announce));
    }

    fn ask_if_unasked(&mut self, effects: &mut Vec<Effect>) {
        if self.panel == Panel::Unasked
            && let Ok(text) = self.job_text()
        {
            self.sequence += 1;
            self.in_flight = Some(text.clone());
            self.panel = Panel::Waiting { overdue: false };
            effects.extend([Effect::CancelPause, Effect::Ask { sequence: self.sequence, text }]);
        }
    }

    fn ask_again(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.panel, Panel::Failed(_)) {
            self.end_retry(effects);
            self.panel = Panel::Unasked;
        }
        self.ask_if_unasked(effects);
    }

    fn answered(&mut self, sequence: u32, answer: Result<Answer, Failure>, effects: &mut Vec<Effect>) {
        if sequence != self.sequence {
            return;
        }
        let Some(text) = self.in_flight.take() else {
            return;
        };
        match answer {
            Ok(answer) => {
                let announcement = match answer.suggestions.len() {
                    0 => Announcement::NoMatch,
                    number => Announcement::Suggestions(number),
                };
                self.tries = 0;
                self.answered = Some((text, answer.clone()));
                self.panel = Panel::of(answer);
                effects.extend([Effect::Announce(announcement), Effect::Notify(Notice::Suggestions)]);
            }
            Err(failure) => {
                self.panel = Panel::Failed(failure);
                let retry = retry_after(failure, self.tries);
                self.retrying = retry.is_some();
                effects.extend(retry.map(Effect::StartRetry));
                effects.push(Effect::Announce(Announcement::Failed(failure)));
                effects.push(Effect::Notify(Notice::Error));
            }
        }
    }

    fn moved(&mut self, option: Option<usize>, effects: &mut Vec<Effect>) {
        if let Some(choice) = self.choice_for(option)
            && choice.marked() != Some(option)
        {
            let before = std::mem::replace(choice, Choice::Moved(option));
            if matches!(before, Choice::Confirmed(_)) {
                effects.extend([Effect::Silence, Effect::Notify(Notice::Clear)]);
            }
        }
    }

    fn confirm_marked(&mut self, effects: &mut Vec<Effect>) {
        if let Panel::List { choice: Choice::Moved(option), .. } = self.panel {
            self.confirmed(option, effects);
        }
    }

    fn confirmed(&mut self, option: Option<usize>, effects: &mut Vec<Effect>) {
        if let Some(choice) = self.choice_for(option)
            && *choice != Choice::Confirmed(option)
        {
            *choice = Choice::Confirmed(option);
            self.withdrawn = false;
            effects.extend([Effect::Announce(Announcement::Confirmed), Effect::Notify(Notice::Confirm)]);
        }
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

    fn filled(&mut self, draft: Draft, effects: &mut Vec<Effect>) {
        effects.extend([Effect::CancelPause, Effect::Silence]);
        self.abandon(effects);
        let Draft { title, tasks, confirmed } = draft;
        *self = Self { sequence: self.sequence, title, tasks, ..Self::new(self.settings) };
        if self.job_text().is_err() {
            return;
        }
        self.panel = match confirmed {
            Some(answer) if !answer.suggestions.is_empty() => {
                Panel::List { answer, choice: Choice::Confirmed(Some(0)) }
            }
            _ => Panel::Unasked,
        };
        effects.push(self.start_pause());
    }
}
