//! A library in a temporary folder, and pictures to put into it.
#![allow(dead_code, missing_docs)] // each test file uses a part

pub mod damage;
pub mod stand_in;

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use vitrine_catalog::{
    Library, LibraryOptions,
    jobs::{JobSnapshot, JobState},
    search::{Page, Query},
};
use vitrine_models::{FileSum, ModelEntry, PackManifest};

/// The pack that ships: tests run on real models.
pub fn starter_pack() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter")
}

pub struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    pub fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(shop.photos()).unwrap();
        shop
    }

    pub fn photos(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("photos")
    }

    pub fn library_folder(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    pub fn open(&self) -> Library {
        self.open_with(vec![starter_pack()])
    }

    pub fn open_with(&self, pack_folders: Vec<PathBuf>) -> Library {
        Library::open(LibraryOptions { pack_folders, ..self.options() }).unwrap()
    }

    /// The starter pack, on the processor.
    pub fn options(&self) -> LibraryOptions {
        LibraryOptions {
            folder: self.library_folder(),
            pack: None,
            pack_folders: vec![starter_pack()],
            samples: None,
            prefer_cpu: true,
            precision: None,
        }
    }

    /// With models that take no time; what they were asked comes along.
    pub fn open_quick(&self) -> (Library, std::sync::Arc<stand_in::Asked>) {
        let folder = self.folder.path().canonicalize().unwrap().join("packs");
        let pack = folder.join(stand_in::FIRST);
        if !pack.join("pack.toml").is_file() {
            stand_in::pack(&folder, stand_in::FIRST, b"weights");
        }
        let (models, asked) = stand_in::open_models();
        let options = LibraryOptions { pack_folders: vec![pack], ..self.options() };
        (Library::open_with(options, models).unwrap(), asked)
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// Another pack: the one that ships, under another name.
    pub fn other_pack(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().canonicalize().unwrap().join("packs").join(name);
        for entry in walk(&starter_pack()) {
            let to = folder.join(entry.strip_prefix(starter_pack()).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(&entry, to).unwrap();
        }
        // Other files make it other models, though their numbers are the same.
        let mut manifest = vitrine_models::Pack::open(&folder).unwrap().manifest().clone();
        manifest.name = name.to_owned();
        for role in ["clip", "caption", "match"] {
            let file = format!("{role}/preprocessor_config.json");
            let path = folder.join(&file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{text}\n")).unwrap();
            manifest.files.insert(file, FileSum::of_file(&path).unwrap());
        }
        fs::write(folder.join("pack.toml"), manifest.to_toml().unwrap()).unwrap();
        folder
    }

    /// A pack of all three models, tiny and of random weights: the checkpoints that parity is tested
    /// with. Its vectors have another length than those of the pack that ships.
    pub fn tiny_pack(&self) -> PathBuf {
        let folder = self.folder.path().canonicalize().unwrap().join("packs/tiny");
        let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/tests/goldens");
        let mut manifest = PackManifest::new("tiny", "1", "For tests.", "MIT OR Apache-2.0");
        for (role, checkpoint) in
            [("clip", "clip_quick_gelu"), ("caption", "blip_base"), ("match", "blip_match_base")]
        {
            fs::create_dir_all(folder.join(role)).unwrap();
            for file in ["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"] {
                let to = folder.join(role).join(file);
                fs::copy(goldens.join(checkpoint).join(file), &to).unwrap();
                manifest.files.insert(format!("{role}/{file}"), FileSum::of_file(&to).unwrap());
            }
        }
        let entry = |folder: &str| Some(ModelEntry { folder: folder.to_owned() });
        (manifest.clip, manifest.caption, manifest.matching) =
            (entry("clip"), entry("caption"), entry("match"));
        fs::write(folder.join("pack.toml"), manifest.to_toml().unwrap()).unwrap();
        folder
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.photos().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Photos that differ from each other.
    pub fn put_photos(&self, n: u32) {
        for seed in 0..n {
            self.put(&format!("photo-{seed:03}.png"), &png(&blob(seed)));
        }
    }

    /// Indexes everything to the end.
    pub fn index(&self, library: &Library) -> JobSnapshot {
        library.add_paths(&[self.photos()]).unwrap();
        let progress = library.wait().unwrap();
        assert_eq!(progress.state, JobState::Finished, "{progress:?}");
        progress
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// A disc on a plain ground; place, size and colours come from the seed.
pub fn blob(seed: u32) -> RgbImage {
    let channel = |k: u32| (seed.wrapping_mul(2_654_435_761).wrapping_add(k * 977_777) >> (k % 13)) as u8;
    let ground = Rgb([200 | channel(1) >> 3, 200 | channel(2) >> 3, 200 | channel(3) >> 3]);
    let ink = Rgb([channel(4), channel(5), channel(6)]);
    let (x, y, r) =
        (30 + i64::from(channel(7)) / 4, 30 + i64::from(channel(8)) / 4, 12 + i64::from(channel(9)) / 8);
    RgbImage::from_fn(128, 120, |i, j| {
        let (dx, dy) = (i64::from(i) - x, i64::from(j) - y);
        if dx * dx + dy * dy < r * r { ink } else { ground }
    })
}

/// A box of one colour on white.
pub fn boxed(side: u32, color: [u8; 3]) -> RgbImage {
    let is_inside = |at: u32| (side / 8..side * 7 / 8).contains(&at);
    RgbImage::from_fn(side, side, |x, y| Rgb(if is_inside(x) && is_inside(y) { color } else { [255; 3] }))
}

pub fn png(image: &RgbImage) -> Vec<u8> {
    encode(&DynamicImage::ImageRgb8(image.clone()), ImageFormat::Png)
}

pub fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The answer with all models: the first one may come before the matching model is loaded.
pub fn whole(library: &Library, query: &Query) -> Page {
    let begun = std::time::Instant::now();
    loop {
        let page = library.search(query, 0, 10_000).unwrap();
        if !page.is_partial || begun.elapsed().as_secs() > 30 {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Every product, as (path, score, caption), in rank order.
pub fn ranked(library: &Library, query: &Query) -> Vec<(PathBuf, String, Option<String>)> {
    let page = whole(library, query);
    page.items
        .into_iter()
        .map(|item| {
            (item.row.photo.path, format!("{:.5}", item.score.unwrap_or(0.0)), item.row.photo.caption)
        })
        .collect()
}

/// Products with titles, in the order of their files.
const LIST: &str = "\
image,sku,title,price,category,brand,barcode
a.png,VT-0042,\"Striped linen bag, blue\",29.00,Bags,Crème & Co,4006381333931
b.png,VT-0043,Steel suitcase,\"1.299,00\",Bags,Nord,
c.png,VT-0044,\"Women's T-shirt\",19.90,Clothing,Nord,
d.png,XX-1,Ceramic mug with a handle,12.50,Kitchen,,
e.png,XX-2,Stoneware mugs (set),30,Kitchen,,
f.png,XX-3,Eggplant,2.10,Food,,
";

/// Products that a list names, and one that none does.
pub fn listed_shop() -> (Shop, Library) {
    let shop = Shop::new();
    for (at, name) in ["a", "b", "c", "d", "e", "f"].iter().enumerate() {
        shop.put(&format!("{name}.png"), &png(&blob(at as u32)));
    }
    shop.put("old stock/g-poppy.png", &png(&blob(77)));
    shop.put("list.csv", LIST.as_bytes());
    let (library, _) = shop.open_quick();
    shop.index(&library);
    (shop, library)
}

/// The files' stems of an answer.
pub fn found(page: &Page) -> Vec<String> {
    let stem = |item: &vitrine_catalog::search::Match| {
        item.row.photo.path.file_stem().unwrap().to_string_lossy().into_owned()
    };
    page.items.iter().map(stem).collect()
}
