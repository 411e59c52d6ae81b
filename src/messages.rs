//! In: a message's key, and what the page put in its place. Out: the words. Next: `words.rs` chooses among them.
//!
//! Every word that is shown or said stands here. A message with a number has one form for each plural category of its
//! language: `counter-left.one`, `counter-left.other`. `{count}` and the like are filled in.

use js_sys::{Array, Intl, Number, Object};

/// Each message's key and its English default.
pub const DEFAULTS: [(&str, &str); 42] = [
    ("title-label", "What is your job title?"),
    ("title-hint", "Your own main job, for example: truck driver, aged care nurse, office manager"),
    ("tasks-label", "What are your main tasks in that job?"),
    ("tasks-hint", "For example: driving a tip truck on a mine site"),
    ("counter-left.one", "{count} character left for both answers together"),
    ("counter-left.other", "{count} characters left for both answers together"),
    ("counter-over.one", "{count} character too many"),
    ("counter-over.other", "{count} characters too many"),
    ("few-left.one", "{count} character left."),
    ("few-left.other", "{count} characters left."),
    (
        "error-long.one",
        "Your answers are too long to look up together. Take {count} character out, or go on as it is.",
    ),
    (
        "error-long.other",
        "Your answers are too long to look up together. Take {count} characters out, or go on as it is.",
    ),
    (
        "error-title",
        "Your job title has characters that we cannot look up: {characters} \u{2013} use English letters, or go on as it is.",
    ),
    (
        "error-tasks",
        "Your main tasks have characters that we cannot look up: {characters} \u{2013} use English letters, or go on as it is.",
    ),
    ("hint-several-jobs", "If you have more than one job, write only about your main one."),
    ("hint-code", "Write what you do in words, rather than a code."),
    ("waiting", "Looking for matching occupations\u{2026}"),
    ("overdue", "This is taking longer than usual. You can go on with the form: your words are kept."),
    ("results.one", "{count} matching occupation is listed below."),
    ("results.other", "{count} matching occupations are listed below."),
    ("legend", "Which of these is closest to your main job?"),
    ("none-of-these", "None of these"),
    ("confirmed", "Your choice: {label}. You can still change it."),
    ("confirmed-fixed", "Your choice: {label}."),
    ("none-confirmed", "You chose none of these."),
    ("withdrawn", "Your words changed, so your choice was taken back."),
    ("choose-again", "Please choose again: your words have changed."),
    ("no-match", "We could not find a matching occupation."),
    ("missing-tasks", "Adding your main tasks may help. You can also go on: your words are kept."),
    ("missing-title", "Adding your job title may help. You can also go on: your words are kept."),
    ("missing-words", "More or other words may help. You can also go on: your words are kept."),
    (
        "failed-offline",
        "You are offline, so we cannot look up your job. Your words are kept and you can go on.",
    ),
    ("failed-rate-limited", "Many people are answering right now. Your words are kept and you can go on."),
    ("failed-refused", "Your job cannot be looked up here. Your words are kept and you can go on."),
    ("failed-unavailable", "Your job could not be looked up. Your words are kept and you can go on."),
    ("will-retry", "We will try again by ourselves."),
    ("will-retry-online", "We will try again when you are online."),
    ("ask", "Find my occupation"),
    ("retry", "Try again"),
    ("confirm", "Confirm my choice"),
    ("confirm-hint", "Press the button to confirm: {label}"),
    ("required", "Enter your job title"),
];

/// The words of one question.
pub(crate) struct Messages {
    replaced: Vec<(String, String)>,
    language: String,
    /// None in English, whose rule is plain: asking the browser would cost a key a quarter of what it draws.
    plurals: Option<Intl::PluralRules>,
}

impl Messages {
    /// `language` is a BCP 47 tag; `replaced` holds keys of [`DEFAULTS`] and others for further plural forms.
    pub(crate) fn new(language: &str, replaced: Vec<(String, String)>) -> Self {
        let plurals = (!language.starts_with("en"))
            .then(|| Intl::PluralRules::new(&Array::of1(&language.into()), &Object::new()));
        Self { replaced, language: language.to_owned(), plurals }
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.find(key).unwrap_or_default()
    }

    /// A message with something filled in.
    pub(crate) fn with(&self, key: &str, value: &str) -> String {
        fill(self.text(key), value)
    }

    /// A message with a number, in its plural form.
    pub(crate) fn plural(&self, key: &str, count: usize) -> String {
        let category = match &self.plurals {
            None if count == 1 => "one".to_owned(),
            None => "other".to_owned(),
            Some(plurals) => plurals.select(count as f64).into(),
        };
        let form = |category| self.find(&[key, ".", category].concat());
        let message = form(&category).or_else(|| form("other")).unwrap_or_default();
        fill(message, &self.number(count))
    }

    /// A browser's first number in the manner of a language costs a slow phone some fifty milliseconds, and the counter
    /// is there from the beginning. Short English numbers are the same without.
    fn number(&self, count: usize) -> String {
        let number = Number::from(count as f64);
        let is_plain = self.plurals.is_none() && count < 1_000;
        if is_plain { Object::to_string(&number) } else { number.to_locale_string(&self.language) }.into()
    }

    fn find(&self, key: &str) -> Option<&str> {
        let replaced = self.replaced.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        replaced.chain(DEFAULTS).find(|(known, _)| *known == key).map(|(_, text)| text)
    }
}

/// Puts `value` in the place of what stands in braces.
fn fill(message: &str, value: &str) -> String {
    let find = |brace| message.bytes().position(|byte| byte == brace);
    match (find(b'{'), find(b'}')) {
        (Some(start), Some(end)) if start < end => [&message[..start], value, &message[end + 1..]].concat(),
        _ => message.to_owned(),
    }
}
