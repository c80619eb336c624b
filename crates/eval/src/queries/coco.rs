//! COCO captions: one JSON object.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Caption, Fault, ReadError,
    fault::shortened,
    object,
    source::{LineFinder, Source},
};

/// The lists stay raw at first, since a raw value is a piece of the text, whose place tells its line.
#[derive(Deserialize)]
struct Dataset<'a> {
    #[serde(borrow)]
    images: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    annotations: Option<Vec<&'a RawValue>>,
}

/// Numbers in COCO's own files, texts in others': the raw text serves for both.
#[derive(Deserialize)]
struct Image<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    file_name: Option<String>,
}

#[derive(Deserialize)]
struct Annotation<'a> {
    #[serde(borrow)]
    image_id: &'a RawValue,
    caption: Option<String>,
}

pub(super) fn read(source: &Source<'_>) -> Result<Vec<Caption>, ReadError> {
    let dataset: Dataset<'_> =
        object::read(source.text).map_err(|(below, fault)| source.fault(Some(1 + below), fault))?;
    let missing = |list| source.fault(None, Fault::NoCocoList(list));
    let images = dataset.images.ok_or_else(|| missing("images"))?;
    let annotations = dataset.annotations.ok_or_else(|| missing("annotations"))?;

    let mut names: HashMap<&str, String> = HashMap::with_capacity(images.len());
    let mut lines = LineFinder::new(source.text);
    for raw in images {
        let (line, image): (usize, Image<'_>) = entry(source, &mut lines, raw)?;
        let fault = |fault| source.fault(Some(line), fault);
        let name = image.file_name.ok_or_else(|| fault(Fault::NoFileName))?;
        let id = image.id.get();
        if names.insert(id, name.clone()).is_some_and(|before| before != name) {
            return Err(fault(Fault::TwoImages(shortened(id))));
        }
    }
    let mut captions = Vec::with_capacity(annotations.len());
    for raw in annotations {
        let (line, annotation): (usize, Annotation<'_>) = entry(source, &mut lines, raw)?;
        let fault = |fault| source.fault(Some(line), fault);
        let text = annotation.caption.ok_or_else(|| fault(Fault::NoCaption))?;
        let id = annotation.image_id.get();
        let name = names.get(id).ok_or_else(|| fault(Fault::UnknownImage(shortened(id))))?;
        captions.push(Caption::new(source, line, name, &text)?);
    }
    if captions.is_empty() {
        return Err(source.fault(None, Fault::NoCocoList("annotations")));
    }
    Ok(captions)
}

/// One entry of a list, with the line on which it begins.
fn entry<'a, T: Deserialize<'a>>(
    source: &Source<'a>,
    lines: &mut LineFinder<'a>,
    raw: &'a RawValue,
) -> Result<(usize, T), ReadError> {
    let json = raw.get();
    let line = lines.line_at((json.as_ptr() as usize).saturating_sub(source.text.as_ptr() as usize));
    source.check_length(line, json.len())?;
    let value = object::read(json).map_err(|(below, fault)| source.fault(Some(line + below), fault))?;
    Ok((line, value))
}
