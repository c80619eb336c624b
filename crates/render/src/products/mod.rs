//! The kinds of products: what each is called, what it can be made of, and its shape.
//!
//! In comes a kind and a style (colour, material, pattern), out comes a `Product`
//! with that look and a shape of its own. A new kind is one function in the file of
//! its family and one row in the table below.

mod bags;
mod drape;
mod dresses;
mod furniture;
mod gadgets;
mod kitchen;
mod leisure;
mod lighting;
mod tableware;
mod timepieces;
mod tops;
mod toys;
mod vessels;
mod wear;

use fastrand::Rng;

use crate::material::Material as M;
use crate::order::{Order, Style};
use crate::palette::Colour;
use crate::pattern::Pattern as P;
use crate::product::Product;

/// What is known about a kind of product.
pub(crate) struct Facts {
    /// The word for it, as training labels have it.
    pub name: &'static str,
    /// The shelf it belongs to.
    pub category: &'static str,
    materials: &'static [M],
    patterns: &'static [P],
    /// Price of a plain one, in the currency of the shop.
    pub price: f32,
    make: fn(&mut Order<'_>) -> Product,
}

const SOLID: &[P] = &[P::Plain];
const GLAZED: &[P] = &[
    P::Striped,
    P::Dotted,
    P::Checked,
    P::Zigzag,
    P::Floral,
    P::Dipped(0.38),
    P::Pinstriped,
    P::Speckled,
    P::Starry,
    P::Wavy,
];
const PRINTED: &[P] = &[
    P::Striped,
    P::Pinstriped,
    P::Dotted,
    P::Checked,
    P::Gingham,
    P::Plaid,
    P::Zigzag,
    P::Floral,
    P::Starry,
    P::Wavy,
    P::Diagonal,
];
const KNITTED: &[P] = &[P::Striped, P::Zigzag, P::Argyle, P::Band(0.45, 0.62), P::Dotted];
/// Parts in two colours: nothing is drawn, but lids, peaks and cushions differ.
const PARTED: P = P::Dipped(-9.0);
const UPHOLSTERED: &[P] = &[P::Striped, P::Plaid, P::Checked, P::Floral, PARTED];
const SIMPLE: &[P] = &[P::Striped, P::Pinstriped, P::Diagonal];

macro_rules! kinds {
    ($($variant:ident $name:literal $category:literal $make:path, $price:literal, $materials:expr, $patterns:expr;)*) => {
        /// A kind of product.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub(crate) enum Kind { $($variant),* }

        impl Kind {
            /// Every kind.
            pub(crate) const ALL: &[Kind] = &[$(Kind::$variant),*];

            /// What is known about it.
            pub(crate) fn facts(self) -> Facts {
                match self {
                    $(Kind::$variant => Facts {
                        name: $name, category: $category, materials: $materials,
                        patterns: $patterns, price: $price, make: $make,
                    }),*
                }
            }
        }
    };
}

kinds! {
    Mug "mug" "Kitchen" tableware::mug, 14.0, &[M::Ceramic, M::Ceramic, M::Stoneware, M::Enamel], GLAZED;
    Bowl "bowl" "Kitchen" tableware::bowl, 16.0, &[M::Ceramic, M::Stoneware, M::Wood, M::Metal], GLAZED;
    Plate "plate" "Kitchen" tableware::plate, 13.0, &[M::Ceramic, M::Stoneware], GLAZED;
    Teapot "teapot" "Kitchen" tableware::teapot, 38.0, &[M::Ceramic, M::Stoneware, M::Enamel, M::Metal], GLAZED;
    Vase "vase" "Home" vessels::vase, 29.0, &[M::Ceramic, M::Ceramic, M::Stoneware, M::Glass, M::Metal], GLAZED;
    Bottle "bottle" "Kitchen" vessels::bottle, 22.0, &[M::Glass, M::Glass, M::Metal, M::Ceramic], SIMPLE;
    Candle "candle" "Home" vessels::candle, 12.0, &[M::Wax], SIMPLE;
    Basket "basket" "Home" vessels::basket, 27.0, &[M::Wicker], &[P::Striped, P::Dipped(0.2)];
    TShirt "t-shirt" "Clothing" tops::tshirt, 24.0, &[M::Cotton], PRINTED;
    Sweater "sweater" "Clothing" tops::sweater, 59.0, &[M::Knit, M::Knit, M::Cotton], KNITTED;
    Dress "dress" "Clothing" dresses::dress, 72.0, &[M::Cotton, M::Cotton, M::Velvet, M::Denim], PRINTED;
    Trousers "trousers" "Clothing" dresses::trousers, 54.0, &[M::Cotton, M::Denim, M::Canvas], &[P::Pinstriped, P::Plaid, P::Checked];
    Shorts "shorts" "Clothing" dresses::shorts, 34.0, &[M::Cotton, M::Denim, M::Canvas], &[P::Pinstriped, P::Plaid, P::Checked, P::Floral];
    Chair "chair" "Furniture" furniture::chair, 129.0, &[M::Wood, M::Wood, M::Plastic, M::Metal], SOLID;
    Stool "stool" "Furniture" furniture::stool, 79.0, &[M::Wood, M::Wood, M::Leather, M::Metal, M::Velvet], SOLID;
    Table "table" "Furniture" furniture::table, 189.0, &[M::Wood, M::Wood, M::Metal], SOLID;
    Sofa "sofa" "Furniture" furniture::sofa, 640.0, &[M::Canvas, M::Velvet, M::Leather], UPHOLSTERED;
    Armchair "armchair" "Furniture" furniture::armchair, 320.0, &[M::Canvas, M::Velvet, M::Leather], UPHOLSTERED;
    Lamp "lamp" "Lighting" lighting::lamp, 64.0, &[M::Ceramic, M::Ceramic, M::Metal, M::Wood, M::Stoneware], GLAZED;
    FloorLamp "floor lamp" "Lighting" lighting::floor_lamp, 119.0, &[M::Metal, M::Wood], SOLID;
    DeskLamp "desk lamp" "Lighting" lighting::desk_lamp, 58.0, &[M::Plastic, M::Metal], SOLID;
    Handbag "handbag" "Bags" bags::handbag, 84.0, &[M::Leather, M::Leather, M::Canvas, M::Velvet], PRINTED;
    Backpack "backpack" "Bags" bags::backpack, 69.0, &[M::Canvas, M::Canvas, M::Leather, M::Denim], &[PARTED, PARTED, PARTED, P::Striped, P::Dotted, P::Plaid, P::Floral, P::Checked];
    Suitcase "suitcase" "Bags" bags::suitcase, 149.0, &[M::Plastic, M::Plastic, M::Metal], &[P::Striped, P::Dotted, P::Floral];
    Hat "hat" "Accessories" wear::hat, 39.0, &[M::Felt, M::Felt, M::Wicker, M::Canvas], SOLID;
    Cap "cap" "Accessories" wear::cap, 22.0, &[M::Canvas, M::Cotton, M::Denim], &[PARTED, PARTED, P::Striped, P::Plaid, P::Panels(6.0)];
    Beanie "beanie" "Accessories" wear::beanie, 19.0, &[M::Knit], &[P::Striped, P::Zigzag, P::Dotted];
    Shoe "shoe" "Shoes" wear::shoe, 79.0, &[M::Canvas, M::Leather, M::Cotton], &[P::Checked, P::Dotted, P::Floral];
    Boot "boot" "Shoes" wear::boot, 119.0, &[M::Leather, M::Leather, M::Rubber, M::Felt], SOLID;
    Watch "watch" "Accessories" timepieces::watch, 139.0, &[M::Leather, M::Leather, M::Metal, M::Rubber], SOLID;
    Clock "clock" "Home" timepieces::clock, 42.0, &[M::Wood, M::Metal, M::Plastic, M::Plastic], SOLID;
    Ball "ball" "Sports and toys" leisure::ball, 17.0, &[M::Rubber, M::Plastic, M::Leather], &[P::Striped, P::Panels(8.0), P::Football, P::Football, P::Seams];
    Book "book" "Books and gifts" leisure::book, 21.0, &[M::Paper], PRINTED;
    GiftBox "gift box" "Books and gifts" leisure::gift_box, 9.0, &[M::Paper], PRINTED;
    Skirt "skirt" "Clothing" dresses::skirt, 45.0, &[M::Cotton, M::Cotton, M::Denim, M::Velvet], PRINTED;
    Jacket "jacket" "Clothing" tops::jacket, 110.0, &[M::Canvas, M::Denim, M::Leather, M::Plastic], &[P::Plaid, P::Checked, P::Striped];
    Saucepan "saucepan" "Kitchen" kitchen::saucepan, 46.0, &[M::Metal, M::Enamel, M::Enamel], &[P::Dotted, P::Floral, P::Checked];
    Jug "jug" "Kitchen" kitchen::jug, 27.0, &[M::Ceramic, M::Stoneware, M::Enamel], GLAZED;
    WineGlass "wine glass" "Kitchen" kitchen::wine_glass, 11.0, &[M::Glass], SOLID;
    Planter "potted plant" "Home" kitchen::planter, 26.0, &[M::Ceramic, M::Stoneware], GLAZED;
    Cushion "cushion" "Home" gadgets::cushion, 25.0, &[M::Cotton, M::Canvas, M::Velvet, M::Knit], PRINTED;
    PictureFrame "picture frame" "Home" gadgets::picture_frame, 24.0, &[M::Wood, M::Wood, M::Metal, M::Plastic], SOLID;
    Sunglasses "sunglasses" "Accessories" gadgets::sunglasses, 48.0, &[M::Plastic, M::Plastic, M::Metal], SOLID;
    Headphones "headphones" "Electronics" gadgets::headphones, 89.0, &[M::Plastic], SOLID;
    Guitar "guitar" "Sports and toys" toys::guitar, 95.0, &[M::Wood], SOLID;
    Snowboard "snowboard" "Sports and toys" toys::snowboard, 320.0, &[M::Plastic], &[P::Striped, P::Diagonal, P::Zigzag, P::Checked, P::Starry, P::Wavy];
    Skateboard "skateboard" "Sports and toys" toys::skateboard, 65.0, &[M::Wood, M::Plastic], &[P::Checked, P::Zigzag, P::Diagonal];
    TeddyBear "teddy bear" "Sports and toys" toys::teddy, 23.0, &[M::Felt, M::Velvet], SOLID;
    Umbrella "umbrella" "Accessories" leisure::umbrella, 34.0, &[M::Cotton], &[P::Pinstriped, P::Dotted, P::Floral, P::Plaid, P::Starry];
}

impl Kind {
    /// A style that a shop could really have; `patterned` is the share with a pattern.
    pub(crate) fn style(self, rng: &mut Rng, patterned: f32) -> Style {
        let facts = self.facts();
        let material = facts.materials[rng.usize(..facts.materials.len())];
        let paints = Colour::paints();
        let colour = match material {
            M::Metal if self != Kind::Bottle => Colour::metals()[rng.usize(..3)],
            M::Wood if rng.f32() < 0.7 => [Colour::Brown, Colour::Beige][rng.usize(..2)],
            M::Wicker if rng.f32() < 0.6 => [Colour::Beige, Colour::Brown][rng.usize(..2)],
            M::Denim if rng.f32() < 0.8 => [Colour::Blue, Colour::Navy, Colour::Black][rng.usize(..3)],
            _ => paints[rng.usize(..paints.len())],
        };
        let takes = !matches!(material, M::Metal | M::Wood | M::Glass | M::Velvet | M::Leather | M::Denim);
        let pattern = if takes && rng.f32() < patterned {
            facts.patterns[rng.usize(..facts.patterns.len())]
        } else {
            P::Plain
        };
        Style { colour, second: colour.partner(rng), material, pattern }
    }

