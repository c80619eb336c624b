//! Photos that are alike as clients see them.

use vitrine_catalog::{Likeness as EngineLikeness, twins as engine};

use super::tile;
use crate::types::{Likeness, TwinGroup, TwinPage, TwinPhoto};

pub(crate) fn engine_likeness(likeness: Likeness) -> EngineLikeness {
    match likeness {
        Likeness::Copy => EngineLikeness::Copy,
        Likeness::SamePhoto => EngineLikeness::SamePhoto,
        Likeness::Mirrored => EngineLikeness::Mirrored,
        Likeness::Crop => EngineLikeness::Crop,
        Likeness::Variant => EngineLikeness::Variant,
    }
}

fn likeness(likeness: EngineLikeness) -> Likeness {
    match likeness {
        EngineLikeness::Copy => Likeness::Copy,
        EngineLikeness::SamePhoto => Likeness::SamePhoto,
        EngineLikeness::Mirrored => Likeness::Mirrored,
        EngineLikeness::Crop => Likeness::Crop,
        EngineLikeness::Variant => Likeness::Variant,
    }
}

pub(crate) fn twin_page(page: engine::TwinPage) -> TwinPage {
    let group = |group: engine::TwinGroup| TwinGroup {
        likeness: likeness(group.likeness),
        confidence: group.confidence,
        photos: group
            .photos
            .into_iter()
            .enumerate()
            // They come with the largest first.
            .map(|(at, photo)| twin_photo(photo, at == 0))
            .collect(),
    };
    TwinPage {
        total: page.total,
        n_by_likeness: page.n_by_likeness,
        n_waiting: page.n_waiting,
        n_set_aside: page.n_set_aside,
        groups: page.groups.into_iter().map(group).collect(),
    }
}

pub(crate) fn twin_photo(photo: engine::TwinPhoto, is_best: bool) -> TwinPhoto {
    TwinPhoto {
        product: tile(&photo.row, None, None),
        picture: photo.row.photo.id.into(),
        paths: photo.paths.iter().map(|path| path.display().to_string()).collect(),
        size_bytes: photo.size_bytes,
        is_best,
    }
}
