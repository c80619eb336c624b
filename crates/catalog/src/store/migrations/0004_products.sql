-- Products of several photos, counters that are kept, and a log of what an index has to follow.
-- Foreign keys are off while this runs: tables are put in the place of older ones.

-- A source's id is never given again: watchers, windows and lists still name it.
CREATE TABLE source_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    is_sample INTEGER NOT NULL DEFAULT 0,
    -- Why nothing of it can be read now: 'missing', 'empty', 'unreadable'. NULL while it can.
    away TEXT,
    -- By what its photos become products where no list says so: '' (each is one), 'names', 'folders'.
    group_by TEXT NOT NULL DEFAULT '',
    -- By what they became so the last time; the next scan makes both equal.
    grouped_by TEXT NOT NULL DEFAULT ''
);
INSERT INTO source_new (id, path, is_sample) SELECT id, path, is_sample FROM source;
DROP TABLE source;
ALTER TABLE source_new RENAME TO source;

-- Numbers lie in a table of their own rows: a look at the keys reads the index alone.
CREATE TABLE vector_new (
    id INTEGER PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES model (id),
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    -- f32, little-endian, unit length
    numbers BLOB NOT NULL
);
INSERT INTO vector_new (model_id, picture_id, numbers)
    SELECT model_id, picture_id, numbers FROM vector ORDER BY model_id, picture_id;
DROP TABLE vector;
ALTER TABLE vector_new RENAME TO vector;
CREATE UNIQUE INDEX vector_key ON vector (model_id, picture_id);
CREATE INDEX vector_of_picture ON vector (picture_id, model_id);

-- The pack's name, for people; '' for what was made before names were kept.
ALTER TABLE model ADD COLUMN pack TEXT NOT NULL DEFAULT '';

-- Since when no file holds it, in seconds since 1970; NULL while one does.
ALTER TABLE picture ADD COLUMN hidden_since INTEGER;
UPDATE picture SET hidden_since = unixepoch() WHERE n_files = 0;
CREATE INDEX picture_hidden ON picture (hidden_since) WHERE hidden_since IS NOT NULL;

-- What a merchant sells. AUTOINCREMENT for the same reason as everywhere.
CREATE TABLE product (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What made its photos one: 'photo' (a photo alone), 'folder', 'name', 'list', 'person'.
    grouping TEXT NOT NULL,
    -- By which the same one is found again: a folder, and within it a name or a number; of a photo
    -- alone no folder and the hash of its content.
    place BLOB NOT NULL,
    key BLOB NOT NULL,
    -- The title that counts among those in `field`.
    title TEXT,
    -- How many of its photos can be seen, kept by the triggers below.
    n_live INTEGER NOT NULL DEFAULT 0,
    UNIQUE (grouping, key, place)
);

-- Its photos. What belongs together follows from `tie` and the files; a person's grouping goes first.
CREATE TABLE product_picture (
    product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    -- 'front', 'back', 'side', 'detail', 'worn' or ''.
    role TEXT NOT NULL,
    PRIMARY KEY (product_id, picture_id)
) WITHOUT ROWID;
CREATE INDEX product_of_picture ON product_picture (picture_id, product_id);

-- What a product list, names or folders say of a path.
CREATE TABLE tie (
    path BLOB NOT NULL,
    product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (path, product_id)
) WITHOUT ROWID;
CREATE INDEX tie_of_product ON tie (product_id);
CREATE INDEX tie_of_source ON tie (source_id, path);

-- What is known of a product. Rows are added and never changed: of a name counts the newest row of
-- the highest origin that was not taken back.
CREATE TABLE field (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES product (id),
    name TEXT NOT NULL,
    -- NULL: taken back.
    value TEXT,
    -- 0 a model, 1 a product list, 2 a person.
    origin INTEGER NOT NULL,
    -- Milliseconds since 1970.
    at_ms INTEGER NOT NULL
);
CREATE INDEX field_of_product ON field (product_id, name, origin, id);

-- Variants, as a product list has them: sizes, colours.
CREATE TABLE variant (
    product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sku TEXT,
    name TEXT,
    price TEXT,
    PRIMARY KEY (product_id, position)
) WITHOUT ROWID;

-- Product lists that were met.
CREATE TABLE list (
    path BLOB PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER,
    n_products INTEGER NOT NULL,
    -- Products of which a photo was found.
    n_tied INTEGER NOT NULL
) WITHOUT ROWID;

-- Which list says so of which product.
CREATE TABLE listed (
    list BLOB NOT NULL REFERENCES list (path) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    PRIMARY KEY (list, product_id)
) WITHOUT ROWID;
CREATE INDEX listed_product ON listed (product_id, list);

-- Files of model packs that were compared with their checksums, as they were then.
CREATE TABLE checked_file (
    path BLOB PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER,
    sha256 TEXT NOT NULL
) WITHOUT ROWID;

