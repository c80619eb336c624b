//! `vitrine edit`.

use std::path::Path;

use vitrine_api::{
    Api,
    types::{FieldName, ProductId},
};

use crate::{args::Arguments, show};

/// `title=Poppy mug` as a field; nothing behind the sign takes it back.
pub fn field(text: &str) -> Result<(FieldName, Option<String>), String> {
    let how = || {
        let names: Vec<&str> = FieldName::names().collect();
        format!("write it as FIELD=VALUE; a field is one of {}", names.join(", "))
    };
    let (name, value) = text.split_once('=').ok_or_else(how)?;
    let name = FieldName::from_name(&name.trim().to_lowercase()).ok_or_else(how)?;
    Ok((name, Some(value.trim().to_owned()).filter(|value| !value.is_empty())))
}

/// The product of a number, or of the file that is its photo.
pub fn product(api: &Api, product: &str) -> anyhow::Result<ProductId> {
    Ok(match product.parse() {
        Ok(id) => id,
        Err(_) => api.product_at(Path::new(product))?,
    })
}

pub fn run(
    api: &Api,
    arguments: &Arguments,
    name: &str,
    fields: &[(FieldName, Option<String>)],
) -> anyhow::Result<()> {
    let id = product(api, name)?;
    for (field, value) in fields {
        api.set_field(id, *field, value.as_deref())?;
    }
    api.close();
    show::run(api, arguments, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_name_and_value() {
        let check = |text, expected: (FieldName, Option<&str>)| {
            assert_eq!(field(text), Ok((expected.0, expected.1.map(str::to_owned))), "{text}");
        };
        check("title=Poppy mug", (FieldName::Title, Some("Poppy mug")));
        check("Price = 14.50", (FieldName::Price, Some("14.50")));
        check("brand=", (FieldName::Brand, None));
        assert!(field("title").is_err() && field("weight=3").is_err());
    }
}
