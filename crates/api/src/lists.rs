//! Product lists on their way in, and descriptions on their way out.

use std::path::Path;

use vitrine_catalog::{LIST_ENDINGS, export as engine};

use crate::{
    Api, convert,
    types::{ApiError, ErrorCode, ExportChoices, ExportPreview, ExportTarget, Exported, ListPreview},
};

impl Api {
    /// Whether a path is taken for a product list when a person adds it by itself.
    pub fn is_product_list(path: &Path) -> bool {
        let has =
            |ending: &std::ffi::OsStr| LIST_ENDINGS.iter().any(|list| ending.eq_ignore_ascii_case(list));
        path.extension().is_some_and(has) && !path.is_dir()
    }

    /// What a product list would bring, with these meanings of its columns where somebody chose them. Nothing is
    /// kept.
    pub fn preview_list(&self, path: &Path, meanings: Option<&[String]>) -> Result<ListPreview, ApiError> {
        Ok(convert::list_preview(self.library.preview_list(path, meanings)?))
    }

    /// Takes a product list in, in the background; what its columns mean is remembered.
    pub fn import_list(&self, path: &Path, meanings: Option<&[String]>) -> Result<(), ApiError> {
        Ok(self.library.import_list(path, meanings)?)
    }

    /// What can go out.
    pub fn export_choices(&self) -> Result<ExportChoices, ApiError> {
        Ok(convert::export_choices(self.library.export_choices()?))
    }

    /// What would be written; nothing is.
    pub fn preview_export(&self, target: &ExportTarget) -> Result<ExportPreview, ApiError> {
        let target = self.engine_target(target)?;
        Ok(convert::export_preview(self.library.preview_export(&target)?))
    }

    /// Writes what people decided to a file, or of files beside photos into a folder.
    pub fn export(&self, target: &ExportTarget, place: &Path) -> Result<Exported, ApiError> {
        let target = self.engine_target(target)?;
        Ok(convert::exported(self.library.export(&target, place)?))
    }

    fn engine_target(&self, target: &ExportTarget) -> Result<engine::ExportTarget, ApiError> {
        let unknown = |what: &str| ApiError {
            code: ErrorCode::BadRequest,
            message: format!("Vitrine does not write {what}."),
            detail: None,
        };
        Ok(match target {
            ExportTarget::List { list } => {
                let mut lists = self.library.export_choices()?.lists;
                let at = *list as usize;
                if at >= lists.len() {
                    return Err(unknown("this list any more; look at what there is again"));
                }
                engine::ExportTarget::List(lists.swap_remove(at).path)
            }
            ExportTarget::File { form } => {
                let target = convert::file_target(form).ok_or_else(|| unknown(form))?;
                engine::ExportTarget::File(target)
            }
            ExportTarget::Sidecars { form } => engine::ExportTarget::Sidecars(match form.as_str() {
                "text" => engine::Sidecar::Text,
                "xmp" => engine::Sidecar::Xmp,
                other => return Err(unknown(other)),
            }),
        })
    }
}
