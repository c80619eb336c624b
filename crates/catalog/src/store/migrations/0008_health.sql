-- How each photo is made, measured in its thumbnail (src/health). Computed.
CREATE TABLE photo_quality (
    picture_id INTEGER PRIMARY KEY REFERENCES picture (id) ON DELETE CASCADE,
    -- By which rules it was measured.
    rules INTEGER NOT NULL,
    -- How wide sharp edges are, in pixels; NULL where there are too few to tell.
    edge_width REAL,
    -- Lightness of what is dark, of all on average, and of what is light: 0 to 1.
    dark REAL NOT NULL,
    mean REAL NOT NULL,
    light REAL NOT NULL,
    -- Whether bars or a frame lie around it.
    is_framed INTEGER NOT NULL,
    -- Whether a mark lies on it that lies on many photos of its source, and with which mark it was compared.
    is_marked INTEGER NOT NULL DEFAULT 0,
    mark_id INTEGER
);

-- What lies on many photos of a source, as it was found when there were so many.
CREATE TABLE mark (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL UNIQUE REFERENCES source (id) ON DELETE CASCADE,
    n_photos INTEGER NOT NULL,
    -- Size of the reduced photos that it lies on.
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    -- Of each point x and y (u16) and a direction (two f32), little-endian; empty where there is no mark.
    points BLOB NOT NULL
);

CREATE TRIGGER words_of_quality AFTER INSERT ON photo_quality BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER words_of_new_quality AFTER UPDATE ON photo_quality
    WHEN OLD.rules <> NEW.rules OR OLD.is_marked <> NEW.is_marked BEGIN
    INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id
        ON CONFLICT DO NOTHING;
END;

-- Products of lists without a photo are few among many.
CREATE INDEX product_unseen ON product (id) WHERE n_live = 0;

-- Whose photo is another product's too is told in the review.
CREATE TRIGGER review_of_twin AFTER INSERT ON twin WHEN NEW.likeness <= 3 BEGIN
    INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id IN (NEW.a, NEW.b)
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER review_of_gone_twin AFTER DELETE ON twin WHEN OLD.likeness <= 3 BEGIN
    INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id IN (OLD.a, OLD.b)
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER review_of_told_apart AFTER INSERT ON told_apart BEGIN
    INSERT INTO stale_review SELECT product_id FROM product_picture
        WHERE picture_id IN (SELECT id FROM picture WHERE hash IN (NEW.a, NEW.b))
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER review_of_not_told_apart AFTER DELETE ON told_apart BEGIN
    INSERT INTO stale_review SELECT product_id FROM product_picture
        WHERE picture_id IN (SELECT id FROM picture WHERE hash IN (OLD.a, OLD.b))
        ON CONFLICT DO NOTHING;
END;