-- Numbers that would cost a walk over a table: what is counted, of which row, how many.
CREATE TABLE tally (
    what TEXT NOT NULL,
    of INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (what, of)
) WITHOUT ROWID;

-- What an index in memory has to look at again, in the order of the transactions that changed it.
CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    picture_id INTEGER NOT NULL,
    -- 1: its vector, its products or whether it can be seen; 2: what is claimed of it.
    what INTEGER NOT NULL
);

-- What the older schema held. A photo keeps its number as a product.
INSERT INTO product (id, grouping, place, key, n_live)
    SELECT id, 'photo', x'', hash, n_files > 0 FROM picture ORDER BY id;
INSERT INTO product_picture (product_id, picture_id, position, role) SELECT id, id, 0, '' FROM picture;
INSERT INTO field (product_id, name, value, origin, at_ms)
    SELECT f.picture_id, 'title', l.title, 1, unixepoch() * 1000
    FROM listing l JOIN file f ON f.path = l.path WHERE l.title IS NOT NULL ORDER BY l.path DESC;
INSERT INTO field (product_id, name, value, origin, at_ms)
    SELECT f.picture_id, 'price', l.price, 1, unixepoch() * 1000
    FROM listing l JOIN file f ON f.path = l.path WHERE l.price IS NOT NULL ORDER BY l.path DESC;
INSERT INTO field (product_id, name, value, origin, at_ms)
    SELECT f.picture_id, 'category', l.category, 1, unixepoch() * 1000
    FROM listing l JOIN file f ON f.path = l.path WHERE l.category IS NOT NULL ORDER BY l.path DESC;
UPDATE product SET title = (
    SELECT value FROM field WHERE product_id = product.id AND name = 'title' ORDER BY id DESC LIMIT 1);
DROP TABLE listing;

INSERT INTO tally (what, of, n) SELECT 'picture', 0, count(*) FROM picture WHERE n_files > 0;
INSERT INTO tally (what, of, n) SELECT 'hidden', 0, count(*) FROM picture WHERE n_files = 0;
INSERT INTO tally (what, of, n) SELECT 'product', 0, count(*) FROM product WHERE n_live > 0;
INSERT INTO tally (what, of, n) SELECT 'skipped', 0, count(*) FROM skipped;
INSERT INTO tally (what, of, n) SELECT 'file', source_id, count(*) FROM file GROUP BY source_id;
INSERT INTO tally (what, of, n)
    SELECT 'vector', v.model_id, count(*) FROM vector v JOIN picture p ON p.id = v.picture_id
    WHERE p.n_files > 0 GROUP BY v.model_id;
INSERT INTO tally (what, of, n)
    SELECT 'composition', c.writer_id, count(*) FROM composition c JOIN picture p ON p.id = c.picture_id
    WHERE p.n_files > 0 GROUP BY c.writer_id;
INSERT INTO tally (what, of, n)
    SELECT 'scan', 0, max(coalesce((SELECT max(scan) FROM file), 0), coalesce((SELECT max(scan) FROM skipped), 0));

