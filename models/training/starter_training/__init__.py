"""How the starter pack's small models are trained.

In: folders of labelled pictures (`records`, `pixels`), a teacher network (`teacher`). Out: a model
pack (`pack`) with a `CLIPModel`, a `BlipForConditionalGeneration` and a `BlipForImageTextRetrieval`
that transformers loads as it loads any others.

    records, pixels, colours, teacher     what is known of each picture, prepared once
    probe                                 what the teacher would call each view
    attributes, words, captions, changes  its facts as numbers, in words, and with one fact exchanged
    agreement                             of which other pictures a text is true too
    vocabularies                          the tokenizer
    dataset, views, objectives, progress  batches, random views, losses, schedule and checkpoints
    clip_model, blip_model                configurations and start values
    pack, terms, coverage, calibration    what is exported beside the weights
    measuring, figures, card              figures of an exported pack

Invariants: a held-out picture (`Record.held_out`) is never trained on; every random choice comes
from a seed; a text is never punished for being true of a second picture in the batch.
"""
