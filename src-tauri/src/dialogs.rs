//! Asking the user for folders and pictures with the system's own dialogs.

use std::{future::Future, path::PathBuf, pin::Pin};

use raw_window_handle::{HasDisplayHandle, HasWindowHandle};
use rfd::AsyncFileDialog;
use vitrine_api::{LIST_ENDINGS, PICTURE_ENDINGS};

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

    /// A product list to take in.
    fn choose_product_list(&self, parent: &dyn Parent) -> Answer<PathBuf>;

    /// A log of searches.
    fn choose_search_log(&self, parent: &dyn Parent) -> Answer<PathBuf>;

    /// Where to write a file, with a name that is proposed.
    fn choose_new_file(&self, parent: &dyn Parent, title: &str, name: &str) -> Answer<PathBuf>;

    /// A folder for files beside photos.
    fn choose_export_folder(&self, parent: &dyn Parent) -> Answer<PathBuf>;
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
            .add_filter("Pictures", &either_case(PICTURE_ENDINGS))
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

    fn choose_product_list(&self, parent: &dyn Parent) -> Answer<PathBuf> {
        let asked = AsyncFileDialog::new()
            .set_title("Add a product list")
            .add_filter("Product lists", &either_case(&LIST_ENDINGS))
            .add_filter("All files", &["*"])
            .set_parent(parent)
            .pick_file();
        Box::pin(async { Some(asked.await?.path().to_owned()) })
    }

    fn choose_search_log(&self, parent: &dyn Parent) -> Answer<PathBuf> {
        let asked = AsyncFileDialog::new()
            .set_title("Add a log of searches")
            .add_filter("Search logs", &either_case(&["csv", "tsv", "txt"]))
            .add_filter("All files", &["*"])
            .set_parent(parent)
            .pick_file();
        Box::pin(async { Some(asked.await?.path().to_owned()) })
    }

    fn choose_new_file(&self, parent: &dyn Parent, title: &str, name: &str) -> Answer<PathBuf> {
        let asked =
            AsyncFileDialog::new().set_title(title).set_file_name(name).set_parent(parent).save_file();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_owned());
        Box::pin(async move {
            let mut file = asked.await?.path().to_owned();
            // GTK adds no ending of its own.
            if let (None, Some(ending)) = (file.extension(), ending) {
                file.set_extension(ending);
            }
            Some(file)
        })
    }

    fn choose_export_folder(&self, parent: &dyn Parent) -> Answer<PathBuf> {
        let asked = AsyncFileDialog::new()
            .set_title("A folder for the descriptions")
            .set_parent(parent)
            .pick_folder();
        Box::pin(async { Some(asked.await?.path().to_owned()) })
    }
}

/// How names end, in small letters and capitals: GTK compares exactly, cameras write capitals.
fn either_case(endings: &[&str]) -> Vec<String> {
    endings.iter().flat_map(|ending| [(*ending).to_owned(), ending.to_ascii_uppercase()]).collect()
}
