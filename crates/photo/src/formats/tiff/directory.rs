//! A TIFF file's directories, as far as a picture is chosen and prepared by them (TIFF 6.0, section 2, and BigTIFF).

/// The tags that are looked at.
pub(in super::super) mod tag {
    pub(in super::super::super) const WIDTH: u16 = 256;
    pub(in super::super::super) const HEIGHT: u16 = 257;
    pub(in super::super::super) const BITS_PER_SAMPLE: u16 = 258;
    pub(in super::super::super) const COMPRESSION: u16 = 259;
    pub(in super::super::super) const PHOTOMETRIC: u16 = 262;
    pub(in super::super::super) const STRIP_OFFSETS: u16 = 273;
    pub(in super::super::super) const ORIENTATION: u16 = 274;
    pub(in super::super::super) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(in super::super::super) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(in super::super::super) const PLANAR_CONFIGURATION: u16 = 284;
    pub(in super::super::super) const COLOR_MAP: u16 = 320;
    pub(in super::super::super) const TILE_OFFSETS: u16 = 324;
    pub(in super::super::super) const TILE_BYTE_COUNTS: u16 = 325;
    pub(in super::super::super) const SUB_DIRECTORIES: u16 = 330;
    pub(in super::super::super) const EXTRA_SAMPLES: u16 = 338;
    pub(in super::super::super) const ICC_PROFILE: u16 = 34_675;
    pub(in super::super::super) const DNG_VERSION: u16 = 50_706;
}

/// No honest file has more.
const MAX_PAGES: usize = 1_000;
const MAX_ENTRIES: u64 = 4_096;

/// How numbers are written in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) is_little: bool,
    pub(super) is_big_tiff: bool,
}

impl Layout {
    /// Of a file by its first bytes, with the place of its first directory.
    fn of(bytes: &[u8]) -> Option<(Self, u64)> {
        let is_little = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let classic = Self { is_little, is_big_tiff: false };
        if classic.number(bytes, 2, 2)? == 43 {
            let big = Self { is_little, is_big_tiff: true };
            return Some((big, big.number(bytes, 8, 8)?));
        }
        // The makers of cameras put numbers of their own in the place of 42.
        Some((classic, classic.number(bytes, 4, 4)?))
    }

    fn number(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let part = bytes.get(at..at.checked_add(length)?)?;
        let join = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        Some(if self.is_little { part.iter().rev().fold(0, join) } else { part.iter().fold(0, join) })
    }

    pub(super) fn write(self, bytes: &mut [u8], value: u64) {
        let length = bytes.len().min(8);
        if self.is_little {
            bytes[..length].copy_from_slice(&value.to_le_bytes()[..length]);
        } else {
            bytes[..length].copy_from_slice(&value.to_be_bytes()[8 - length..]);
        }
    }
}

/// One entry: where its values lie in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) tag: u16,
    /// TIFF's number of the type.
    pub(super) kind: u16,
    pub(super) count: u64,
    /// Where the values begin.
    pub(super) at: usize,
    /// The first value, where it is a whole number.
    first: Option<u64>,
}

impl Entry {
    /// Bytes of one value; none for an unknown type.
    fn size(self) -> Option<usize> {
        Some(match self.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => return None,
        })
    }

    /// Whether the values lie in the entry of a classic file itself.
    pub(super) fn is_inline(self) -> bool {
        self.size().is_some_and(|size| self.count * size as u64 <= 4)
    }
}

/// A page, or what a camera keeps beside it.
pub(in super::super) struct Directory {
    pub(super) layout: Layout,
    pub(super) entries: Vec<Entry>,
}

/// The pages of a file, in their order.
pub(in super::super) fn pages(bytes: &[u8]) -> Vec<Directory> {
    let Some((layout, mut at)) = Layout::of(bytes) else { return Vec::new() };
    let (mut pages, mut seen) = (Vec::new(), Vec::new());
    while at != 0 && pages.len() < MAX_PAGES && !seen.contains(&at) {
        seen.push(at);
        let Some((page, next)) = Directory::read(bytes, layout, at) else { break };
        pages.push(page);
        at = next;
    }
    pages
}

