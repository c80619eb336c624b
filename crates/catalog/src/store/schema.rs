//! The tables, and the way from older ones.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::CatalogError;

/// One entry a version; `user_version` counts how many ran. Entries never change once released.
const MIGRATIONS: &[&str] = &[
    "
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
",
    "
    -- What was chosen for this library.
    CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
",
    "
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
",
];

/// Runs what is missing, each version in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), CatalogError> {
    loop {
        // Immediate: two processes that open a new library take turns.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let n_run = version as usize;
        if n_run > MIGRATIONS.len() {
            return Err(CatalogError::Library {
                folder: file.parent().unwrap_or(file).to_path_buf(),
                reason: "it was made by a newer Vitrine; update Vitrine, or choose another library folder"
                    .into(),
            });
        }
        let Some(migration) = MIGRATIONS.get(n_run) else { return Ok(()) };
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
}
