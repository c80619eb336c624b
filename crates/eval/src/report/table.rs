//! A report as text with aligned columns.

use super::{
    Report,
    text::{grouped, printable, signed, value, with_interval},
};

impl Report {
    /// The figures as text: a row for each measure, a column for each system, and the differences to the
    /// first below. Columns are aligned in a font of one width, as far as letters are one column wide.
    #[must_use]
    pub fn text(&self) -> String {
        let settings = &self.settings;
        let mut text = format!("{}\n", printable(&settings.title));
        if !settings.about.is_empty() {
            text += &format!("{}\n", printable(&settings.about));
        }
        text += &self.queries_in_words();
        text += &format!(
            "\nMean [95 % interval]; percentile bootstrap over queries, {} resamples.\n\n",
            grouped(settings.resampling.n_resamples())
        );
        let columns = self.systems.iter().map(|system| {
            let cells = system.intervals.iter().map(|interval| with_interval(interval, value));
            (system.name.as_str(), cells.collect())
        });
        text += &self.aligned(columns.collect());
        if let (Some(first), false) = (self.systems.first(), self.differences.is_empty()) {
            text += &format!("\nDifference to {}, on the same queries\n\n", printable(&first.name));
            let columns = self.differences.iter().map(|difference| {
                let cells = difference.intervals.iter().map(|interval| with_interval(interval, signed));
                (difference.name.as_str(), cells.collect())
            });
            text += &self.aligned(columns.collect());
        }
        text
    }

    /// A header, and a row for each measure.
    fn aligned(&self, columns: Vec<(&str, Vec<String>)>) -> String {
        let mut table: Vec<Vec<String>> = vec![vec!["Measure".to_owned()]];
        table.extend(self.settings.measures.iter().map(|measure| vec![measure.to_string()]));
        for (name, cells) in columns {
            for (row, cell) in table.iter_mut().zip(std::iter::once(printable(name)).chain(cells)) {
                row.push(cell);
            }
        }
        let n_columns = table.first().map_or(0, Vec::len);
        let width =
            |at: usize| table.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..n_columns).map(|at| width(at).unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &table {
            let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
            text += cells.collect::<Vec<_>>().join("  ").trim_end();
            text.push('\n');
        }
        text
    }
}
