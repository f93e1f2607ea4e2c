-- Every delivery that is remembered. Its rows are never changed, so that the index
-- on the IDs, the largest of all, does not swell. Times are milliseconds since 1970.
CREATE TABLE inbox_ids (
	id        TEXT   COLLATE "C" PRIMARY KEY,
	seq       BIGINT GENERATED ALWAYS AS IDENTITY,
	stored_at BIGINT NOT NULL
);

CREATE INDEX inbox_ids_stored_at ON inbox_ids USING brin (stored_at) WITH (pages_per_range = 16);

-- Those that are not done.
CREATE TABLE inbox_deliveries (
	seq         BIGINT  PRIMARY KEY,
	id          TEXT    COLLATE "C" NOT NULL,
	state       TEXT    COLLATE "C" NOT NULL DEFAULT 'pending', -- pending, dead
	urgent      BOOLEAN NOT NULL,
	received_at BIGINT  NOT NULL,
	due         BIGINT  NOT NULL, -- leased: the end of the lease
	size        INTEGER NOT NULL, -- of the body, in bytes
	attempts    INTEGER NOT NULL DEFAULT 0,
	lease       BIGINT,           -- random; null when neither leased nor dead
	reason      TEXT    NOT NULL DEFAULT '',
	failed_at   BIGINT  NOT NULL DEFAULT 0,
	header      TEXT    NOT NULL, -- JSON
	body        BYTEA   NOT NULL
) WITH (
	-- More than a row has without its body, so that its id and header stay in it.
	toast_tuple_target = 512,
	-- Statistics of a nearly empty table make for plans that read all of a full one.
	autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0.05,
	autovacuum_vacuum_insert_threshold = 10000, autovacuum_analyze_threshold = 10000
);

-- Out of the row, so that a change of state does not copy it, and as it is:
-- compressing costs more than it saves for the minutes a body stays.
ALTER TABLE inbox_deliveries ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX inbox_deliveries_pending ON inbox_deliveries (urgent, due, seq) WHERE state = 'pending';

CREATE INDEX inbox_deliveries_dead ON inbox_deliveries (received_at, seq) WHERE state = 'dead';
