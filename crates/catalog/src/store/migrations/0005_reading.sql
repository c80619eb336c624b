-- By which rules a file was decoded (READING_VERSION), 1 until now: one that was decoded by older rules
-- is read again, once.
ALTER TABLE picture ADD COLUMN reading INTEGER NOT NULL DEFAULT 1;
ALTER TABLE skipped ADD COLUMN reading INTEGER NOT NULL DEFAULT 1;

-- What is doubtful about the photo, in words of src/photo/doubts.rs.
ALTER TABLE picture ADD COLUMN doubts TEXT NOT NULL DEFAULT '';
