//! Everything about one product, and its photos as bytes.
//!
//! A photo is the content that the catalog knows under its id, never what its file holds since: bytes are
//! compared with the content's hash before they are believed.

use std::path::{Path, PathBuf};

use image::RgbImage;

use crate::{
    CatalogError, Library,
    health::{self, Problem, photo_problems},
    library::{Inner, file_name},
    photo::{self, Skip, Wanted},
    store::{
        CodeKind, Composition, Field, FileRow, Grouping, KnownFile, PictureId, PictureRow, ProductId,
        ProductRow, Variant,
    },
    words,
};

/// A file of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductFile {
    /// Where it is.
    pub path: PathBuf,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Last change in nanoseconds since 1970.
    pub modified_ns: Option<i64>,
}

impl From<FileRow> for ProductFile {
    fn from(row: FileRow) -> Self {
        Self { path: row.path, size_bytes: row.stamp.size_bytes, modified_ns: row.stamp.modified_ns }
    }
}

/// A photo of a product, with all that is known of it.
#[derive(Debug, Clone)]
pub struct ProductPhoto {
    /// The photo.
    pub photo: PictureRow,
    /// What it shows: 'front', 'back', 'side', 'detail', 'worn' or ''.
    pub role: String,
    /// Every file that holds it.
    pub files: Vec<ProductFile>,
    /// What was written about it, and by whom.
    pub written: Option<Composition>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Everything about a product.
#[derive(Debug, Clone)]
pub struct ProductDetail {
    /// As a tile shows it.
    pub row: ProductRow,
    /// What made its photos one.
    pub grouping: Grouping,
    /// Its photos, in order.
    pub photos: Vec<ProductPhoto>,
    /// What is known of it, from lists and people.
    pub fields: Vec<Field>,
    /// Its variants.
    pub variants: Vec<Variant>,
}

impl Library {
    /// Everything about a product.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchProduct`].
    pub fn product(&self, id: ProductId) -> Result<ProductDetail, CatalogError> {
        let (store, ids) = (&self.inner().store, self.inner().model_ids());
        let row = store.product(id, ids)?;
        let fields = store.fields_of(id)?;
        let is_apparel = health::Known::of_fields(&fields).is_apparel();
        let photos = store
            .photos_of(id, ids)?
            .into_iter()
            .map(|found| {
                let picture = found.photo.id;
                let size = (found.photo.picture.width, found.photo.picture.height);
                Ok(ProductPhoto {
                    photo: found.photo,
                    role: found.role,
                    files: store.files_of(picture)?.into_iter().map(ProductFile::from).collect(),
                    written: store.composition(picture, ids)?,
                    problems: photo_problems(size, is_apparel, store.quality(picture)?.as_ref()),
                })
            })
            .collect::<Result<_, CatalogError>>()?;
        Ok(ProductDetail {
            row,
            grouping: store.grouping_of(id)?,
            photos,
            fields,
            variants: store.variants_of(id)?,
        })
    }

    /// The product whose photo this file holds.
    pub fn product_at(&self, file: &Path) -> Result<ProductId, CatalogError> {
        let canonical =
            dunce::canonicalize(file).map_err(|_| CatalogError::NoSuchPath(file.to_path_buf()))?;
        // Inside a linked folder a file is known by the way that the scan went.
        let absolute = std::path::absolute(file).unwrap_or_else(|_| canonical.clone());
        for path in [canonical, absolute] {
            if let Some(KnownFile::Picture(..)) = self.inner().store.known_file(&path)?
                && let Some(product) = self.inner().store.product_at(&path)?
            {
                return Ok(product);
            }
        }
        Err(CatalogError::NoSuchProduct)
    }

    /// The products that are called so: by a number of theirs, or by a file's name or the end of its path.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn products_named(&self, name: &str) -> Result<Vec<ProductId>, CatalogError> {
        let store = &self.inner().store;
        let path = Path::new(name);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut found = Vec::new();
        // Photos are often called by the number of their product, so whatever it is that is called so is asked.
        for (product, _) in store.with_code(&words::code(&stem))? {
            if self.has_file(product, path)? {
                found.push(product);
            }
        }
        if found.is_empty() {
            let numbers = store.with_code(&words::code(name))?.into_iter();
            found.extend(numbers.filter(|(_, kind)| *kind != CodeKind::FileName).map(|(product, _)| product));
        }
        Ok(found)
    }

