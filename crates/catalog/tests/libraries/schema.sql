CREATE INDEX attribute_by_value ON attribute (kind, list, value, picture_id)
CREATE INDEX code_of_product ON code (product_id)
CREATE INDEX composition_of_writer ON composition (writer_id, picture_id)
CREATE INDEX description_of_picture ON description (picture_id, model_id)
CREATE INDEX fact_by_number ON fact (name, number, product_id) WHERE number IS NOT NULL
CREATE INDEX fact_of_product ON fact (product_id)
CREATE INDEX field_of_product ON field (product_id, name, origin, id)
CREATE INDEX file_of_picture ON file (picture_id)
CREATE INDEX file_of_source ON file (source_id)
CREATE INDEX fingerprint_uncompared ON fingerprint (picture_id) WHERE is_compared = 0
CREATE INDEX listed_product ON listed (product_id, list)
CREATE INDEX opened_result_of ON opened_result (picture_id)
CREATE INDEX person_tie_of ON person_tie (product_id)
CREATE INDEX picture_hidden ON picture (hidden_since) WHERE hidden_since IS NOT NULL
CREATE INDEX picture_live ON picture (id) WHERE n_files > 0
CREATE INDEX product_of_picture ON product_picture (picture_id, product_id)
CREATE INDEX product_unseen ON product (id) WHERE n_live = 0
CREATE INDEX product_unsettled ON product (id) WHERE own_text IS NULL
CREATE UNIQUE INDEX product_vector_key ON product_vector (model_id, product_id)
CREATE INDEX product_vector_of ON product_vector (product_id)
CREATE INDEX product_with_words ON product (id) WHERE own_text <> ''
CREATE INDEX review_by_state ON review (state, product_id)
CREATE INDEX review_claim_by_kind ON review_claim (kind, verdict, product_id)
CREATE INDEX review_event_of_product ON review_event (product_id, id)
CREATE INDEX review_event_of_step ON review_event (step_id)
CREATE INDEX review_item_by_need ON review_item (need DESC, product_id)
CREATE INDEX review_item_unasked ON review_item (need DESC, product_id) WHERE n_unasked > 0
CREATE INDEX set_aside_for ON set_aside (kept)
CREATE INDEX tie_of_product ON tie (product_id)
CREATE INDEX tie_of_source ON tie (source_id, path)
CREATE INDEX tuning_figure_of ON tuning_figure (tuning_id)
CREATE UNIQUE INDEX tuning_used ON tuning (clip_id, matching_id) WHERE is_used = 1
CREATE INDEX twin_b ON twin (b)
CREATE UNIQUE INDEX vector_key ON vector (model_id, picture_id)
CREATE INDEX vector_of_picture ON vector (picture_id, model_id)
CREATE TABLE attribute ( picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, writer_id INTEGER NOT NULL REFERENCES model (id), position INTEGER NOT NULL, kind TEXT NOT NULL, list TEXT NOT NULL, value TEXT NOT NULL, confidence REAL NOT NULL, evidence TEXT NOT NULL, PRIMARY KEY (picture_id, writer_id, position) ) WITHOUT ROWID
CREATE TABLE change ( seq INTEGER PRIMARY KEY AUTOINCREMENT, picture_id INTEGER NOT NULL, what INTEGER NOT NULL )
CREATE TABLE checked_file ( path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, modified_ns INTEGER, sha256 TEXT NOT NULL ) WITHOUT ROWID
CREATE TABLE code ( name TEXT NOT NULL, product_id INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY (name, product_id, kind) ) WITHOUT ROWID
CREATE TABLE colour ( picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, position INTEGER NOT NULL, name TEXT NOT NULL, basic TEXT NOT NULL, rgb INTEGER NOT NULL, share REAL NOT NULL, PRIMARY KEY (picture_id, position) ) WITHOUT ROWID
CREATE TABLE composition ( picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, writer_id INTEGER NOT NULL REFERENCES model (id), title TEXT NOT NULL, text TEXT NOT NULL, alt_text TEXT NOT NULL, PRIMARY KEY (picture_id, writer_id) ) WITHOUT ROWID
CREATE TABLE description ( model_id INTEGER NOT NULL REFERENCES model (id), picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, caption TEXT NOT NULL, mean_log_prob REAL NOT NULL, PRIMARY KEY (model_id, picture_id) ) WITHOUT ROWID
CREATE TABLE fact ( name TEXT NOT NULL, value TEXT NOT NULL, product_id INTEGER NOT NULL, shown TEXT NOT NULL, number REAL, PRIMARY KEY (name, value, product_id) ) WITHOUT ROWID
CREATE TABLE field ( id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES product (id), name TEXT NOT NULL, value TEXT, origin INTEGER NOT NULL, at_ms INTEGER NOT NULL )
CREATE TABLE file ( id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE, path BLOB NOT NULL UNIQUE, size_bytes INTEGER NOT NULL, modified_ns INTEGER, picture_id INTEGER NOT NULL REFERENCES picture (id), scan INTEGER NOT NULL )
CREATE TABLE fingerprint ( picture_id INTEGER PRIMARY KEY REFERENCES picture (id) ON DELETE CASCADE, hash INTEGER NOT NULL, mirrored INTEGER NOT NULL, is_compared INTEGER NOT NULL DEFAULT 0 )
CREATE TABLE list ( path BLOB PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE, size_bytes INTEGER NOT NULL, modified_ns INTEGER, n_products INTEGER NOT NULL, n_tied INTEGER NOT NULL , dialect TEXT NOT NULL DEFAULT '') WITHOUT ROWID
CREATE TABLE list_mapping ( header TEXT PRIMARY KEY, meanings TEXT NOT NULL ) WITHOUT ROWID
CREATE TABLE listed ( list BLOB NOT NULL REFERENCES list (path) ON DELETE CASCADE, product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE, key TEXT NOT NULL DEFAULT '', PRIMARY KEY (list, product_id) ) WITHOUT ROWID
CREATE TABLE logged_search ( query TEXT NOT NULL, code TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (query, code) ) WITHOUT ROWID
CREATE TABLE mark ( id INTEGER PRIMARY KEY AUTOINCREMENT, source_id INTEGER NOT NULL UNIQUE REFERENCES source (id) ON DELETE CASCADE, n_photos INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, points BLOB NOT NULL )
CREATE TABLE match_score ( picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, model_id INTEGER NOT NULL REFERENCES model (id), sentence TEXT NOT NULL, log_odds REAL NOT NULL, PRIMARY KEY (picture_id, model_id, sentence) ) WITHOUT ROWID
CREATE TABLE model (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, pack TEXT NOT NULL DEFAULT '')
CREATE TABLE opened_result ( query TEXT NOT NULL, picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, n INTEGER NOT NULL, PRIMARY KEY (query, picture_id) ) WITHOUT ROWID
CREATE TABLE person_tie ( hash BLOB PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES product (id), position INTEGER NOT NULL ) WITHOUT ROWID
CREATE TABLE photo_quality ( picture_id INTEGER PRIMARY KEY REFERENCES picture (id) ON DELETE CASCADE, rules INTEGER NOT NULL, edge_width REAL, dark REAL NOT NULL, mean REAL NOT NULL, light REAL NOT NULL, is_framed INTEGER NOT NULL, is_marked INTEGER NOT NULL DEFAULT 0, mark_id INTEGER )
CREATE TABLE picture ( id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, format TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, color INTEGER NOT NULL, n_files INTEGER NOT NULL DEFAULT 0 , hidden_since INTEGER, reading INTEGER NOT NULL DEFAULT 1, doubts TEXT NOT NULL DEFAULT '')
CREATE TABLE product ( id INTEGER PRIMARY KEY AUTOINCREMENT, grouping TEXT NOT NULL, place BLOB NOT NULL, key BLOB NOT NULL, title TEXT, n_live INTEGER NOT NULL DEFAULT 0, own_text TEXT DEFAULT '', UNIQUE (grouping, key, place) )
CREATE TABLE product_picture ( product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE, picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, position INTEGER NOT NULL, role TEXT NOT NULL, PRIMARY KEY (product_id, picture_id) ) WITHOUT ROWID
CREATE TABLE product_vector ( id INTEGER PRIMARY KEY, model_id INTEGER NOT NULL REFERENCES model (id), product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE, numbers BLOB NOT NULL )
CREATE TABLE review ( product_id INTEGER PRIMARY KEY REFERENCES product (id), state INTEGER NOT NULL, title TEXT, text TEXT, alt_text TEXT, words_by TEXT NOT NULL, note TEXT NOT NULL )
CREATE TABLE review_claim ( product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE, kind TEXT NOT NULL, verdict INTEGER NOT NULL, PRIMARY KEY (product_id, kind, verdict) ) WITHOUT ROWID
CREATE TABLE review_event ( id INTEGER PRIMARY KEY AUTOINCREMENT, step_id INTEGER NOT NULL REFERENCES review_step (id), product_id INTEGER NOT NULL REFERENCES product (id), title TEXT NOT NULL, text TEXT NOT NULL, alt_text TEXT NOT NULL, words_by TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', claim_kind TEXT, claim_list TEXT, claim_value TEXT, is_right INTEGER )
CREATE TABLE review_item ( product_id INTEGER PRIMARY KEY REFERENCES product (id) ON DELETE CASCADE, title TEXT NOT NULL, need REAL NOT NULL, n_doubtful INTEGER NOT NULL, n_contradicted INTEGER NOT NULL, n_unasked INTEGER NOT NULL )
CREATE TABLE review_step ( id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, target INTEGER REFERENCES review_step (id) )
CREATE TABLE review_undone (step_id INTEGER PRIMARY KEY REFERENCES review_step (id))
CREATE TABLE saved_picture ( search_id INTEGER NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE, token TEXT NOT NULL, name TEXT NOT NULL, copy BLOB NOT NULL, PRIMARY KEY (search_id, token) ) WITHOUT ROWID
CREATE TABLE saved_search ( id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, asked TEXT NOT NULL )
CREATE TABLE search_log ( id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, read_ms INTEGER NOT NULL, n_rows INTEGER NOT NULL, n_broken INTEGER NOT NULL, n_unknown INTEGER NOT NULL, n_rare INTEGER NOT NULL )
CREATE TABLE set_aside ( hash BLOB PRIMARY KEY, kept BLOB NOT NULL ) WITHOUT ROWID
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID
CREATE TABLE skipped ( path BLOB PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE, size_bytes INTEGER NOT NULL, modified_ns INTEGER, code TEXT NOT NULL, message TEXT NOT NULL, scan INTEGER NOT NULL , reading INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID
CREATE TABLE source ( id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE, is_sample INTEGER NOT NULL DEFAULT 0, away TEXT, group_by TEXT NOT NULL DEFAULT '', grouped_by TEXT NOT NULL DEFAULT '' )
CREATE TABLE stale_review (product_id INTEGER PRIMARY KEY)
CREATE TABLE stale_words (product_id INTEGER PRIMARY KEY)
CREATE TABLE tally ( what TEXT NOT NULL, of INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (what, of) ) WITHOUT ROWID
CREATE TABLE template ( category TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, alt_text TEXT NOT NULL ) WITHOUT ROWID
CREATE TABLE tie ( path BLOB NOT NULL, product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE, source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE, position INTEGER NOT NULL, role TEXT NOT NULL, PRIMARY KEY (path, product_id) ) WITHOUT ROWID
CREATE TABLE told_apart ( a BLOB NOT NULL, b BLOB NOT NULL, PRIMARY KEY (a, b) ) WITHOUT ROWID
CREATE TABLE training ( tuning_id INTEGER PRIMARY KEY REFERENCES tuning (id) ON DELETE CASCADE, fingerprint TEXT NOT NULL, trainer BLOB NOT NULL, best BLOB, best_value REAL NOT NULL, n_vain INTEGER NOT NULL )
CREATE TABLE tuning ( id INTEGER PRIMARY KEY AUTOINCREMENT, clip_id INTEGER NOT NULL, matching_id INTEGER NOT NULL, clip_len INTEGER NOT NULL, matching_len INTEGER NOT NULL, made_ms INTEGER NOT NULL, seed INTEGER NOT NULL, is_trial INTEGER NOT NULL, numbers BLOB, shift REAL NOT NULL, n_products INTEGER NOT NULL, n_examples INTEGER NOT NULL, n_held_out INTEGER NOT NULL, seconds REAL NOT NULL, verdict TEXT NOT NULL, last_field INTEGER NOT NULL, is_used INTEGER NOT NULL DEFAULT 0 )
CREATE TABLE tuning_figure ( id INTEGER PRIMARY KEY, tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE, kind TEXT NOT NULL, n INTEGER NOT NULL, measure TEXT NOT NULL, before REAL NOT NULL, after REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL )
CREATE TABLE tuning_step ( tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE, step INTEGER NOT NULL, stage INTEGER NOT NULL, loss REAL NOT NULL, held_out REAL NOT NULL, PRIMARY KEY (tuning_id, step) ) WITHOUT ROWID
CREATE TABLE tuning_value ( tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE, value TEXT NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (tuning_id, value) ) WITHOUT ROWID
CREATE TABLE tuning_word ( tuning_id INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE, word TEXT NOT NULL, PRIMARY KEY (tuning_id, word) ) WITHOUT ROWID
CREATE TABLE twin ( a INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, b INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, likeness INTEGER NOT NULL, confidence REAL NOT NULL, PRIMARY KEY (a, b) ) WITHOUT ROWID
CREATE TABLE variant ( product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE, position INTEGER NOT NULL, sku TEXT, name TEXT, price TEXT, options TEXT NOT NULL DEFAULT '', image TEXT, barcode TEXT, PRIMARY KEY (product_id, position) ) WITHOUT ROWID
CREATE TABLE vector ( id INTEGER PRIMARY KEY, model_id INTEGER NOT NULL REFERENCES model (id), picture_id INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE, numbers BLOB NOT NULL )
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row')
CREATE VIRTUAL TABLE words USING fts5( own, seen, folder, name, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0' )
CREATE TABLE 'words_config'(k PRIMARY KEY, v) WITHOUT ROWID
CREATE TABLE 'words_data'(id INTEGER PRIMARY KEY, block BLOB)
CREATE TABLE 'words_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER)
CREATE TABLE 'words_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID
CREATE TRIGGER composition_changed AFTER UPDATE ON composition BEGIN INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 2); END
CREATE TRIGGER composition_made AFTER INSERT ON composition BEGIN INSERT INTO tally SELECT 'composition', NEW.writer_id, 1 FROM picture WHERE id = NEW.picture_id AND n_files > 0 ON CONFLICT DO UPDATE SET n = n + 1; INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 2); END
CREATE TRIGGER composition_unmade AFTER DELETE ON composition BEGIN UPDATE tally SET n = n - 1 WHERE what = 'composition' AND of = OLD.writer_id AND EXISTS (SELECT 1 FROM picture WHERE id = OLD.picture_id AND n_files > 0); INSERT INTO change (picture_id, what) VALUES (OLD.picture_id, 2); END
CREATE TRIGGER file_added AFTER INSERT ON file BEGIN UPDATE picture SET n_files = n_files + 1 WHERE id = NEW.picture_id; END
CREATE TRIGGER file_changed AFTER UPDATE OF picture_id ON file WHEN OLD.picture_id <> NEW.picture_id BEGIN UPDATE picture SET n_files = n_files - 1 WHERE id = OLD.picture_id; UPDATE picture SET n_files = n_files + 1 WHERE id = NEW.picture_id; END
CREATE TRIGGER file_counted AFTER INSERT ON file BEGIN INSERT INTO tally VALUES ('file', NEW.source_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END
CREATE TRIGGER file_moved AFTER UPDATE OF source_id ON file WHEN OLD.source_id <> NEW.source_id BEGIN UPDATE tally SET n = n - 1 WHERE what = 'file' AND of = OLD.source_id; INSERT INTO tally VALUES ('file', NEW.source_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END
CREATE TRIGGER file_removed AFTER DELETE ON file BEGIN UPDATE picture SET n_files = n_files - 1 WHERE id = OLD.picture_id; END
CREATE TRIGGER file_uncounted AFTER DELETE ON file BEGIN UPDATE tally SET n = n - 1 WHERE what = 'file' AND of = OLD.source_id; END
CREATE TRIGGER own_text_changed AFTER UPDATE OF own_text ON product WHEN OLD.own_text IS NOT NEW.own_text BEGIN DELETE FROM product_vector WHERE product_id = NEW.id; END
CREATE TRIGGER photo_joined AFTER INSERT ON product_picture BEGIN UPDATE product SET n_live = n_live + 1 WHERE id = NEW.product_id AND EXISTS (SELECT 1 FROM picture WHERE id = NEW.picture_id AND n_files > 0); INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 1); END
CREATE TRIGGER photo_left AFTER DELETE ON product_picture BEGIN UPDATE product SET n_live = n_live - 1 WHERE id = OLD.product_id AND EXISTS (SELECT 1 FROM picture WHERE id = OLD.picture_id AND n_files > 0); INSERT INTO change (picture_id, what) VALUES (OLD.picture_id, 1); END
CREATE TRIGGER picture_gone AFTER UPDATE OF n_files ON picture WHEN OLD.n_files > 0 AND NEW.n_files = 0 BEGIN UPDATE picture SET hidden_since = unixepoch() WHERE id = NEW.id; UPDATE tally SET n = n - 1 WHERE what = 'picture' AND of = 0; INSERT INTO tally VALUES ('hidden', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1; UPDATE tally SET n = n - 1 WHERE what = 'vector' AND of IN (SELECT model_id FROM vector WHERE picture_id = NEW.id); UPDATE tally SET n = n - 1 WHERE what = 'composition' AND of IN (SELECT writer_id FROM composition WHERE picture_id = NEW.id); UPDATE product SET n_live = n_live - 1 WHERE id IN (SELECT product_id FROM product_picture WHERE picture_id = NEW.id); INSERT INTO change (picture_id, what) VALUES (NEW.id, 3); END
CREATE TRIGGER picture_made AFTER INSERT ON picture BEGIN UPDATE picture SET hidden_since = unixepoch() WHERE id = NEW.id AND n_files = 0; INSERT INTO tally VALUES ('hidden', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1; END
CREATE TRIGGER picture_shown AFTER UPDATE OF n_files ON picture WHEN OLD.n_files = 0 AND NEW.n_files > 0 BEGIN UPDATE picture SET hidden_since = NULL WHERE id = NEW.id; INSERT INTO tally VALUES ('picture', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1; UPDATE tally SET n = n - 1 WHERE what = 'hidden' AND of = 0; UPDATE tally SET n = n + 1 WHERE what = 'vector' AND of IN (SELECT model_id FROM vector WHERE picture_id = NEW.id); UPDATE tally SET n = n + 1 WHERE what = 'composition' AND of IN (SELECT writer_id FROM composition WHERE picture_id = NEW.id); UPDATE product SET n_live = n_live + 1 WHERE id IN (SELECT product_id FROM product_picture WHERE picture_id = NEW.id); INSERT INTO change (picture_id, what) VALUES (NEW.id, 3); END
CREATE TRIGGER picture_unmade AFTER DELETE ON picture BEGIN UPDATE tally SET n = n - 1 WHERE what = CASE WHEN OLD.n_files > 0 THEN 'picture' ELSE 'hidden' END AND of = 0; INSERT INTO change (picture_id, what) VALUES (OLD.id, 3); END
CREATE TRIGGER product_gone AFTER UPDATE OF n_live ON product WHEN OLD.n_live > 0 AND NEW.n_live = 0 BEGIN UPDATE tally SET n = n - 1 WHERE what = 'product' AND of = 0; END
CREATE TRIGGER product_shown AFTER UPDATE OF n_live ON product WHEN OLD.n_live = 0 AND NEW.n_live > 0 BEGIN INSERT INTO tally VALUES ('product', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1; END
CREATE TRIGGER product_unmade AFTER DELETE ON product WHEN OLD.n_live > 0 BEGIN UPDATE tally SET n = n - 1 WHERE what = 'product' AND of = 0; END
CREATE TRIGGER product_vector_changed AFTER UPDATE OF numbers ON product_vector BEGIN INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture WHERE product_id = NEW.product_id; END
CREATE TRIGGER product_vector_made AFTER INSERT ON product_vector BEGIN INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture WHERE product_id = NEW.product_id; END
CREATE TRIGGER product_vector_unmade AFTER DELETE ON product_vector BEGIN INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture WHERE product_id = OLD.product_id; END
CREATE TRIGGER review_after_words AFTER DELETE ON stale_words BEGIN INSERT INTO stale_review VALUES (OLD.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_event_is_kept BEFORE DELETE ON review_event BEGIN SELECT RAISE(ABORT, 'the history of a review is never changed'); END
CREATE TRIGGER review_event_stays BEFORE UPDATE ON review_event BEGIN SELECT RAISE(ABORT, 'the history of a review is never changed'); END
CREATE TRIGGER review_of_decision AFTER INSERT ON review BEGIN INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_of_gone_twin AFTER DELETE ON twin WHEN OLD.likeness <= 3 BEGIN INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id IN (OLD.a, OLD.b) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_of_new_decision AFTER UPDATE ON review BEGIN INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_of_no_decision AFTER DELETE ON review BEGIN INSERT INTO stale_words VALUES (OLD.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_of_not_told_apart AFTER DELETE ON told_apart BEGIN INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id IN (SELECT id FROM picture WHERE hash IN (OLD.a, OLD.b)) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_of_score AFTER INSERT ON match_score BEGIN INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_of_told_apart AFTER INSERT ON told_apart BEGIN INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id IN (SELECT id FROM picture WHERE hash IN (NEW.a, NEW.b)) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_of_twin AFTER INSERT ON twin WHEN NEW.likeness <= 3 BEGIN INSERT INTO stale_review SELECT product_id FROM product_picture WHERE picture_id IN (NEW.a, NEW.b) ON CONFLICT DO NOTHING; END
CREATE TRIGGER review_step_is_kept BEFORE DELETE ON review_step BEGIN SELECT RAISE(ABORT, 'the history of a review is never changed'); END
CREATE TRIGGER review_step_stays BEFORE UPDATE ON review_step BEGIN SELECT RAISE(ABORT, 'the history of a review is never changed'); END
CREATE TRIGGER skipped_counted AFTER INSERT ON skipped BEGIN INSERT INTO tally VALUES ('skipped', 0, 1) ON CONFLICT DO UPDATE SET n = n + 1; END
CREATE TRIGGER skipped_uncounted AFTER DELETE ON skipped BEGIN UPDATE tally SET n = n - 1 WHERE what = 'skipped' AND of = 0; END
CREATE TRIGGER tuned_field AFTER INSERT ON field WHEN EXISTS (SELECT 1 FROM tuning) BEGIN INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture WHERE product_id = NEW.product_id; END
CREATE TRIGGER tuned_photo_joined AFTER INSERT ON product_picture WHEN EXISTS (SELECT 1 FROM tuning) BEGIN INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture WHERE product_id = NEW.product_id AND picture_id <> NEW.picture_id; END
CREATE TRIGGER tuned_photo_left AFTER DELETE ON product_picture WHEN EXISTS (SELECT 1 FROM tuning) BEGIN INSERT INTO change (picture_id, what) SELECT picture_id, 1 FROM product_picture WHERE product_id = OLD.product_id AND picture_id <> OLD.picture_id; END
CREATE TRIGGER tuned_photo_shown AFTER UPDATE OF n_files ON picture WHEN (OLD.n_files > 0) <> (NEW.n_files > 0) AND EXISTS (SELECT 1 FROM tuning) BEGIN INSERT INTO change (picture_id, what) SELECT other.picture_id, 1 FROM product_picture own JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id WHERE own.picture_id = NEW.id; END
CREATE TRIGGER tuned_vector_changed AFTER UPDATE OF numbers ON vector WHEN EXISTS (SELECT 1 FROM tuning WHERE clip_id = NEW.model_id) BEGIN INSERT INTO change (picture_id, what) SELECT other.picture_id, 1 FROM product_picture own JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id WHERE own.picture_id = NEW.picture_id; END
CREATE TRIGGER tuned_vector_made AFTER INSERT ON vector WHEN EXISTS (SELECT 1 FROM tuning WHERE clip_id = NEW.model_id) BEGIN INSERT INTO change (picture_id, what) SELECT other.picture_id, 1 FROM product_picture own JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id WHERE own.picture_id = NEW.picture_id; END
CREATE TRIGGER tuned_vector_unmade AFTER DELETE ON vector WHEN EXISTS (SELECT 1 FROM tuning WHERE clip_id = OLD.model_id) BEGIN INSERT INTO change (picture_id, what) SELECT other.picture_id, 1 FROM product_picture own JOIN product_picture other ON other.product_id = own.product_id AND other.picture_id <> own.picture_id WHERE own.picture_id = OLD.picture_id; END
CREATE TRIGGER vector_changed AFTER UPDATE OF numbers ON vector BEGIN INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 1); END
CREATE TRIGGER vector_made AFTER INSERT ON vector BEGIN INSERT INTO tally SELECT 'vector', NEW.model_id, 1 FROM picture WHERE id = NEW.picture_id AND n_files > 0 ON CONFLICT DO UPDATE SET n = n + 1; INSERT INTO change (picture_id, what) VALUES (NEW.picture_id, 1); END
CREATE TRIGGER vector_unmade AFTER DELETE ON vector BEGIN UPDATE tally SET n = n - 1 WHERE what = 'vector' AND of = OLD.model_id AND EXISTS (SELECT 1 FROM picture WHERE id = OLD.picture_id AND n_files > 0); INSERT INTO change (picture_id, what) VALUES (OLD.picture_id, 1); END
CREATE TRIGGER words_of_changed_file AFTER UPDATE OF picture_id ON file WHEN OLD.picture_id <> NEW.picture_id BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id IN (OLD.picture_id, NEW.picture_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_description AFTER INSERT ON composition BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_field AFTER INSERT ON field BEGIN INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_file AFTER INSERT ON file BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_gone_description AFTER DELETE ON composition BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = OLD.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_gone_file AFTER DELETE ON file BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = OLD.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_gone_photo AFTER DELETE ON product_picture BEGIN INSERT INTO stale_words VALUES (OLD.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_gone_product AFTER DELETE ON product BEGIN INSERT INTO stale_words VALUES (OLD.id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_gone_variant AFTER DELETE ON variant BEGIN INSERT INTO stale_words VALUES (OLD.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_new_description AFTER UPDATE ON composition BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_new_product AFTER INSERT ON product BEGIN INSERT INTO stale_words VALUES (NEW.id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_new_quality AFTER UPDATE ON photo_quality WHEN OLD.rules <> NEW.rules OR OLD.is_marked <> NEW.is_marked BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_photo AFTER INSERT ON product_picture BEGIN INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_quality AFTER INSERT ON photo_quality BEGIN INSERT INTO stale_words SELECT product_id FROM product_picture WHERE picture_id = NEW.picture_id ON CONFLICT DO NOTHING; END
CREATE TRIGGER words_of_variant AFTER INSERT ON variant BEGIN INSERT INTO stale_words VALUES (NEW.product_id) ON CONFLICT DO NOTHING; END
