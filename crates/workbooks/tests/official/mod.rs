//! Workbooks in the layouts of the Australian Bureau of Statistics, about a small classification of our own. A test
//! changes cells before it writes the file.

use rust_xlsxwriter::{Format, Formula, Workbook};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A workbook's cells by sheet, then by row and column counted from 0.
#[derive(Clone)]
pub struct Book {
    pub sheets: Vec<(String, Cells)>,
}

pub type Cells = BTreeMap<(u32, u16), String>;

impl Book {
    fn new() -> Self {
        let mut book = Self { sheets: Vec::new() };
        book.sheet("Contents ", &[("A1", "This tab tells what there is"), ("A2", "The publisher")]);
        book
    }

    fn sheet(&mut self, name: &str, cells: &[(&str, &str)]) {
        let cells = cells.iter().map(|(address, text)| (at(address), (*text).to_owned()));
        self.sheets.push((name.to_owned(), cells.collect()));
    }

    /// Puts a text into a cell; digits become a number, `'` makes them text, `=` begins a formula.
    pub fn set(mut self, sheet: &str, address: &str, text: &str) -> Self {
        self.cells(sheet).insert(at(address), text.to_owned());
        self
    }

    pub fn cells(&mut self, sheet: &str) -> &mut Cells {
        &mut self.sheets.iter_mut().find(|(name, _)| name == sheet).expect("the sheet is there").1
    }

    /// Writes the workbook, its second row merged as a title is.
    pub fn save(&self, folder: &Path, name: &str) -> PathBuf {
        let mut workbook = Workbook::new();
        for (name, cells) in &self.sheets {
            let sheet = workbook.add_worksheet().set_name(name).unwrap();
            sheet.merge_range(1, 0, 1, 6, "", &Format::new()).unwrap();
            for ((row, column), text) in cells {
                match (text.parse::<f64>(), text.strip_prefix('=')) {
                    (Ok(number), _) => sheet.write_number(*row, *column, number).unwrap(),
                    (_, Some(formula)) => {
                        sheet.write_formula(*row, *column, Formula::new(formula).set_result("#REF!")).unwrap()
                    }
                    _ => sheet.write_string(*row, *column, text.trim_start_matches('\'')).unwrap(),
                };
            }
        }
        let path = folder.join(name);
        workbook.save(&path).unwrap();
        path
    }
}

/// Row and column of an address such as `C7`.
pub fn at(address: &str) -> (u32, u16) {
    let letter = address.as_bytes()[0];
    (address[1..].parse::<u32>().unwrap() - 1, u16::from(letter - b'A'))
}

pub fn osca_structure() -> Book {
    let mut book = Book::new();
    book.sheet("Table 1", &[("A5", "Identifier"), ("B5", "Major Group"), ("A6", "1"), ("B6", "Keepers")]);
    book.sheet(
        "Table 5",
        &[
            ("A1", "This tab has one table"),
            ("A2", "The publisher"),
            ("A3", "Table 5: Everything"),
            ("A5", "Identifier"),
            ("F5", "Occupation"),
            ("G5", "Skill Level"),
            ("A6", "1"),
            ("B6", "Keepers"),
            ("B7", "11"),
            ("C7", "Keepers of Animals, and of Plants"),
            ("C8", "111"),
            ("D8", "Animal Keepers"),
            ("D9", "1111"),
            ("E9", "Small Animal Keepers"),
            ("E10", "111131"),
            ("F10", "Bee Keeper"),
            ("G10", "2"),
            ("E11", "111132"),
            ("F11", "Goat Keeper"),
            ("E12", "111199"),
            ("F12", "Small Animal Keepers nec"),
            ("A13", "\u{a9} Someone"),
            ("A20", "https://example.org/disclaimer"),
        ],
    );
    book
}

pub fn osca_descriptions() -> Book {
    let mut book = Book::new();
    book.sheet(
        "Table 1",
        &[
            ("A1", "This tab describes"),
            ("A5", "Identifier"),
            ("B5", "Principal Title"),
            ("C5", "Alternative Title"),
            ("D5", "Lead Statement"),
            ("E5", "Registration or Licensing"),
            ("F5", "Inclusion and Exclusion Statements"),
            ("G5", "Skill Attributes"),
            ("H5", "Skill Level"),
            ("I5", "Main Tasks"),
            ("J5", "Specialisations"),
            ("K5", "Occupation in NEC category"),
            ("A6", "'111131"),
            ("B6", "Bee Keeper"),
            ("C6", "Apiary Hand; Bee Keepers; HV Hive Minder; Stock Hand"),
            ("D6", "Looks after hives. Sells what the bees leave."),
            ("F6", "Wasp minders are excluded."),
            ("I6", "Opens hives \u{2013} calmly; Smokes bees; Feeds the stock"),
            ("J6", "Queen Breeder"),
            ("A7", "111132"),
            ("B7", "Goat Keeper"),
            ("C7", "Stock Hand"),
            ("I7", "Milks goats; Feeds the stock"),
            ("A8", "111199"),
            ("B8", "Small Animal Keepers nec"),
            ("D8", "This occupation group covers keepers not elsewhere classified."),
            ("K8", "Snail Farmer; Caf\u{e9} Cat Minder"),
            ("A9", "\u{a9} Someone"),
        ],
    );
    book.sheet("Table 2", &[("A5", "Identifier"), ("B5", "Title"), ("A6", "1"), ("B6", "Keepers")]);
    book
}

pub fn anzsco_structure() -> Book {
    let mut book = Book::new();
    book.sheet(
        "Table 5",
        &[
            ("A3", "Table 5: Everything"),
            ("A6", "Major Group"),
            ("B7", "Sub-Major Group"),
            ("C8", "Minor Group"),
            ("D9", "Unit Group"),
            ("E10", "Occupation"),
            ("G10", "Skill Level"),
            ("A11", "1"),
            ("B11", "Minders"),
            ("B12", "12"),
            ("C12", "Minders of Animals"),
            ("C13", "121"),
            ("D13", "Animal Minders"),
            ("D14", "1211"),
            ("E14", "Animal Minders"),
            ("E15", "121111"),
            ("F15", "Apiarist"),
            ("E16", "121112"),
            ("F16", "Goatherd"),
            ("A18", "\u{a9} Someone"),
        ],
    );
    book
}

pub fn anzsco_index() -> Book {
    const HEADINGS: [(&str, &str); 3] =
        [("A6", "Occupation Code"), ("B6", "Description"), ("C6", "Category")];
    let mut book = Book::new();
    let rows = [
        ("'121111", "Apiarist", "Principal Title"),
        ("'121111", "Hive Minder", "Alternative Title"),
        ("'121112", "Hive Minder", "Specialisation"),
        ("'121112", "Kid Rearer", "Occupation in nec category"),
    ];
    for name in ["Table 1", "Table 2"] {
        book.sheet(name, &HEADINGS);
        for (row, (code, title, category)) in (7..).zip(rows) {
            book = book.set(name, &format!("A{row}"), code).set(name, &format!("B{row}"), title).set(
                name,
                &format!("C{row}"),
                category,
            );
        }
        book = book.set(name, "A12", "\u{a9} Someone");
    }
    book
}
