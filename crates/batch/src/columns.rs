//! In: the names of a table's columns, and what the user said. Out: which columns hold title, tasks, id and code.
//! Next: `check` reads these cells.

use crate::{BatchError, Table};

const TITLES: &[&str] =
    &["occptext", "jobtitle", "occupationtitle", "title", "occupation", "position", "role", "job", "mainjob"];
const TASKS: &[&str] =
    &["taskstext", "maintasks", "jobtasks", "tasks", "duties", "mainduties", "jobdescription", "description"];
const IDS: &[&str] = &["recordid", "id", "respondentid", "caseid", "responseid", "rowid"];

/// Columns that the user named.
#[derive(Clone, Debug, Default)]
pub struct ColumnNames {
    /// The job title.
    pub title: Option<String>,
    /// The main tasks.
    pub tasks: Option<String>,
    /// The record's identifier.
    pub id: Option<String>,
    /// A code of another classification.
    pub code: Option<String>,
}

/// Places of the columns that matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The job title.
    pub title: Option<usize>,
    /// The main tasks.
    pub tasks: Option<usize>,
    /// The record's identifier.
    pub id: Option<usize>,
    /// A code of another classification.
    pub code: Option<usize>,
}

impl Columns {
    /// The columns that were named; others are guessed by their names.
    ///
    /// # Errors
    /// When a named column is missing, or when there is nothing to code.
    pub fn find(table: &Table, names: &ColumnNames) -> Result<Self, BatchError> {
        let place = |name: &Option<String>| name.as_ref().map(|name| table.column(name)).transpose();
        let mut columns = Self {
            title: place(&names.title)?,
            tasks: place(&names.tasks)?,
            id: place(&names.id)?,
            code: place(&names.code)?,
        };
        let guess =
            |usual: &[&str], part: &[&str], taken: &Columns| guess(table.columns(), usual, part, taken);
        if columns.title.is_none() {
            columns.title = guess(TITLES, &["title", "occupation"], &columns);
        }
        if columns.tasks.is_none() {
            columns.tasks = guess(TASKS, &["task", "duties"], &columns);
        }
        if columns.id.is_none() {
            columns.id = guess(IDS, &[], &columns);
        }
        if columns.title.or(columns.tasks).or(columns.code).is_none() {
            let found = table.columns().join(", ");
            let sheets = match table.other_sheets()?.join(", ") {
                none if none.is_empty() => none,
                some => format!("; --sheet names another sheet: {some}"),
            };
            return Err(BatchError::NoText { file: table.path().to_owned(), found, sheets });
        }
        Ok(columns)
    }

    /// The columns that say what is coded, in the order of the table.
    pub(crate) fn coded(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = [self.code, self.title, self.tasks].into_iter().flatten().collect();
        columns.sort_unstable();
        columns
    }

    fn has(&self, column: usize) -> bool {
        [self.title, self.tasks, self.id, self.code].contains(&Some(column))
    }
}

/// The free column whose name is most usual, else the first that has such a part.
fn guess(names: &[String], usual: &[&str], parts: &[&str], taken: &Columns) -> Option<usize> {
    let names: Vec<String> = names.iter().map(|name| essence(name)).collect();
    let free = |fits: &dyn Fn(&str) -> bool| {
        (0..names.len()).find(|column| !taken.has(*column) && fits(&names[*column]))
    };
    let exact = usual.iter().find_map(|usual| free(&|name| name == *usual));
    exact.or_else(|| free(&|name| parts.iter().any(|part| name.contains(part))))
}

fn essence(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(names: &[&str]) -> [Option<usize>; 3] {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut columns = Columns {
            title: guess(&names, TITLES, &["title", "occupation"], &Columns::default()),
            ..Columns::default()
        };
        columns.tasks = guess(&names, TASKS, &["task", "duties"], &columns);
        columns.id = guess(&names, IDS, &[], &columns);
        [columns.title, columns.tasks, columns.id]
    }

    #[test]
    fn usual_names_are_recognised_however_they_are_written() {
        assert_eq!(guessed(&["ID", "Job Title", "Main-Tasks"]), [Some(1), Some(2), Some(0)]);
        assert_eq!(guessed(&["recordId", "occp_text", "tasks_text"]), [Some(1), Some(2), Some(0)]);
        assert_eq!(guessed(&["q12_occupation_title", "q13_tasks_in_job", "age"]), [Some(0), Some(1), None]);
        assert_eq!(guessed(&["age", "income"]), [None, None, None]);
    }
}
