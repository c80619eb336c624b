-- What searches learnt from this shop. It took minutes of a merchant's time, so it is kept: rows are added, and go only
-- when a person says so.
CREATE TABLE tuning (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- By whose vectors: model ids, 0 where the pack has no matching model.
    clip_id INTEGER NOT NULL,
    matching_id INTEGER NOT NULL,
    -- How long these vectors are.
    clip_len INTEGER NOT NULL,
    matching_len INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    -- Where every draw began.
    seed INTEGER NOT NULL,
    -- Whether it is only to be told what it brings.
    is_trial INTEGER NOT NULL,
    -- What was learnt, as safetensors; NULL where it was found to be of no use.
    numbers BLOB,
    -- What is added to the relevance of every product, so that as many are good matches as before.
    shift REAL NOT NULL,
    n_products INTEGER NOT NULL,
    n_examples INTEGER NOT NULL,
    n_held_out INTEGER NOT NULL,
    seconds REAL NOT NULL,
    -- What came of it; '' while it is under way.
    verdict TEXT NOT NULL,
    -- The last field that was there, so that it is known what changed since.
    last_field INTEGER NOT NULL,
    is_used INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX tuning_used ON tuning (clip_id, matching_id) WHERE is_used = 1;

-- Values of attributes with their vectors, as they were learnt with: a value that is not among them says nothing.
CREATE TABLE tuning_value (
    tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    -- f32, little-endian, unit length
    numbers BLOB NOT NULL,
    PRIMARY KEY (tuning_id, value)
) WITHOUT ROWID;

-- Words of the shop, folded, that the models were never taught and that searches learnt.
CREATE TABLE tuning_word (
    tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE,
    word TEXT NOT NULL,
    PRIMARY KEY (tuning_id, word)
) WITHOUT ROWID;

-- Before and after, of queries of a kind ('all' of all).
CREATE TABLE tuning_figure (
    id INTEGER PRIMARY KEY,
    tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    n INTEGER NOT NULL,
    measure TEXT NOT NULL,
    before REAL NOT NULL,
    after REAL NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL
);
CREATE INDEX tuning_figure_of ON tuning_figure (tuning_id);

-- How the training went.
CREATE TABLE tuning_step (
    tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    -- 0 text, 1 image, 2 fused
    stage INTEGER NOT NULL,
    loss REAL NOT NULL,
    -- nDCG@10 of queries that were not learnt from.
    held_out REAL NOT NULL,
    PRIMARY KEY (tuning_id, step)
) WITHOUT ROWID;

-- Where a training that is under way stands, so that it goes on after a crash as it would have.
CREATE TABLE training (
    tuning_id INTEGER PRIMARY KEY REFERENCES tuning (id) ON DELETE CASCADE,
    -- Of everything that it learns from: after a change of that it begins anew.
    fingerprint TEXT NOT NULL,
    -- The network and its moments, as safetensors.
    trainer BLOB NOT NULL,
    -- The best network on the way; NULL as long as the beginning is the best.
    best BLOB,
    best_value REAL NOT NULL,
    n_vain INTEGER NOT NULL
);

-- A tuned vector is made of all that is known of a product: what changes one of its photos changes all of them.
CREATE TRIGGER tuned_photo_joined AFTER INSERT ON product_picture WHEN EXISTS (SELECT 1 FROM tuning) BEGIN
    INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture
        WHERE product_id = NEW.product_id AND picture_id <> NEW.picture_id;
END;
CREATE TRIGGER tuned_photo_left AFTER DELETE ON product_picture WHEN EXISTS (SELECT 1 FROM tuning) BEGIN
    INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture
        WHERE product_id = OLD.product_id AND picture_id <> OLD.picture_id;
END;
CREATE TRIGGER tuned_photo_shown AFTER UPDATE OF n_files ON picture
    WHEN (OLD.n_files > 0) <> (NEW.n_files > 0) AND EXISTS (SELECT 1 FROM tuning) BEGIN
    INSERT INTO change (picture_id, what)
        SELECT other.picture_id, 1 FROM product_picture own
        JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id
        WHERE own.picture_id = NEW.id;
END;
CREATE TRIGGER tuned_vector_made AFTER INSERT ON vector
    WHEN EXISTS (SELECT 1 FROM tuning WHERE clip_id = NEW.model_id) BEGIN
    INSERT INTO change (picture_id, what)
        SELECT other.picture_id, 1 FROM product_picture own
        JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id
        WHERE own.picture_id = NEW.picture_id;
END;
CREATE TRIGGER tuned_vector_changed AFTER UPDATE OF numbers ON vector
    WHEN EXISTS (SELECT 1 FROM tuning WHERE clip_id = NEW.model_id) BEGIN
    INSERT INTO change (picture_id, what)
        SELECT other.picture_id, 1 FROM product_picture own
        JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id
        WHERE own.picture_id = NEW.picture_id;
END;
CREATE TRIGGER tuned_vector_unmade AFTER DELETE ON vector
    WHEN EXISTS (SELECT 1 FROM tuning WHERE clip_id = OLD.model_id) BEGIN
    INSERT INTO change (picture_id, what)
        SELECT other.picture_id, 1 FROM product_picture own
        JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id
        WHERE own.picture_id = OLD.picture_id;
END;
CREATE TRIGGER tuned_field AFTER INSERT ON field WHEN EXISTS (SELECT 1 FROM tuning) BEGIN
    INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture WHERE product_id = NEW.product_id;
END;
