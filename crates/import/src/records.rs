//! Records with names: objects of JSON and items of XML, as rows under one header.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use crate::{
    ListProblem,
    source::{BETWEEN, MAX_CELL, MAX_COLUMNS},
};

/// A value under a name.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// What it says.
    pub(crate) value: String,
    /// Where it stands: of JSON the value, of XML the whole element.
    pub(crate) at: Range<usize>,
}

/// A record.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its number or its line, from 1.
    pub(crate) line: u64,
    pub(crate) members: Vec<Member>,
    /// Where a new member goes.
    pub(crate) end: usize,
}

/// What takes records, and says whether to go on.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&Record) -> Result<bool, ListProblem>;

/// The names of all records, in the order in which they come.
pub(crate) fn header(
    records: &mut dyn FnMut(Visit<'_>) -> Result<(), ListProblem>,
) -> Result<Vec<String>, ListProblem> {
    let (mut names, mut known) = (Vec::new(), HashSet::new());
    records(&mut |record| {
        for member in &record.members {
            if names.len() < MAX_COLUMNS && known.insert(member.name.clone()) {
                names.push(member.name.clone());
            }
        }
        Ok(true)
    })?;
    Ok(names)
}

/// Where each name stands in the header.
pub(crate) struct Places<'h>(HashMap<&'h str, usize>);

impl<'h> Places<'h> {
    pub(crate) fn new(header: &'h [String]) -> Self {
        Self(header.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect())
    }

    /// The cells of a record, and whether all of it found a place.
    pub(crate) fn cells(&self, record: &Record) -> (Vec<String>, bool) {
        let mut cells = vec![String::new(); self.0.len()];
        let mut is_whole = true;
        for member in &record.members {
            let Some(&at) = self.0.get(member.name.as_str()) else {
                is_whole = false;
                continue;
            };
            let cell = &mut cells[at];
            if cell.is_empty() {
                cell.clone_from(&member.value);
            } else if cell.len() < MAX_CELL {
                cell.push(BETWEEN);
                cell.push_str(&member.value);
            }
        }
        (cells, is_whole)
    }
}
