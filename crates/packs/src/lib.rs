//! Model packs of this machine: downloads, imports, checks and removes them.
//!
//! ```text
//! Offer (models/packs/*.toml) --Shelf::pull, over HTTP from the hub--+
//! a folder of the user's -------Shelf::import------------------------+--> packs/NAME --> Pack::open
//!                                                                   Shelf::verify, Shelf::remove
//! ```
//!
//! Invariants:
//!
//! - This crate alone opens connections, and only in [`Shelf::pull`], which runs when the user asks for
//!   it. Nothing is sent but the names of public files, and `HF_TOKEN` to the hub where the user set it.
//! - A file gets its name when every byte is there and its checksum is right; a pack gets its place when
//!   every file is there and its models load. Whatever goes wrong leaves installed packs as they were.
//! - Files of an installed pack are never written again: running models read them in place. Another
//!   revision is another folder.
//! - What was downloaded is kept over cut connections, full disks and restarts, and is not asked for twice.
//! - A hub, a pack and a folder are hostile input: paths come from this program's own lists,
//!   redirects never lead from a protected connection to an open one, and the models' reader of weights
//!   refuses what is more than tensors.
//!
//! What takes long is done for a [`Job`](vitrine_jobs::Job), which says whether to go on and hears how far it is.
//!
//! HTTP is ureq: blocking, small, with rustls and the system's certificates and proxies. Its requests are
//! few and long, so an asynchronous client would gain nothing.

mod check;
mod error;
mod fetch;
mod find_models;
mod hub;
mod import;
mod layout;
mod offer;
mod origin;
mod part;
mod pull;
mod shelf;
mod words;

pub use self::error::PackError;
pub use self::hub::HubOptions;
pub use self::offer::{Offer, Pace};
pub use self::pull::Outcome;
pub use self::shelf::{Installed, Shelf, Unfinished, verify};
pub use self::words::size_in_words;
