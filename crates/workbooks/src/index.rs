//! In: the workbook of ANZSCO's index. Out: titles for `collect`.

use crate::collect::Collector;
use crate::error::WorkbookError;
use crate::journal::SkipReason;
use crate::layout::{Kind, Table};
use crate::structure::skip_outside;
use crate::workbook::Sheet;
use occuform_coder::{Node, essence};
use std::path::Path;

const DESCRIPTION: u32 = 1;
const CATEGORY: u32 = 2;
const PRINCIPAL: &str = "Principal Title";
const CATEGORIES: [&str; 4] =
    [PRINCIPAL, "Alternative Title", "Specialisation", "Occupation in nec category"];

pub(crate) fn read(path: &Path, collector: &mut Collector) -> Result<(), WorkbookError> {
    for Table { sheet, start } in Kind::AnzscoIndex.open(path)? {
        for row in sheet.rows() {
            if skip_outside(&sheet, start, row, collector.journal())? {
                continue;
            }
            let category = category(&sheet, row)?;
            let title = sheet.text(row, DESCRIPTION)?;
            if title.is_empty() {
                let problem = "expected a title, found an empty cell".to_owned();
                return Err(sheet.problem(row, DESCRIPTION, problem));
            }
            if let Some(node) = collector.occupation(&sheet, row)? {
                take_row(&sheet, row, node, category, collector)?;
            }
        }
    }
    Ok(())
}

fn category(sheet: &Sheet, row: u32) -> Result<&'static str, WorkbookError> {
    let found = sheet.text(row, CATEGORY)?;
    CATEGORIES.into_iter().find(|category| category.eq_ignore_ascii_case(found)).ok_or_else(|| {
        let found = if found.is_empty() { "an empty cell".to_owned() } else { format!("'{found}'") };
        let problem = format!("expected one of the categories {}, found {found}", CATEGORIES.join(", "));
        sheet.problem(row, CATEGORY, problem)
    })
}

fn take_row(
    sheet: &Sheet,
    row: u32,
    node: &Node,
    category: &str,
    collector: &mut Collector,
) -> Result<(), WorkbookError> {
    let title = sheet.text(row, DESCRIPTION)?;
    let place = sheet.place(row, Some(DESCRIPTION));
    if category == PRINCIPAL && essence(title) != essence(&node.title) {
        let what = format!("{} '{title}', in the structure '{}'", node.code, node.title);
        collector.journal().skip_row(place, SkipReason::OtherTitle, &what);
    } else if collector.titles(node, &place, title) > 0 {
        let what = format!("{} {}: {title}", node.code, node.title);
        collector.journal().taken(sheet.place(row, None), what);
    }
    Ok(())
}
