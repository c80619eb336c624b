//! The part of libheif's interface in C that is used (libheif 1.x, `heif.h`), loaded when the program runs.

use std::{
    ffi::{c_char, c_int, c_void},
    marker::PhantomData,
    ptr,
    sync::OnceLock,
};

use libloading::Library;

use crate::raster::Samples;

/// Where the library may lie; the loader's own paths come first.
#[cfg(target_os = "linux")]
const NAMES: &[&str] = &["libheif.so.1"];
#[cfg(target_os = "macos")]
const NAMES: &[&str] =
    &["libheif.1.dylib", "/opt/homebrew/lib/libheif.1.dylib", "/usr/local/lib/libheif.1.dylib"];
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const NAMES: &[&str] = &[];

const COLORSPACE_RGB: c_int = 1;
const CHROMA_RGB: c_int = 10;
const CHROMA_RGBA: c_int = 11;
const CHROMA_RGB_16_LE: c_int = 14;
const CHROMA_RGBA_16_LE: c_int = 15;
const CHANNEL_INTERLEAVED: c_int = 10;
const COMPRESSION_HEVC: c_int = 1;
const PROFILE_NCLX: u32 = u32::from_be_bytes(*b"nclx");

#[repr(C)]
struct HeifError {
    code: c_int,
    _subcode: c_int,
    _message: *const c_char,
}

impl HeifError {
    fn is_ok(&self) -> bool {
        self.code == 0
    }
}

/// The beginning of `heif_color_profile_nclx`.
#[repr(C)]
struct Nclx {
    _version: u8,
    primaries: c_int,
    transfer: c_int,
}

type Pointer = *mut c_void;

/// Declares the functions that are used, and how all of them are found.
macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        pub(super) struct LibHeif {
            $($name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            /// Holds the functions in memory.
            _library: Library,
        }

        impl LibHeif {
            /// SAFETY: the library must be libheif 1.x.
            unsafe fn from(library: Library) -> Option<Self> {
                Some(Self {
                    // SAFETY: the types are those of `heif.h`.
                    $($name: unsafe { *library.get(concat!("heif_", stringify!($name), "\0").as_bytes()).ok()? },)*
                    _library: library,
                })
            }
        }
    };
}

functions! {
    context_alloc: fn() -> Pointer;
    context_free: fn(Pointer);
    context_set_maximum_image_size_limit: fn(Pointer, c_int);
    context_read_from_memory_without_copy: fn(Pointer, *const u8, usize, *const c_void) -> HeifError;
    context_get_primary_image_handle: fn(Pointer, *mut Pointer) -> HeifError;
    image_handle_release: fn(Pointer);
    image_handle_get_width: fn(Pointer) -> c_int;
    image_handle_get_height: fn(Pointer) -> c_int;
    image_handle_has_alpha_channel: fn(Pointer) -> c_int;
    image_handle_get_luma_bits_per_pixel: fn(Pointer) -> c_int;
    image_handle_get_color_profile_type: fn(Pointer) -> u32;
    image_handle_get_raw_color_profile_size: fn(Pointer) -> usize;
    image_handle_get_raw_color_profile: fn(Pointer, *mut u8) -> HeifError;
    image_handle_get_nclx_color_profile: fn(Pointer, *mut *mut Nclx) -> HeifError;
    nclx_color_profile_free: fn(*mut Nclx);
    decode_image: fn(Pointer, *mut Pointer, c_int, c_int, *const c_void) -> HeifError;
    image_release: fn(Pointer);
    image_get_width: fn(Pointer, c_int) -> c_int;
    image_get_height: fn(Pointer, c_int) -> c_int;
    image_get_bits_per_pixel_range: fn(Pointer, c_int) -> c_int;
    image_get_plane_readonly: fn(Pointer, c_int, *mut c_int) -> *const u8;
    have_decoder_for_format: fn(c_int) -> c_int;
}

impl LibHeif {
    /// The system's library; looked for once.
    pub(super) fn get() -> Option<&'static Self> {
        static LIBRARY: OnceLock<Option<LibHeif>> = OnceLock::new();
        // SAFETY: libheif's own name stands for its interface of that number, and loading it runs nothing but its set-up.
        let load =
            |name: &&str| unsafe { Library::new(*name).ok().and_then(|library| LibHeif::from(library)) };
        LIBRARY.get_or_init(|| NAMES.iter().find_map(load)).as_ref()
    }

    pub(super) fn reads_hevc(&self) -> bool {
        // SAFETY: it takes a number and gives one.
        unsafe { (self.have_decoder_for_format)(COMPRESSION_HEVC) != 0 }
    }
}

/// A file that was opened.
pub(super) struct Context<'a> {
    library: &'static LibHeif,
    context: Pointer,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a> Context<'a> {
    pub(super) fn new(library: &'static LibHeif, bytes: &'a [u8]) -> Option<Self> {
        // SAFETY: the bytes outlive the context, which holds on to them.
        unsafe {
            let context = (library.context_alloc)();
            if context.is_null() {
                return None;
            }
            let opened = Self { library, context, bytes: PhantomData };
            (library.context_set_maximum_image_size_limit)(context, crate::MAX_SIDE as c_int);
            let read = library.context_read_from_memory_without_copy;
            read(context, bytes.as_ptr(), bytes.len(), ptr::null()).is_ok().then_some(opened)
        }
    }

    pub(super) fn primary(&self) -> Option<Handle<'_>> {
        let mut handle = ptr::null_mut();
        // SAFETY: the context is open.
        let is_ok =
            unsafe { (self.library.context_get_primary_image_handle)(self.context, &mut handle).is_ok() };
        (is_ok && !handle.is_null()).then_some(Handle { library: self.library, handle, context: PhantomData })
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: it is freed once, after the handles that borrow it.
        unsafe { (self.library.context_free)(self.context) };
    }
}

