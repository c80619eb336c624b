//! Files as accidents and attackers leave them: made from sound ones, by a seed.

use std::{fs, path::PathBuf};

/// Numbers that look random and are the same for the same seed (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % n.max(1)
    }
}

/// The sound files of a format, by the endings of their names.
pub fn files(endings: &[&str]) -> Vec<Vec<u8>> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "files"].iter().collect();
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)))
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Numbers at which sizes and offsets go wrong.
const EDGES: [u32; 10] =
    [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/// One of the files, changed in up to eight places.
pub fn mutated(files: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = files[random.below(files.len())].clone();
    for _ in 0..=random.below(8) {
        if bytes.len() < 8 {
            break;
        }
        // What stands before the pixels decides the most.
        let reach = if random.below(2) == 0 { bytes.len().min(200) } else { bytes.len() };
        let at = random.below(reach - 4);
        match random.below(9) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.below(256) as u8,
            2 => bytes[at..at + 4].copy_from_slice(&EDGES[random.below(10)].to_be_bytes()),
            3 => bytes[at..at + 4].copy_from_slice(&EDGES[random.below(10)].to_le_bytes()),
            4 => bytes[at..at + 2].copy_from_slice(&(random.below(65_536) as u16).to_be_bytes()),
            5 => bytes.truncate(at + 4),
            6 => {
                let end = (at + 1 + random.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            7 => {
                let end = (at + 1 + random.below(64)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                let other = &files[random.below(files.len())];
                let from = random.below(other.len());
                let n = random.below(256).min(other.len() - from).min(bytes.len() - at);
                bytes[at..at + n].copy_from_slice(&other[from..from + n]);
            }
        }
    }
    bytes
}

/// Every format that is read: its name, and the endings of its files.
pub const FORMATS: [(&str, &[&str]); 11] = [
    ("jpeg", &["jpg"]),
    ("png", &["png"]),
    ("webp", &["webp"]),
    ("gif", &["gif"]),
    ("bmp", &["bmp"]),
    ("tiff", &["tif"]),
    ("avif", &["avif"]),
    ("heic", &["heic"]),
    ("jxl", &["jxl"]),
    ("psd", &["psd", "psb"]),
    ("raw", &["dng", "cr3", "raf"]),
];
