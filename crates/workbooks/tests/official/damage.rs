//! What can be missing in a workbook.

use super::official::{Book, at};

/// A workbook without something.
pub trait Damage {
    fn clear(self, sheet: &str, address: &str) -> Self;
    fn without_column(self, sheet: &str, column: &str) -> Self;
    fn without_row(self, sheet: &str, row: u32) -> Self;
    fn without_sheet(self, sheet: &str) -> Self;
}

impl Damage for Book {
    fn clear(mut self, sheet: &str, address: &str) -> Self {
        self.cells(sheet).remove(&at(address)).expect("the cell holds something");
        self
    }

    fn without_column(mut self, sheet: &str, column: &str) -> Self {
        let (_, gone) = at(&format!("{column}1"));
        let cells = std::mem::take(self.cells(sheet)).into_iter().filter(|((_, column), _)| *column != gone);
        let moved = |((row, column), text)| ((row, if column > gone { column - 1 } else { column }), text);
        *self.cells(sheet) = cells.map(moved).collect();
        self
    }

    fn without_row(mut self, sheet: &str, row: u32) -> Self {
        self.cells(sheet).retain(|(found, _), _| *found != row - 1);
        self
    }

    fn without_sheet(mut self, sheet: &str) -> Self {
        self.sheets.retain(|(name, _)| name != sheet);
        self
    }
}
