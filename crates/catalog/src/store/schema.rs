//! The tables, and the way from older ones.
//!
//! One file in `migrations` a version; `user_version` counts how many ran. Files never change once
//! released. Before a migration that cannot be undone the whole database is copied into the
//! library's folder `backups`.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::error::CatalogError;

struct Migration {
    sql: &'static str,
    /// Whether it replaces tables, so that what was before has to be kept first.
    replaces: bool,
}

const MIGRATIONS: &[Migration] = &[
    Migration { sql: include_str!("migrations/0001_photos.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0002_settings.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0003_descriptions.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0004_products.sql"), replaces: true },
    Migration { sql: include_str!("migrations/0005_reading.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0006_search.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0007_review.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0008_health.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0009_own_words.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0010_tuning.sql"), replaces: false },
    Migration { sql: include_str!("migrations/0011_searches.sql"), replaces: false },
];

/// The version that this program writes.
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Where copies of older versions are kept, below the library's folder.
const BACKUPS: &str = "backups";

/// Runs what is missing, each version in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), CatalogError> {
    let folder = file.parent().unwrap_or(file);
    let before = version(connection)?;
    check_version(before, folder)?;
    let pending = &MIGRATIONS[before as usize..];
    // A new library has nothing to lose.
    if before > 0 && pending.iter().any(|migration| migration.replaces) {
        back_up(connection, folder, before)?;
    }
    // Tables are exchanged under the rows that refer to them; the check below takes its place.
    connection.pragma_update(None, "foreign_keys", false)?;
    let ran = run(connection, folder);
    connection.pragma_update(None, "foreign_keys", true)?;
    ran
}

/// Refuses a library of a newer program.
pub(super) fn check_version(version: u32, folder: &Path) -> Result<(), CatalogError> {
    if version <= VERSION {
        return Ok(());
    }
    Err(CatalogError::Library {
        folder: folder.to_path_buf(),
        reason: "it was made by a newer Vitrine; update Vitrine, or choose another library folder".into(),
    })
}

/// The version of a database; 0 of a new one.
pub(super) fn version(connection: &Connection) -> Result<u32, CatalogError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn run(connection: &mut Connection, folder: &Path) -> Result<(), CatalogError> {
    loop {
        // Immediate: two processes that open a new library take turns.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = version(&transaction)?;
        check_version(version, folder)?;
        let Some(migration) = MIGRATIONS.get(version as usize) else { return Ok(()) };
        transaction.execute_batch(migration.sql)?;
        let is_broken = transaction.prepare("PRAGMA foreign_key_check")?.exists([])?;
        if is_broken {
            return Err(CatalogError::Library {
                folder: folder.to_path_buf(),
                reason: format!(
                    "its database is damaged and could not be brought up to date; it is as it was, and a copy lies in {}",
                    folder.join(BACKUPS).display()
                ),
            });
        }
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
}

/// Copies the database as it is, consistent and complete.
fn back_up(connection: &Connection, folder: &Path, version: u32) -> Result<(), CatalogError> {
    let failed = |reason: String| CatalogError::Library {
        folder: folder.to_path_buf(),
        reason: format!(
            "no copy could be made before it is brought up to date ({reason}); make room on the disk"
        ),
    };
    let backups = folder.join(BACKUPS);
    std::fs::create_dir_all(&backups).map_err(|error| failed(error.to_string()))?;
    let file = free_name(&backups, version);
    let partial = file.with_extension("partial");
    let _ = std::fs::remove_file(&partial);
    connection
        .execute("VACUUM INTO ?1", [partial.to_string_lossy()])
        .map_err(|error| failed(error.to_string()))?;
    std::fs::rename(&partial, &file).map_err(|error| failed(error.to_string()))
}

/// `vitrine-v3.db`, or with a number where an earlier try left one.
fn free_name(backups: &Path, version: u32) -> PathBuf {
    let first = backups.join(format!("vitrine-v{version}.db"));
    let more = (2..).map(|n| backups.join(format!("vitrine-v{version}-{n}.db")));
    std::iter::once(first.clone()).chain(more).find(|file| !file.exists()).unwrap_or(first)
}