/// What a picture says of its colours.
pub(super) enum Profile {
    None,
    Icc(Vec<u8>),
    Coded { primaries: u8, transfer: u8 },
}

/// A picture that was not decoded yet.
pub(super) struct Handle<'a> {
    library: &'static LibHeif,
    handle: Pointer,
    context: PhantomData<&'a ()>,
}

impl Handle<'_> {
    /// Width and height, upright.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        // SAFETY: the handle lives.
        let (width, height) = unsafe {
            (
                (self.library.image_handle_get_width)(self.handle),
                (self.library.image_handle_get_height)(self.handle),
            )
        };
        Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?))
    }

    pub(super) fn has_alpha(&self) -> bool {
        // SAFETY: the handle lives.
        unsafe { (self.library.image_handle_has_alpha_channel)(self.handle) != 0 }
    }

    pub(super) fn is_deep(&self) -> bool {
        // SAFETY: the handle lives.
        unsafe { (self.library.image_handle_get_luma_bits_per_pixel)(self.handle) > 8 }
    }

    pub(super) fn profile(&self) -> Profile {
        // SAFETY: the handle lives; the buffer is as long as libheif says; what it gives is given back.
        unsafe {
            let n = (self.library.image_handle_get_raw_color_profile_size)(self.handle);
            if (self.library.image_handle_get_color_profile_type)(self.handle) != PROFILE_NCLX && n > 0 {
                let mut profile = vec![0; n];
                let read = self.library.image_handle_get_raw_color_profile;
                return if read(self.handle, profile.as_mut_ptr()).is_ok() {
                    Profile::Icc(profile)
                } else {
                    Profile::None
                };
            }
            let mut nclx = ptr::null_mut();
            let is_ok = (self.library.image_handle_get_nclx_color_profile)(self.handle, &mut nclx).is_ok();
            let Some(found) = nclx.as_ref().filter(|_| is_ok) else { return Profile::None };
            let profile = Profile::Coded { primaries: found.primaries as u8, transfer: found.transfer as u8 };
            (self.library.nclx_color_profile_free)(nclx);
            profile
        }
    }

    /// RGB (`n` of 3) or RGBA (4) samples; none where it cannot be decoded.
    pub(super) fn decode(&self, size: (u32, u32), n: usize) -> Option<Samples> {
        let is_deep = self.is_deep();
        let chroma = match (n, is_deep) {
            (3, false) => CHROMA_RGB,
            (3, true) => CHROMA_RGB_16_LE,
            (_, false) => CHROMA_RGBA,
            (_, true) => CHROMA_RGBA_16_LE,
        };
        let mut image = ptr::null_mut();
        // SAFETY: the handle lives; the rows are read as long and as many as libheif says the picture is, which is
        // checked against the size that was asked for.
        unsafe {
            let decode = self.library.decode_image;
            if !decode(self.handle, &mut image, COLORSPACE_RGB, chroma, ptr::null()).is_ok()
                || image.is_null()
            {
                return None;
            }
            let decoded = Image { library: self.library, image };
            let (width, height) = (size.0 as usize, size.1 as usize);
            let is_as_told = (self.library.image_get_width)(image, CHANNEL_INTERLEAVED) as usize == width
                && (self.library.image_get_height)(image, CHANNEL_INTERLEAVED) as usize == height;
            let mut stride: c_int = 0;
            let start = (self.library.image_get_plane_readonly)(image, CHANNEL_INTERLEAVED, &mut stride);
            let line = width * n * if is_deep { 2 } else { 1 };
            if !is_as_told || start.is_null() || (stride as usize) < line {
                return None;
            }
            let mut bytes = Vec::with_capacity(line * height);
            for row in 0..height {
                bytes.extend_from_slice(std::slice::from_raw_parts(start.add(row * stride as usize), line));
            }
            if !is_deep {
                return Some(Samples::Eight(bytes));
            }
            let n_bits =
                (self.library.image_get_bits_per_pixel_range)(image, CHANNEL_INTERLEAVED).clamp(8, 16);
            drop(decoded);
            let most = (1_u32 << n_bits) - 1;
            let level =
                |&pair: &[u8; 2]| (u32::from(u16::from_le_bytes(pair)).min(most) * 65_535 / most) as u16;
            Some(Samples::Sixteen(bytes.as_chunks::<2>().0.iter().map(level).collect()))
        }
    }
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        // SAFETY: it is released once.
        unsafe { (self.library.image_handle_release)(self.handle) };
    }
}

/// A decoded picture, released when dropped.
struct Image {
    library: &'static LibHeif,
    image: Pointer,
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: it is released once.
        unsafe { (self.library.image_release)(self.image) };
    }
}
