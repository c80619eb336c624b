//! What is known of a product beyond its photos, and from whom.
//!
//! Rows are added and never changed. Of a name counts the newest row of the highest origin: a person
//! goes before a list, a list before a model. A row without a value takes back what that origin said.

use rusqlite::{Connection, Transaction, params};
/// What a field says: the same things that a list can say of a product.
pub use vitrine_import::Field as FieldName;

use super::{ProductId, Store, product_vectors};
use crate::error::CatalogError;

/// Who says so; the later goes before the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A model.
    Model,
    /// A product list.
    List,
    /// A person.
    Person,
}

impl Origin {
    const ALL: [Self; 3] = [Self::Model, Self::List, Self::Person];

    fn rank(self) -> i64 {
        self as i64
    }

    fn from_rank(rank: i64) -> Self {
        usize::try_from(rank).ok().and_then(|rank| Self::ALL.get(rank).copied()).unwrap_or(Self::Model)
    }
}

/// A field as it counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it says.
    pub name: FieldName,
    /// Its value.
    pub value: String,
    /// Who says so.
    pub origin: Origin,
}

/// Newest first within an origin, the highest origin first.
pub(super) const OF_PRODUCT: &str = "SELECT name, value, origin FROM field WHERE product_id = ?1
     ORDER BY name, origin DESC, id DESC";

impl Store {
    /// The fields of a product that count.
    pub fn fields_of(&self, product: ProductId) -> Result<Vec<Field>, CatalogError> {
        let mut fields = counting(&*self.reader()?, product)?;
        fields.sort_by_key(|field| field.name);
        Ok(fields)
    }

    /// What a person says; none takes back what a person said before.
    pub fn set_field(
        &self,
        product: ProductId,
        name: FieldName,
        value: Option<&str>,
    ) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let is_known =
            transaction.prepare_cached("SELECT 1 FROM product WHERE id = ?1")?.exists([product])?;
        if !is_known {
            return Err(CatalogError::NoSuchProduct);
        }
        say(&transaction, product, name, value, Origin::Person)?;
        settle(&transaction, product)?;
        transaction.commit()?;
        Ok(())
    }
}

/// Puts what a list says in the place of all that lists said of a product before.
pub(super) fn set_listed(
    transaction: &Transaction<'_>,
    product: ProductId,
    fields: &[(FieldName, String)],
) -> Result<(), CatalogError> {
    let said = all(transaction, product)?;
    for name in FieldName::ALL {
        let before = said
            .iter()
            .find(|(field, _, origin)| *field == name && *origin == Origin::List)
            .and_then(|(_, value, _)| value.as_deref());
        let now = fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str());
        if before != now {
            say(transaction, product, name, now, Origin::List)?;
        }
    }
    settle(transaction, product)
}

fn say(
    transaction: &Transaction<'_>,
    product: ProductId,
    name: FieldName,
    value: Option<&str>,
    origin: Origin,
) -> Result<(), CatalogError> {
    transaction
        .prepare_cached(
            "INSERT INTO field (product_id, name, value, origin, at_ms)
             VALUES (?1, ?2, ?3, ?4, CAST(unixepoch('subsec') * 1000 AS INTEGER))",
        )?
        .execute(params![product, name.name(), value, origin.rank()])?;
    Ok(())
}

/// Keeps the title that counts where tiles are read from, and all words where a model finds them.
fn settle(transaction: &Transaction<'_>, product: ProductId) -> Result<(), CatalogError> {
    let said = counting(transaction, product)?;
    product_vectors::settle(transaction, product, &said)?;
    let title = said.into_iter().find(|field| field.name == FieldName::Title);
    transaction
        .prepare_cached("UPDATE product SET title = ?2 WHERE id = ?1 AND title IS NOT ?2")?
        .execute(params![product, title.map(|field| field.value)])?;
    Ok(())
}

type Said = (FieldName, Option<String>, Origin);

fn all(connection: &Connection, product: ProductId) -> Result<Vec<Said>, CatalogError> {
    let mut statement = connection.prepare_cached(OF_PRODUCT)?;
    let rows = statement
        .query_map([product], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, i64>(2)?)))?;
    let mut said = Vec::new();
    for row in rows {
        let (name, value, origin) = row?;
        // A name of a newer program is left alone.
        if let Some(name) = FieldName::from_name(&name) {
            said.push((name, value, Origin::from_rank(origin)));
        }
    }
    Ok(said)
}

/// Of each name the newest of the highest origin that was not taken back.
pub(super) fn counting(connection: &Connection, product: ProductId) -> Result<Vec<Field>, CatalogError> {
    let mut fields: Vec<Field> = Vec::new();
    let mut last = None;
    for (name, value, origin) in all(connection, product)? {
        // Older words of the same origin do not count, also where the newest takes them back.
        if last == Some((name, origin)) {
            continue;
        }
        last = Some((name, origin));
        if let Some(value) = value
            && fields.iter().all(|field| field.name != name)
        {
            fields.push(Field { name, value, origin });
        }
    }
    Ok(fields)
}
