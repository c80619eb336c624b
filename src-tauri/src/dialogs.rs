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

    /// Where to write a list of products.
    fn choose_list(&self, parent: &dyn Parent) -> Answer<PathBuf>;
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
            .add_filter("Pictures", &picture_endings())
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

    fn choose_list(&self, parent: &dyn Parent) -> Answer<PathBuf> {
        let asked = AsyncFileDialog::new()
            .set_title("Export a list of products")
            .set_file_name("products.csv")
            .add_filter("Tables", &["csv"])
            .set_parent(parent)
            .save_file();
        Box::pin(async {
            let mut file = asked.await?.path().to_owned();
            // GTK adds no ending of its own.
            if file.extension().is_none() {
                file.set_extension("csv");
            }
            Some(file)
        })
    }
}

/// How the names of pictures end. GTK compares exactly, cameras write capitals.
fn picture_endings() -> Vec<String> {
    let endings = vitrine_api::PICTURE_ENDINGS.iter();
    endings.flat_map(|ending| [(*ending).to_owned(), ending.to_ascii_uppercase()]).collect()
}
