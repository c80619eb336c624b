//! HEIF's boxes: which items a file has, what they are like and where their bytes lie.

/// No honest picture has more.
const MAX_ITEMS: usize = 4_096;

/// An item's properties and place.
pub(super) struct Item<'a> {
    pub(super) id: u32,
    pub(super) kind: [u8; 4],
    /// Width and height (`ispe`).
    pub(super) size: Option<(u32, u32)>,
    /// An ICC profile (`colr`).
    pub(super) profile: Option<&'a [u8]>,
    pub(super) coded: Option<Coded>,
    /// Anticlockwise (`irot`).
    pub(super) n_quarter_turns: u8,
    /// `imir`.
    pub(super) mirror: Option<u8>,
    is_alpha: bool,
    /// Whether places are in the metadata itself and not in the file.
    is_inside: bool,
    /// Start and length of each part.
    extents: Vec<(u64, u64)>,
}

/// Code points of ITU-T H.273.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coded {
    pub(super) primaries: u8,
    pub(super) transfer: u8,
}

/// What is referred to, by whom, how.
struct Reference {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

/// The items of a file.
pub(super) struct Items<'a> {
    primary: u32,
    items: Vec<Item<'a>>,
    references: Vec<Reference>,
    /// Bytes within the metadata (`idat`).
    inside: &'a [u8],
}

impl<'a> Items<'a> {
    /// Reads a file's metadata; none where it makes no sense.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let meta = boxes(bytes).find(|(kind, _)| kind == b"meta")?.1;
        let mut found = Self { primary: 0, items: Vec::new(), references: Vec::new(), inside: &[] };
        let inner: Vec<_> = boxes(meta.get(4..)?).collect();
        let part = |wanted: &[u8; 4]| inner.iter().find(|(kind, _)| kind == wanted).map(|(_, body)| *body);
        let mut first = Bytes::new(part(b"pitm")?);
        found.primary = if first.version()? == 0 { u32::from(first.u16()?) } else { first.u32()? };
        found.take_infos(part(b"iinf")?)?;
        found.take_locations(part(b"iloc")?)?;
        if let Some(references) = part(b"iref") {
            found.take_references(references)?;
        }
        found.take_properties(part(b"iprp")?)?;
        found.inside = part(b"idat").unwrap_or_default();
        Some(found)
    }

    pub(super) fn item(&self, id: u32) -> Option<&Item<'a>> {
        self.items.iter().find(|item| item.id == id)
    }

    pub(super) fn primary(&self) -> Option<&Item<'a>> {
        self.item(self.primary)
    }

    /// The item that holds the transparency of another.
    pub(super) fn alpha_of(&self, of: &Item<'a>) -> Option<&Item<'a>> {
        let auxiliaries = self.references.iter().filter(|r| &r.kind == b"auxl" && r.to.contains(&of.id));
        auxiliaries.filter_map(|r| self.item(r.from)).find(|item| item.is_alpha)
    }

    pub(super) fn is_premultiplied(&self, of: &Item<'a>, alpha: &Item<'a>) -> bool {
        self.references.iter().any(|r| &r.kind == b"prem" && r.from == of.id && r.to.contains(&alpha.id))
    }

    /// The items that one is put together from, in order.
    pub(super) fn tiles_of(&self, of: &Item<'a>) -> Vec<&Item<'a>> {
        let parts = self.references.iter().find(|r| &r.kind == b"dimg" && r.from == of.id);
        parts.map(|r| r.to.iter().filter_map(|&id| self.item(id)).collect()).unwrap_or_default()
    }

    /// The bytes of an item.
    pub(super) fn data(&self, bytes: &[u8], item: &Item<'_>) -> Option<Vec<u8>> {
        let source = if item.is_inside { self.inside } else { bytes };
        let mut data = Vec::new();
        for &(start, length) in &item.extents {
            let start = usize::try_from(start).ok()?;
            let rest = source.get(start..)?;
            // No length is all that is left.
            let length = if length == 0 { rest.len() } else { usize::try_from(length).ok()? };
            data.extend_from_slice(rest.get(..length)?);
            if data.len() > bytes.len() {
                return None;
            }
        }
        (!data.is_empty()).then_some(data)
    }

    fn take_infos(&mut self, body: &[u8]) -> Option<()> {
        let mut infos = Bytes::new(body);
        let n = if infos.version()? == 0 { u32::from(infos.u16()?) } else { infos.u32()? };
        for (_, body) in
            boxes(infos.rest).filter(|(kind, _)| kind == b"infe").take((n as usize).min(MAX_ITEMS))
        {
            let mut info = Bytes::new(body);
            let version = info.version()?;
            if version < 2 {
                continue;
            }
            let id = if version == 2 { u32::from(info.u16()?) } else { info.u32()? };
            info.u16()?;
            self.items.push(Item {
                id,
                kind: *info.take(4)?.first_chunk()?,
                size: None,
                profile: None,
                coded: None,
                n_quarter_turns: 0,
                mirror: None,
                is_alpha: false,
                is_inside: false,
                extents: Vec::new(),
            });
        }
        Some(())
    }

    fn take_locations(&mut self, body: &[u8]) -> Option<()> {
        let mut places = Bytes::new(body);
        let version = places.version()?;
        let (widths, more) = (places.u8()?, places.u8()?);
        let (offset_width, length_width) = (widths >> 4, widths & 15);
        let (base_width, index_width) = (more >> 4, if version > 0 { more & 15 } else { 0 });
        let n = if version < 2 { u32::from(places.u16()?) } else { places.u32()? };
        for _ in 0..(n as usize).min(MAX_ITEMS) {
            let id = if version < 2 { u32::from(places.u16()?) } else { places.u32()? };
            let method = if version > 0 { places.u16()? & 15 } else { 0 };
            places.u16()?;
            let base = places.number(base_width)?;
            let n_extents = places.u16()?;
            let mut extents = Vec::new();
            for _ in 0..n_extents {
                places.number(index_width)?;
                let offset = places.number(offset_width)?;
                extents.push((base.checked_add(offset)?, places.number(length_width)?));
            }
            if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
                item.is_inside = method == 1;
                item.extents = extents;
            }
        }
        Some(())
    }

    fn take_references(&mut self, body: &[u8]) -> Option<()> {
        let mut references = Bytes::new(body);
        let is_wide = references.version()? > 0;
        for (kind, body) in boxes(references.rest).take(MAX_ITEMS) {
            let mut reference = Bytes::new(body);
            let id = |r: &mut Bytes<'_>| if is_wide { r.u32() } else { r.u16().map(u32::from) };
            let from = id(&mut reference)?;
            let n = reference.u16()?;
            let to = (0..n).map(|_| id(&mut reference)).collect::<Option<Vec<_>>>()?;
            self.references.push(Reference { kind, from, to });
        }
        Some(())
    }

    fn take_properties(&mut self, body: &'a [u8]) -> Option<()> {
        let properties: Vec<_> =
            boxes(boxes(body).find(|(kind, _)| kind == b"ipco")?.1).take(MAX_ITEMS).collect();
        for (_, body) in boxes(body).filter(|(kind, _)| kind == b"ipma") {
            let mut of_items = Bytes::new(body);
            let (version, is_wide) = (of_items.version()?, *body.get(3)? & 1 == 1);
            for _ in 0..of_items.u32()?.min(MAX_ITEMS as u32) {
                let id = if version == 0 { u32::from(of_items.u16()?) } else { of_items.u32()? };
                for _ in 0..of_items.u8()? {
                    let number =
                        if is_wide { of_items.u16()? & 0x7fff } else { u16::from(of_items.u8()? & 0x7f) };
                    let property = usize::from(number).checked_sub(1).and_then(|at| properties.get(at));
                    let item = self.items.iter_mut().find(|item| item.id == id);
                    if let (Some((kind, body)), Some(item)) = (property, item) {
                        item.take_property(kind, body);
                    }
                }
            }
        }
        Some(())
    }
}

