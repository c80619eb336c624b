//! CLIP and BLIP on candle.
