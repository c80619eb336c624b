//! The segments of a JPEG file: its size, its profile, how it was held, how much work it is.

/// What the segments before and between the scans say.
pub(super) struct Segments<'a> {
    /// Width and height.
    pub(super) size: (u32, u32),
    pub(super) n_components: usize,
    /// Sampling factors of each component, horizontal and vertical.
    sampling: Vec<(u64, u64)>,
    pub(super) n_scans: u64,
    /// The first Exif block.
    pub(super) exif: Option<&'a [u8]>,
    /// Number and bytes of each part of the colour profile.
    profile_parts: Vec<(u8, &'a [u8])>,
}

/// Applications' segments, of which some hold what is looked for.
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

const PROFILE_MARK: &[u8] = b"ICC_PROFILE\0";

impl<'a> Segments<'a> {
    /// Reads the segments; none where there is no frame before the first scan.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let mut found = Self {
            size: (0, 0),
            n_components: 0,
            sampling: Vec::new(),
            n_scans: 0,
            exif: None,
            profile_parts: Vec::new(),
        };
        let mut at = 2;
        while let Some((marker, start)) = next_marker(bytes, at) {
            if marker == END_OF_IMAGE {
                break;
            }
            // Restarts and such stand alone.
            if matches!(marker, 0x01 | 0xd0..=0xd8) {
                at = start;
                continue;
            }
            let Some(length) = bytes.get(start..start + 2) else { break };
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            let end = (start + length.max(2)).min(bytes.len());
            let body = bytes.get(start + 2..end).unwrap_or_default();
            found.take(marker, body);
            at = end;
        }
        (found.n_components > 0).then_some(found)
    }

    fn take(&mut self, marker: u8, body: &'a [u8]) {
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) && self.n_components == 0 => {
                self.take_frame(body);
            }
            START_OF_SCAN => self.n_scans += 1,
            // XMP lies in segments of the same kind.
            APP1 if self.exif.is_none() && body.starts_with(b"Exif\0") => self.exif = Some(body),
            APP2 => {
                if let Some(&[number, _, ref part @ ..]) = body.strip_prefix(PROFILE_MARK) {
                    self.profile_parts.push((number, part));
                }
            }
            _ => {}
        }
    }

    fn take_frame(&mut self, body: &[u8]) {
        let Some(&[_, height_high, height_low, width_high, width_low, n]) = body.first_chunk::<6>() else {
            return;
        };
        self.size = (
            u32::from(u16::from_be_bytes([width_high, width_low])),
            u32::from(u16::from_be_bytes([height_high, height_low])),
        );
        self.n_components = usize::from(n);
        let (components, _) = body[6..].as_chunks::<3>();
        self.sampling = components.iter().map(|c| (u64::from(c[1] >> 4), u64::from(c[1] & 15))).collect();
    }

    /// How many coefficients the whole picture has: one for each sample of each component.
    pub(super) fn n_coefficients(&self) -> u64 {
        let most = |of: fn(&(u64, u64)) -> u64| self.sampling.iter().map(of).max().unwrap_or(1).max(1);
        let largest = most(|sampling| sampling.0) * most(|sampling| sampling.1);
        let n_pixels = u64::from(self.size.0) * u64::from(self.size.1);
        self.sampling.iter().map(|(across, down)| n_pixels * across * down / largest).sum()
    }

    /// The colour profile, its parts in the order that they are numbered in.
    pub(super) fn profile(&self) -> Option<Vec<u8>> {
        if self.profile_parts.is_empty() {
            return None;
        }
        let mut parts = self.profile_parts.clone();
        parts.sort_by_key(|(number, _)| *number);
        Some(parts.into_iter().flat_map(|(_, part)| part).copied().collect())
    }
}

/// Width and height of a picture that begins here and is no lossless one, as cameras store what their sensors
/// saw. Looks no further than its first segments: a camera's file holds many places that look like a beginning.
pub(super) fn frame_of(bytes: &[u8]) -> Option<(u32, u32)> {
    const MOST_SEGMENTS: usize = 128;
    let mut at = 2;
    for _ in 0..MOST_SEGMENTS {
        let &[0xff, marker, high, low] = bytes.get(at..at + 4)? else { return None };
        match marker {
            0xc0..=0xc2 => {
                let &[_, height_high, height_low, width_high, width_low] = bytes.get(at + 4..at + 9)? else {
                    return None;
                };
                let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
                return Some((side(width_high, width_low), side(height_high, height_low)));
            }
            0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe => {}
            _ => return None,
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    None
}

/// The next marker from a place on, and where what follows it begins. Passes over data of scans.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)? + 1;
        match *bytes.get(at)? {
            // Data, or a filling byte.
            0x00 => at += 1,
            0xff => {}
            marker => return Some((marker, at + 1)),
        }
    }
}
