//! From rows to products: which row begins one, and which are its variants and further images.

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::{
    Dialect, Field, Format, ListedProduct, ListedVariant, ProductList, RowProblem,
    columns::{Columns, FieldColumn},
    findings::Findings,
    formula, names, structured,
    words::{first_of_list, images_of, words},
};

/// Rows passed over that are told.
const MAX_PROBLEMS: usize = 10_000;
/// Photos of one product: each new one is compared with all others.
const MAX_IMAGES: usize = 1_000;

/// What a later row can name a product by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Name<'n> {
    Handle(&'n str),
    Sku(&'n str),
    Image(&'n str),
    /// The key of a product, which no other has.
    Key(&'n str),
}

/// Products by their names. A long list has three of each product, so only two digests of a name are kept: of
/// 128 bits by a secret that no file knows, two names never have the same.
#[derive(Default)]
struct Known {
    secrets: [RandomState; 2],
    products: HashMap<[u64; 2], u32>,
}

impl Known {
    fn digests(&self, name: Name<'_>) -> [u64; 2] {
        [self.secrets[0].hash_one(name), self.secrets[1].hash_one(name)]
    }

    fn get(&self, name: Name<'_>) -> Option<usize> {
        self.products.get(&self.digests(name)).map(|at| *at as usize)
    }

    fn insert(&mut self, name: Name<'_>, at: usize) {
        // There are fewer products than rows that are read.
        if let Ok(at) = u32::try_from(at) {
            self.products.insert(self.digests(name), at);
        }
    }
}

/// Where a row went.
pub(crate) struct Placed {
    /// The product, by its place in the list.
    pub(crate) product: usize,
    /// Whether it begins the product.
    pub(crate) is_first: bool,
}

/// Makes products of rows.
pub(crate) struct Collector {
    pub(crate) columns: Columns,
    pub(crate) dialect: Dialect,
    format: Format,
    products: Vec<ListedProduct>,
    problems: Vec<RowProblem>,
    n_untold: usize,
    findings: Findings,
    known: Known,
    /// Of each product the places of its images, where a column says them.
    positions: HashMap<usize, Vec<u32>>,
    /// Of each product what its options are called: later rows leave it out.
    option_names: HashMap<(usize, u8), String>,
    /// Of each product whose cells list what its variants have, the first of those values.
    firsts: HashMap<(usize, Field), String>,
}

/// A row as its columns say.
struct Said<'c> {
    line: u64,
    fields: Vec<(Field, String)>,
    images: Vec<String>,
    variant_image: Option<String>,
    alt: Option<String>,
    position: Option<u32>,
    handle: Option<&'c str>,
    row_id: Option<String>,
    options: Vec<SaidOption>,
}

struct SaidOption {
    number: u8,
    name: Option<String>,
    value: String,
    /// The first of several values that the cell of a WooCommerce product lists for its variants.
    first: Option<String>,
}

impl Said<'_> {
    fn field(&self, field: Field) -> Option<&str> {
        self.fields.iter().find(|(other, _)| *other == field).map(|(_, value)| value.as_str())
    }
}

impl Collector {
    pub(crate) fn new(columns: Columns, dialect: Dialect, format: Format) -> Self {
        Self {
            columns,
            dialect,
            format,
            products: Vec::new(),
            problems: Vec::new(),
            n_untold: 0,
            findings: Findings::default(),
            known: Known::default(),
            positions: HashMap::new(),
            option_names: HashMap::new(),
            firsts: HashMap::new(),
        }
    }

    /// The key of a product.
    pub(crate) fn key(&self, product: usize) -> &str {
        &self.products[product].key
    }

    /// The list, when all rows are in.
    pub(crate) fn finish(mut self, problems: Vec<RowProblem>) -> ProductList {
        self.problems.extend(problems);
        if self.n_untold > 0 {
            let message = format!("{} more rows were not understood whole.", self.n_untold);
            self.problems.push(RowProblem { line: 0, message });
        }
        let wants_images = !self.columns.images.is_empty();
        for product in &self.products {
            self.findings.of_product(product, wants_images);
        }
        ProductList {
            dialect: self.dialect,
            format: self.format,
            products: self.products,
            problems: self.problems,
            findings: self.findings.finish(),
        }
    }

    /// Takes a row; nowhere goes one that names nothing.
    pub(crate) fn add(&mut self, line: u64, cells: &[Cow<'_, str>]) -> Option<Placed> {
        let said = self.said(line, cells);
        if let Some(at) = self.product_of(&said) {
            self.add_to(at, said);
            return Some(Placed { product: at, is_first: false });
        }
        let Some(key) = self.free_key(&said) else {
            self.tell(line, "This row names neither a product nor a photo.".to_owned());
            return None;
        };
        let at = self.products.len();
        let sku = said.field(Field::Sku);
        if let Some(sku) = sku
            && let Some(first) = self.known.get(Name::Sku(sku))
        {
            self.findings.double(line, sku, self.products[first].line);
        }
        let names = [
            Some(Name::Key(&key)),
            said.handle.map(Name::Handle),
            said.row_id.as_deref().map(Name::Handle),
            sku.map(Name::Sku),
            said.images.first().map(|image| Name::Image(image)),
        ];
        for name in names.into_iter().flatten() {
            self.known.insert(name, at);
        }
        self.begin(at, key, said);
        Some(Placed { product: at, is_first: true })
    }

    /// A later row of the same handle or number, or of the same image without a title of its own, is a variant
    /// of the first or has more images of it, and takes nothing from it.
    fn product_of(&self, said: &Said<'_>) -> Option<usize> {
        let of_handle = || self.known.get(Name::Handle(said.handle?));
        // A parent that is named by its number: "simple" rows below a "variable" one.
        let of_parent = || self.known.get(Name::Sku(said.handle?));
        // A handle of its own and a title are another product, whose number is a mistake.
        let is_other = said.handle.is_some() && said.field(Field::Title).is_some();
        let of_sku = || self.known.get(Name::Sku(said.field(Field::Sku).filter(|_| !is_other)?));
        let of_image = || {
            let image = said.images.first().filter(|_| said.field(Field::Title).is_none())?;
            self.known.get(Name::Image(image))
        };
        of_handle().or_else(of_parent).or_else(of_sku).or_else(of_image)
    }

    fn tell(&mut self, line: u64, message: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(RowProblem { line, message });
        } else {
            self.n_untold += 1;
        }
    }

    /// The first of a row's names that no product has for its key; of a row without any, none.
    fn free_key(&self, said: &Said<'_>) -> Option<String> {
        let names = [
            said.field(Field::Sku),
            said.handle,
            said.images.first().map(String::as_str),
            said.field(Field::Title),
        ];
        let mut names = names.into_iter().flatten();
        let surest = names.clone().next()?;
        let free = names.find(|name| self.known.get(Name::Key(name)).is_none());
        Some(free.map_or_else(|| format!("{surest}#{}", said.line), str::to_owned))
    }

    fn begin(&mut self, at: usize, key: String, said: Said<'_>) {
        let mut product = ListedProduct { line: said.line, key, ..ListedProduct::default() };
        product.fields = said.fields;
        product.fields.shrink_to_fit();
        for SaidOption { number, name, value, first } in said.options {
            let Some(name) = name else { continue };
            let field = names::field_of_option(&name);
            if let Some(field) = field
                && product.field(field).is_none()
                && !value.starts_with("Default")
            {
                product.fields.push((field, value));
                self.firsts.extend(first.map(|first| ((at, field), first)));
            }
            self.option_names.insert((at, number), name);
        }
        self.products.push(product);
        self.add_images(at, said.line, said.images, said.alt, said.position);
        self.add_variant_image(at, said.variant_image.as_deref());
    }

    fn add_to(&mut self, at: usize, said: Said<'_>) {
        let product = &self.products[at];
        let (title, sku) = (said.field(Field::Title), said.field(Field::Sku));
        let is_same = |field| said.field(field).is_some() && said.field(field) == product.field(field);
        if let Some(title) = title
            && product.field(Field::Title).is_some_and(|known| known != title)
            && (is_same(Field::Sku) || matches!(self.dialect, Dialect::Shopify | Dialect::ShopifyOld))
        {
            let name = sku.filter(|_| is_same(Field::Sku)).or(said.handle).unwrap_or_default();
            self.findings.double(said.line, name, product.line);
        }
        let mut options: Vec<(String, String)> = Vec::new();
        for SaidOption { number, name, value, .. } in &said.options {
            let known = || self.option_names.get(&(at, *number)).cloned();
            let name = name.clone().or_else(known).unwrap_or_else(|| format!("Option {number}"));
            options.push((name, value.clone()));
        }
        self.keep_first_values(at, &options);
        let product = &self.products[at];
        if options.is_empty() {
            options = said
                .fields
                .iter()
                .filter(|(field, value)| {
                    matches!(field, Field::Colour | Field::Size) || product.field(*field) != Some(value)
                })
                .filter_map(|(field, value)| Some((field.option_name()?.to_owned(), value.clone())))
                .collect();
        }
        let name = options.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" / ");
        let own_image = match self.dialect {
            // Its rows hold the product's images, whichever variant they stand beside.
            Dialect::Shopify | Dialect::ShopifyOld => None,
            _ => said.images.first().filter(|image| product.images.first() != Some(image)).cloned(),
        };
        let variant = ListedVariant {
            line: said.line,
            sku: sku.filter(|sku| product.field(Field::Sku) != Some(sku)).map(str::to_owned),
            name: (!name.is_empty()).then_some(name),
            price: said.field(Field::Price).map(str::to_owned),
            barcode: said.field(Field::Barcode).map(str::to_owned),
            options,
            image: said.variant_image.clone().or(own_image),
        };
        let says_something = variant.sku.is_some()
            || variant.name.is_some()
            || variant.price.is_some()
            || variant.barcode.is_some()
            || said.variant_image.is_some();
        if says_something {
            self.products[at].variants.push(variant);
        }
        self.add_images(at, said.line, said.images, said.alt, said.position);
        self.add_variant_image(at, said.variant_image.as_deref());
    }

    /// What a variant says of itself, the product's own cell listed for all: the product keeps the first. What no
    /// variant says, as a material of two, stays whole.
    fn keep_first_values(&mut self, at: usize, options: &[(String, String)]) {
        for (name, _) in options {
            let Some(field) = names::field_of_option(name) else { continue };
            let Some(first) = self.firsts.remove(&(at, field)) else { continue };
            let fields = &mut self.products[at].fields;
            if let Some((_, value)) = fields.iter_mut().find(|(other, _)| *other == field) {
                *value = first;
            }
        }
    }

    fn add_images(
        &mut self,
        at: usize,
        line: u64,
        images: Vec<String>,
        alt: Option<String>,
        position: Option<u32>,
    ) {
        let product = &mut self.products[at];
        if let (Some(image), Some(alt)) = (images.first(), alt)
            && product.alt_texts.len() < MAX_IMAGES
            && product.alt_texts.iter().all(|(other, _)| other != image)
        {
            // Most products have one, for which a vector would take room for four.
            product.alt_texts.reserve_exact(1);
            product.alt_texts.push((image.clone(), alt));
        }
        if product.images.is_empty() {
            product.images.reserve_exact(images.len().min(MAX_IMAGES));
        }
        for image in images {
            let product = &mut self.products[at];
            if product.images.contains(&image) {
                continue;
            }
            if product.images.len() >= MAX_IMAGES {
                let message =
                    format!("This product has more than {MAX_IMAGES} photos; those here are not read.");
                self.tell(line, message);
                return;
            }
            if self.columns.image_position.is_some() {
                let positions = self.positions.entry(at).or_default();
                let position = position.unwrap_or(u32::MAX);
                let place = positions.partition_point(|other| *other <= position);
                positions.insert(place, position);
                product.images.insert(place.min(product.images.len()), image);
            } else {
                product.images.push(image);
            }
        }
    }

    fn add_variant_image(&mut self, at: usize, image: Option<&str>) {
        let Some(image) = image else { return };
        let product = &mut self.products[at];
        if product.images.len() < MAX_IMAGES && product.images.iter().all(|other| other != image) {
            if let Some(positions) = self.positions.get_mut(&at) {
                positions.push(u32::MAX);
            }
            product.images.push(image.to_owned());
        }
    }

    fn said<'c>(&self, line: u64, cells: &'c [Cow<'_, str>]) -> Said<'c> {
        let is_guarded = formula::is_guarded(self.format, self.dialect);
        let cell = |at: usize| {
            let cell = cells.get(at).map(|cell| &**cell).filter(|cell| !cell.is_empty())?;
            Some(if is_guarded { formula::unguard(cell) } else { cell })
        };
        let columns = &self.columns;
        let mut fields: Vec<(Field, String)> = Vec::with_capacity(columns.fields.len());
        for column in &columns.fields {
            // The first column that says something.
            if fields.iter().any(|(field, _)| *field == column.field) {
                continue;
            }
            if let Some(value) =
                cell(column.at).map(|cell| value(column, cell)).filter(|value| !value.is_empty())
            {
                fields.push((column.field, value));
            }
        }
        let images = columns.images.iter().filter_map(|&at| cell(at)).flat_map(images_of).collect();
        // A variable product lists the values of all its variations in one cell.
        let is_variable =
            columns.kind.and_then(cell).is_some_and(|kind| kind.eq_ignore_ascii_case("variable"));
        let options = columns.option_values.iter().filter_map(|&(number, at)| {
            let name = columns.option_names.iter().find(|(other, _)| *other == number);
            let name = name.and_then(|(_, at)| cell(*at)).map(words);
            let mut value = words(cell(at)?);
            let mut first = None;
            if self.dialect == Dialect::WooCommerce {
                first = first_of_list(&value).filter(|_| is_variable);
                value = value.replace("\\,", ",");
            }
            Some(SaidOption { number, name, value, first })
        });
        Said {
            line,
            images,
            variant_image: columns.variant_image.and_then(cell).map(str::to_owned),
            alt: columns.image_alt.and_then(cell).map(words).filter(|alt| !alt.is_empty()),
            position: columns.image_position.and_then(cell).and_then(|cell| cell.parse().ok()),
            handle: columns.handle.and_then(cell),
            row_id: columns.row_id.and_then(cell).map(|id| format!("id:{id}")),
            options: options.collect(),
            fields,
        }
    }
}

fn value(column: &FieldColumn, cell: &str) -> String {
    if column.is_structured {
        return words(&structured::content(cell));
    }
    match &column.currency {
        Some(currency) => format!("{} {currency}", words(cell)),
        None => words(cell),
    }
}
