//! In: the workbook of OSCA's category descriptions. Out: titles and statements for `collect`.

use crate::collect::{Collector, Count};
use crate::error::WorkbookError;
use crate::journal::SkipReason;
use crate::layout::{Kind, Table};
use crate::structure::skip_outside;
use crate::workbook::Sheet;
use occuform_coder::essence;
use std::collections::HashMap;
use std::path::Path;

const PRINCIPAL_TITLE: u32 = 1;
/// Alternative titles, specialisations, occupations in categories "not elsewhere classified".
const TITLES: [u32; 3] = [2, 9, 10];
/// Lead statement, main tasks.
const STATEMENTS: [u32; 2] = [3, 8];

pub(crate) fn read(path: &Path, collector: &mut Collector) -> Result<(), WorkbookError> {
    for Table { sheet, start } in Kind::OscaDescriptions.open(path)? {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        for row in sheet.rows() {
            if skip_outside(&sheet, start, row, collector.journal())? {
                continue;
            }
            let Some(node) = collector.occupation(&sheet, row)? else {
                continue;
            };
            if let Some(earlier) = seen.insert(&node.code, row) {
                let problem = format!("{} stands in row {} already", node.code, earlier + 1);
                return Err(sheet.problem(row, 0, problem));
            }
            let principal = sheet.text(row, PRINCIPAL_TITLE)?;
            if principal.is_empty() {
                let problem = format!("expected the principal title of {}, found an empty cell", node.code);
                return Err(sheet.problem(row, PRINCIPAL_TITLE, problem));
            }
            if essence(principal) == essence(&node.title) {
                take_row(&sheet, row, node, collector)?;
            } else {
                let what = format!("{} '{principal}', in the structure '{}'", node.code, node.title);
                let place = sheet.place(row, Some(PRINCIPAL_TITLE));
                collector.journal().skip_row(place, SkipReason::OtherTitle, &what);
            }
        }
    }
    Ok(())
}

fn take_row(
    sheet: &Sheet,
    row: u32,
    node: &occuform_coder::Node,
    collector: &mut Collector,
) -> Result<(), WorkbookError> {
    let mut count = Count::default();
    for column in TITLES {
        count.titles += collector.titles(node, &sheet.place(row, Some(column)), sheet.text(row, column)?);
    }
    for column in STATEMENTS {
        count.tasks += collector.tasks(node, &sheet.place(row, Some(column)), sheet.text(row, column)?);
    }
    let what = format!("{} {}: job titles {}, tasks {}", node.code, node.title, count.titles, count.tasks);
    collector.journal().taken(sheet.place(row, None), what);
    Ok(())
}
