//! How a photo looks in 64 bits: the signs of the lowest frequencies of its brightness (the "pHash" of C. Zauner,
//! "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010). Size and compression change few of
//! them.

use image::RgbImage;
use image_hasher::{HashAlg, HasherConfig};

/// Bits of a photo, and of its mirror image.
pub(super) fn fingerprint(pixels: &RgbImage) -> (u64, u64) {
    (bits(pixels), bits(&image::imageops::flip_horizontal(pixels)))
}

fn bits(pixels: &RgbImage) -> u64 {
    let hasher = HasherConfig::new().hash_size(8, 8).hash_alg(HashAlg::Median).preproc_dct().to_hasher();
    let hash = hasher.hash_image(pixels);
    hash.as_bytes().iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte))
}

/// In how many bits two photos differ.
pub(super) fn distance(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}
