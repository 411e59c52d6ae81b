//! In: titles and statements, each with the occupation they stand for. Out: occupations with their phrases. Next:
//! `import` hands them out.

use crate::error::{Place, WorkbookError};
use crate::journal::{Journal, SkipReason};
use crate::phrases;
use crate::structure::{Structure, occupation_code};
use crate::workbook::Sheet;
use occuform_coder::{Node, Occupation, Phrase, essence, mark_shared};
use std::collections::{BTreeMap, HashSet};

/// What a row brought.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub titles: usize,
    pub tasks: usize,
}

/// Gathers phrases by occupation.
pub(crate) struct Collector<'a> {
    structure: &'a Structure,
    journal: &'a mut Journal,
    occupations: BTreeMap<String, Gathered>,
    /// The first code that the structure does not have.
    unknown: Option<WorkbookError>,
}

struct Gathered {
    occupation: Occupation,
    known: HashSet<String>,
}

#[derive(Clone, Copy)]
enum PhraseKind {
    Title,
    Task,
}

impl<'a> Collector<'a> {
    pub fn new(structure: &'a Structure, journal: &'a mut Journal) -> Self {
        Self { structure, journal, occupations: BTreeMap::new(), unknown: None }
    }

    pub fn journal(&mut self) -> &mut Journal {
        self.journal
    }

    /// The occupation whose code stands in column A; nothing where a structure with gaps does not have it.
    ///
    /// # Errors
    /// When the cell holds no code, or one that a structure without gaps does not have.
    pub fn occupation(&mut self, sheet: &Sheet, row: u32) -> Result<Option<&'a Node>, WorkbookError> {
        let code = occupation_code(sheet, row, 0)?;
        if let Some(node) = self.structure.find(&code) {
            return Ok(Some(node));
        }
        let problem = format!(
            "the structure has no occupation {code}; use two workbooks of the same release, or correct the code"
        );
        let error = sheet.problem(row, 0, problem);
        if self.structure.gaps.is_empty() {
            return Err(error);
        }
        let what = sheet.text(row, 1).unwrap_or_default();
        self.journal.skip_row(
            sheet.place(row, Some(0)),
            SkipReason::NotInStructure,
            &format!("{code} {what}"),
        );
        self.unknown.get_or_insert(error);
        Ok(None)
    }

    /// Takes the titles of a cell that are parted by semicolons. Returns how many.
    pub fn titles(&mut self, node: &Node, place: &Place, cell: &str) -> usize {
        let titles = phrases::titles(cell).map(|title| self.take(node, place, title, PhraseKind::Title));
        titles.sum()
    }

    /// Takes the statements of a cell. Returns how many phrases they made.
    pub fn tasks(&mut self, node: &Node, place: &Place, cell: &str) -> usize {
        let mut taken = 0;
        for statement in phrases::statements(cell) {
            if statement.to_lowercase().contains("not elsewhere classified") {
                self.journal.skip_phrase(place.clone(), SkipReason::Residual, statement);
                continue;
            }
            for piece in phrases::pieces(statement) {
                taken += self.take(node, place, &piece, PhraseKind::Task);
            }
        }
        taken
    }

    /// Takes one phrase unless a rule of the lexicon or a twin speaks against it. Returns how many were taken.
    fn take(&mut self, node: &Node, place: &Place, text: &str, kind: PhraseKind) -> usize {
        let gathered = self.occupations.entry(node.code.clone()).or_insert_with(|| Gathered::new(node));
        match gathered.take(text, kind) {
            Ok(()) => 1,
            Err(reason) => {
                self.journal.skip_phrase(place.clone(), reason, text);
                0
            }
        }
    }

    /// The occupations in the order of their codes, with what stands under several of them marked.
    ///
    /// # Errors
    /// When rows were there, but none whose code the structure has.
    pub fn finish(self) -> Result<Vec<Occupation>, WorkbookError> {
        match self.unknown {
            Some(error) if self.occupations.is_empty() => return Err(error),
            _ => {}
        }
        let mut occupations: Vec<Occupation> =
            self.occupations.into_values().map(|gathered| gathered.occupation).collect();
        mark_shared(&mut occupations, &self.structure.nodes);
        Ok(occupations)
    }
}

impl Gathered {
    fn new(node: &Node) -> Self {
        let occupation = Occupation {
            code: node.code.clone(),
            title: node.title.clone(),
            titles: Vec::new(),
            tasks: Vec::new(),
            anzsco: None,
        };
        Self { occupation, known: HashSet::new() }
    }

    fn take(&mut self, text: &str, kind: PhraseKind) -> Result<(), SkipReason> {
        let text = phrases::phrase(text)?;
        let essence_of = essence(&text);
        if essence_of == essence(&self.occupation.title) {
            return Err(SkipReason::OfficialTitle);
        }
        if !self.known.insert(essence_of) {
            return Err(SkipReason::Repeated);
        }
        let phrase = Phrase { text, shared: false };
        match kind {
            PhraseKind::Title => self.occupation.titles.push(phrase),
            PhraseKind::Task => self.occupation.tasks.push(phrase),
        }
        Ok(())
    }
}
