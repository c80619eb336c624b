//! Two stages of alignment, then the fusion network with both as auxiliary losses.

use std::path::Path;

use candle_core::{D, DType, Device, Result, Tensor};
use rand::seq::SliceRandom;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::{
    PartSlopes, Shape, TrainingSet, Tuning,
    examples::{Batch, LeftOut},
    layers::normalized,
    loss::contrastive,
    optimizer::AdamW,
    parameters::{of_bytes, to_bytes},
    towers::QueriesRead,
};
use crate::ModelError;

/// Of the steps of a stage so many first ones come up to the full rate.
const WARM_UP: f64 = 0.1;
/// Parts that are text, and parts that are the photo.
const TEXT: [usize; 2] = [2, 3];
const IMAGE: [usize; 2] = [0, 1];

/// By how much scores are multiplied before rankings are compared: that of the fused loss at its beginning.
const KEPT_SCALE: f64 = 4.0;

/// What is learnt when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Queries are aligned with what is written of products.
    Text,
    /// With their photos.
    Image,
    /// The fusion network, with both others beside it.
    Fused,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Text, Self::Image, Self::Fused];
}

/// How a training goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where every draw begins.
    pub seed: u64,
    /// Queries of a step.
    pub batch: usize,
    /// Products that look like the right one, for each query of a step.
    pub n_hard: usize,
    /// How often something of a product is left out.
    pub left_out: LeftOut,
    /// The rate of learning at its highest.
    pub rate: f64,
    /// How fast matrices shrink.
    pub decay: f64,
    /// How much the losses of the first two stages count in the third.
    pub auxiliary: f64,
    /// How much it counts that photos are ranked as the encoders alone rank them.
    pub kept: f64,
    /// Steps of each stage; 0 leaves one out.
    pub steps: [u32; 3],
}

impl Plan {
    /// One for so many examples, and the same everywhere.
    pub fn of_examples(n_examples: usize, seed: u64) -> Self {
        let batch = 128.min(n_examples.max(1));
        let epoch = n_examples.div_ceil(batch) as u32;
        // Few examples are gone through more often, many less. The alignments are a beginning: longer ones led away from
        // what photos show, and the training of the fusion did not find back.
        let (short, long) = ((epoch / 2).clamp(20, 100), (4 * epoch).clamp(150, 1_000));
        Self {
            seed,
            batch,
            n_hard: 1,
            left_out: LeftOut { parts: 0.15, names: 0.5 },
            rate: 5e-4,
            decay: 0.05,
            auxiliary: 0.3,
            kept: 0.5,
            steps: [short, short, long],
        }
    }

    /// All steps.
    pub fn n_steps(&self) -> u32 {
        self.steps.iter().sum()
    }
}

/// How far a training has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What was learnt in this step.
    pub stage: Stage,
    /// Steps that are done.
    pub step: u32,
    /// The loss of this one.
    pub loss: f32,
}

/// A training.
pub struct Trainer<'a> {
    tuning: Tuning,
    set: &'a TrainingSet,
    slopes: PartSlopes,
    plan: Plan,
    optimizer: AdamW,
    step: u32,
    /// The order of the examples of an epoch.
    order: (u64, Vec<u32>),
}

impl<'a> Trainer<'a> {
    /// Begins one.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where there is nothing to learn from, or memory runs out.
    pub fn new(
        shape: Shape,
        set: &'a TrainingSet,
        slopes: PartSlopes,
        plan: Plan,
    ) -> std::result::Result<Self, ModelError> {
        if set.examples.is_empty() || plan.batch == 0 {
            return Err(ModelError::Compute { reason: "there is no example to learn from".to_owned() });
        }
        let tuning = Tuning::new(shape, plan.seed)?;
        let optimizer = AdamW::new(tuning.parameters(), plan.decay)?;
        Ok(Self { tuning, set, slopes, plan, optimizer, step: 0, order: (u64::MAX, Vec::new()) })
    }

    /// What is learnt by now.
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Steps that are done.
    pub fn n_done(&self) -> u32 {
        self.step
    }

    /// The next step; none when all are done.
    ///
    /// # Errors
    /// [`ModelError::Compute`]
    pub fn step(&mut self) -> std::result::Result<Option<Progress>, ModelError> {
        let Some((stage, at)) = self.place() else { return Ok(None) };
        let batch = self.draw()?;
        let loss = self.loss(stage, &batch)?;
        let told = loss.to_scalar::<f32>()?;
        if !told.is_finite() {
            return Err(ModelError::Compute {
                reason: format!("the loss of step {} is no number", self.step),
            });
        }
        let gradients = loss.backward()?;
        self.step += 1;
        let rate = self.plan.rate * of_full_rate(at, self.plan.steps[stage as usize]);
        self.optimizer.step(self.tuning.parameters(), &gradients, self.step, rate)?;
        Ok(Some(Progress { stage, step: self.step, loss: told }))
    }

    /// Everything that a later process needs to go on as this one would.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where memory runs out.
    pub fn to_bytes(&self) -> std::result::Result<Vec<u8>, ModelError> {
        let mut tensors = self.tuning.parameters().tensors("tuning.");
        tensors.extend(self.optimizer.tensors());
        tensors.push(("step".to_owned(), Tensor::new(&[i64::from(self.step)], &Device::Cpu)?));
        to_bytes(&tensors)
    }

