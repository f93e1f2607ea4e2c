-- One row for each account of a person with a provider, whatever ids it had.
CREATE TABLE connections (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	user_id      TEXT NOT NULL, -- the id in force
	provider     TEXT, -- in capitals
	reference_id TEXT, -- your own id of the person
	scopes       TEXT, -- what is allowed now, separated by commas
	status       TEXT NOT NULL, -- active, degraded, revoked, deauthenticated or gone
	created_at   TEXT -- when the person first connected
);

CREATE INDEX connections_reference ON connections (reference_id);

-- Every id that a connection has had. The state is what was last said of it, and
-- when, which decides what a late delivery may still change.
CREATE TABLE connection_users (
	user_id       TEXT PRIMARY KEY,
	connection_id INTEGER NOT NULL REFERENCES connections (id),
	state         TEXT NOT NULL -- JSON
) WITHOUT ROWID;

CREATE INDEX connection_users_connection ON connection_users (connection_id);

-- Ids that have ended, and ids that took the place of one the service no longer
-- knew, by what they can be told to be the same account.
CREATE TABLE connection_accounts (
	provider     TEXT NOT NULL,
	reference_id TEXT NOT NULL,
	user_id      TEXT NOT NULL,
	ended_ms     INTEGER NOT NULL, -- of its first end, Unix milliseconds; 0 without one
	renewed_ms   INTEGER NOT NULL, -- when it took that place; 0 if it did not
	PRIMARY KEY (provider, reference_id, user_id)
) WITHOUT ROWID;

-- Days that were asked for once they were over, so that one without a record is
-- known to have none.
CREATE TABLE backfills (
	connection_id INTEGER NOT NULL REFERENCES connections (id),
	type          TEXT NOT NULL, -- as events call it
	first_day     TEXT NOT NULL,
	end_day       TEXT NOT NULL -- the day after the last
);

CREATE INDEX backfills_connection ON backfills (connection_id, type);

-- Every delivery that was applied. An id that is here is not applied again.
CREATE TABLE deliveries (
	id          TEXT PRIMARY KEY,
	type        TEXT NOT NULL,
	user_id     TEXT,
	reference   TEXT,
	ordering_ms INTEGER, -- when it was produced, Unix milliseconds; NULL when it did not say
	received_at TEXT NOT NULL,
	applied_at  TEXT NOT NULL,
	size        INTEGER NOT NULL, -- of the body, bytes
	body        BLOB -- DEFLATE; NULL once it is no longer kept
);

CREATE INDEX deliveries_received ON deliveries (received_at, id);
-- What is left to drop the bodies of, however many have been dropped before.
CREATE INDEX deliveries_kept ON deliveries (received_at) WHERE body IS NOT NULL;
CREATE INDEX deliveries_user ON deliveries (user_id, received_at);

-- What a series of samples measures.
CREATE TABLE series (
	id     INTEGER PRIMARY KEY,
	record TEXT NOT NULL, -- the table of the record
	path   TEXT NOT NULL, -- of the measure in the record's JSON
	UNIQUE (record, path)
);

-- One row for each measured value.
CREATE TABLE samples (
	record_id INTEGER NOT NULL,
	series    INTEGER NOT NULL,
	n         INTEGER NOT NULL, -- place in its list, from 0
	at        INTEGER,          -- Unix microseconds; local time counts as UTC
	value     REAL,
	PRIMARY KEY (record_id, series, n)
) WITHOUT ROWID;

CREATE VIEW named_samples AS
SELECT s.record_id, d.record, d.path, s.n,
	strftime('%Y-%m-%dT%H:%M:%fZ', s.at / 1000000.0, 'unixepoch') AS at, s.value
FROM samples s JOIN series d ON d.id = s.series;

-- Which delivery a score is from. A score outlives the record that came with it.
CREATE TABLE scores (
	record_id   INTEGER NOT NULL,
	field       TEXT NOT NULL, -- the column of the record's table
	version_ms  INTEGER NOT NULL,
	version_key TEXT NOT NULL,
	PRIMARY KEY (record_id, field)
) WITHOUT ROWID;
