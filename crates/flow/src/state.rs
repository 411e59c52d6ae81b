//! In: the state that `flow.rs` keeps. Out: what can be read of it. Next: the view shows it, the form submits it.

use crate::hint::hint;
use crate::{Choice, Flow, FormValue, Hint, Missing, Panel, Settings, Status};
use occuform_api::{Field, JobText, MAX_LENGTH, TextError, text_length};

/// How many characters that cannot be sent are pointed out at once.
const POINTED_OUT: usize = 3;

impl Flow {
    /// What the page chose.
    pub const fn settings(&self) -> Settings {
        self.settings
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

    /// The characters of a field that cannot be sent: the first few, each once.
    pub fn unsendable(&self, field: Field) -> String {
        let mut found = Vec::new();
        for character in self.ascii(field).chars().filter(|c| !matches!(c, ' '..='~')) {
            if found.len() < POINTED_OUT && !found.contains(&character) {
                found.push(character);
            }
        }
        found.iter().collect()
    }

    /// Whether a field is to be marked as wrong: both if they are too long together.
    pub fn is_invalid(&self, field: Field) -> bool {
        self.length() > MAX_LENGTH || !self.unsendable(field).is_empty()
    }

    /// What might be put better, if the text can be sent.
    pub fn hint(&self) -> Option<Hint> {
        self.job_text().ok().and_then(|_| hint(&self.title, &self.tasks))
    }

    /// What to ask for where there is no list or none of it fits.
    pub fn missing(&self) -> Missing {
        let empty =
            [Field::Tasks, Field::Title].into_iter().find(|field| self.ascii(*field).trim().is_empty());
        empty.map_or(Missing::Words, Missing::Half)
    }

    /// What is shown under the fields.
    pub const fn panel(&self) -> &Panel {
        &self.panel
    }

    /// Whether a confirmation was taken back because the text changed, and none has taken its place.
    pub const fn is_withdrawn(&self) -> bool {
        self.withdrawn
    }

    /// Whether a failed request will be repeated without anybody's doing.
    pub const fn will_retry(&self) -> bool {
        self.retrying
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
        if let Panel::List { answer, .. } | Panel::NoMatch(answer) = &self.panel {
            value.source.clone_from(&answer.source);
            value.model.clone_from(&answer.model);
        }
        if let Panel::List { answer, choice: Choice::Confirmed(Some(number)) } = &self.panel
            && let Some(suggestion) = answer.suggestions.get(*number)
        {
            value.code.clone_from(&suggestion.code_category);
            value.label.clone_from(&suggestion.code_label);
            value.confidence = Some(suggestion.code_confidence);
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
            (Panel::NoMatch(_), _) => Status::NoMatch,
            (Panel::Failed(_), _) => Status::Failed,
            (Panel::Idle | Panel::Unasked | Panel::Waiting { .. }, _) => Status::Pending,
        }
    }

    pub(crate) fn job_text(&self) -> Result<JobText, TextError> {
        JobText::new(&self.title.ascii, &self.tasks.ascii)
    }

    fn ascii(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.title.ascii,
            Field::Tasks => &self.tasks.ascii,
        }
    }
}
