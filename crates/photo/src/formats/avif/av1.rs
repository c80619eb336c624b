//! One AV1 picture, through rav1d's interface in C.

use std::{
    mem::MaybeUninit,
    ptr::{self, NonNull},
};

use rav1d::{
    Dav1dResult,
    include::dav1d::{
        data::Dav1dData,
        dav1d::{Dav1dContext, Dav1dLogger, Dav1dSettings},
        headers::{DAV1D_PIXEL_LAYOUT_I400, DAV1D_PIXEL_LAYOUT_I420, DAV1D_PIXEL_LAYOUT_I422},
        picture::Dav1dPicture,
    },
    src::lib::{
        dav1d_close, dav1d_data_create, dav1d_data_unref, dav1d_default_settings, dav1d_get_picture,
        dav1d_open, dav1d_picture_unref, dav1d_send_data,
    },
};

use super::{
    obus,
    yuv::{Plane, Planes},
};
use crate::PhotoError;

/// "Again": the decoder wants what it was not given yet.
const AGAIN: Dav1dResult = Dav1dResult(-11);

/// More than one frame in a decoder of two takes.
const MAX_CALLS: usize = 8;

/// A decoder, closed when dropped.
struct Decoder(Option<Dav1dContext>);

impl Decoder {
    fn open(most_pixels: u32) -> Result<Self, PhotoError> {
        let mut settings = MaybeUninit::<Dav1dSettings>::uninit();
        let mut context = None;
        // SAFETY: the settings are written by rav1d before they are read; both pointers are to living places.
        let result = unsafe {
            dav1d_default_settings(NonNull::from(&mut settings).cast());
            let mut settings = settings.assume_init();
            // Two frames at once although there is one: with one, rav1d 1.1 ends the program on a damaged frame,
            // since it asks for a header that it has put away already.
            settings.n_threads = 2;
            settings.max_frame_delay = 2;
            settings.frame_size_limit = most_pixels;
            // Nothing is written to the terminal.
            settings.logger = Dav1dLogger::new(None, None);
            dav1d_open(Some(NonNull::from(&mut context)), Some(NonNull::from(&mut settings)))
        };
        if result.0 == 0 { Ok(Self(context)) } else { Err(PhotoError::Damaged) }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: it was opened and is closed once.
        unsafe { dav1d_close(Some(NonNull::from(&mut self.0))) };
    }
}

/// Decodes the first picture of a stream, if it has no more than `most_pixels`, which is above 0.
pub(super) fn decode(stream: &[u8], most_pixels: u32) -> Result<Planes, PhotoError> {
    let stream = obus::first_frame(stream).ok_or(PhotoError::Damaged)?;
    let decoder = Decoder::open(most_pixels)?;
    let mut data = Dav1dData::default();
    let mut picture = Dav1dPicture::default();
    // SAFETY: `data` and `picture` live through all calls; the bytes are copied into a buffer of their length; what
    // rav1d gave is given back before this returns.
    unsafe {
        let place = dav1d_data_create(Some(NonNull::from(&mut data)), stream.len());
        if place.is_null() {
            return Err(PhotoError::Damaged);
        }
        ptr::copy_nonoverlapping(stream.as_ptr(), place, stream.len());
        let mut result = AGAIN;
        // The first call may only say that there is no more to come, the next ones wait for the frame.
        for _ in 0..MAX_CALLS {
            if data.sz > 0 {
                let sent = dav1d_send_data(decoder.0, Some(NonNull::from(&mut data)));
                if sent.0 != 0 && sent != AGAIN {
                    break;
                }
            }
            result = dav1d_get_picture(decoder.0, Some(NonNull::from(&mut picture)));
            if result != AGAIN {
                break;
            }
        }
        if data.sz > 0 {
            dav1d_data_unref(Some(NonNull::from(&mut data)));
        }
        if result.0 != 0 {
            return Err(PhotoError::Damaged);
        }
        let planes = planes_of(&picture);
        dav1d_picture_unref(Some(NonNull::from(&mut picture)));
        planes
    }
}

/// Copies what rav1d decoded.
///
/// # Safety
/// The picture was given by rav1d and was not given back.
unsafe fn planes_of(picture: &Dav1dPicture) -> Result<Planes, PhotoError> {
    let parameters = &picture.p;
    let (Ok(width), Ok(height)) = (u32::try_from(parameters.w), u32::try_from(parameters.h)) else {
        return Err(PhotoError::Damaged);
    };
    // SAFETY: a picture that was given has a header.
    let header = unsafe { picture.seq_hdr.ok_or(PhotoError::Damaged)?.as_ref() };
    let is_wide = parameters.bpc > 8;
    // How far colours are thinned out, as powers of two.
    let shift = match parameters.layout {
        DAV1D_PIXEL_LAYOUT_I400 => None,
        DAV1D_PIXEL_LAYOUT_I420 => Some((1, 1)),
        DAV1D_PIXEL_LAYOUT_I422 => Some((1, 0)),
        _ => Some((0, 0)),
    };
    let plane = |at: usize, shift: (u32, u32)| -> Result<Plane, PhotoError> {
        let width = (width + (1 << shift.0) - 1) >> shift.0;
        let height = (height + (1 << shift.1) - 1) >> shift.1;
        let start: *const u8 = picture.data[at].ok_or(PhotoError::Damaged)?.as_ptr().cast();
        let stride = picture.stride[at.min(1)];
        let mut samples = Vec::with_capacity(width as usize * height as usize);
        for row in 0..height as isize {
            // SAFETY: rav1d's planes have as many rows of `stride` bytes as the picture, each of as many samples.
            unsafe {
                let row = start.offset(row * stride);
                if is_wide {
                    samples.extend_from_slice(std::slice::from_raw_parts(row.cast::<u16>(), width as usize));
                } else {
                    let row = std::slice::from_raw_parts(row, width as usize);
                    samples.extend(row.iter().map(|&sample| u16::from(sample)));
                }
            }
        }
        Ok(Plane { width, samples })
    };
    let luma = plane(0, (0, 0))?;
    let chroma = shift.map(|shift| Ok([plane(1, shift)?, plane(2, shift)?])).transpose()?;
    Ok(Planes {
        size: (width, height),
        n_bits: parameters.bpc as u32,
        luma,
        chroma,
        shift: shift.unwrap_or_default(),
        is_full_range: header.color_range != 0,
        matrix: header.mtrx as u8,
        primaries: header.pri as u8,
        transfer: header.trc as u8,
    })
}
