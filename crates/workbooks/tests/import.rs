//! The official workbooks as operators have them: whole, damaged, and mixed up.

#[path = "official/damage.rs"]
mod damage;
mod official;

use damage::Damage;
use occuform_coder::{Occupation, Phrase};
use occuform_workbooks::{Import, Outcome, SkipReason, import_anzsco, import_osca};
use official::{Book, anzsco_index, anzsco_structure, osca_descriptions, osca_structure};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

fn osca(structure: &Book, descriptions: &Book) -> Result<Import, String> {
    let folder = TempDir::new().unwrap();
    let structure = structure.save(folder.path(), "structure.xlsx");
    let descriptions = descriptions.save(folder.path(), "descriptions.xlsx");
    import_osca(&structure, &descriptions).map_err(|error| without_folder(&error.to_string(), folder.path()))
}

fn anzsco(structure: &Book, index: &Book) -> Result<Import, String> {
    let folder = TempDir::new().unwrap();
    let structure = structure.save(folder.path(), "structure.xlsx");
    let index = index.save(folder.path(), "index.xlsx");
    import_anzsco(&structure, &index).map_err(|error| without_folder(&error.to_string(), folder.path()))
}

/// What importing says of these bytes, given as the structure of OSCA.
fn refusal_of(bytes: &[u8]) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("structure.xlsx");
    std::fs::write(&path, bytes).unwrap();
    let error = import_osca(&path, &path).unwrap_err().to_string();
    without_folder(&error, folder.path())
}

fn without_folder(text: &str, folder: &Path) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}

fn texts(phrases: &[Phrase]) -> Vec<String> {
    let mark = |phrase: &Phrase| if phrase.shared { "?" } else { "" };
    phrases.iter().map(|phrase| format!("{}{}", mark(phrase), phrase.text)).collect()
}

fn occupation<'a>(import: &'a Import, code: &str) -> &'a Occupation {
    import.occupations.iter().find(|occupation| occupation.code == code).unwrap()
}

#[test]
fn titles_and_statements_become_job_titles_and_tasks() {
    let import = osca(&osca_structure(), &osca_descriptions()).unwrap();
    let bees = occupation(&import, "111131");
    assert_eq!(bees.title, "Bee Keeper");
    assert_eq!(texts(&bees.titles), ["apiary hand", "HV hive minder", "?stock hand", "queen breeder"]);
    let tasks = ["looks after hives", "sells what the bees leave", "opens hives - calmly", "smokes bees"];
    assert_eq!(texts(&bees.tasks)[..4], tasks);
    assert_eq!(texts(&occupation(&import, "111199").titles), ["snail farmer", "cafe cat minder"]);
    assert!(import.gaps.is_empty(), "{:?}", import.gaps);
}

#[test]
fn what_stands_under_several_occupations_is_marked() {
    let import = osca(&osca_structure(), &osca_descriptions()).unwrap();
    let goats = occupation(&import, "111132");
    assert_eq!(texts(&goats.titles), ["?stock hand"]);
    assert_eq!(texts(&goats.tasks), ["milks goats", "?feeds the stock"]);
}

#[test]
fn both_tables_of_the_index_are_read_and_each_title_taken_once() {
    let import = anzsco(&anzsco_structure(), &anzsco_index()).unwrap();
    assert_eq!(texts(&occupation(&import, "121111").titles), ["?hive minder"]);
    assert_eq!(texts(&occupation(&import, "121112").titles), ["?hive minder", "kid rearer"]);
    let codes: Vec<&str> = import.nodes.iter().map(|node| node.code.as_str()).collect();
    assert_eq!(codes, ["1", "12", "121", "1211", "121111", "121112"]);
}

#[test]
fn every_row_is_accounted_for_with_its_place_and_reason() {
    let import = osca(&osca_structure(), &osca_descriptions()).unwrap();
    let of = |file: &str, row: u32| -> Vec<&Outcome> {
        let here =
            import.entries.iter().filter(|entry| entry.place.file.ends_with(file) && entry.place.row == row);
        here.map(|entry| &entry.outcome).collect()
    };
    for row in [1, 5, 6, 12, 13, 20] {
        assert_eq!(of("structure.xlsx", row).len(), 1, "row {row}");
    }
    assert_eq!(
        of("structure.xlsx", 13),
        [&Outcome::RowSkipped(SkipReason::Note, "\u{a9} Someone".to_owned())]
    );
    let bees = of("descriptions.xlsx", 6);
    assert_eq!(*bees[0], Outcome::PhraseSkipped(SkipReason::OfficialTitle, "Bee Keepers".to_owned()));
    assert_eq!(*bees[1], Outcome::Taken("111131 Bee Keeper: job titles 4, tasks 5".to_owned()));
    assert!(matches!(of("descriptions.xlsx", 8)[0], Outcome::PhraseSkipped(SkipReason::Residual, _)));
}

