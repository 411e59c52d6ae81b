//! In: a phrase. Out: what it says, so that padding does not make it another. Next: `additions.rs` and the lexicon's
//! tests compare.

/// What is left of a phrase without case, punctuation, plurals, the order of words and filler words. Two phrases with
/// the same essence are the same.
pub fn essence(phrase: &str) -> String {
    const FILLER: [&str; 19] = [
        "a", "an", "the", "and", "of", "to", "in", "for", "at", "on", "with", "my", "our", "or", "from",
        "by", "as", "is", "i",
    ];
    let text = phrase.to_lowercase().replace('\'', "");
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '+' || c == '#'));
    let mut words: Vec<&str> = words
        .filter(|word| !word.is_empty() && !FILLER.contains(word))
        .map(|word| match word.strip_suffix('s') {
            Some(singular) if singular.len() > 2 && !singular.ends_with('s') => singular,
            _ => word,
        })
        .collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::essence;

    #[test]
    fn essence_sees_through_padding() {
        assert_eq!(essence("Nurses of the Ward"), essence("ward nurse"));
        assert_ne!(essence("ward nurse"), essence("ward clerk"));
    }
}
