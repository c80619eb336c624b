//! Conceptual Captions: the caption, a tab, the picture's address.

use super::{Caption, Fault, ReadError, last_part, source::Source};

pub(super) fn read(source: &Source<'_>) -> Result<Vec<Caption>, ReadError> {
    let mut captions = Vec::new();
    for line in source.lines() {
        let (line, text) = line?;
        let address = text.split_once('\t').filter(|(_, url)| url.contains("://") && !url.contains('\t'));
        let Some((caption, url)) = address else {
            return Err(source.fault(Some(line), Fault::NotCaptionAndAddress));
        };
        captions.push(Caption::new(source, line, last_part(url.trim()), caption)?);
    }
    Ok(captions)
}