#[test]
fn a_row_whose_title_is_not_its_codes_is_left_out() {
    let swapped = osca_descriptions().set("Table 1", "B7", "Bee Keeper").set("Table 1", "B6", "Goat Keeper");
    let import = osca(&osca_structure(), &swapped).unwrap();
    assert_eq!(import.occupations.len(), 1);
    let skipped = import
        .entries
        .iter()
        .filter(|entry| matches!(entry.outcome, Outcome::RowSkipped(SkipReason::OtherTitle, _)));
    assert_eq!(skipped.count(), 2);
}

#[test]
fn an_excerpt_of_a_structure_skips_the_codes_that_it_lacks() {
    let excerpt = osca_structure().without_row("Table 5", 9).without_row("Table 5", 11);
    let import = osca(&excerpt, &osca_descriptions()).unwrap();
    assert_eq!(import.gaps[0], "111131 Bee Keeper stands without its group 1111");
    assert_eq!(import.occupations.len(), 2);
}

/// Each import is refused with a message that says this.
fn assert_refused<const N: usize>(imports: [(Result<Import, String>, &str); N]) {
    for (import, message) in imports {
        let error = import.unwrap_err();
        assert!(error.contains(message), "{error}\nshould say: {message}");
    }
}

#[test]
fn a_cell_of_the_structure_that_is_wrong_is_named_with_what_was_expected() {
    assert_refused([
        (
            osca(&osca_structure().set("Table 5", "E11", "11132"), &osca_descriptions()),
            "structure.xlsx, sheet 'Table 5', row 11, column E: expected the code of an occupation, 6 digits, found '11132'",
        ),
        (
            osca(&osca_structure().set("Table 5", "B7", "eleven"), &osca_descriptions()),
            "row 7, column B: expected the code of a sub-major group, 2 digits, found 'eleven'",
        ),
        (
            osca(&osca_structure().set("Table 5", "E11", "111131"), &osca_descriptions()),
            "row 11, column E: 111131 stands in row 10 already",
        ),
        (
            osca(&osca_structure().clear("Table 5", "F10"), &osca_descriptions()),
            "row 10, column F: expected the title of the occupation 111131, found an empty cell",
        ),
        (
            osca(&osca_structure().clear("Table 5", "E10"), &osca_descriptions()),
            "row 10, column A: expected a code in one of the columns A to E, found none",
        ),
        (
            osca(&osca_structure().set("Table 5", "F10", "=B99"), &osca_descriptions()),
            "row 10, column F: expected text or a number, found the Excel error #REF!",
        ),
        (
            osca(&osca_structure().without_sheet("Table 5"), &osca_descriptions()),
            "structure.xlsx has no sheet 'Table 5', which the OSCA structure has; its sheets are: Contents , Table 1",
        ),
    ]);
}

#[test]
fn a_cell_of_the_descriptions_that_is_wrong_is_named_with_what_was_expected() {
    let table = |address: &str, text: &str| osca_descriptions().set("Table 1", address, text);
    assert_refused([
        (
            osca(&osca_structure(), &table("A7", "111133")),
            "descriptions.xlsx, sheet 'Table 1', row 7, column A: the structure has no occupation 111133",
        ),
        (osca(&osca_structure(), &table("A7", "111131")), "row 7, column A: 111131 stands in row 6 already"),
        (
            osca(&osca_structure(), &table("I5", "Tasks")),
            "row 5, column I: expected the heading 'Main Tasks' of the OSCA category descriptions, found 'Tasks'",
        ),
        (
            osca(&osca_structure(), &osca_descriptions().without_column("Table 1", "C")),
            "row 5, column C: expected the heading 'Alternative Title' of the OSCA category descriptions, found 'Lead",
        ),
        (
            osca(&osca_structure(), &osca_descriptions().without_row("Table 1", 5)),
            "sheet 'Table 1': none of the rows 1 to 20 is the header of the OSCA category descriptions; expected",
        ),
    ]);
}

