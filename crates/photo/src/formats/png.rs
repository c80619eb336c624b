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
    // Samples of sixteen bits are there twice for a moment: as bytes and as numbers.
    let n_held = channels.count() * bytes_per_sample * bytes_per_sample;
    room.claim_output(size, n_held as u64 + channels.on_ground())?;
    let colour = colour_of(info);
    let orientation = info.exif_metadata.as_deref().map(exif::orientation);

    let mut samples =
        vec![255; reader.output_buffer_size().ok_or(PhotoError::TooLarge { size: Some(size) })?];
    let whole = if reader.info().interlaced {
        reader.next_frame(&mut samples).map_err(|error| explain(&error))?;
        Whole::Yes
    } else {
        read_rows(&mut reader, &mut samples, size.1)?
    };
    let samples = if bytes_per_sample == 1 {
        Samples::Eight(samples)
    } else {
        Samples::Sixteen(samples.as_chunks::<2>().0.iter().map(|&pair| u16::from_be_bytes(pair)).collect())
    };
    let mut raster = Raster::new(size, channels, samples);
    raster.colour = colour;
    raster.whole = whole;
    raster.orientation = orientation.unwrap_or(raster.orientation);
    Ok(raster)
}

/// Row by row until the data ends.
fn read_rows(
    reader: &mut Reader<Cursor<&[u8]>>,
    samples: &mut [u8],
    height: u32,
) -> Result<Whole, PhotoError> {
    let line = samples.len() / height.max(1) as usize;
    for (at, row) in samples.chunks_exact_mut(line.max(1)).enumerate() {
        match reader.read_row(row) {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(Whole::Rows(at as f32 / height as f32)),
            Err(error) if at == 0 => return Err(explain(&error)),
            Err(_) => {
                row.fill(255);
                return Ok(Whole::Rows(at as f32 / height as f32));
            }
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
