//! Vectors for measuring, as a shop's photos have them: in clusters, and differing in few directions. Built
//! with the feature `synthetic` alone.

/// Kinds of goods, around which vectors lie.
pub const N_CLUSTERS: u32 = 400;
/// Directions in which the goods of a kind differ: photos of a shop fill no space of hundreds of them.
const RANK: u32 = 24;

/// Numbers that are the same on every run (splitmix64).
pub struct Numbers(pub u64);

impl Numbers {
    /// From -0.5 to 0.5.
    pub fn draw(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1_u32 << 24) as f32 - 0.5
    }

    /// `dim` of them.
    pub fn vector(&mut self, dim: usize) -> Vec<f32> {
        (0..dim).map(|_| self.draw()).collect()
    }
}

/// Clustered vectors of unit length, the same on every run.
pub struct Clusters {
    centres: Vec<Vec<f32>>,
    directions: Vec<Vec<f32>>,
}

impl Clusters {
    /// Of `dim` numbers each.
    pub fn new(dim: usize) -> Self {
        let mut numbers = Numbers(1);
        Self {
            centres: (0..N_CLUSTERS).map(|_| numbers.vector(dim)).collect(),
            directions: (0..RANK).map(|_| numbers.vector(dim)).collect(),
        }
    }

    /// The kind of goods that photo number `photo` shows.
    pub fn kind(photo: u32) -> u32 {
        photo.wrapping_mul(2_654_435_761) % N_CLUSTERS
    }

    /// The vector of photo number `photo`.
    pub fn vector(&self, photo: u32) -> Vec<f32> {
        let mut numbers = Numbers(u64::from(photo) << 20);
        let mut vector = self.centres[Self::kind(photo) as usize].clone();
        for direction in &self.directions {
            let far = numbers.draw() * 0.8;
            vector.iter_mut().zip(direction).for_each(|(x, d)| *x += far * d);
        }
        vector.iter_mut().for_each(|x| *x += numbers.draw() * 0.15);
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
        vector
    }
}