    /// Makes one product of this kind; `cells` is the fineness of its outlines, 70 for
    /// a picture of 160 pixels, 220 for one of 640.
    pub(crate) fn make(self, style: &Style, rng: &mut Rng, cells: usize) -> Product {
        (self.facts().make)(&mut Order { style, rng, cells })
    }

    /// Whether its second part has the style's second colour even when it is plain.
    pub(crate) fn shows_second(self) -> bool {
        matches!(self, Kind::Lamp | Kind::FloorLamp | Kind::Hat | Kind::GiftBox)
    }
}

#[cfg(test)]
mod tests {
    use glam::Vec3;

    use super::*;
    use crate::product::Support;

    /// Each kind in several looks: `check` is told its name.
    fn every_product(check: impl Fn(&str, &Product)) {
        for &kind in Kind::ALL {
            for seed in 0..6 {
                let mut rng = Rng::with_seed(seed);
                let style = kind.style(&mut rng, 0.5);
                check(kind.facts().name, &kind.make(&style, &mut rng, 40));
            }
        }
    }

    #[test]
    fn parts_that_the_shape_names_exist() {
        every_product(|name, product| {
            let (lo, hi) = product.bounds;
            for i in 0..500_u64 {
                let mut rng = Rng::with_seed(i);
                let p = lo + (hi - lo) * Vec3::new(rng.f32(), rng.f32(), rng.f32());
                let near = (product.field)(p);
                assert!(near.part < product.parts.len(), "{name} has no part {}", near.part);
                assert!(near.distance.is_finite(), "{name} at {p}");
            }
        });
    }

    #[test]
    fn shapes_are_solid_and_stay_in_their_boxes() {
        let faults = std::cell::RefCell::new(std::collections::BTreeMap::new());
        every_product(|name, product| {
            let (lo, hi) = product.bounds;
            let (mut inside, n) = (0, 28);
            for i in 0..n * n * n {
                let at = Vec3::new((i % n) as f32, (i / n % n) as f32, (i / n / n) as f32) / (n - 1) as f32;
                let p = lo + (hi - lo) * at;
                let distance = (product.field)(p).distance;
                inside += usize::from(distance < 0.0);
                let rim = at.min(Vec3::ONE - at).min_element() < 1e-4;
                // Standing products may reach into the ground; a few thousandths are
                // fillets, which no picture shows missing.
                let below = product.support == Support::Floor && at.y < 1e-4;
                if rim && !below && distance < -0.006 {
                    faults.borrow_mut().insert(name.to_owned(), format!("cut off at {p}"));
                }
            }
            if inside < 9 {
                faults.borrow_mut().insert(name.to_owned(), format!("only {inside} points inside"));
            }
        });
        assert!(faults.borrow().is_empty(), "{:#?}", faults.borrow());
    }
}
