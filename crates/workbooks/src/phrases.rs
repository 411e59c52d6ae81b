//! In: the text of a cell. Out: phrases as a lexicon has them: short, in ASCII, lower case but for abbreviations.
//! Next: `collect` gathers them.

use crate::journal::SkipReason;
use occuform_coder::PHRASE_LENGTH;
use occuform_flow::to_ascii;
use unicode_normalization::UnicodeNormalization;

/// A piece of a statement is not cut shorter than this while there is a better place.
const LEAST_PIECE: usize = 30;

/// Words that a statement may be cut before.
const CONNECTIVES: [&str; 19] = [
    "and",
    "as",
    "by",
    "for",
    "from",
    "in",
    "including",
    "of",
    "on",
    "or",
    "such",
    "that",
    "through",
    "to",
    "using",
    "when",
    "which",
    "with",
    "within",
];

/// The titles of a cell, which are parted by semicolons or line breaks.
pub(crate) fn titles(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '\n', '\r']).map(str::trim).filter(|title| !title.is_empty())
}

/// The statements of a cell: parted like titles, and where a sentence ends.
pub(crate) fn statements(cell: &str) -> impl Iterator<Item = &str> {
    titles(cell).flat_map(sentences)
}

/// Parts a text at full stops that a capital letter follows.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text
            .match_indices(". ")
            .map(|(at, _)| at)
            .find(|at| text[at + 2..].trim_start().starts_with(char::is_uppercase));
        rest = end.map(|at| text[at + 2..].trim_start());
        Some(end.map_or(text, |at| &text[..at]))
    })
}

/// A statement as pieces that are short enough for a phrase, cut where the sense allows it: at a comma or bracket, else
/// before a connective, else between words.
pub(crate) fn pieces(statement: &str) -> Vec<String> {
    let ascii = in_ascii(statement);
    if ascii.len() <= *PHRASE_LENGTH.end() || !ascii.is_ascii() {
        return vec![statement.to_owned()];
    }
    let unbracketed = ascii.replace(" (", ", ").replace(')', ",").replace(",,", ",");
    let mut rest = tidy(&unbracketed);
    let mut pieces = Vec::new();
    while rest.len() > *PHRASE_LENGTH.end() {
        let Some(at) = best_cut(rest) else {
            break;
        };
        pieces.push(tidy(&rest[..at]).to_owned());
        rest = tidy(&rest[at..]);
    }
    pieces.push(rest.to_owned());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The best place to cut: so that the pieces become about equally long.
fn best_cut(text: &str) -> Option<usize> {
    let longest = *PHRASE_LENGTH.end();
    let aim = text.len() / text.len().div_ceil(longest);
    let spaces = || text.match_indices(' ').map(|(at, _)| at).take_while(|at| *at <= longest);
    let nearest = |places: &mut dyn Iterator<Item = usize>| places.min_by_key(|at| at.abs_diff(aim));
    let fair = |at: &usize| (LEAST_PIECE..=text.len() - LEAST_PIECE).contains(at);
    let pauses = |at: &usize| text[..*at].ends_with([',', ':', ';', '-']);
    let connects = |at: &usize| {
        let word = text[at + 1..].split(' ').next().unwrap_or_default();
        CONNECTIVES.contains(&word)
    };
    nearest(&mut spaces().filter(fair).filter(pauses))
        .or_else(|| nearest(&mut spaces().filter(fair).filter(connects)))
        .or_else(|| nearest(&mut spaces()))
}

/// Without the punctuation around it and a conjunction in front.
fn tidy(text: &str) -> &str {
    let text = trimmed(text);
    let shorter = ["and ", "or "].into_iter().find_map(|word| text.strip_prefix(word));
    shorter.map_or(text, trimmed)
}

fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '(')
        .trim_end_matches([' ', '.', ',', ';', ':', '-'])
}