#[test]
fn a_cell_of_the_index_that_is_wrong_is_named_with_what_was_expected() {
    let index = |address: &str, text: &str| anzsco_index().set("Table 2", address, text);
    assert_refused([
        (
            anzsco(&anzsco_structure(), &index("C8", "Synonym")),
            "index.xlsx, sheet 'Table 2', row 8, column C: expected one of the categories Principal Title,",
        ),
        (
            anzsco(&anzsco_structure(), &index("A8", "1211111")),
            "row 8, column A: expected the code of an occupation, 6 digits, found '1211111'",
        ),
        (
            anzsco(&anzsco_structure(), &anzsco_index().clear("Table 1", "B9")),
            "sheet 'Table 1', row 9, column B: expected a title, found an empty cell",
        ),
    ]);
}

#[test]
fn a_workbook_given_for_another_is_recognised() {
    let folder = TempDir::new().unwrap();
    let books = [
        ("OSCA structure", osca_structure().save(folder.path(), "a.xlsx")),
        ("OSCA category descriptions", osca_descriptions().save(folder.path(), "b.xlsx")),
        ("ANZSCO structure", anzsco_structure().save(folder.path(), "c.xlsx")),
        ("ANZSCO index", anzsco_index().save(folder.path(), "d.xlsx")),
    ];
    for (name, path) in &books[1..] {
        let error = import_osca(path, path).unwrap_err().to_string();
        assert!(
            error.ends_with(&format!("was given for the OSCA structure, but looks like the {name}")),
            "{error}"
        );
    }
    let error = import_anzsco(&books[2].1, &books[0].1).unwrap_err().to_string();
    assert!(error.ends_with("was given for the ANZSCO index, but looks like the OSCA structure"), "{error}");
}

#[test]
fn a_file_that_is_no_workbook_is_refused_with_what_it_looks_like() {
    assert!(refusal_of(b"").ends_with("structure.xlsx is no Excel workbook (.xlsx): it is empty"));
    assert!(
        refusal_of(b"Identifier,Occupation\n1,Keepers\n").contains("it is plain text, perhaps a CSV file")
    );
    assert!(refusal_of(b"<!doctype html>").contains("it is a web page or XML"));
    assert!(refusal_of(b"\x00\x01\x02\x03").contains("its content is of an unknown kind"));
    assert!(refusal_of(b"PK\x03\x04 cut off").contains("structure.xlsx is damaged or was cut off"));
}

#[test]
fn a_workbook_cut_off_anywhere_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = osca_structure().save(folder.path(), "whole.xlsx");
    let bytes = std::fs::read(&path).unwrap();
    for length in (4..bytes.len()).step_by(bytes.len() / 37) {
        let error = refusal_of(&bytes[..length]);
        assert!(error.contains("structure.xlsx is damaged or was cut off"), "{length} bytes: {error}");
    }
}

#[test]
fn an_encrypted_workbook_and_an_old_one_are_told_apart() {
    for (stream, message) in [
        ("EncryptedPackage", "structure.xlsx is encrypted: open it in Excel, take the password off"),
        ("Workbook", "it looks like the older format .xls; open it in Excel and save it as .xlsx"),
    ] {
        let mut file =
            cfb::CompoundFile::create_with_version(cfb::Version::V3, std::io::Cursor::new(Vec::new()))
                .unwrap();
        file.create_stream(format!("/{stream}")).unwrap().write_all(&[7; 5_000]).unwrap();
        file.flush().unwrap();
        let error = refusal_of(&file.into_inner().into_inner());
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_byte_changed_anywhere_in_a_table_is_noticed() {
    let folder = TempDir::new().unwrap();
    let path = osca_structure().save(folder.path(), "whole.xlsx");
    let bytes = std::fs::read(&path).unwrap();
    let name = b"xl/worksheets/sheet3.xml";
    let start = bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len();
    for place in (start..start + 400).step_by(7) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x20;
        let error = refusal_of(&changed);
        assert!(error.contains("structure.xlsx is damaged or was cut off"), "byte {place}: {error}");
    }
}

#[test]
fn an_archive_of_another_kind_is_no_workbook() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let error = refusal_of(&archive.finish().unwrap().into_inner());
    assert!(error.contains("it is an archive of another kind"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = import_osca(Path::new("nowhere.xlsx"), Path::new("nowhere.xlsx")).unwrap_err().to_string();
    assert_eq!(error, "cannot read nowhere.xlsx");
}
