//! Photos of one product, by their names or by their folder.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What a photo shows of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It from the front.
    Front,
    /// Nothing in particular.
    Other,
    /// It from the side.
    Side,
    /// It from behind.
    Back,
    /// A part of it.
    Detail,
    /// It in use.
    Worn,
}

impl Role {
    /// Its name; empty of [`Role::Other`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Other => "",
            Self::Side => "side",
            Self::Back => "back",
            Self::Detail => "detail",
            Self::Worn => "worn",
        }
    }
}

/// Photos that are one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The folder in which they lie.
    pub folder: PathBuf,
    /// What their names have in common; of a folder its name.
    pub key: String,
    /// The photos, in order.
    pub photos: Vec<(PathBuf, Role)>,
}

impl Group {
    /// The key as the first photo spells it: keys are compared without case.
    pub fn name(&self) -> String {
        let stem = self.photos.first().and_then(|(path, _)| path.file_stem()).unwrap_or_default();
        let spelled: String = stem.to_string_lossy().trim().chars().take(self.key.chars().count()).collect();
        if spelled.to_lowercase() == self.key { spelled } else { self.key.clone() }
    }
}

/// More photos than this are no product, but a folder full of numbered ones.
const MOST: usize = 20;

const ROLES: &[(&str, Role)] = &[
    ("front", Role::Front),
    ("main", Role::Front),
    ("vorne", Role::Front),
    ("back", Role::Back),
    ("rear", Role::Back),
    ("hinten", Role::Back),
    ("side", Role::Side),
    ("left", Role::Side),
    ("right", Role::Side),
    ("top", Role::Side),
    ("bottom", Role::Side),
    ("detail", Role::Detail),
    ("closeup", Role::Detail),
    ("label", Role::Detail),
    ("worn", Role::Worn),
    ("model", Role::Worn),
    ("lifestyle", Role::Worn),
];

/// Beginnings of names that cameras and telephones give: their numbers count photos, not views of a product.
const CAMERA: &[&str] = &[
    "img",
    "dsc",
    "dscn",
    "dscf",
    "pxl",
    "mvimg",
    "pano",
    "photo",
    "image",
    "picture",
    "bild",
    "foto",
    "scan",
    "screenshot",
    "whatsapp image",
    "signal",
    "p",
    "dji",
    "gopr",
    "imag",
    "cimg",
];

/// Photos with what each shows and its number, by folder and what their names have in common.
type Found = BTreeMap<(PathBuf, String), Vec<(Role, u32, PathBuf)>>;

/// Photos of a folder whose names differ by a number or a view at the end: `SKU_1`, `SKU-front`, `SKU (2)`.
pub fn by_name<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Vec<Group> {
    let mut stems = Found::new();
    for path in paths {
        let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) else { continue };
        let (key, role, number) = split(&stem.to_string_lossy());
        if !key.is_empty() {
            stems.entry((folder.to_path_buf(), key)).or_default().push((role, number, path.to_path_buf()));
        }
    }
    groups(stems)
}

/// Photos of one folder, for every folder below `root` that holds a few of its own.
pub fn by_folder<'a>(root: &Path, paths: impl IntoIterator<Item = &'a Path>) -> Vec<Group> {
    let mut folders = Found::new();
    for path in paths {
        let Some(folder) = path.parent().filter(|&folder| folder != root) else { continue };
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (_, role, number) = split(&stem);
        folders.entry((folder.to_path_buf(), name)).or_default().push((role, number, path.to_path_buf()));
    }
    groups(folders)
}

fn groups(found: Found) -> Vec<Group> {
    found
        .into_iter()
        .filter(|(_, photos)| (2..=MOST).contains(&photos.len()))
        .map(|((folder, key), mut photos)| {
            photos.sort();
            let photos = photos.into_iter().map(|(role, _, path)| (path, role)).collect();
            Group { folder, key, photos }
        })
        .collect()
}

/// What a name has in common with its likes, the view, and the number; no key where it is like no other.
fn split(stem: &str) -> (String, Role, u32) {
    let lower = stem.trim().to_lowercase();
    let (base, last) = match lower.strip_suffix(')').and_then(|open| open.rsplit_once('(')) {
        Some((base, number)) => (base.trim_end(), number.trim()),
        None => match lower.rfind(['_', '-', ' ', '.']) {
            Some(at) => (lower[..at].trim_end_matches(['_', '-', ' ', '.']), &lower[at + 1..]),
            // A name without a number or a view may be the first of those that have one.
            None => return (camera_free(&lower), Role::Front, 0),
        },
    };
    let role = ROLES.iter().find(|(name, _)| last == *name).map(|(_, role)| *role);
    let number = last.parse::<u32>().ok().filter(|_| last.len() <= 3);
    match (role, number) {
        (Some(role), _) => (camera_free(base), role, 0),
        (None, Some(number)) => (camera_free(base), Role::Other, number),
        (None, None) => (camera_free(&lower), Role::Front, 0),
    }
}

/// A key, unless it is what cameras begin names with, or a date.
fn camera_free(key: &str) -> String {
    let letters = key.trim_end_matches(|c: char| c.is_ascii_digit() || "_- .".contains(c));
    let is_camera =
        CAMERA.contains(&letters) || CAMERA.iter().any(|name| name.len() > 3 && key.starts_with(name));
    // A number alone may be a product's; eight digits of this century are a day.
    let digits: String = key.chars().filter(char::is_ascii_digit).collect();
    let is_date =
        letters.is_empty() && digits.len() >= 8 && (digits.starts_with("20") || digits.starts_with("19"));
    if is_camera || is_date { String::new() } else { key.to_owned() }
}
