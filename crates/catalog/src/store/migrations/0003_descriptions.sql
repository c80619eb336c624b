-- What is said of a picture, in parts. A writer is a row of `model` whose key names the models,
-- the word lists and the rules by which the parts were composed.
CREATE TABLE composition (
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    writer_id INTEGER NOT NULL REFERENCES model (id),
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    alt_text TEXT NOT NULL,
    PRIMARY KEY (picture_id, writer_id)
) WITHOUT ROWID;
CREATE INDEX composition_of_writer ON composition (writer_id, picture_id);

CREATE TABLE attribute (
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    writer_id INTEGER NOT NULL REFERENCES model (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- Of an own list its name, else empty.
    list TEXT NOT NULL,
    value TEXT NOT NULL,
    confidence REAL NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (picture_id, writer_id, position)
) WITHOUT ROWID;
CREATE INDEX attribute_by_value ON attribute (kind, list, value, picture_id);

CREATE INDEX description_of_picture ON description (picture_id, model_id);

-- Measured from pixels, so of no model.
CREATE TABLE colour (
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    basic TEXT NOT NULL,
    rgb INTEGER NOT NULL,
    share REAL NOT NULL,
    PRIMARY KEY (picture_id, position)
) WITHOUT ROWID;
