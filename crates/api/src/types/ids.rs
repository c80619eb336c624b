//! Ids as clients see them: numbers that cannot be taken for one another.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use vitrine_catalog as catalog;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        pub struct $name(pub u32);

        impl From<catalog::$name> for $name {
            fn from(id: catalog::$name) -> Self {
                Self(id.get())
            }
        }

        impl From<$name> for catalog::$name {
            fn from(id: $name) -> Self {
                Self::new(id.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// Names a product.
    ProductId
}
id! {
    /// Names a photo: a content, however many files hold it.
    PictureId
}
id! {
    /// Names a folder or file that was added.
    SourceId
}
