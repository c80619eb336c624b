//! The real application in a real window, for the tests in `tests/window`.
//!
//! [`Application::start`] opens `vitrine-desktop` on a display, in a D-Bus session and
//! with a home folder of its own, so tests run beside each other and beside whoever sits
//! at the machine. WebKitWebDriver drives it; [`Page`] is what a user could do in it.
//!
//! In comes the path of the built application, from `VITRINE_DESKTOP` or from the folder
//! of the test program itself. Everything that was started ends with its owner.
#![cfg(target_os = "linux")]

mod application;
mod display;
mod dragging;
mod page;
mod pictures;
mod programs;

pub use application::{Application, Home, in_window};
pub use display::Display;
pub use dragging::Held;
pub use page::{Page, Tile};
pub use pictures::{paint, paint_many};
