//! JPEG XL by jxl-oxide.

use jxl_oxide::{
    AllocTracker, EnumColourEncoding, JxlImage, JxlThreadPool, PixelFormat, color::RenderingIntent,
};

use crate::{
    Format, MAX_DECODED_BYTES, PhotoError,
    colour::Colour,
    raster::{Channels, Raster, Samples},
    room::Room,
};

/// Decodes the first frame; the decoder turns it upright itself, and brings coded colours into sRGB.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Raster, PhotoError> {
    let mut image = JxlImage::builder()
        .pool(JxlThreadPool::none())
        // What it holds while it decodes is several times its output.
        .alloc_tracker(AllocTracker::with_limit(MAX_DECODED_BYTES as usize))
        .read(bytes)
        .map_err(|_| PhotoError::Damaged)?;
    let size = (image.width(), image.height());
    // Another profile than those that can be coded stays, and is applied with all others'.
    let profile = image.original_icc().map(<[u8]>::to_vec);
    if profile.is_none() {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    let channels = match image.pixel_format() {
        PixelFormat::Gray => Channels::Grey,
        PixelFormat::Graya => Channels::GreyAlpha,
        PixelFormat::Rgb => Channels::Rgb,
        PixelFormat::Rgba => Channels::Rgba,
        PixelFormat::Cmyk | PixelFormat::Cmyka => return Err(PhotoError::UnsupportedKind(Format::JpegXl)),
    };
    let n_samples = u64::from(size.0) * u64::from(size.1) * channels.count() as u64;
    // Its planes of 32 bits stand within its own limit.
    room.claim(size, 2 * n_samples, 4 * n_samples)?;
    let render = image.render_frame(0).map_err(|_| PhotoError::Damaged)?;
    let mut stream = render.stream();
    if stream.channels() as usize != channels.count() {
        return Err(PhotoError::UnsupportedKind(Format::JpegXl));
    }
    let size = (stream.width(), stream.height());
    let mut samples = vec![0_u16; size.0 as usize * size.1 as usize * channels.count()];
    stream.write_to_buffer(&mut samples);
    let mut raster = Raster::new(size, channels, Samples::Sixteen(samples));
    if let Some(profile) = profile {
        raster.colour = Colour::Icc(profile);
    }
    Ok(raster)
}
