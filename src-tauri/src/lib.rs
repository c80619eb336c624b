//! The desktop shell: a window, its commands, dialogs, drag and drop, and the `photo`
//! protocol; nothing else.
//!
//! In come commands from the pages (`src/commands`), files that are dragged over the
//! window (`drag`), requests for pictures (`photo`) and the engine's events (`events`).
//! Each is parsed, handed to one function of [`vitrine_api::Api`], and its answer mapped
//! back. What holds everywhere:
//!
//! - The event loop never waits: commands work on the blocking pool, pictures and drags
//!   on threads of their own, and the library is opened while the window appears.
//! - The pages name pictures by id and dropped files by a number; a path never comes in
//!   from them.
//! - A library that cannot be opened does not keep the window shut: every command then
//!   answers with the reason, and the pages show it.

mod commands;
mod dialogs;
mod drag;
mod events;
mod first_paint;
mod library;
mod photo;

use std::{path::Path, sync::Arc, time::Instant};

use tauri::{Builder, DragDropEvent, Manager, RunEvent, Runtime, Url, WindowEvent, plugin::TauriPlugin};
use tauri_plugin_window_state::StateFlags;
use vitrine_api::{Api, OpenOptions, types::ApiError};

pub use crate::{
    dialogs::{Answer, Dialogs, NativeDialogs, Parent},
    photo::answer as answer_photo,
};
use crate::{drag::Drags, first_paint::FirstPaint, library::Library, photo::PhotoThreads};

/// Opens the library; gets the folder of the files that ship with the application.
pub type Opener = Box<dyn FnOnce(Option<&Path>) -> Result<Api, ApiError> + Send>;

/// What the window stands on and tests replace.
pub struct Desk {
    /// Opens the library, on a thread of its own.
    pub open: Opener,
    /// Asks the user for folders and files.
    pub dialogs: Arc<dyn Dialogs>,
    /// When the program started.
    pub started: Instant,
}

/// Everything of the shell that is the same for a real window and for tests without one.
pub fn configure<R: Runtime>(builder: Builder<R>, desk: Desk) -> Builder<R> {
    let Desk { open, dialogs, started } = desk;
    let library = Library::default();
    let photos = PhotoThreads::start(&library);
    builder
        .manage(library.clone())
        .manage(dialogs)
        .manage(commands::Lists::default())
        .manage(commands::LogReading::default())
        .manage(FirstPaint::new(started))
        .plugin(shell(library, open))
        .register_asynchronous_uri_scheme_protocol(photo::SCHEME, move |_, request, responder| {
            photos.ask(request.uri().path(), responder);
        })
        .on_window_event(|window, event| {
            if let WindowEvent::DragDrop(event) = event {
                dragged(window, event, window.scale_factor().unwrap_or(1.0));
            }
        })
        .invoke_handler(commands::handler())
}

/// What runs beside the window. A plugin, because Tauri starts those before the window's
/// event loop, so that the library opens while the window appears.
fn shell<R: Runtime>(library: Library, open: Opener) -> TauriPlugin<R> {
    tauri::plugin::Builder::new("shell")
        .setup(move |app, _| {
            app.manage(Drags::start(app.clone())?);
            let resources = app.path().resource_dir().ok();
            let handle = app.clone();
            std::thread::Builder::new().name("open-library".into()).spawn(move || {
                library.open(|| open(resources.as_deref()), |api| events::forward(api, handle));
            })?;
            Ok(())
        })
        .on_navigation(|_, url| is_own_page(url))
        .build()
}

/// Opens the window on the user's own library and stays until it is closed.
///
/// # Errors
/// When the system has no display or no web view.
pub fn run(started: Instant) -> anyhow::Result<()> {
    let desk = Desk {
        open: Box::new(|resources| Api::open(OpenOptions::for_this_machine(resources, None)?)),
        dialogs: Arc::new(NativeDialogs),
        started,
    };
    let remembered = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    configure(Builder::default(), desk)
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(remembered).build())
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Library>().close();
            }
        });
    Ok(())
}

/// Takes an event of a drag over the window; `scale` is the screen's pixels per CSS pixel.
pub fn dragged<R: Runtime>(window: &impl Manager<R>, event: &DragDropEvent, scale: f64) {
    window.state::<Drags>().moved(event, scale);
}

/// A link, a dropped file or a script must not replace the application's pages.
fn is_own_page(url: &Url) -> bool {
    let is_own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    is_own || url.as_str() == "about:blank" || (tauri::is_dev() && url.host_str() == Some("localhost"))
}
