//! `occuform lexicon import` as operators call it.

mod common;
#[path = "../../workbooks/tests/official/mod.rs"]
mod official;

use common::occuform;
use official::{anzsco_index, anzsco_structure, osca_descriptions, osca_structure};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const OSCA: [&str; 4] =
    ["--osca-structure", "osca-structure.xlsx", "--osca-descriptions", "osca-descriptions.xlsx"];
const ANZSCO: [&str; 4] =
    ["--anzsco-structure", "anzsco-structure.xlsx", "--anzsco-index", "anzsco-index.xlsx"];
const ANIMALS: &str = "lexicon-official/osca/11-keepers-of-animals-of-plants.txt";
const MINDERS: &str = "lexicon-official/anzsco/12-minders-of-animals.txt";

/// A folder with the four workbooks.
struct Operator(TempDir);

/// What the command printed, what it complained of, and whether it succeeded.
struct Said {
    output: String,
    error: String,
    success: bool,
}

impl Operator {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        osca_structure().save(folder.path(), OSCA[1]);
        osca_descriptions().save(folder.path(), OSCA[3]);
        anzsco_structure().save(folder.path(), ANZSCO[1]);
        anzsco_index().save(folder.path(), ANZSCO[3]);
        Self(folder)
    }

    fn import(&self, arguments: &[&[&str]]) -> Said {
        self.run(&[&["lexicon", "import"], arguments.concat().as_slice()])
    }

    fn run(&self, arguments: &[&[&str]]) -> Said {
        let output = occuform(self.0.path(), &arguments.concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { output: text(output.stdout), error: text(output.stderr), success: output.status.success() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn both_classifications_become_lexicon_files_and_a_summary() {
    let operator = Operator::new();
    let said = operator.import(&[&OSCA, &ANZSCO]);
    assert!(said.success, "{}", said.error);
    let file = operator.read(ANIMALS);
    assert!(file.contains("\n111131 Bee Keeper\ntitles:\n  apiary hand\n"), "{file}");
    assert!(file.contains("CC BY 4.0"), "{file}");
    assert!(operator.read(MINDERS).contains("121112 Goatherd\ntitles:\n  ?hive minder\n  kid rearer\n"));
    assert_eq!(files_in(&operator.path("lexicon-official/osca")), 1);
    for line in [
        "OSCA 2024: 1 files in lexicon-official/osca, for 3 of the 3 occupations of the structure",
        "  job titles: 7, under several occupations: 2",
        "  phrases skipped: 1, says only 'not elsewhere classified'",
        "ANZSCO 2022: 1 files in lexicon-official/anzsco",
        "Train with them: occuform train --lexicon lexicon --lexicon lexicon-official",
    ] {
        assert!(said.output.contains(line), "{}\nshould say: {line}", said.output);
    }
    assert!(!said.output.contains("row 6"), "{}", said.output);
}

#[test]
fn verbose_tells_row_by_row_what_was_taken_and_skipped() {
    let said = Operator::new().import(&[&OSCA, &["--verbose"]]);
    for line in [
        "osca-structure.xlsx, sheet 'Table 5', row 10: taken: 111131 Bee Keeper\n",
        "osca-structure.xlsx, sheet 'Table 5', row 13: row skipped, a footer or note, without a code: \u{a9} Someone\n",
        "osca-descriptions.xlsx, sheet 'Table 1', row 6: taken: 111131 Bee Keeper: job titles 4, tasks 5\n",
        "sheet 'Table 1', row 6, column C: skipped, the official title itself: Bee Keepers\n",
    ] {
        assert!(said.output.contains(line), "{}\nshould say: {line}", said.output);
    }
}

#[test]
fn files_of_an_earlier_import_are_replaced_only_when_told() {
    let operator = Operator::new();
    assert!(operator.import(&[&OSCA]).success);
    osca_descriptions().set("Table 1", "C7", "Kid Rearer").save(operator.0.path(), OSCA[3]);
    let said = operator.import(&[&OSCA, &ANZSCO]);
    assert!(!said.success && said.error.contains(&format!("{ANIMALS} exists: replace it with --force")));
    assert!(!operator.path(MINDERS).exists() && !operator.read(ANIMALS).contains("kid rearer"));
    assert!(operator.import(&[&OSCA, &ANZSCO, &["--force"]]).success);
    assert!(operator.path(MINDERS).exists() && operator.read(ANIMALS).contains("kid rearer"));
}

#[test]
fn a_file_that_no_import_made_is_never_replaced() {
    let operator = Operator::new();
    std::fs::create_dir_all(operator.path("lexicon-official/osca")).unwrap();
    std::fs::write(operator.path(ANIMALS), "# by hand\n").unwrap();
    let said = operator.import(&[&OSCA, &["--force"]]);
    assert!(
        said.error.contains("exists and was not made by an import: choose another folder"),
        "{}",
        said.error
    );
    assert_eq!(operator.read(ANIMALS), "# by hand\n");
}

#[test]
fn nothing_is_written_when_one_workbook_of_four_is_damaged() {
    let operator = Operator::new();
    anzsco_index().set("Table 2", "A8", "12111").save(operator.0.path(), ANZSCO[3]);
    let said = operator.import(&[&OSCA, &ANZSCO]);
    assert!(
        said.error.contains("anzsco-index.xlsx, sheet 'Table 2', row 8, column A: expected"),
        "{}",
        said.error
    );
    assert!(!said.success && said.output.is_empty() && !operator.path("lexicon-official").exists());
}

#[test]
fn what_is_missing_is_named() {
    let operator = Operator::new();
    for (arguments, message) in [
        (&OSCA[..2], "--osca-structure is given alone: --osca-descriptions is needed with it"),
        (&ANZSCO[2..], "--anzsco-index is given alone: --anzsco-structure is needed with it"),
        (
            &["--osca-structure", "no.xlsx", "--osca-descriptions", "no.xlsx"],
            "cannot read no.xlsx: No such file or directory (os error 2)\n",
        ),
        (&[], "no workbook is named: give --osca-structure and --osca-descriptions, or"),
    ] {
        let said = operator.import(&[arguments]);
        assert!(!said.success && said.error.contains(message), "{}", said.error);
    }
}

#[test]
fn training_learns_from_imported_files() {
    let operator = Operator::new();
    let own = "1 Keepers\n11 Keepers of Animals, and of Plants\n111 Animal Keepers\n1111 Small Animal Keepers\n\
        111131 Bee Keeper\ntitles:\n  bee man\n111132 Goat Keeper\n111199 Small Animal Keepers nec\n";
    std::fs::create_dir_all(operator.path("lexicon/osca")).unwrap();
    std::fs::write(operator.path("lexicon/osca/11.txt"), own).unwrap();
    assert!(operator.import(&[&OSCA]).success);
    let said = operator.run(&[&["train", "--lexicon", "lexicon", "--lexicon", "lexicon-official"]]);
    assert!(said.output.contains("lexicon-official: phrases added: 14, already known: 0"), "{}", said.output);
    let coded = operator.run(&[&["code", "apiary hand"]]);
    assert!(coded.output.lines().nth(1).unwrap().starts_with("111131  Bee Keeper"), "{}", coded.output);
}
