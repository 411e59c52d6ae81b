//! In: the two texts. Out: what might be put better in them. Next: the view shows it, without holding anything up.

use crate::event::Text;
use occuform_api::Field;

/// What might be put better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The title names several jobs, and a coder would pick one of them.
    SeveralJobs,
    /// A classification's code was typed instead of words.
    Code,
}

/// What the text lacks, where there is no list or none of it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// One field is empty: its words help most.
    Half(Field),
    /// Both have words: more of them, or others, may help.
    Words,
}

/// How job titles end in English. One of them on the left of an "and" makes it a second job; "sales and marketing"
/// is one.
const ENDINGS: [&str; 8] = ["er", "or", "ist", "ian", "ant", "nurse", "chef", "man"];
const JOINTS: [&str; 4] = [" and ", " & ", " plus ", " + "];
const PARTINGS: [&str; 3] = ["; ", " / ", " also "];

pub(crate) fn hint(title: &Text, tasks: &Text) -> Option<Hint> {
    if is_code(&title.ascii) || is_code(&tasks.ascii) {
        return Some(Hint::Code);
    }
    let title = title.ascii.to_ascii_lowercase();
    let parted = PARTINGS.iter().any(|parting| find(&title, parting).is_some());
    let joined = JOINTS.iter().any(|joint| {
        find(&title, joint).is_some_and(|at| ENDINGS.iter().any(|ending| title[..at].ends_with(ending)))
    });
    (parted || joined).then_some(Hint::SeveralJobs)
}

/// Where `part` stands in `text`: the standard library's search is made for long texts and large.
fn find(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())
}

/// Three to six digits, alone or after the classification's name.
fn is_code(text: &str) -> bool {
    let text = text.trim();
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let name = &text[..text.len() - digits.len()];
    let is_name = ["", "osca", "anzsco", "code"].iter().any(|known| name.trim().eq_ignore_ascii_case(known));
    is_name && (3..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint_for(title: &str) -> Option<Hint> {
        hint(&Text { typed: title.into(), ascii: title.into() }, &Text::default())
    }

    #[test]
    fn two_jobs_in_one_title_get_a_hint() {
        for title in ["cleaner and barista", "Electrician & plumber", "nurse; tutor", "driver / storeman"] {
            assert_eq!(hint_for(title), Some(Hint::SeveralJobs), "{title}");
        }
    }

    #[test]
    fn one_job_whose_title_has_an_and_gets_none() {
        for title in
            ["sales and marketing manager", "research and development", "R&D lead", "bar/wait staff", ""]
        {
            assert_eq!(hint_for(title), None, "{title}");
        }
    }

    #[test]
    fn a_code_typed_as_text_gets_a_hint() {
        for title in ["2544", " 381231 ", "ANZSCO 2544", "osca 254499"] {
            assert_eq!(hint_for(title), Some(Hint::Code), "{title}");
        }
        for title in ["7-eleven", "12", "2000 litre tanker driver", "1234567"] {
            assert_ne!(hint_for(title), Some(Hint::Code), "{title}");
        }
    }
}
