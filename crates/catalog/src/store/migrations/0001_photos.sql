CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    is_sample INTEGER NOT NULL DEFAULT 0
);

-- A content. AUTOINCREMENT: an id is never given to another picture, since
-- caches and open windows may still hold it.
CREATE TABLE picture (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    format TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    color INTEGER NOT NULL,
    -- How many files hold it, kept by the triggers below; without any it is hidden.
    n_files INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX picture_live ON picture (id) WHERE n_files > 0;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    path BLOB NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER,
    picture_id INTEGER NOT NULL REFERENCES picture (id),
    -- The last scan that met it.
    scan INTEGER NOT NULL
);
CREATE INDEX file_of_picture ON file (picture_id);
CREATE INDEX file_of_source ON file (source_id);

CREATE TRIGGER file_added AFTER INSERT ON file BEGIN
    UPDATE picture SET n_files = n_files + 1 WHERE id = NEW.picture_id;
END;
CREATE TRIGGER file_removed AFTER DELETE ON file BEGIN
    UPDATE picture SET n_files = n_files - 1 WHERE id = OLD.picture_id;
END;
CREATE TRIGGER file_changed AFTER UPDATE OF picture_id ON file WHEN OLD.picture_id <> NEW.picture_id BEGIN
    UPDATE picture SET n_files = n_files - 1 WHERE id = OLD.picture_id;
    UPDATE picture SET n_files = n_files + 1 WHERE id = NEW.picture_id;
END;

CREATE TABLE skipped (
    path BLOB PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    scan INTEGER NOT NULL
) WITHOUT ROWID;

-- What a vector or a description was made by: pack, revision, model, preprocessing.
CREATE TABLE model (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);

CREATE TABLE vector (
    model_id INTEGER NOT NULL REFERENCES model (id),
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    -- f32, little-endian, unit length
    numbers BLOB NOT NULL,
    PRIMARY KEY (model_id, picture_id)
) WITHOUT ROWID;

CREATE TABLE description (
    model_id INTEGER NOT NULL REFERENCES model (id),
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    caption TEXT NOT NULL,
    mean_log_prob REAL NOT NULL,
    PRIMARY KEY (model_id, picture_id)
) WITHOUT ROWID;

-- What a merchant's own product list says about a file.
CREATE TABLE listing (
    path BLOB PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    title TEXT,
    price TEXT,
    category TEXT
) WITHOUT ROWID;
