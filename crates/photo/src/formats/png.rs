//! PNG and APNG, whose first picture it is.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use crate::{
    Format, MAX_DECODED_BYTES, PhotoError,
    colour::Colour,
    exif,
    raster::{Channels, Raster, Samples, Whole},
    room::Room,
};

/// Decodes; a file that is cut gives the rows that are there.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Raster, PhotoError> {
    let limits = Limits { bytes: MAX_DECODED_BYTES as usize };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|error| explain(&error))?;
    let (color_type, depth) = reader.output_color_type();
    let channels = match color_type {
        ColorType::Grayscale => Channels::Grey,
        ColorType::GrayscaleAlpha => Channels::GreyAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        ColorType::Indexed => return Err(PhotoError::UnsupportedKind(Format::Png)),
    };
    let bytes_per_sample = if depth == BitDepth::Sixteen { 2 } else { 1 };
    let info = reader.info();
    let size = info.size();
    room.claim_output(size, (channels.count() * bytes_per_sample) as u64)?;
    let colour = colour_of(info);
    let orientation = info.exif_metadata.as_deref().map(exif::orientation);

    let n_bytes = reader.output_buffer_size().ok_or(PhotoError::TooLarge { size: Some(size) })?;
    let (samples, whole) = if reader.info().interlaced {
        let mut bytes = vec![255; n_bytes];
        reader.next_frame(&mut bytes).map_err(|error| explain(&error))?;
        let samples = if bytes_per_sample == 1 {
            Samples::Eight(bytes)
        } else {
            Samples::Sixteen(bytes.as_chunks().0.iter().map(|&pair| u16::from_be_bytes(pair)).collect())
        };
        (samples, Whole::Yes)
    } else {
        let (mut row, n_rows) = (vec![0; n_bytes / size.1.max(1) as usize], size.1);
        if bytes_per_sample == 1 {
            let mut samples = Vec::with_capacity(n_bytes);
            let whole = read_rows(&mut reader, &mut row, n_rows, |row| samples.extend_from_slice(row))?;
            samples.resize(n_bytes, 255);
            (Samples::Eight(samples), whole)
        } else {
            let mut samples = Vec::with_capacity(n_bytes / 2);
            let whole = read_rows(&mut reader, &mut row, n_rows, |row| {
                samples.extend(row.as_chunks().0.iter().map(|&pair| u16::from_be_bytes(pair)));
            })?;
            samples.resize(n_bytes / 2, u16::MAX);
            (Samples::Sixteen(samples), whole)
        }
    };
    let mut raster = Raster::new(size, channels, samples);
    raster.colour = colour;
    raster.whole = whole;
    raster.orientation = orientation.unwrap_or(raster.orientation);
    Ok(raster)
}

/// Row by row until the data ends; `row` has room for one.
fn read_rows(
    reader: &mut Reader<Cursor<&[u8]>>,
    row: &mut [u8],
    n_rows: u32,
    mut take: impl FnMut(&[u8]),
) -> Result<Whole, PhotoError> {
    for at in 0..n_rows {
        match reader.read_row(row) {
            Ok(Some(_)) => take(row),
            Err(error) if at == 0 => return Err(explain(&error)),
            Ok(None) | Err(_) => return Ok(Whole::Rows(at as f32 / n_rows as f32)),
        }
    }
    Ok(Whole::Yes)
}

/// By the order of PNG's third edition: cICP, iCCP, sRGB, then gAMA and cHRM.
fn colour_of(info: &png::Info<'_>) -> Colour {
    if let Some(coded) = info.coding_independent_code_points {
        return Colour::Coded { primaries: coded.color_primaries, transfer: coded.transfer_function };
    }
    if let Some(profile) = &info.icc_profile {
        return Colour::Icc(profile.to_vec());
    }
    if info.srgb.is_some() {
        return Colour::Srgb;
    }
    let gamma = info.gama_chunk.map(png::ScaledFloat::into_value);
    let chromaticities = info.chrm_chunk.map(|chunk| {
        [chunk.white, chunk.red, chunk.green, chunk.blue]
            .map(|(x, y)| [x.into_value(), y.into_value()])
            .as_flattened()
            .try_into()
            .unwrap_or_default()
    });
    if gamma.is_none() && chromaticities.is_none() {
        return Colour::Srgb;
    }
    Colour::Calibrated { gamma, chromaticities }
}

fn explain(error: &png::DecodingError) -> PhotoError {
    match error {
        png::DecodingError::LimitsExceeded => PhotoError::TooLarge { size: None },
        _ => PhotoError::Damaged,
    }
}
