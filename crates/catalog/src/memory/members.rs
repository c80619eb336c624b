//! Which pictures belong to which products, of all pictures that can be seen.
//!
//! Ids are given in rising order, so a row of numbers by picture id is the smallest map there is: four
//! bytes a picture.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::store::{PictureId, ProductId};

/// In the place of a product: it has several, see `more`.
const SEVERAL: u32 = u32::MAX;

/// Pictures and their products.
#[derive(Default)]
pub(crate) struct Members {
    /// The product of each picture by its id; 0 of a picture that cannot be seen.
    product: Vec<u32>,
    /// The products of pictures that have several.
    more: HashMap<u32, Vec<u32>>,
    /// How many pictures each product has, by its id.
    n_photos: Vec<u32>,
    products: RoaringBitmap,
    n_pictures: u64,
}

impl Members {
    /// Puts a picture into a product.
    pub(super) fn add(&mut self, picture: PictureId, product: ProductId) {
        let (at, product) = (picture.get() as usize, product.get());
        if self.product.len() <= at {
            self.product.resize(at + 1, 0);
        }
        match self.product[at] {
            0 => {
                self.product[at] = product;
                self.n_pictures += 1;
            }
            SEVERAL => {
                let several = self.more.entry(picture.get()).or_default();
                if several.contains(&product) {
                    return;
                }
                several.push(product);
            }
            one if one == product => return,
            one => {
                self.more.insert(picture.get(), vec![one, product]);
                self.product[at] = SEVERAL;
            }
        }
        let of = product as usize;
        if self.n_photos.len() <= of {
            self.n_photos.resize(of + 1, 0);
        }
        self.n_photos[of] += 1;
        self.products.insert(product);
    }

    /// Puts these memberships in the place of all that `pictures` had.
    pub(super) fn replace(&mut self, pictures: &[PictureId], now: &[(PictureId, ProductId)]) {
        for &picture in pictures {
            self.remove(picture);
        }
        for &(picture, product) in now {
            self.add(picture, product);
        }
    }

    fn remove(&mut self, picture: PictureId) {
        let had = self.products_of(picture).to_vec();
        if had.is_empty() {
            return;
        }
        self.n_pictures -= 1;
        self.product[picture.get() as usize] = 0;
        self.more.remove(&picture.get());
        for product in had {
            let left = &mut self.n_photos[product as usize];
            *left -= 1;
            if *left == 0 {
                self.products.remove(product);
            }
        }
    }

    /// The products of a picture; none when it cannot be seen.
    pub(crate) fn products_of(&self, picture: PictureId) -> &[u32] {
        match self.product.get(picture.get() as usize) {
            None | Some(0) => &[],
            Some(&SEVERAL) => self.more.get(&picture.get()).map_or(&[], Vec::as_slice),
            Some(one) => std::slice::from_ref(one),
        }
    }

    /// Every product of which a photo can be seen.
    pub(crate) fn products(&self) -> &RoaringBitmap {
        &self.products
    }

    /// Pictures that can be seen.
    pub(crate) fn n_pictures(&self) -> u64 {
        self.n_pictures
    }

    /// The products of any of these pictures.
    pub(crate) fn products_of_all(&self, pictures: &RoaringBitmap) -> RoaringBitmap {
        let mut found: Vec<u32> = Vec::with_capacity(usize::try_from(pictures.len()).unwrap_or(0));
        for picture in pictures {
            found.extend_from_slice(self.products_of(PictureId::new(picture)));
        }
        found.sort_unstable();
        found.dedup();
        // Sorted and without doubles, so it can be appended, which is quick.
        RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
    }

    /// Every photo of these products.
    pub(crate) fn pictures_of_all(&self, products: &RoaringBitmap) -> RoaringBitmap {
        let is_in = |product: u32| products.contains(product);
        let pictures = (0_u32..).zip(&self.product).filter(|&(picture, &product)| match product {
            0 => false,
            SEVERAL => self.more.get(&picture).is_some_and(|several| several.iter().any(|&one| is_in(one))),
            one => is_in(one),
        });
        RoaringBitmap::from_sorted_iter(pictures.map(|(picture, _)| picture)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(rows: &[(u32, u32)]) -> Members {
        let mut members = Members::default();
        for &(picture, product) in rows {
            members.add(PictureId::new(picture), ProductId::new(product));
        }
        members
    }

    #[test]
    fn pictures_move_between_products() {
        let mut of = members(&[(1, 7), (2, 7), (3, 9), (3, 7)]);
        assert_eq!(of.products_of(PictureId::new(3)), [9, 7]);
        assert_eq!((of.n_pictures(), of.products().len()), (3, 2));
        let [two, three] = [2, 3].map(PictureId::new);
        of.replace(&[two, three], &[(three, ProductId::new(8))]);
        assert_eq!(of.products_of(three), [8]);
        assert!(of.products_of(two).is_empty(), "hidden");
        assert_eq!(of.products().iter().collect::<Vec<_>>(), [7, 8]);
        assert_eq!(of.n_pictures(), 2);
    }

    #[test]
    fn sets_go_from_pictures_to_products_and_back() {
        let of = members(&[(1, 7), (2, 7), (3, 9), (4, 11), (4, 9)]);
        let products = of.products_of_all(&RoaringBitmap::from_iter([2, 4, 99]));
        assert_eq!(products.iter().collect::<Vec<_>>(), [7, 9, 11]);
        let pictures = of.pictures_of_all(&RoaringBitmap::from_iter([7, 11]));
        assert_eq!(pictures.iter().collect::<Vec<_>>(), [1, 2, 4]);
    }
}
