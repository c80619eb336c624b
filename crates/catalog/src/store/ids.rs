//! Names of rows that cannot be taken for one another.
//!
//! An id is given once and never again, since open windows, addresses of pictures and links
//! between rows outlive what they name. All of them fit into 32 bits, so that sets of them are
//! compressed bitmaps, and JavaScript's numbers hold them exactly.

use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The id of this number.
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// Its number.
            pub const fn get(self) -> u32 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(i64::from(self.0).into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let number = value.as_i64()?;
                u32::try_from(number).map(Self).map_err(|_| FromSqlError::OutOfRange(number))
            }
        }
    };
}

id! {
    /// What a merchant sells: some photos, some facts.
    ProductId
}
id! {
    /// A content, however many files hold it.
    PictureId
}
id! {
    /// A folder or file that the merchant added.
    SourceId
}
id! {
    /// What made something: a model, or a writer of descriptions.
    ModelId
}

id! {
    /// What searches learnt from the shop, once.
    TuningId
}

impl ModelId {
    /// Of a model that is not there: no row has it.
    pub const NONE: Self = Self(0);
}