impl Directory {
    /// The directory at a place, and the place of the next one.
    fn read(bytes: &[u8], layout: Layout, at: u64) -> Option<(Self, u64)> {
        let at = usize::try_from(at).ok()?;
        let (n_width, entry_width, value_width) = if layout.is_big_tiff { (8, 20, 8) } else { (2, 12, 4) };
        let n = layout.number(bytes, at, n_width)?;
        if n > MAX_ENTRIES {
            return None;
        }
        let start = at + n_width;
        let entries = (0..n as usize).filter_map(|number| {
            let at = start + number * entry_width;
            let mut entry = Entry {
                tag: layout.number(bytes, at, 2)? as u16,
                kind: layout.number(bytes, at + 2, 2)? as u16,
                count: layout.number(bytes, at + 4, value_width)?,
                at: at + 4 + value_width,
                first: None,
            };
            let size = entry.size()?;
            if entry.count.checked_mul(size as u64)? > value_width as u64 {
                entry.at = usize::try_from(layout.number(bytes, entry.at, value_width)?).ok()?;
            }
            entry.first = if entry.count > 0 { layout.number(bytes, entry.at, size) } else { None };
            Some(entry)
        });
        let entries = entries.collect();
        let next = layout.number(bytes, start + n as usize * entry_width, value_width).unwrap_or(0);
        Some((Self { layout, entries }, next))
    }

    pub(super) fn entry(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// The first value of a tag.
    pub(in super::super) fn number(&self, tag: u16) -> Option<u64> {
        self.entry(tag)?.first
    }

    /// All values of a tag.
    pub(in super::super) fn numbers(&self, bytes: &[u8], tag: u16) -> Option<Vec<u64>> {
        let entry = self.entry(tag)?;
        let size = entry.size()?;
        let n_bytes = usize::try_from(entry.count).ok()?.checked_mul(size)?;
        let values = bytes.get(entry.at..entry.at.checked_add(n_bytes)?)?;
        values.chunks_exact(size).map(|value| self.layout.number(value, 0, size)).collect()
    }

    /// The bytes of a tag.
    pub(super) fn bytes<'a>(&self, bytes: &'a [u8], tag: u16) -> Option<&'a [u8]> {
        let entry = self.entry(tag)?;
        let length = usize::try_from(entry.count).ok()?.checked_mul(entry.size()?)?;
        bytes.get(entry.at..entry.at.checked_add(length)?)
    }

    /// Writes another value in the place of a tag's first one.
    pub(super) fn set(&self, bytes: &mut [u8], tag: u16, value: u64) {
        let Some(entry) = self.entry(tag) else { return };
        let Some(size) = entry.size() else { return };
        if let Some(place) = bytes.get_mut(entry.at..entry.at + size) {
            self.layout.write(place, value);
        }
    }

    pub(super) fn n_pixels(&self) -> u64 {
        let side = |tag| self.number(tag).unwrap_or(0);
        side(tag::WIDTH).saturating_mul(side(tag::HEIGHT))
    }

    /// Where the strips or tiles lie, and how long they are.
    pub(super) fn chunks(&self, bytes: &[u8]) -> Option<Vec<(u64, u64)>> {
        let (offsets, counts) = if self.entry(tag::TILE_OFFSETS).is_some() {
            (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        Some(self.numbers(bytes, offsets)?.into_iter().zip(self.numbers(bytes, counts)?).collect())
    }

    /// The directories within this one, such as a camera's raw picture beside its preview.
    pub(in super::super) fn inner(&self, bytes: &[u8]) -> Vec<Self> {
        let offsets = self.numbers(bytes, tag::SUB_DIRECTORIES).unwrap_or_default();
        let read = |at| Self::read(bytes, self.layout, at).map(|(inner, _)| inner);
        offsets.into_iter().take(16).filter_map(read).collect()
    }
}
