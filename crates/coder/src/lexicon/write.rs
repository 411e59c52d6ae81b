//! In: headings and occupations with phrases. Out: the lexicon files that hold them, one a sub-major group.
//! Next: `train` is given them.

use super::{Occupation, Phrase};
use crate::classification::Node;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A lexicon file that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconFile {
    /// Its name: the digits and the words of the sub-major group.
    pub name: String,
    /// All that stands in it.
    pub text: String,
}

/// The files for these occupations, by sub-major group; occupations without phrases and groups without occupations
/// are left out. `groups` are the headings that may stand above them, `comment` is what each file begins with.
pub fn lexicon_files(groups: &[Node], occupations: &[Occupation], comment: &str) -> Vec<LexiconFile> {
    let titles: BTreeMap<&str, &str> =
        groups.iter().map(|group| (group.code.as_str(), group.title.as_str())).collect();
    let mut sub_major: BTreeMap<&str, BTreeMap<&str, &Occupation>> = BTreeMap::new();
    for occupation in occupations {
        if !(occupation.titles.is_empty() && occupation.tasks.is_empty()) {
            let group = sub_major.entry(&occupation.code[..2]).or_default();
            group.insert(&occupation.code, occupation);
        }
    }
    let file = |(code, members): (&&str, &BTreeMap<&str, &Occupation>)| LexiconFile {
        name: file_name(code, titles.get(code).copied().unwrap_or_default()),
        text: text(&titles, members.values().copied(), comment),
    };
    sub_major.iter().map(file).collect()
}

/// `38-electrotechnology-telecommunications-trades-workers.txt`
fn file_name(code: &str, title: &str) -> String {
    let title = title.to_lowercase();
    let words = title.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && *word != "and");
    let parts: Vec<&str> = std::iter::once(code).chain(words).collect();
    format!("{}.txt", parts.join("-"))
}

fn text<'a>(
    titles: &BTreeMap<&str, &str>,
    occupations: impl Iterator<Item = &'a Occupation>,
    comment: &str,
) -> String {
    let mut text = String::new();
    for line in comment.lines() {
        let _ = writeln!(text, "# {line}");
    }
    let mut above = "";
    for occupation in occupations {
        text.push('\n');
        for digits in 1..=4 {
            let group = &occupation.code[..digits];
            if !above.starts_with(group)
                && let Some(title) = titles.get(group)
            {
                let _ = writeln!(text, "{group} {title}");
            }
        }
        above = &occupation.code;
        let _ = writeln!(text, "{} {}", occupation.code, occupation.title);
        section(&mut text, "titles:", &occupation.titles);
        section(&mut text, "tasks:", &occupation.tasks);
    }
    text
}

fn section(text: &mut String, heading: &str, phrases: &[Phrase]) {
    if !phrases.is_empty() {
        let _ = writeln!(text, "{heading}");
    }
    for phrase in phrases {
        let mark = if phrase.shared { "?" } else { "" };
        let _ = writeln!(text, "  {mark}{}", phrase.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lexicon;
    use occuform_api::OSCA;

    const TEXT: &str = "3 T\n38 E\n381 E\n3811 E\n381131 Electrician\ntitles:\n  sparky\n  ?tradie\n\
        381132 Lift Mechanic\ntitles:\n  ?tradie\ntasks:\n  mending lifts\n";

    #[test]
    fn files_that_are_made_are_read_again_as_they_were() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("osca");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("38.txt"), TEXT).unwrap();
        let lexicon = Lexicon::read(root.path(), OSCA).unwrap();
        let files = lexicon_files(lexicon.classification.nodes(), &lexicon.occupations, "made by a test");
        assert_eq!(files[0].name, "38-e.txt");
        assert!(files[0].text.starts_with("# made by a test\n\n3 T\n38 E\n"));
        std::fs::write(folder.join("38.txt"), &files[0].text).unwrap();
        assert_eq!(Lexicon::read(root.path(), OSCA).unwrap().occupations, lexicon.occupations);
    }
}