    /// Whether a photo of the product lies at a path that ends so.
    fn has_file(&self, product: ProductId, end: &Path) -> Result<bool, CatalogError> {
        let store = &self.inner().store;
        for found in store.photos_of(product, self.inner().model_ids())? {
            if store.files_of(found.photo.id)?.iter().any(|file| file.path.ends_with(end)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A picture's thumbnail, a JPEG or, of a cut-out, a PNG. It is a cache: one that is missing or damaged is made again.
    pub fn thumbnail(&self, id: PictureId) -> Result<Vec<u8>, CatalogError> {
        self.inner().thumbnail(id)
    }

    /// A photo, large, as something that a window can show: MIME type and bytes. The photo is the one that the
    /// catalog knows under this id, never what its file holds since.
    pub fn full_picture(&self, id: PictureId) -> Result<(&'static str, Vec<u8>), CatalogError> {
        let (path, bytes) = self.inner().content(id)?;
        photo::for_screen(&bytes).map_err(|skip| CatalogError::BadPicture { name: file_name(&path), skip })
    }

    /// The BLAKE3 hash of a picture's content, and the version of the rules by which it was decoded.
    pub fn version_of(&self, id: PictureId) -> Result<([u8; 32], u32), CatalogError> {
        self.inner().store.version_of(id)
    }

    /// The first of a picture's files that is there.
    pub fn photo_path(&self, id: PictureId) -> Result<PathBuf, CatalogError> {
        let files = self.inner().store.files_of(id)?;
        files.into_iter().map(|file| file.path).find(|path| path.is_file()).ok_or(CatalogError::NoSuchProduct)
    }
}

impl Inner {
    /// A picture's thumbnail, made again where it is missing or damaged.
    pub(crate) fn thumbnail(&self, id: PictureId) -> Result<Vec<u8>, CatalogError> {
        let (hash, _) = self.store.version_of(id)?;
        if let Some(file) = self.thumbnails.read(&hash) {
            return Ok(file);
        }
        let (path, bytes) = self.content(id)?;
        let bad = |skip| CatalogError::BadPicture { name: file_name(&path), skip };
        let photo = photo::decode(&bytes, photo::FOR_MODELS).map_err(bad)?;
        let thumbnail = photo::thumbnail(&photo).ok_or_else(|| bad(Skip::damaged()))?;
        // A cache: a disk that is full or read-only must not keep it from being shown.
        if let Err(error) = self.thumbnails.write(&hash, &thumbnail.file) {
            tracing::warn!(%error, "a thumbnail could not be kept");
        }
        Ok(thumbnail.file)
    }

    /// A picture's thumbnail as pixels; none of one that cannot be read now, which the next scan finds out.
    pub(crate) fn small_pixels(&self, id: PictureId) -> Option<RgbImage> {
        let file = self.thumbnail(id).ok()?;
        Some(photo::decode(&file, Wanted::Whole).ok()?.pixels)
    }

    /// A picture's bytes, from the first of its files that still holds them, which is answered too.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchProduct`], [`CatalogError::BadPicture`] where no file can be read or all of
    /// them hold something else by now.
    pub(crate) fn content(&self, id: PictureId) -> Result<(PathBuf, photo::FileBytes), CatalogError> {
        let (hash, _) = self.store.version_of(id)?;
        let (mut last, mut name) = (Skip::damaged(), String::new());
        for file in self.store.files_of(id)? {
            name = file_name(&file.path);
            match photo::read_file(&file.path) {
                Ok(bytes) if blake3::hash(&bytes).as_bytes() == &hash => return Ok((file.path, bytes)),
                Ok(_) => last = Skip::changed(),
                Err(skip) => last = skip,
            }
        }
        if name.is_empty() {
            Err(CatalogError::NoSuchProduct)
        } else {
            Err(CatalogError::BadPicture { name, skip: last })
        }
    }
}
