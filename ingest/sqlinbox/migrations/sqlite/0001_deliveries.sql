-- What is known of every delivery. Times are milliseconds since 1970.
CREATE TABLE inbox_deliveries (
	seq         INTEGER PRIMARY KEY,
	id          TEXT    NOT NULL UNIQUE,
	state       TEXT    NOT NULL DEFAULT 'pending', -- pending, dead, done
	urgent      INTEGER NOT NULL,
	stored_at   INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	due         INTEGER NOT NULL,                   -- leased: the end of the lease
	size        INTEGER NOT NULL,                   -- of the body, in bytes
	attempts    INTEGER NOT NULL DEFAULT 0,
	lease       INTEGER,                            -- random; null when neither leased nor dead
	reason      TEXT    NOT NULL DEFAULT '',
	failed_at   INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX inbox_deliveries_pending ON inbox_deliveries (urgent, due, seq, received_at, lease) WHERE state = 'pending';

CREATE INDEX inbox_deliveries_dead ON inbox_deliveries (received_at, seq) WHERE state = 'dead';

-- Apart, as a change of a row rewrites all of it. Gone once the delivery is done.
CREATE TABLE inbox_bodies (
	seq    INTEGER PRIMARY KEY,
	header TEXT NOT NULL, -- JSON
	body   BLOB NOT NULL
);
