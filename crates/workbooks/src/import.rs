//! In: the two workbooks of a classification. Out: what they add to a lexicon, and what became of each row. Next:
//! the command writes lexicon files.

use crate::collect::Collector;
use crate::error::WorkbookError;
use crate::journal::{Entry, Journal};
use crate::layout::Kind;
use crate::structure::Structure;
use crate::{descriptions, index};
use occuform_api::{ANZSCO, OSCA, Topic};
use occuform_coder::{Node, Occupation};
use std::path::Path;

/// What the workbooks of a classification hold.
#[derive(Debug)]
pub struct Import {
    /// The classification.
    pub topic: Topic,
    /// Every group and occupation of the structure, with its official title.
    pub nodes: Vec<Node>,
    /// The occupations that there is something for, by code.
    pub occupations: Vec<Occupation>,
    /// What became of each row, in the order of the workbooks.
    pub entries: Vec<Entry>,
    /// What is missing in the structure: groups above a code, occupations in a group. Empty for a whole one.
    pub gaps: Vec<String>,
}

/// Reads OSCA's structure and category descriptions: alternative titles, specialisations and the occupations of
/// "nec" categories become job titles, lead statements and main tasks become tasks.
///
/// # Errors
/// When a file is not the workbook it should be, or a cell does not hold what it should; the error says where.
pub fn import_osca(structure: &Path, descriptions: &Path) -> Result<Import, WorkbookError> {
    import(OSCA, Kind::OscaStructure, structure, |collector| descriptions::read(descriptions, collector))
}

/// Reads ANZSCO's structure and index, whose titles become job titles.
///
/// # Errors
/// As [`import_osca`].
pub fn import_anzsco(structure: &Path, index: &Path) -> Result<Import, WorkbookError> {
    import(ANZSCO, Kind::AnzscoStructure, structure, |collector| index::read(index, collector))
}

fn import(
    topic: Topic,
    kind: Kind,
    structure: &Path,
    read: impl FnOnce(&mut Collector) -> Result<(), WorkbookError>,
) -> Result<Import, WorkbookError> {
    let mut journal = Journal::default();
    let structure = Structure::read(structure, kind, &mut journal)?;
    let mut collector = Collector::new(&structure, &mut journal);
    read(&mut collector)?;
    let occupations = collector.finish()?;
    Ok(Import { topic, nodes: structure.nodes, occupations, entries: journal.0, gaps: structure.gaps })
}
