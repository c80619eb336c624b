//! One photo, described on demand, as clients see it.

use vitrine_catalog as catalog;

use super::description::{description, swatch};
use crate::types::{CaptionStyle, DescribeMode, PhotoReading, PhotoRequest, Phrase};

pub(crate) fn photo_options(request: &PhotoRequest) -> catalog::PhotoOptions {
    catalog::PhotoOptions {
        mode: match request.mode {
            DescribeMode::Product => catalog::DescribeMode::Product,
            DescribeMode::Caption => catalog::DescribeMode::Caption,
            DescribeMode::Fast => catalog::DescribeMode::Fast,
            DescribeMode::Classic => catalog::DescribeMode::Classic,
            DescribeMode::Best => catalog::DescribeMode::Best,
            DescribeMode::Negative => catalog::DescribeMode::Negative,
        },
        style: match request.style {
            CaptionStyle::Beam => catalog::CaptionStyle::Beam,
            CaptionStyle::Greedy => catalog::CaptionStyle::Greedy,
            CaptionStyle::Nucleus(seed) => catalog::CaptionStyle::Nucleus { seed: u64::from(seed) },
        },
        prompt: request.prompt.clone(),
        terms: request.terms.clone(),
        quick: request.quick,
    }
}

/// What is being done, for people.
pub(crate) fn photo_step(step: &catalog::PhotoStep) -> String {
    match step {
        catalog::PhotoStep::ReadingList(catalog::ListReading { list, n_done, n_total }) => {
            let how_far = if *n_done > 0 { format!(": {n_done} of {n_total} words") } else { String::new() };
            format!("Reading the word list \"{list}\", which is done once{how_far}")
        }
        catalog::PhotoStep::Trying(text, n, most) => {
            format!("Trying phrases, {n} of at most {most} chosen: {text}")
        }
    }
}

pub(crate) fn photo_reading(reading: catalog::PhotoReading) -> PhotoReading {
    let caption = reading.caption.as_ref().map(|caption| caption.text.clone());
    PhotoReading {
        name: reading.name,
        caption_probability: reading.caption.map(|caption| caption.mean_log_prob.exp()),
        text: reading.text,
        similarity: reading.similarity,
        phrases: reading
            .phrases
            .into_iter()
            .map(|found| Phrase { list: found.table, phrase: found.term, similarity: found.similarity })
            .collect(),
        written: reading.written.map(|written| description(written, caption.clone())),
        caption,
        swatches: reading.colours.into_iter().map(swatch).collect(),
        match_probability: reading.match_probability,
    }
}
