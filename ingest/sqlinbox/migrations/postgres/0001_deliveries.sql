-- What is known of every delivery. Times are milliseconds since 1970.
CREATE TABLE inbox_deliveries (
	seq         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id          TEXT    COLLATE "C" NOT NULL UNIQUE,
	state       TEXT    COLLATE "C" NOT NULL DEFAULT 'pending', -- pending, dead, done
	urgent      BOOLEAN NOT NULL,
	stored_at   BIGINT  NOT NULL,
	received_at BIGINT  NOT NULL,
	due         BIGINT  NOT NULL, -- leased: the end of the lease
	size        INTEGER NOT NULL, -- of the body, in bytes
	attempts    INTEGER NOT NULL DEFAULT 0,
	lease       BIGINT,           -- random; null when neither leased nor dead
	reason      TEXT    NOT NULL DEFAULT '',
	failed_at   BIGINT  NOT NULL DEFAULT 0,
	header      TEXT,             -- JSON; null once done
	body        BYTEA             -- null once done
) WITH (
	toast_tuple_target = 128,
	-- Statistics of a nearly empty table make for plans that read all of a full one.
	autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0.05,
	autovacuum_vacuum_insert_threshold = 10000, autovacuum_analyze_threshold = 10000
);

-- Out of the row, so that a change of state does not copy it, and as it is:
-- compressing costs more than it saves for the minutes a body stays.
ALTER TABLE inbox_deliveries ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX inbox_deliveries_pending ON inbox_deliveries (urgent, due, seq) WHERE state = 'pending';

CREATE INDEX inbox_deliveries_dead ON inbox_deliveries (received_at, seq) WHERE state = 'dead';
