//! `vitrine import`: a product list, looked at and taken in.

use std::{path::Path, process::ExitCode};

use vitrine_api::{
    Api,
    types::{ListPreview, ListTrouble},
};

use crate::{
    args::{Arguments, ImportArguments},
    index,
    output::{self, count, counted, visible},
};

/// `Bezeichnung=field:title` as a column and what it means.
pub fn column(text: &str) -> Result<(String, String), String> {
    let (name, meaning) = text.rsplit_once('=').ok_or("write it as COLUMN=MEANING")?;
    let meaning = meaning.trim();
    // A field's own name is enough.
    let is_other =
        ["image", "variant_image", "image_alt", "image_position", "handle", "ignored"].contains(&meaning);
    let meaning =
        if is_other || meaning.contains(':') { meaning.to_owned() } else { format!("field:{meaning}") };
    Ok((name.trim().to_owned(), meaning))
}

pub fn run(api: &Api, arguments: &Arguments, options: &ImportArguments) -> anyhow::Result<ExitCode> {
    let file = &options.file;
    anyhow::ensure!(
        Api::is_product_list(file),
        "{} is no product list; those end with csv, tsv, json, jsonl, xlsx or xml",
        file.display()
    );
    let first = api.preview_list(file, None)?;
    let chosen = (!options.columns.is_empty()).then(|| meanings(&first, &options.columns)).transpose()?;
    let preview = match &chosen {
        Some(meanings) => api.preview_list(file, Some(meanings))?,
        None => first,
    };
    if options.dry_run {
        show(arguments, &preview)?;
        if !arguments.json {
            say!("Nothing was changed. To take it in, leave --dry-run out.");
        }
        return Ok(if preview.problem.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    if !arguments.json {
        show(arguments, &preview)?;
    }
    take_in(api, arguments, file, chosen.as_deref())
}

fn take_in(
    api: &Api,
    arguments: &Arguments,
    file: &Path,
    meanings: Option<&[String]>,
) -> anyhow::Result<ExitCode> {
    index::follow_to_the_end(api, arguments, || Ok(api.import_list(file, meanings)?))
}

/// One meaning a column, those that were named in the place of the guessed ones.
fn meanings(preview: &ListPreview, columns: &[(String, String)]) -> anyhow::Result<Vec<String>> {
    let mut meanings: Vec<String> = preview.columns.iter().map(|column| column.meaning.clone()).collect();
    for (name, meaning) in columns {
        let Some(at) = preview.columns.iter().position(|column| column.header.eq_ignore_ascii_case(name))
        else {
            let known: Vec<&str> = preview.columns.iter().map(|column| column.header.as_str()).collect();
            anyhow::bail!("There is no column {}. There are: {}", visible(name), visible(&known.join(", ")));
        };
        // A meaning belongs to one column; photos may stand in several.
        for other in meanings.iter_mut().filter(|other| *other == meaning && meaning.starts_with("field:")) {
            "ignored".clone_into(other);
        }
        meanings[at].clone_from(meaning);
    }
    Ok(meanings)
}

fn show(arguments: &Arguments, preview: &ListPreview) -> anyhow::Result<()> {
    if arguments.json {
        return output::json(preview);
    }
    let program =
        if preview.program.is_empty() { String::new() } else { format!(" for {}", preview.program) };
    let encoding =
        if preview.encoding.is_empty() { String::new() } else { format!(", {}", preview.encoding) };
    say!(
        "{}: {}{program}{encoding}, {}",
        visible(&preview.name),
        preview.format,
        counted(preview.n_rows, "row")
    );
    for column in &preview.columns {
        let first = column.sample.first().map(String::as_str).unwrap_or_default();
        say!("  {:<28} {:<18} {}", visible(&column.header), column.meaning, visible(first));
    }
    if let Some(problem) = &preview.problem {
        say!("{}", visible(problem));
        return Ok(());
    }
    say!(
        "{}, {} with a photo in the catalog, {} known already; {} in no row.",
        counted(preview.n_products, "product"),
        count(preview.n_with_photos),
        count(preview.n_known),
        counted(preview.n_photos_without_row, "photo")
    );
    for finding in &preview.findings {
        say!("{}: {}", trouble(finding.trouble), count(finding.n));
        for line in finding.lines.iter().take(arguments.limit as usize) {
            say!("  line {}: {}", line.line, visible(&line.message));
        }
    }
    Ok(())
}

fn trouble(trouble: ListTrouble) -> &'static str {
    match trouble {
        ListTrouble::PassedOver => "Rows that bring nothing",
        ListTrouble::NoPhoto => "Products without a photo",
        ListTrouble::Double => "Doubles",
        ListTrouble::BadPrice => "Prices that are none",
        ListTrouble::LongTitle => "Titles that are too long",
        ListTrouble::NoTitle => "Products without a title",
        ListTrouble::BadBarcode => "Barcodes with a wrong digit",
    }
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn columns_are_written_as_name_and_meaning() {
        let check = |text: &str, expected: (&str, &str)| {
            assert_eq!(column(text), Ok((expected.0.to_owned(), expected.1.to_owned())), "{text}");
        };
        check("Bezeichnung=title", ("Bezeichnung", "field:title"));
        check("a = b = image", ("a = b", "image"));
        check("Opt=option_value:1", ("Opt", "option_value:1"));
        assert!(column("title").is_err());
    }
}
