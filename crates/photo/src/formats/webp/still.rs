//! One picture, through libwebp's interface in C.

use std::{ffi::c_int, mem::MaybeUninit, ptr};

use libwebp_sys::{
    VP8StatusCode, WEBP_CSP_MODE, WebPBitstreamFeatures, WebPDecode, WebPDecoderConfig, WebPGetFeatures,
    WebPIDecGetRGB, WebPIDecode, WebPIDelete, WebPIUpdate,
};

use crate::{
    PhotoError, Wanted,
    raster::{Channels, Raster, Samples, Whole},
    room::Room,
};

/// What a file's first bytes say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) size: (u32, u32),
    pub(super) is_animated: bool,
    has_alpha: bool,
}

impl Header {
    pub(super) fn of(bytes: &[u8]) -> Result<Self, PhotoError> {
        let mut features = MaybeUninit::<WebPBitstreamFeatures>::zeroed();
        // SAFETY: the length is the slice's; all fields are numbers, so zeros are one; libwebp only writes to them.
        let (status, features) = unsafe {
            let status = WebPGetFeatures(bytes.as_ptr(), bytes.len(), features.as_mut_ptr());
            (status, features.assume_init())
        };
        let (Ok(width), Ok(height)) = (u32::try_from(features.width), u32::try_from(features.height)) else {
            return Err(PhotoError::Damaged);
        };
        if status != VP8StatusCode::VP8_STATUS_OK {
            return Err(PhotoError::Damaged);
        }
        Ok(Self {
            size: (width, height),
            is_animated: features.has_animation != 0,
            has_alpha: features.has_alpha != 0,
        })
    }
}

pub(super) fn read(
    bytes: &[u8],
    header: Header,
    wanted: Wanted,
    room: &mut Room,
) -> Result<Raster, PhotoError> {
    let full = header.size;
    let reduction = wanted.reduction(full);
    let size = (full.0.div_ceil(reduction), full.1.div_ceil(reduction));
    let channels = if header.has_alpha { Channels::Rgba } else { Channels::Rgb };
    let n_bytes = size.0 as usize * size.1 as usize * channels.count();
    // Beside its output libwebp holds rows, or, of a lossless picture, all pixels.
    room.claim(full, n_bytes as u64 + u64::from(full.0) * u64::from(full.1) * 4, 0)?;
    let mut samples = vec![255; n_bytes];
    let mut config = config_for(&mut samples, size, channels, reduction > 1)?;

    // SAFETY: `config` was made by libwebp's own initialiser and writes into `samples`, which outlives the
    // call and whose length and stride it was told.
    let status = unsafe { WebPDecode(bytes.as_ptr(), bytes.len(), &mut config) };
    let whole = match status {
        VP8StatusCode::VP8_STATUS_OK => Whole::Yes,
        VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => return Err(PhotoError::TooLarge { size: Some(full) }),
        _ => {
            samples.fill(255);
            let n_rows = read_rows(bytes, &mut config_for(&mut samples, size, channels, reduction > 1)?);
            let line = size.0 as usize * channels.count();
            if let Some(missing) = samples.get_mut(n_rows as usize * line..) {
                missing.fill(255);
            }
            Whole::Rows(n_rows as f32 / size.1 as f32)
        }
    };
    let mut raster = Raster::new(size, channels, Samples::Eight(samples));
    raster.full = full;
    raster.whole = whole;
    Ok(raster)
}

/// As far as the bytes go; the number of rows that came out.
fn read_rows(bytes: &[u8], config: &mut WebPDecoderConfig) -> u32 {
    let mut n_rows: c_int = 0;
    // SAFETY: as in `read`; the decoder is deleted before `config` and the bytes go away.
    unsafe {
        let decoder = WebPIDecode(ptr::null(), 0, config);
        if decoder.is_null() {
            return 0;
        }
        // What it answers is known: there is not enough.
        let _ = WebPIUpdate(decoder, bytes.as_ptr(), bytes.len());
        WebPIDecGetRGB(decoder, &mut n_rows, ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        WebPIDelete(decoder);
    }
    u32::try_from(n_rows).unwrap_or(0)
}

/// Tells libwebp to write into `samples`, `size` pixels of `channels`.
fn config_for(
    samples: &mut [u8],
    size: (u32, u32),
    channels: Channels,
    is_reduced: bool,
) -> Result<WebPDecoderConfig, PhotoError> {
    let mut config = WebPDecoderConfig::new().map_err(|()| PhotoError::Damaged)?;
    let (Ok(width), Ok(height)) = (c_int::try_from(size.0), c_int::try_from(size.1)) else {
        return Err(PhotoError::TooLarge { size: Some(size) });
    };
    if is_reduced {
        config.options.use_scaling = 1;
        config.options.scaled_width = width;
        config.options.scaled_height = height;
    }
    let has_alpha = channels.has_alpha();
    config.output.colorspace = if has_alpha { WEBP_CSP_MODE::MODE_RGBA } else { WEBP_CSP_MODE::MODE_RGB };
    config.output.width = width;
    config.output.height = height;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = samples.as_mut_ptr();
    config.output.u.RGBA.stride = width * channels.count() as c_int;
    config.output.u.RGBA.size = samples.len();
    Ok(config)
}