    /// Goes on from there; `file` names the bytes in errors.
    ///
    /// # Errors
    /// [`ModelError::Weights`] for what is damaged or of another training.
    pub fn take(&mut self, bytes: &[u8], file: &Path) -> std::result::Result<(), ModelError> {
        let tensors = of_bytes(bytes, file)?;
        self.tuning.parameters().take("tuning.", &tensors, file)?;
        self.optimizer.take(&tensors, file)?;
        let step = tensors.get("step").map(|step| step.to_vec1::<i64>()).transpose()?;
        let step = step.as_deref().and_then(|step| u32::try_from(*step.first()?).ok());
        self.step = step.filter(|step| *step <= self.plan.n_steps()).ok_or_else(|| ModelError::Weights {
            path: file.to_owned(),
            reason: "it says no step of this training".to_owned(),
        })?;
        Ok(())
    }

    /// The stage of the next step, and which of its steps that is.
    fn place(&self) -> Option<(Stage, u32)> {
        let mut at = self.step;
        for (stage, n) in Stage::ALL.into_iter().zip(self.plan.steps) {
            if at < n {
                return Some((stage, at));
            }
            at -= n;
        }
        None
    }

    /// The examples of the next step: every step's draws begin anew, so that it does not matter which process makes
    /// it.
    fn draw(&mut self) -> std::result::Result<Batch, ModelError> {
        let n = self.set.examples.len();
        let start = self.step as usize * self.plan.batch;
        let mut chosen = Vec::with_capacity(self.plan.batch);
        for at in start..start + self.plan.batch.min(n) {
            let epoch = (at / n) as u64;
            if self.order.0 != epoch {
                self.order = (epoch, shuffled(n, self.plan.seed, epoch));
            }
            chosen.push(self.order.1[at % n]);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.seed);
        rng.set_stream(1 + u64::from(self.step));
        self.set.batch(&chosen, self.plan.n_hard, self.plan.left_out, &mut rng, &self.tuning.shape())
    }

    /// How far the ranking of photos by what they show is from that of the encoders alone: the mean Kullback-Leibler
    /// divergence over the queries. What a shop says teaches little of what a photo shows, and must not undo what is
    /// known of it (Li and Hoiem 2016, learning without forgetting).
    fn drift(&self, queries: &QueriesRead, fused: &[Option<Tensor>], batch: &Batch) -> Result<Tensor> {
        if self.plan.kept == 0.0 {
            return Tensor::zeros((), DType::F32, &Device::Cpu);
        }
        let is_there = &batch.photos.is_there;
        let alone = QueriesRead::untuned(&batch.queries)?;
        let ranking = |queries: &QueriesRead, parts: &[Option<Tensor>]| -> Result<Tensor> {
            let image: Vec<Option<Tensor>> = (0..parts.len())
                .map(|at| if IMAGE.contains(&at) { parts[at].clone() } else { None })
                .collect();
            let scores = (queries.scores(&image, is_there, &self.slopes)? * KEPT_SCALE)?;
            candle_nn::ops::log_softmax(&scores, D::Minus1)
        };
        let known = ranking(&alone, &batch.photos.parts)?.detach();
        let learnt = ranking(queries, fused)?;
        let divergence = (known.exp()? * (&known - learnt)?)?.sum(D::Minus1)?;
        divergence.mean_all()? * self.plan.kept
    }

    pub(super) fn loss(&self, stage: Stage, batch: &Batch) -> Result<Tensor> {
        let Batch { grades, is_left_out, weights, .. } = batch;
        let is_there = &batch.photos.is_there;
        let queries = self.tuning.read_queries(&batch.queries)?;
        let adapted = self.tuning.read_parts(&batch.photos)?;
        let of = |scores: &Tensor, stage: Stage| {
            let scale = self.tuning.log_scales[stage as usize].as_tensor();
            contrastive(scores, scale, grades, is_left_out, weights)
        };
        // The cosines of some parts after their adapters, added up.
        let aligned = |stage: Stage, parts: [usize; 2]| -> Result<Tensor> {
            let mut total = grades.zeros_like()?;
            for at in parts {
                let part = adapted[at].as_ref().map(normalized).transpose()?;
                if let Some(cosines) = queries.cosines(at, part.as_ref(), is_there, &self.slopes)? {
                    total = (total + cosines)?;
                }
            }
            of(&total, stage)
        };
        match stage {
            Stage::Text => aligned(Stage::Text, TEXT),
            Stage::Image => {
                let parts = adapted.iter().map(|part| part.as_ref().map(normalized).transpose());
                aligned(Stage::Image, IMAGE)?
                    + self.drift(&queries, &parts.collect::<Result<Vec<_>>>()?, batch)?
            }
            Stage::Fused => {
                let fused = self.tuning.fuse(&adapted, &batch.photos)?;
                let scores = queries.scores(&fused, is_there, &self.slopes)?;
                let mut total = of(&(scores + &batch.words)?, Stage::Fused)?;
                total = (total + self.drift(&queries, &fused, batch)?)?;
                for (stage, parts) in [(Stage::Text, TEXT), (Stage::Image, IMAGE)] {
                    // A stage that was left out stays out.
                    if self.plan.steps[stage as usize] > 0 {
                        total = (total + (aligned(stage, parts)? * self.plan.auxiliary)?)?;
                    }
                }
                Ok(total)
            }
        }
    }
}

/// Up from 0 in a line, then down to 0 by a cosine.
fn of_full_rate(at: u32, of: u32) -> f64 {
    let (at, of) = (f64::from(at) + 1.0, f64::from(of.max(1)));
    let warm = (of * WARM_UP).max(1.0);
    if at <= warm {
        return at / warm;
    }
    let share = (at - warm) / (of - warm).max(1.0);
    0.5 * (1.0 + (std::f64::consts::PI * share.min(1.0)).cos())
}

/// The numbers below `n` in the order of an epoch.
fn shuffled(n: usize, seed: u64, epoch: u64) -> Vec<u32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_add(0x5eed));
    rng.set_stream(epoch);
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.shuffle(&mut rng);
    order
}