-- Counters and the log follow every change of what they count, in its transaction.
CREATE TRIGGER file_counted AFTER INSERT ON file BEGIN
    INSERT INTO tally VALUES ('file', NEW.source_id, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER file_uncounted AFTER DELETE ON file BEGIN
    UPDATE tally SET n = n - 1 WHERE what = 'file' AND of = OLD.source_id;
END;
CREATE TRIGGER file_moved AFTER UPDATE OF source_id ON file WHEN OLD.source_id <> NEW.source_id BEGIN
    UPDATE tally SET n = n - 1 WHERE what = 'file' AND of = OLD.source_id;
    INSERT INTO tally VALUES ('file', NEW.source_id, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER skipped_counted AFTER INSERT ON skipped BEGIN
    INSERT INTO tally VALUES ('skipped', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER skipped_uncounted AFTER DELETE ON skipped BEGIN
    UPDATE tally SET n = n - 1 WHERE what = 'skipped' AND of = 0;
END;

CREATE TRIGGER picture_made AFTER INSERT ON picture BEGIN
    -- It can be seen once a file of it is recorded, in the same transaction.
    UPDATE picture SET hidden_since = unixepoch() WHERE id = NEW.id AND n_files = 0;
    INSERT INTO tally VALUES ('hidden', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER picture_unmade AFTER DELETE ON picture BEGIN
    UPDATE tally SET n = n - 1
        WHERE what = CASE WHEN OLD.n_files > 0 THEN 'picture' ELSE 'hidden' END AND of = 0;
    INSERT INTO change (picture_id, what) VALUES (OLD.id, 3);
END;
CREATE TRIGGER picture_shown AFTER UPDATE OF n_files ON picture WHEN OLD.n_files = 0 AND NEW.n_files > 0 BEGIN
    UPDATE picture SET hidden_since = NULL WHERE id = NEW.id;
    INSERT INTO tally VALUES ('picture', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    UPDATE tally SET n = n - 1 WHERE what = 'hidden' AND of = 0;
    UPDATE tally SET n = n + 1 WHERE what = 'vector'
        AND of IN (SELECT model_id FROM vector WHERE picture_id = NEW.id);
    UPDATE tally SET n = n + 1 WHERE what = 'composition'
        AND of IN (SELECT writer_id FROM composition WHERE picture_id = NEW.id);
    UPDATE product SET n_live = n_live + 1
        WHERE id IN (SELECT product_id FROM product_picture WHERE picture_id = NEW.id);
    INSERT INTO change (picture_id, what) VALUES (NEW.id, 3);
END;
CREATE TRIGGER picture_gone AFTER UPDATE OF n_files ON picture WHEN OLD.n_files > 0 AND NEW.n_files = 0 BEGIN
    UPDATE picture SET hidden_since = unixepoch() WHERE id = NEW.id;
    UPDATE tally SET n = n - 1 WHERE what = 'picture' AND of = 0;
    INSERT INTO tally VALUES ('hidden', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    UPDATE tally SET n = n - 1 WHERE what = 'vector'
        AND of IN (SELECT model_id FROM vector WHERE picture_id = NEW.id);
    UPDATE tally SET n = n - 1 WHERE what = 'composition'
        AND of IN (SELECT writer_id FROM composition WHERE picture_id = NEW.id);
    UPDATE product SET n_live = n_live - 1
        WHERE id IN (SELECT product_id FROM product_picture WHERE picture_id = NEW.id);
    INSERT INTO change (picture_id, what) VALUES (NEW.id, 3);
END;

CREATE TRIGGER photo_joined AFTER INSERT ON product_picture BEGIN
    UPDATE product SET n_live = n_live + 1 WHERE id = NEW.product_id
        AND EXISTS (SELECT 1 FROM picture WHERE id = NEW.picture_id AND n_files > 0);
    INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 1);
END;
CREATE TRIGGER photo_left AFTER DELETE ON product_picture BEGIN
    UPDATE product SET n_live = n_live - 1 WHERE id = OLD.product_id
        AND EXISTS (SELECT 1 FROM picture WHERE id = OLD.picture_id AND n_files > 0);
    INSERT INTO change (picture_id, what) VALUES (OLD.picture_id, 1);
END;
CREATE TRIGGER product_shown AFTER UPDATE OF n_live ON product WHEN OLD.n_live = 0 AND NEW.n_live > 0 BEGIN
    INSERT INTO tally VALUES ('product', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER product_gone AFTER UPDATE OF n_live ON product WHEN OLD.n_live > 0 AND NEW.n_live = 0 BEGIN
    UPDATE tally SET n = n - 1 WHERE what = 'product' AND of = 0;
END;
CREATE TRIGGER product_unmade AFTER DELETE ON product WHEN OLD.n_live > 0 BEGIN
    UPDATE tally SET n = n - 1 WHERE what = 'product' AND of = 0;
END;

CREATE TRIGGER vector_made AFTER INSERT ON vector BEGIN
    INSERT INTO tally
        SELECT 'vector', NEW.model_id, 1 FROM picture WHERE id = NEW.picture_id AND n_files > 0
        ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 1);
END;
CREATE TRIGGER vector_changed AFTER UPDATE OF numbers ON vector BEGIN
    INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 1);
END;
CREATE TRIGGER vector_unmade AFTER DELETE ON vector BEGIN
    UPDATE tally SET n = n - 1 WHERE what = 'vector' AND of = OLD.model_id
        AND EXISTS (SELECT 1 FROM picture WHERE id = OLD.picture_id AND n_files > 0);
    INSERT INTO change (picture_id, what) VALUES (OLD.picture_id, 1);
END;

CREATE TRIGGER composition_made AFTER INSERT ON composition BEGIN
    INSERT INTO tally
        SELECT 'composition', NEW.writer_id, 1 FROM picture WHERE id = NEW.picture_id AND n_files > 0
        ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 2);
END;
CREATE TRIGGER composition_changed AFTER UPDATE ON composition BEGIN
    INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 2);
END;
CREATE TRIGGER composition_unmade AFTER DELETE ON composition BEGIN
    UPDATE tally SET n = n - 1 WHERE what = 'composition' AND of = OLD.writer_id
        AND EXISTS (SELECT 1 FROM picture WHERE id = OLD.picture_id AND n_files > 0);
    INSERT INTO change (picture_id, what) VALUES (OLD.picture_id, 2);
END;

-- So that no index ever stands at 0, which is before everything.
INSERT INTO change (picture_id, what) VALUES (0, 0);
