-- What a search compares beside CLIP's vector of a photo: the merchant's own words, and words at all.

-- The merchant's own words of a product, as one text; NULL where they have to be put together anew.
ALTER TABLE product ADD COLUMN own_text TEXT DEFAULT '';
UPDATE product SET own_text = NULL WHERE id IN (SELECT product_id FROM field);

-- Vectors of these texts, by the model that made them. Like those of pictures they can be computed again.
CREATE TABLE product_vector (
    id INTEGER PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES model (id),
    product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    -- f32, little-endian, unit length
    numbers BLOB NOT NULL
);
CREATE UNIQUE INDEX product_vector_key ON product_vector (model_id, product_id);
CREATE INDEX product_vector_of ON product_vector (product_id);
CREATE INDEX product_with_words ON product (id) WHERE own_text <> '';
CREATE INDEX product_unsettled ON product (id) WHERE own_text IS NULL;

CREATE TRIGGER own_text_changed AFTER UPDATE OF own_text ON product WHEN OLD.own_text IS NOT NEW.own_text BEGIN
    DELETE FROM product_vector WHERE product_id = NEW.id;
END;
CREATE TRIGGER product_vector_made AFTER INSERT ON product_vector BEGIN
    INSERT INTO change (picture_id, what)
        SELECT picture_id, 1 FROM product_picture WHERE product_id = NEW.product_id;
END;
CREATE TRIGGER product_vector_changed AFTER UPDATE OF numbers ON product_vector BEGIN
    INSERT INTO change (picture_id, what)
        SELECT picture_id, 1 FROM product_picture WHERE product_id = NEW.product_id;
END;
CREATE TRIGGER product_vector_unmade AFTER DELETE ON product_vector BEGIN
    INSERT INTO change (picture_id, what)
        SELECT picture_id, 1 FROM product_picture WHERE product_id = OLD.product_id;
END;

-- The words of each product (its id is the rowid), folded by src/words before they come here: what the
-- merchant said, what the models saw, and what folders and files are called.
CREATE VIRTUAL TABLE words USING fts5(
    own, seen, folder, name, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');

-- Numbers and names that find a product exactly, folded: letters and digits alone.
CREATE TABLE code (
    name TEXT NOT NULL,
    product_id INTEGER NOT NULL,
    -- 0 a product's or variant's own number, 1 a barcode, 2 the name of a file, 3 a whole title
    kind INTEGER NOT NULL,
    PRIMARY KEY (name, product_id, kind)
) WITHOUT ROWID;
CREATE INDEX code_of_product ON code (product_id);

-- What a filter asks of a product beside what is claimed of its photos: 'brand', 'category', 'folder', 'price',
-- 'has', 'is'.
CREATE TABLE fact (
    name TEXT NOT NULL,
    -- Folded; of a price empty.
    value TEXT NOT NULL,
    product_id INTEGER NOT NULL,
    -- As it is written.
    shown TEXT NOT NULL,
    -- Of a price, in whatever currency it is.
    number REAL,
    PRIMARY KEY (name, value, product_id)
) WITHOUT ROWID;
CREATE INDEX fact_of_product ON fact (product_id);
CREATE INDEX fact_by_number ON fact (name, number, product_id) WHERE number IS NOT NULL;

-- Products whose words have to be written anew. The triggers say ON CONFLICT: an OR IGNORE of theirs would give
-- way to the rule of the statement that set them off.
CREATE TABLE stale_words (product_id INTEGER PRIMARY KEY);
INSERT INTO stale_words SELECT id FROM product;

CREATE TRIGGER words_of_new_product AFTER INSERT ON product BEGIN
    INSERT INTO stale_words VALUES (NEW.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_gone_product AFTER DELETE ON product BEGIN
    INSERT INTO stale_words VALUES (OLD.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_field AFTER INSERT ON field BEGIN
    INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_variant AFTER INSERT ON variant BEGIN
    INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_gone_variant AFTER DELETE ON variant BEGIN
    INSERT INTO stale_words VALUES (OLD.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_photo AFTER INSERT ON product_picture BEGIN
    INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_gone_photo AFTER DELETE ON product_picture BEGIN
    INSERT INTO stale_words VALUES (OLD.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_file AFTER INSERT ON file BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_changed_file AFTER UPDATE OF picture_id ON file WHEN OLD.picture_id <> NEW.picture_id BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture
        WHERE picture_id IN (OLD.picture_id, NEW.picture_id)
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_gone_file AFTER DELETE ON file BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = OLD.picture_id
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_description AFTER INSERT ON composition BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_new_description AFTER UPDATE ON composition BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_gone_description AFTER DELETE ON composition BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = OLD.picture_id
        ON CONFLICT DO NOTHING;
END;

-- Searches that a person keeps under a name: what is asked, in the words of whoever asks.
CREATE TABLE saved_search (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    asked TEXT NOT NULL
);
-- The pictures that they are asked with, as small copies: their files may be gone.
CREATE TABLE saved_picture (
    search_id INTEGER NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE,
    token TEXT NOT NULL,
    name TEXT NOT NULL,
    copy BLOB NOT NULL,
    PRIMARY KEY (search_id, token)
) WITHOUT ROWID;

-- How each photo looks in a few bits, by which copies of it are found. Computed from the thumbnail.
CREATE TABLE fingerprint (
    picture_id INTEGER PRIMARY KEY REFERENCES picture (id) ON DELETE CASCADE,
    -- 64 bits of the photo, and of its mirror image.
    hash INTEGER NOT NULL,
    mirrored INTEGER NOT NULL,
    -- Whether it was compared with all that were there before it.
    is_compared INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX fingerprint_uncompared ON fingerprint (picture_id) WHERE is_compared = 0;

-- Photos that are alike: the smaller id first. Computed, so it goes with them.
CREATE TABLE twin (
    a INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    b INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    -- 1 the same photo, 2 mirrored, 3 a part of it, 4 a variant of the product
    likeness INTEGER NOT NULL,
    confidence REAL NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX twin_b ON twin (b);

-- What a person decided of photos that are alike, by their contents: it outlives the photos.
-- They are different things (the smaller hash first).
CREATE TABLE told_apart (
    a BLOB NOT NULL,
    b BLOB NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
-- One is shown in the place of another, as long as it is there.
CREATE TABLE set_aside (
    hash BLOB PRIMARY KEY,
    kept BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX set_aside_for ON set_aside (kept);
-- It is a photo of this product, whatever lists, names and folders say.
CREATE TABLE person_tie (
    hash BLOB PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES product (id),
    position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX person_tie_of ON person_tie (product_id);
