//! Asking the user for folders and pictures with the system's own dialogs.

use std::{future::Future, path::PathBuf, pin::Pin};

use raw_window_handle::{HasDisplayHandle, HasWindowHandle};
use rfd::AsyncFileDialog;

/// What the user chose, later; none when the dialog was closed without a choice.
pub type Answer<T> = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

/// The window that a dialog belongs to.
pub trait Parent: HasWindowHandle + HasDisplayHandle + Send + Sync {}

impl<T: HasWindowHandle + HasDisplayHandle + Send + Sync> Parent for T {}

/// Asks the user. Tests answer in the user's place.
pub trait Dialogs: Send + Sync + 'static {
    /// One or more folders.
    fn choose_folders(&self, parent: &dyn Parent) -> Answer<Vec<PathBuf>>;

    /// One picture.
    fn choose_picture(&self, parent: &dyn Parent) -> Answer<PathBuf>;

    /// A folder with models.
    fn choose_pack(&self, parent: &dyn Parent) -> Answer<PathBuf>;
}

/// The dialogs of the system. On Linux they are GTK's own and not the desktop portal's,
/// because rfd's portal answers "nothing chosen" where no portal runs.
pub struct NativeDialogs;

impl Dialogs for NativeDialogs {
    fn choose_folders(&self, parent: &dyn Parent) -> Answer<Vec<PathBuf>> {
        let asked = AsyncFileDialog::new()
            .set_title("Add folders of product photos")
            .set_parent(parent)
            .pick_folders();
        Box::pin(async {
            let folders = asked.await?;
            Some(folders.iter().map(|folder| folder.path().to_owned()).collect())
        })
    }

    fn choose_picture(&self, parent: &dyn Parent) -> Answer<PathBuf> {
        let asked = AsyncFileDialog::new()
            .set_title("Search with a picture")
            .add_filter("Pictures", PICTURES)
            .add_filter("All files", &["*"])
            .set_parent(parent)
            .pick_file();
        Box::pin(async { Some(asked.await?.path().to_owned()) })
    }

    fn choose_pack(&self, parent: &dyn Parent) -> Answer<PathBuf> {
        let asked =
            AsyncFileDialog::new().set_title("Import models from a folder").set_parent(parent).pick_folder();
        Box::pin(async { Some(asked.await?.path().to_owned()) })
    }
}

/// How the names of pictures end. GTK compares exactly, cameras write capitals.
const PICTURES: &[&str] = &[
    "jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "JPG", "JPEG", "PNG", "WEBP", "GIF",
    "BMP", "TIF", "TIFF", "AVIF",
];

/// Whether a file's name ends like a picture's; what is in it is found out when it is read.
pub(crate) fn is_named_like_a_picture(path: &std::path::Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| PICTURES.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}
