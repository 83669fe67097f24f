// The ledger as dbfleet keeps it, written out again: a baseline borrows no code of what it measures.
// same-work.mjs refuses to measure when the two are not alike any more.

export const CREATE_LEDGER = `CREATE TABLE IF NOT EXISTS dbfleet_migrations (
  name TEXT NOT NULL PRIMARY KEY,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  dbfleet_version TEXT NOT NULL
) WITHOUT ROWID`

export const RECORD = 'INSERT INTO dbfleet_migrations VALUES (?, ?, ?, ?, ?)'

export const READ_LEDGER = 'SELECT name, checksum FROM dbfleet_migrations ORDER BY name'
