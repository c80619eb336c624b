//! libjpeg goes on after data that ends early or makes no sense, and warns. What it warned of first says
//! how much of a photo is there.

use std::{
    cell::Cell,
    ffi::{CStr, c_int},
};

use mozjpeg_sys::{jpeg_common_struct, jpeg_decompress_struct, jpeg_error_mgr};

/// Where sound data ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    /// In the pass that brings the picture: this share of its rows is there.
    InFirstPass { share: f32 },
    /// In a pass that brings detail.
    InLaterPass,
    /// It did not end, but some of it is no JPEG.
    BadData,
}

thread_local! {
    /// libjpeg is called, warns and returns in one thread.
    static FIRST: Cell<Option<End>> = const { Cell::new(None) };
}

/// Before a picture.
pub(super) fn forget() {
    FIRST.set(None);
}

/// What the picture's first warning said.
pub(super) fn first() -> Option<End> {
    FIRST.get()
}

/// Reports as usual, but notes warnings, and unwinds on what is fatal.
pub(super) fn error_manager() -> jpeg_error_mgr {
    // SAFETY: every field is a number, an array of them or a nullable pointer, and libjpeg sets all of them.
    unsafe {
        let mut manager = std::mem::zeroed();
        mozjpeg_sys::jpeg_std_error(&mut manager);
        manager.error_exit = Some(unwind);
        manager.emit_message = Some(note);
        manager
    }
}

extern "C-unwind" fn unwind(_: &mut jpeg_common_struct) {
    // Without the panic hook: this is an answer, not a fault of ours.
    std::panic::resume_unwind(Box::new("not decoded"));
}

extern "C-unwind" fn note(common: &mut jpeg_common_struct, level: c_int) {
    // Levels from 0 on are a trace.
    if level >= 0 || FIRST.get().is_some() {
        return;
    }
    let end = match message(common) {
        b"Corrupt JPEG data: premature end of data segment" => where_it_ended(common),
        b"Corrupt JPEG data: bad Huffman code" | b"Corrupt JPEG data: bad arithmetic code" => End::BadData,
        message if message.starts_with(b"Corrupt JPEG data: found marker") => End::BadData,
        _ => return,
    };
    FIRST.set(Some(end));
}

/// What libjpeg is about to say, without its numbers. Its codes depend on how it was built; its words do not.
fn message(common: &jpeg_common_struct) -> &'static [u8] {
    // SAFETY: libjpeg sets the manager that it calls, and its table of messages, which are constants of the program;
    // the code is checked against the table's length.
    unsafe {
        let Some(manager) = common.err.as_ref() else { return b"" };
        if manager.jpeg_message_table.is_null()
            || !(0..=manager.last_jpeg_message).contains(&manager.msg_code)
        {
            return b"";
        }
        let message = *manager.jpeg_message_table.add(manager.msg_code as usize);
        if message.is_null() { b"" } else { CStr::from_ptr(message.cast()).to_bytes() }
    }
}

fn where_it_ended(common: &mut jpeg_common_struct) -> End {
    const BLOCK: u32 = 8;
    // SAFETY: this manager is given to decompressors alone, which begin with the common part.
    let decompressor = unsafe { &*std::ptr::from_mut(common).cast::<jpeg_decompress_struct>() };
    if decompressor.input_scan_number > 1 {
        return End::InLaterPass;
    }
    let step = BLOCK * decompressor.max_v_samp_factor.max(1) as u32;
    let n_rows = decompressor.image_height.div_ceil(step).max(1);
    End::InFirstPass { share: decompressor.input_iMCU_row as f32 / n_rows as f32 }
}
