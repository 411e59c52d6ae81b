//! In: the two fields as they will be sent. Out: a [`JobText`] that the Coding Service accepts, or the rule that
//! was broken. Next: `coding.rs` wraps it in a request.

use std::fmt;

/// Fewest characters that title and tasks may have together, both ends trimmed.
pub const MIN_LENGTH: usize = 3;
/// Most characters that title and tasks may have together, both ends trimmed.
pub const MAX_LENGTH: usize = 100;

/// One of the two inputs that share the character budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The job title, `occp_text` on the wire.
    Title,
    /// The main tasks, `tasks_text` on the wire.
    Tasks,
}

/// A job title and tasks that keep the Coding Service's rules: trimmed, 3 to 100 characters over the two (300 in a
/// file), printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobText {
    title: String,
    tasks: String,
}

/// The first rule that a text breaks. It holds no more of the text than one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// Fewer than [`MIN_LENGTH`] characters.
    TooShort {
        /// Characters over both fields.
        length: usize,
    },
    /// More than [`MAX_LENGTH`] characters, or than [`crate::MAX_BATCH_LENGTH`] in a file.
    TooLong {
        /// Characters over both fields.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A character outside 0x20 to 0x7E.
    NotPrintableAscii {
        /// The field it stands in.
        field: Field,
        /// The character.
        character: char,
    },
}

impl JobText {
    /// Trims both fields and checks them.
    ///
    /// # Errors
    /// The first rule broken. An unprintable character is named before a length, since its removal changes the
    /// length.
    pub fn new(title: &str, tasks: &str) -> Result<Self, TextError> {
        Self::within(MAX_LENGTH, title, tasks)
    }

    /// The same with another upper limit: [`crate::MAX_BATCH_LENGTH`] in a file.
    ///
    /// # Errors
    /// As [`JobText::new`].
    pub fn within(limit: usize, title: &str, tasks: &str) -> Result<Self, TextError> {
        let (title, tasks) = (title.trim(), tasks.trim());
        for (field, text) in [(Field::Title, title), (Field::Tasks, tasks)] {
            if let Some(character) = text.chars().find(|c| !matches!(c, ' '..='~')) {
                return Err(TextError::NotPrintableAscii { field, character });
            }
        }
        match text_length(title, tasks) {
            length if length < MIN_LENGTH => Err(TextError::TooShort { length }),
            length if length > limit => Err(TextError::TooLong { length, limit }),
            _ => Ok(Self { title: title.to_owned(), tasks: tasks.to_owned() }),
        }
    }

    /// The job title, trimmed; may be empty.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The main tasks, trimmed; may be empty.
    pub fn tasks(&self) -> &str {
        &self.tasks
    }
}

/// How many characters the two fields count for: each trimmed, no separator added.
pub fn text_length(title: &str, tasks: &str) -> usize {
    title.trim().chars().count() + tasks.trim().chars().count()
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { length } => {
                write!(
                    f,
                    "title and tasks have {length} characters together, at least {MIN_LENGTH} are needed"
                )
            }
            Self::TooLong { length, limit } => {
                write!(f, "title and tasks have {length} characters together, at most {limit} are allowed")
            }
            Self::NotPrintableAscii { field, character } => {
                let field = match field {
                    Field::Title => "title",
                    Field::Tasks => "tasks",
                };
                write!(
                    f,
                    "the {field} holds the character U+{:04X}, only printable ASCII is allowed",
                    *character as u32
                )
            }
        }
    }
}

impl std::error::Error for TextError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ends_of_the_length_rule_are_included() {
        assert!(JobText::new("abc", "").is_ok());
        assert!(JobText::new("", "abc").is_ok());
        assert!(JobText::new(&"a".repeat(60), &"b".repeat(40)).is_ok());
        assert_eq!(JobText::new("a", "b"), Err(TextError::TooShort { length: 2 }));
        assert_eq!(
            JobText::new(&"a".repeat(60), &"b".repeat(41)),
            Err(TextError::TooLong { length: 101, limit: 100 })
        );
    }

    #[test]
    fn a_file_takes_longer_texts() {
        assert!(JobText::within(300, &"a".repeat(300), "").is_ok());
        assert_eq!(
            JobText::within(300, &"a".repeat(300), "b"),
            Err(TextError::TooLong { length: 301, limit: 300 })
        );
    }

    #[test]
    fn white_space_around_a_field_does_not_count() {
        assert_eq!(JobText::new("  a ", "\t b\n"), Err(TextError::TooShort { length: 2 }));
        let text = JobText::new(" nurse ", " ward work ").unwrap();
        assert_eq!((text.title(), text.tasks()), ("nurse", "ward work"));
    }

    #[test]
    fn a_control_character_inside_a_field_is_refused() {
        assert_eq!(
            JobText::new("nurse", "ward\twork"),
            Err(TextError::NotPrintableAscii { field: Field::Tasks, character: '\t' })
        );
    }

    #[test]
    fn an_error_never_repeats_the_text() {
        let message = JobText::new("caf\u{e9} owner", "").unwrap_err().to_string();
        assert_eq!(message, "the title holds the character U+00E9, only printable ASCII is allowed");
    }

    proptest! {
        #[test]
        fn what_is_accepted_keeps_every_rule(title in any::<String>(), tasks in any::<String>()) {
            if let Ok(text) = JobText::new(&title, &tasks) {
                let sent = format!("{}{}", text.title(), text.tasks());
                prop_assert!((MIN_LENGTH..=MAX_LENGTH).contains(&sent.len()));
                prop_assert!(sent.bytes().all(|b| (0x20..=0x7e).contains(&b)));
                prop_assert_eq!(JobText::new(text.title(), text.tasks()), Ok(text));
            }
        }

        #[test]
        fn printable_ascii_of_the_right_length_is_accepted(title in "[ -~]{0,60}", tasks in "[ -~]{0,60}") {
            let fits = (MIN_LENGTH..=MAX_LENGTH).contains(&(title.trim().len() + tasks.trim().len()));
            prop_assert_eq!(JobText::new(&title, &tasks).is_ok(), fits);
        }

        #[test]
        fn the_length_in_an_error_is_the_length_shown_to_the_respondent(
            title in "\\PC{0,80}", tasks in "\\PC{0,80}",
        ) {
            match JobText::new(&title, &tasks) {
                Err(TextError::TooShort { length } | TextError::TooLong { length, .. }) => {
                    prop_assert_eq!(length, text_length(&title, &tasks));
                }
                Err(TextError::NotPrintableAscii { field, character }) => {
                    let text = if field == Field::Title { &title } else { &tasks };
                    prop_assert!(text.contains(character) && !matches!(character, ' '..='~'));
                }
                Ok(_) => {}
            }
        }
    }
}
