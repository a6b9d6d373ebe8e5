-- One row for each ledger: its end. It is locked while lines are appended, so the numbers of lines have no gaps and no sequence
-- is needed.
CREATE TABLE ibbi_ledger (
    ledger integer PRIMARY KEY,
    -- How an address names it.
    name text NOT NULL UNIQUE,
    -- The number of lines, their bytes with line feeds, and the SHA-256 of the last one.
    lines bigint NOT NULL,
    bytes bigint NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    -- When the last line was written, in milliseconds since 1970.
    logged bigint NOT NULL,
    -- The version of the format of the next line.
    version smallint NOT NULL,
    -- Lines up to this number were below a synchronous commit that was acknowledged without a warning.
    published bigint NOT NULL DEFAULT 0,
    -- Changes with each commit that only settles what an earlier one left in doubt.
    settled bigint NOT NULL DEFAULT 0,
    -- The first line of a file of sealed texts, which names the folder with the keys.
    texts_head bytea
) WITH (fillfactor = 20);

-- The lines: exactly their bytes, without the line feed.
CREATE TABLE ibbi_line (
    ledger integer NOT NULL,
    seq bigint NOT NULL,
    -- Nothing for a line that is about no case.
    case_id uuid,
    rev bigint,
    id uuid,
    line bytea NOT NULL,
    PRIMARY KEY (ledger, seq)
);
CREATE UNIQUE INDEX ibbi_line_rev ON ibbi_line (ledger, case_id, rev) WHERE case_id IS NOT NULL;
CREATE UNIQUE INDEX ibbi_line_id ON ibbi_line (ledger, case_id, id) WHERE case_id IS NOT NULL;
-- A case is opened once, even if two servers get the same opening at the same time.
CREATE UNIQUE INDEX ibbi_line_opening ON ibbi_line (ledger, id) WHERE rev = 1;

-- The confidential texts, each as the line that a file of texts has for it, without the line feed.
CREATE TABLE ibbi_text (
    ledger integer NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    -- The key of a sealed text.
    key text,
    line bytea NOT NULL,
    PRIMARY KEY (ledger, digest)
);

-- The checkpoints, each as a signed note, in the order in which they were made.
CREATE TABLE ibbi_checkpoint (
    ledger integer NOT NULL,
    place bigint NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (ledger, place)
);
