"""How the starter pack's two small models are trained.

In: folders of labelled pictures (`records`, `pixels`), a teacher network (`teacher`). Out: a model
pack (`pack`) with a `CLIPModel` and a `BlipForConditionalGeneration` that transformers loads as it
loads any other.

    records, pixels, colours, teacher     what is known of each picture, prepared once
    words, captions, agreement            what is said of it, and of which others that is true too
    vocabularies                          the two tokenizers
    dataset, views, objectives, progress  batches, random views, losses, schedule and checkpoints
    clip_model, caption_model             configurations and start values
    pack, calibration, measuring          export and figures

Invariants: a held-out picture (`Record.held_out`) is never trained on; every random choice comes
from a seed; a text is never punished for being true of a second picture in the batch.
"""