impl<'a> Item<'a> {
    fn take_property(&mut self, kind: &[u8; 4], body: &'a [u8]) {
        let mut property = Bytes::new(body);
        match kind {
            b"ispe" => self.size = property.version().and_then(|_| Some((property.u32()?, property.u32()?))),
            b"irot" => self.n_quarter_turns = property.u8().unwrap_or(0),
            b"imir" => self.mirror = property.u8().map(|axis| axis & 1),
            b"auxC" => {
                self.is_alpha = memchr::memmem::find(body, b":auxid:1").is_some()
                    || memchr::memmem::find(body, b"auxiliary:alpha").is_some();
            }
            b"colr" => match (property.take(4), property.rest) {
                (Some(b"nclx"), &[_, primaries, _, transfer, ..]) => {
                    self.coded = Some(Coded { primaries, transfer });
                }
                (Some(b"prof" | b"rICC"), profile) => self.profile = Some(profile),
                _ => {}
            },
            _ => {}
        }
    }
}

/// The boxes that lie in a row: kind and body of each.
fn boxes(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let mut head = Bytes::new(rest);
        let short = head.u32()?;
        let kind = *head.take(4)?.first_chunk()?;
        let (length, n_head) = match short {
            0 => (rest.len() as u64, 8),
            1 => (head.number(8)?, 16),
            length => (u64::from(length), 8),
        };
        // One that is cut short ends with the file.
        let length = usize::try_from(length).ok()?.min(rest.len());
        let body = rest.get(n_head..length)?;
        rest = &rest[length..];
        Some((kind, body))
    })
}

/// Big-endian numbers, one after the other.
struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self, n: u8) -> Option<u64> {
        Some(self.take(usize::from(n.min(8)))?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }

    fn u8(&mut self) -> Option<u8> {
        self.number(1).map(|number| number as u8)
    }

    fn u16(&mut self) -> Option<u16> {
        self.number(2).map(|number| number as u16)
    }

    fn u32(&mut self) -> Option<u32> {
        self.number(4).map(|number| number as u32)
    }

    /// Of a full box; its flags go with it.
    fn version(&mut self) -> Option<u8> {
        let version = self.u8()?;
        self.take(3)?;
        Some(version)
    }
}
