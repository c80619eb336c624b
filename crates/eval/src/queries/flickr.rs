//! `Flickr8k.token.txt`: `name.jpg#0`, a tab, the caption.

use super::{Caption, Fault, ReadError, source::Source};

pub(super) fn read(source: &Source<'_>) -> Result<Vec<Caption>, ReadError> {
    let mut captions = Vec::new();
    for line in source.lines() {
        let (line, text) = line?;
        let (name, caption) =
            name_and_caption(text).ok_or_else(|| source.fault(Some(line), Fault::NotTokens))?;
        captions.push(Caption::new(source, line, name, caption)?);
    }
    Ok(captions)
}

fn name_and_caption(line: &str) -> Option<(&str, &str)> {
    let (key, caption) = line.split_once('\t')?;
    // A name may hold the sign, too; the number follows the last.
    let (name, number) = key.rsplit_once('#')?;
    number.trim().parse::<u32>().ok()?;
    Some((name, caption))
}
