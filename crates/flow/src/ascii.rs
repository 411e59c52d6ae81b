//! In: text as phones and word processors produce it. Out: the same in ASCII, as far as that is possible without
//! changing what it says. Next: `flow.rs` checks the result against the Coding Service's rules.

/// Turns typographic punctuation, spaces and accented letters into ASCII. `decomposed` is text in Unicode
/// normalisation form KD, which parts an accented letter into letter and accent: the browser makes it, so that no
/// Unicode table has to travel. What has no ASCII counterpart stays as it is, for the respondent to be told of.
pub fn to_ascii(decomposed: &str) -> String {
    let mut ascii = String::with_capacity(decomposed.len());
    for character in decomposed.chars() {
        match character {
            '\u{300}'..='\u{36f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{fe0f}' => {}
            '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{b4}' | '\u{2bc}' => ascii.push('\''),
            '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ab}' | '\u{bb}' => ascii.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => ascii.push('-'),
            '\u{2022}' | '\u{b7}' => ascii.push('*'),
            '\u{2026}' => ascii.push_str("..."),
            '\u{2044}' => ascii.push('/'),
            '\u{e6}' => ascii.push_str("ae"),
            '\u{c6}' => ascii.push_str("AE"),
            '\u{f8}' => ascii.push('o'),
            '\u{d8}' => ascii.push('O'),
            '\u{df}' => ascii.push_str("ss"),
            '\u{152}' => ascii.push_str("OE"),
            '\u{153}' => ascii.push_str("oe"),
            '\u{131}' => ascii.push('i'),
            '\u{141}' => ascii.push('L'),
            '\u{142}' => ascii.push('l'),
            '\u{d0}' | '\u{110}' => ascii.push('D'),
            '\u{f0}' | '\u{111}' => ascii.push('d'),
            '\u{de}' => ascii.push_str("Th"),
            '\u{fe}' => ascii.push_str("th"),
            '\u{d7}' => ascii.push('x'),
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{a0}'
            | '\u{1680}'
            | '\u{3000}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}' => {
                ascii.push(' ');
            }
            other => ascii.push(other),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::to_ascii;
    use proptest::prelude::*;

    #[test]
    fn what_phones_type_becomes_ascii() {
        assert_eq!(
            to_ascii("I\u{2019}m a \u{201c}chef\u{201d} \u{2013} pastry\u{2026}"),
            "I'm a \"chef\" - pastry..."
        );
        assert_eq!(to_ascii("cafe\u{301}\u{a0}owner"), "cafe owner");
    }

    #[test]
    fn what_has_no_counterpart_stays_to_be_pointed_out() {
        assert_eq!(to_ascii("nurse \u{1f469}"), "nurse \u{1f469}");
        assert_eq!(to_ascii("\u{533b}\u{751f}"), "\u{533b}\u{751f}");
    }

    proptest! {
        #[test]
        fn printable_ascii_is_left_alone(text in "[ -~]*") {
            prop_assert_eq!(to_ascii(&text), text);
        }
    }
}
