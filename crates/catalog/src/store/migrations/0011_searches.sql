-- What people searched for and which product they went to then, as a log of the shop says. A log takes the place of the
-- one before it.
CREATE TABLE search_log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- The name of its file, to be shown.
    name TEXT NOT NULL,
    read_ms INTEGER NOT NULL,
    n_rows INTEGER NOT NULL,
    -- Rows that name no search, no product, or no count.
    n_broken INTEGER NOT NULL,
    -- Rows whose number no product of this catalog has.
    n_unknown INTEGER NOT NULL,
    -- Rows that were left out because they are rare.
    n_rare INTEGER NOT NULL
);
CREATE TABLE logged_search (
    query TEXT NOT NULL,
    -- The product's number, folded as `code` has it.
    code TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (query, code)
) WITHOUT ROWID;

-- What was opened after a search in this window, as long as a person has that kept.
CREATE TABLE opened_result (
    query TEXT NOT NULL,
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    PRIMARY KEY (query, picture_id)
) WITHOUT ROWID;
CREATE INDEX opened_result_of ON opened_result (picture_id);
