-- What people decide of descriptions, and what of a product needs their eyes.

-- One press of a key: every decision, and every step back or forward. Never changed, never deleted.
CREATE TABLE review_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Milliseconds since 1970.
    at_ms INTEGER NOT NULL,
    -- A name from the settings; empty where nobody gave one.
    who TEXT NOT NULL,
    -- 'approve', 'reject', 'needs_info', 'reopen', 'edit', 'note', 'judge_claim', 'undo', 'redo'
    what TEXT NOT NULL,
    -- Of 'undo' and 'redo' the decision that they take back or make again.
    target INTEGER REFERENCES review_step (id)
);

-- What a step did to each of its products.
CREATE TABLE review_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    step_id INTEGER NOT NULL REFERENCES review_step (id),
    -- A product of which there is a row here is never deleted.
    product_id INTEGER NOT NULL REFERENCES product (id),
    -- The words that were decided on.
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    alt_text TEXT NOT NULL,
    -- 'models' where nobody changed them, else 'person'
    words_by TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    -- Of 'judge_claim': which claim, and whether it is right.
    claim_kind TEXT,
    claim_list TEXT,
    claim_value TEXT,
    is_right INTEGER
);
CREATE INDEX review_event_of_product ON review_event (product_id, id);
CREATE INDEX review_event_of_step ON review_event (step_id);

-- Decisions that are taken back now. It follows from the steps.
CREATE TABLE review_undone (step_id INTEGER PRIMARY KEY REFERENCES review_step (id));

CREATE TRIGGER review_step_stays BEFORE UPDATE ON review_step BEGIN
    SELECT RAISE(ABORT, 'the history of a review is never changed');
END;
CREATE TRIGGER review_step_is_kept BEFORE DELETE ON review_step BEGIN
    SELECT RAISE(ABORT, 'the history of a review is never changed');
END;
CREATE TRIGGER review_event_stays BEFORE UPDATE ON review_event BEGIN
    SELECT RAISE(ABORT, 'the history of a review is never changed');
END;
CREATE TRIGGER review_event_is_kept BEFORE DELETE ON review_event BEGIN
    SELECT RAISE(ABORT, 'the history of a review is never changed');
END;

-- How each product stands. It follows from the events that are not taken back.
CREATE TABLE review (
    product_id INTEGER PRIMARY KEY REFERENCES product (id),
    -- 0 pending, 1 approved, 2 edited, 3 rejected, 4 needs information
    state INTEGER NOT NULL,
    -- The words that a person approved or wrote; NULL where those of the models count.
    title TEXT,
    text TEXT,
    alt_text TEXT,
    -- 'models' or 'person', as in `review_event`
    words_by TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX review_by_state ON review (state, product_id);

-- How the matching model rates a sentence about a photo (ITM), as a difference of logits. Computed.
CREATE TABLE match_score (
    picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model (id),
    sentence TEXT NOT NULL,
    log_odds REAL NOT NULL,
    PRIMARY KEY (picture_id, model_id, sentence)
) WITHOUT ROWID;

-- What of each product needs a person's eyes. Computed by src/review.
CREATE TABLE review_item (
    product_id INTEGER PRIMARY KEY REFERENCES product (id) ON DELETE CASCADE,
    -- The title that counts.
    title TEXT NOT NULL,
    need REAL NOT NULL,
    n_doubtful INTEGER NOT NULL,
    n_contradicted INTEGER NOT NULL,
    -- Claims that the matching model has not read yet.
    n_unasked INTEGER NOT NULL
);
CREATE INDEX review_item_by_need ON review_item (need DESC, product_id);
CREATE INDEX review_item_unasked ON review_item (need DESC, product_id) WHERE n_unasked > 0;
CREATE TABLE review_claim (
    product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    -- 'type', 'colour', ..., 'own', 'count', 'lettering', 'unseen'
    kind TEXT NOT NULL,
    -- 0 supported, 1 doubtful, 2 contradicted, 3 not visible
    verdict INTEGER NOT NULL,
    PRIMARY KEY (product_id, kind, verdict)
) WITHOUT ROWID;
CREATE INDEX review_claim_by_kind ON review_claim (kind, verdict, product_id);

-- Products that have to be looked at anew. What changes the words of a product changes what is claimed of it,
-- so they come here once their words were written.
CREATE TABLE stale_review (product_id INTEGER PRIMARY KEY);
INSERT INTO stale_review SELECT id FROM product;
CREATE TRIGGER review_after_words AFTER DELETE ON stale_words BEGIN
    INSERT INTO stale_review VALUES (OLD.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER review_of_decision AFTER INSERT ON review BEGIN
    INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER review_of_new_decision AFTER UPDATE ON review BEGIN
    INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER review_of_no_decision AFTER DELETE ON review BEGIN
    INSERT INTO stale_words VALUES (OLD.product_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER review_of_score AFTER INSERT ON match_score BEGIN
    INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id
        ON CONFLICT DO NOTHING;
END;

-- By which rules a merchant wants descriptions to be put together; '' is for every category.
CREATE TABLE template (
    category TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    alt_text TEXT NOT NULL
) WITHOUT ROWID;

-- What a variant is told by ("Colour: Red", a line each), and the image that a list gives it, as written.
ALTER TABLE variant ADD COLUMN options TEXT NOT NULL DEFAULT '';
ALTER TABLE variant ADD COLUMN image TEXT;
ALTER TABLE variant ADD COLUMN barcode TEXT;

-- For which program a list is: 'shopify', 'google' ...
ALTER TABLE list ADD COLUMN dialect TEXT NOT NULL DEFAULT '';
-- Under which key it names each of its products.
ALTER TABLE listed ADD COLUMN key TEXT NOT NULL DEFAULT '';

-- What a person said that columns mean, by the names of all columns.
CREATE TABLE list_mapping (
    header TEXT PRIMARY KEY,
    meanings TEXT NOT NULL
) WITHOUT ROWID;
