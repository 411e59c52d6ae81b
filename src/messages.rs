//! In: what is to be said. Out: the words. Next: `view.rs` shows them, a screen reader says them.

use occuform_api::{Field, MAX_LENGTH, TextError};
use occuform_flow::{Announcement, Failure};

pub(crate) const TITLE_LABEL: &str = "What is your job title?";
pub(crate) const TITLE_HINT: &str =
    "Your own main job, for example: truck driver, aged care nurse, office manager";
pub(crate) const TASKS_LABEL: &str = "What are your main tasks in that job?";
pub(crate) const TASKS_HINT: &str = "For example: driving a tip truck on a mine site";
pub(crate) const LEGEND: &str = "Which of these is closest to your main job?";
pub(crate) const NONE_OF_THESE: &str = "None of these";
pub(crate) const WAITING: &str = "Looking for matching occupations\u{2026}";
pub(crate) const OVERDUE: &str =
    "This is taking longer than usual. You can go on with the form: your words are kept.";
pub(crate) const NO_MATCH: &str = "We could not find a matching occupation. More words, or your main tasks, may help. \
    You can also go on: your words are kept.";
pub(crate) const NONE_CONFIRMED: &str =
    "You chose none of these. More words, or your main tasks, may bring a better list. You can also go on.";
pub(crate) const TRY_AGAIN: &str = "Try again";

pub(crate) fn confirmed(label: &str) -> String {
    ["Your choice: ", label, ". You can still change it."].concat()
}

/// What the counter shows.
pub(crate) fn counter(length: usize) -> String {
    if length > MAX_LENGTH {
        [&characters(length - MAX_LENGTH), " too many"].concat()
    } else {
        [&characters(MAX_LENGTH - length), " left for both answers together"].concat()
    }
}

/// What is wrong with the text, if it is worth saying: too short is not, while one is still typing.
pub(crate) fn text_error(error: TextError) -> Option<String> {
    match error {
        TextError::TooShort { .. } => None,
        TextError::TooLong { length, .. } => Some(
            [
                "Your answers are too long to look up together. Take ",
                &characters(length - MAX_LENGTH),
                " out, or go on as it is.",
            ]
            .concat(),
        ),
        TextError::NotPrintableAscii { field, character } => {
            let field = match field {
                Field::Title => "job title",
                Field::Tasks => "main tasks",
            };
            let mut message = ["We cannot look up the character \u{201c}"].concat();
            message.push(character);
            message.push_str("\u{201d} in your ");
            message.push_str(field);
            message.push_str(". Use English letters, or go on as it is.");
            Some(message)
        }
    }
}

pub(crate) const fn failure(failure: Failure) -> &'static str {
    match failure {
        Failure::Offline => {
            "You are offline, so we cannot look up your job. Your words are kept and you can go on."
        }
        Failure::RateLimited => {
            "Many people are answering right now. Your words are kept: try again in a moment, or go on."
        }
        Failure::Refused => "Your job cannot be looked up here. Your words are kept and you can go on.",
        Failure::Unavailable => "Your job could not be looked up. Your words are kept: try again, or go on.",
    }
}

/// What a screen reader says.
pub(crate) fn announcement(announcement: &Announcement) -> String {
    match announcement {
        Announcement::Suggestions(1) => "1 matching occupation is listed below.".to_owned(),
        Announcement::Suggestions(number) => {
            [&number.to_string(), " matching occupations are listed below."].concat()
        }
        Announcement::Confirmed(Some(label)) => confirmed(label),
        Announcement::Confirmed(None) => NONE_CONFIRMED.to_owned(),
        Announcement::Withdrawn => "Your words changed, so your choice was taken back.".to_owned(),
        Announcement::CharactersLeft(number) => [&characters(*number), " left."].concat(),
        Announcement::TextError(error) => text_error(*error).unwrap_or_default(),
        Announcement::Overdue => OVERDUE.to_owned(),
        Announcement::NoMatch => NO_MATCH.to_owned(),
        Announcement::Failed(reason) => failure(*reason).to_owned(),
    }
}

fn characters(number: usize) -> String {
    let noun = if number == 1 { " character" } else { " characters" };
    [&number.to_string(), noun].concat()
}
