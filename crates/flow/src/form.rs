//! In: the state of the question. Out: what the form submits if it is submitted now. Next: the custom element.

/// The fields that are submitted under the element's name.
#[derive(Clone, Debug, PartialEq)]
pub struct FormValue {
    /// The job title as typed.
    pub title: String,
    /// The main tasks as typed.
    pub tasks: String,
    /// The confirmed code, or empty.
    pub code: String,
    /// The confirmed code's label, or empty.
    pub label: String,
    /// The confirmed code's confidence, 0 to 1.
    pub confidence: Option<f64>,
    /// What happened.
    pub status: Status,
    /// Who answered for this text, or empty.
    pub source: String,
    /// The model that answered, or empty.
    pub model: String,
}

/// What happened, one for every way the form can be left. `not-offered` is missing: it is what the plain inputs
/// submit without the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A suggestion was confirmed and the text has not changed since.
    Confirmed,
    /// The respondent said that none fits.
    NoneOfThese,
    /// A list was there for this text, and nothing is confirmed.
    Unconfirmed,
    /// The service had no list for this text.
    NoMatch,
    /// The answer has not come.
    Pending,
    /// The service could not be asked or refused.
    Failed,
    /// Too short, too long or not in ASCII: never asked.
    Unsuitable,
    /// Nothing was typed.
    Empty,
}

impl Status {
    /// As it is submitted.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NoneOfThese => "none-of-these",
            Self::Unconfirmed => "unconfirmed",
            Self::NoMatch => "no-match",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Unsuitable => "unsuitable",
            Self::Empty => "empty",
        }
    }
}
