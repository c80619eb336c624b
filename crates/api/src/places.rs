//! Where libraries, model packs and the sample catalog are.

use std::path::{Path, PathBuf};

use vitrine_catalog::LibraryOptions;

use crate::convert;
use crate::types::{ApiError, ErrorCode, ModelPrecision};

/// Names the library's folder, for whoever wants another one than the usual.
const LIBRARY_VARIABLE: &str = "VITRINE_LIBRARY";
/// Names a folder with a model pack that goes before all others, also before the one that was
/// chosen for the library.
const PACK_VARIABLE: &str = "VITRINE_PACK";
/// Names the folder for packs that are downloaded or imported.
const PACKS_VARIABLE: &str = "VITRINE_PACKS";

/// What an [`crate::Api`] is opened with.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The library's folder.
    pub library: PathBuf,
    /// The pack to work with, whatever was chosen for the library before.
    pub pack: Option<PathBuf>,
    /// Folders that may hold a model pack, best first: for a library for which none was chosen.
    pub pack_folders: Vec<PathBuf>,
    /// Where packs that are downloaded or imported are kept.
    pub packs_folder: PathBuf,
    /// The sample catalog's folder.
    pub samples: Option<PathBuf>,
    /// Leave a GPU alone.
    pub prefer_cpu: bool,
    /// What models compute in, whatever was chosen for this library before.
    pub precision: Option<ModelPrecision>,
}

impl OpenOptions {
    /// The usual places on this machine. `resources` is where an installed application keeps its
    /// files; `library` overrules `VITRINE_LIBRARY`, which overrules the user's data folder.
    ///
    /// # Errors
    /// [`ErrorCode::Storage`] where the system names no data folder for this user.
    pub fn for_this_machine(resources: Option<&Path>, library: Option<PathBuf>) -> Result<Self, ApiError> {
        let library = library
            .or_else(|| std::env::var_os(LIBRARY_VARIABLE).map(PathBuf::from))
            .or_else(|| dirs::data_dir().map(|data| data.join("vitrine")))
            .ok_or_else(|| ApiError {
                code: ErrorCode::Storage,
                message: format!(
                    "The system names no folder for application data. Name one: set {LIBRARY_VARIABLE}, or use --library."
                ),
                detail: None,
            })?;
        // Shared by all libraries of this user: packs are large.
        let packs_folder = std::env::var_os(PACKS_VARIABLE)
            .map(PathBuf::from)
            .or_else(|| dirs::data_dir().map(|data| data.join("vitrine/packs")))
            .unwrap_or_else(|| library.join("packs"));
        let roots = resource_roots(resources);
        let pack = std::env::var_os(PACK_VARIABLE).map(PathBuf::from);
        let pack_folders = roots.iter().map(|root| root.join("models/starter")).collect();
        let samples =
            roots.iter().map(|root| root.join("samples")).find(|folder| folder.join("catalog.csv").is_file());
        Ok(Self { library, pack, pack_folders, packs_folder, samples, prefer_cpu: false, precision: None })
    }
}

/// Folders that may hold `models/starter` and `samples`: the installed application's resources,
/// then every folder above the program, which is how a program built in the source tree finds
/// them. The outermost goes first: a build leaves copies beside the program that may be older
/// than the source tree.
fn resource_roots(resources: Option<&Path>) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = resources.map(Path::to_path_buf).into_iter().collect();
    if let Ok(program) = std::env::current_exe() {
        let mut above: Vec<&Path> = program.ancestors().skip(1).collect();
        above.reverse();
        roots.extend(
            above.into_iter().flat_map(|folder| [folder.to_path_buf(), folder.join("share/vitrine")]),
        );
    }
    roots
}

impl From<OpenOptions> for LibraryOptions {
    fn from(options: OpenOptions) -> Self {
        Self {
            folder: options.library,
            pack: options.pack,
            pack_folders: options.pack_folders,
            samples: options.samples,
            prefer_cpu: options.prefer_cpu,
            precision: options.precision.map(convert::asked_precision),
        }
    }
}
