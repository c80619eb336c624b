//! `vitrine describe`.

use std::process::ExitCode;

use vitrine_api::{
    Api,
    types::{
        Attribute, AttributeKind, CaptionStyle, DescribeMode, ErrorCode, Evidence, PhotoReading, PhotoRequest,
    },
};

use crate::{
    INTERRUPTED,
    args::{Arguments, DescribeArguments, Mode, Style},
    output,
    steps::Steps,
};

/// Describes every file; one that cannot be described is told and costs no other.
pub fn run(api: &Api, arguments: &Arguments, options: &DescribeArguments) -> anyhow::Result<ExitCode> {
    let request = request(options);
    let steps = Steps::new()?;
    let (mut readings, mut n_failed) = (Vec::new(), 0);
    for file in &options.files {
        let described = api.describe_photo(file, &request, &|step| steps.go_on(step));
        steps.clear();
        match described {
            Ok(reading) if arguments.json => readings.push(reading),
            Ok(reading) => print(&reading, options.files.len() > 1),
            Err(error) if error.code == ErrorCode::Cancelled => return Ok(ExitCode::from(INTERRUPTED)),
            Err(error) => {
                note!("vitrine: {}", error.message);
                n_failed += 1;
            }
        }
    }
    if arguments.json {
        output::json(&readings)?;
    }
    Ok(if n_failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn request(options: &DescribeArguments) -> PhotoRequest {
    PhotoRequest {
        mode: match options.mode {
            Mode::Product => DescribeMode::Product,
            Mode::Caption => DescribeMode::Caption,
            Mode::Fast => DescribeMode::Fast,
            Mode::Classic => DescribeMode::Classic,
            Mode::Best => DescribeMode::Best,
            Mode::Negative => DescribeMode::Negative,
        },
        style: match options.style {
            Style::Beam => CaptionStyle::Beam,
            Style::Greedy => CaptionStyle::Greedy,
            Style::Nucleus => CaptionStyle::Nucleus(options.seed),
        },
        prompt: options.prompt.clone(),
        terms: options.terms.clone(),
        quick: options.quick,
    }
}

fn print(reading: &PhotoReading, with_name: bool) {
    if with_name {
        say!("{}", reading.name);
    }
    match &reading.written {
        Some(written) => {
            say!("{}", written.title);
            say!("{}", written.text);
            say!("  {:<13} {}", "Alt text", written.alt_text);
            attributes(&written.attributes);
        }
        None if reading.phrases.is_empty() => say!("{}", reading.text),
        None => {
            say!("{}", reading.text);
            for phrase in &reading.phrases {
                say!("  {:.3}  {}  ({})", phrase.similarity, phrase.phrase, phrase.list);
            }
        }
    }
    let colours: Vec<String> = reading
        .swatches
        .iter()
        .map(|swatch| format!("{} {} {:.0} %", swatch.name, swatch.color, swatch.share * 100.0))
        .collect();
    say!("  {:<13} {}", "Measured", colours.join(", "));
    if let (Some(caption), Some(probability)) = (&reading.caption, reading.caption_probability) {
        say!("  {:<13} {caption}  ({:.0} % a word)", "Caption", probability * 100.0);
    }
    if let Some(similarity) = reading.similarity {
        say!("  {:<13} {similarity:.3}", "Similarity");
    }
    if let Some(probability) = reading.match_probability {
        say!("  {:<13} {:.0} %", "Match", probability * 100.0);
    }
}

/// One line for each claim.
pub fn attributes(attributes: &[Attribute]) {
    for claim in attributes {
        let evidence = match claim.evidence {
            Evidence::Models => "",
            Evidence::Pixels => ", measured",
            Evidence::Both => ", and the pixels agree",
            Evidence::Disputed => ", but the pixels say otherwise",
        };
        say!("  {:<13} {}  ({:.0} %{evidence})", kind(claim), claim.value, claim.confidence * 100.0);
    }
}

fn kind(claim: &Attribute) -> &str {
    match claim.kind {
        AttributeKind::Type => "Type",
        AttributeKind::Colour => "Colour",
        AttributeKind::Material => "Material",
        AttributeKind::Pattern => "Pattern",
        AttributeKind::Style => "Style",
        AttributeKind::Finish => "Finish",
        AttributeKind::Occasion => "Occasion",
        AttributeKind::Setting => "Setting",
        AttributeKind::Own => claim.list.as_deref().unwrap_or("Own list"),
    }
}