/// A text as the lexicon has phrases.
pub(crate) fn phrase(text: &str) -> Result<String, SkipReason> {
    let ascii = in_ascii(text);
    let phrase = in_lower_case(trimmed(&ascii));
    if phrase.chars().any(|c| !matches!(c, ' '..='~')) {
        return Err(SkipReason::NotAscii);
    }
    match phrase.len() {
        length if length < *PHRASE_LENGTH.start() => Err(SkipReason::TooShort),
        length if length > *PHRASE_LENGTH.end() => Err(SkipReason::TooLong),
        _ => Ok(phrase),
    }
}

/// Accents and typographic marks turned into ASCII, as far as that is possible; one space between words.
fn in_ascii(text: &str) -> String {
    let ascii = to_ascii(&text.nfkd().collect::<String>());
    ascii.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lower case, but for words with a capital after the first letter (ICT, HVAC) and single letters (R & D).
fn in_lower_case(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        let abbreviated = word.chars().count() == 1 || word.chars().skip(1).any(char::is_uppercase);
        lower.push_str(&if abbreviated { part.to_owned() } else { part.to_lowercase() });
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typographic_marks_and_accents_become_ascii() {
        assert_eq!(
            phrase("Caf\u{e9} Owner\u{a0}\u{2013} Caterer\u{2019}s").unwrap(),
            "cafe owner - caterer's"
        );
        assert_eq!(phrase("M\u{101}ori Guide").unwrap(), "maori guide");
        assert_eq!(phrase("\u{533b}\u{751f}"), Err(SkipReason::NotAscii));
    }

    #[test]
    fn abbreviations_keep_their_capitals() {
        assert_eq!(phrase("ICT Manager").unwrap(), "ICT manager");
        assert_eq!(phrase("R & D Lead").unwrap(), "R & D lead");
        assert_eq!(phrase("McKay Operator (HV)").unwrap(), "McKay operator (HV)");
    }

    #[test]
    fn marks_that_mean_something_in_a_lexicon_do_not_begin_a_phrase() {
        assert_eq!(phrase("? Guesser").unwrap(), "guesser");
        assert_eq!(phrase("# 1 Baker.").unwrap(), "1 baker");
        assert_eq!(phrase("\u{2022} Baking bread;").unwrap(), "baking bread");
    }

    #[test]
    fn titles_are_parted_by_semicolons_and_statements_by_sentences_too() {
        assert_eq!(titles("A One; B Two;; C").collect::<Vec<_>>(), ["A One", "B Two", "C"]);
        let cell = "Bakes bread, e.g. rolls. Sells it; Cleans up.";
        assert_eq!(
            statements(cell).collect::<Vec<_>>(),
            ["Bakes bread, e.g. rolls", "Sells it", "Cleans up."]
        );
    }

    #[test]
    fn a_long_statement_is_cut_at_its_commas_and_keeps_every_word() {
        let statement = "Mends nets, ropes and sails of boats that came in overnight (if the weather \
            allows it), paints hulls, and tells the harbour office about what it found";
        let pieces = pieces(statement);
        assert_eq!(
            pieces,
            [
                "Mends nets, ropes and sails of boats that came in overnight, if the weather allows it",
                "paints hulls, and tells the harbour office about what it found",
            ]
        );
    }

    #[test]
    fn a_long_statement_without_commas_is_cut_before_a_connective_or_between_words() {
        let statement = format!("{}to {}end", "word ".repeat(12), "word ".repeat(12));
        let pieces = pieces(&statement);
        assert!(
            pieces[1].starts_with("to word") && pieces.iter().all(|piece| piece.len() <= 100),
            "{pieces:?}"
        );
        let plain = "word ".repeat(30);
        assert!(super::pieces(&plain).iter().all(|piece| piece.split(' ').all(|word| word == "word")));
    }

    #[test]
    fn a_word_that_is_too_long_to_cut_is_left_whole_and_refused() {
        let word = "x".repeat(150);
        assert_eq!(pieces(&word).concat(), word);
        assert_eq!(phrase(&word), Err(SkipReason::TooLong));
    }
}
