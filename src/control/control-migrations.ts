import { checksum } from '../migrate/checksum.js'
import type { Migration } from '../migrate/migration.js'
import { splitStatements } from '../sql/split-statements.js'

/** Now in milliseconds, by the control database's own clock: those of its users need not agree. */
export const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"

/** How many results of a run are in which state, as JSON; `runs.id` says which run. */
export const COUNTS = `(SELECT json_group_object(state, n)
  FROM (SELECT state, count(*) AS n FROM results WHERE run = runs.id GROUP BY state))`

const TEXTS: Readonly<Record<string, string>> = {
  '20261122000000_create_journal': `
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      token TEXT NOT NULL UNIQUE,
      verb TEXT NOT NULL,
      -- planning, running, stopping, ended
      state TEXT NOT NULL,
      -- done, failed, stopped, interrupted; when it has ended
      outcome TEXT,
      -- why it ended before all was done: {code, message, hint}
      reason TEXT,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      options TEXT NOT NULL,
      -- [[name, checksum]]
      migrations TEXT NOT NULL,
      backup TEXT,
      undoes INTEGER,
      -- how many databases were selected, and where those stand that had nothing to do: {position: count}
      total INTEGER NOT NULL DEFAULT 0,
      idle TEXT NOT NULL DEFAULT '{}',
      -- results by state, once it has ended: {state: count}
      counts TEXT,
      -- databases of later waves may not be taken yet
      wave INTEGER NOT NULL DEFAULT 0,
      -- the holder that opens waves
      conductor TEXT,
      host TEXT NOT NULL,
      dbfleet_version TEXT NOT NULL
    );
    CREATE TABLE waves (
      run INTEGER NOT NULL,
      number INTEGER NOT NULL,
      name TEXT NOT NULL,
      started_at INTEGER,
      ended_at INTEGER,
      -- what the health command said: {status, reason, output, durationMs}
      health TEXT,
      PRIMARY KEY (run, number)
    ) WITHOUT ROWID;
    CREATE TABLE plans (
      run INTEGER NOT NULL,
      number INTEGER NOT NULL,
      position TEXT,
      -- [[name, checksum]]
      ledger TEXT NOT NULL,
      -- what is run there, in order
      names TEXT NOT NULL,
      PRIMARY KEY (run, number)
    ) WITHOUT ROWID;
    CREATE TABLE results (
      run INTEGER NOT NULL,
      database TEXT NOT NULL,
      wave INTEGER NOT NULL DEFAULT 0,
      plan INTEGER,
      -- pending, claimed, ok, failed, skipped, vanished
      state TEXT NOT NULL,
      holder TEXT,
      claim TEXT,
      fence INTEGER,
      attempts INTEGER NOT NULL DEFAULT 0,
      not_before INTEGER NOT NULL DEFAULT 0,
      ended_at INTEGER,
      duration_ms INTEGER,
      -- what was committed; NULL when it was all of the plan
      done TEXT,
      -- {code, message, hint}
      error TEXT,
      error_class TEXT,
      PRIMARY KEY (run, database)
    ) WITHOUT ROWID;
    CREATE INDEX results_pending ON results (run, wave, database) WHERE state = 'pending';
    -- What keeps two runs from one database.
    CREATE UNIQUE INDEX results_claimed ON results (database) WHERE state = 'claimed';
    CREATE TABLE holders (
      id TEXT NOT NULL PRIMARY KEY,
      run INTEGER NOT NULL,
      host TEXT NOT NULL,
      pid INTEGER NOT NULL,
      -- what tells on its machine whether it still lives
      process TEXT,
      expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE VIEW leases AS
      SELECT database, results.run, holder, fence, host, pid, expires_at
      FROM results JOIN holders ON holders.id = results.holder
      WHERE state = 'claimed';
    CREATE TABLE databases (
      name TEXT NOT NULL PRIMARY KEY,
      position TEXT,
      -- of the run that last saw another position, or first saw it
      run INTEGER NOT NULL
    ) WITHOUT ROWID;
    -- One number for all leases, that only grows. It starts at the time, so that it goes on growing
    -- where a control database is made anew.
    CREATE TABLE fence (value INTEGER NOT NULL);
    INSERT INTO fence VALUES (${NOW});
  `,
  '20261122120000_add_backups': `
    -- where the set is that was made of the databases of this plan first; NULL without one
    ALTER TABLE plans ADD COLUMN backup TEXT;
    -- what the set has of it: a path from there
    ALTER TABLE results ADD COLUMN object TEXT;
  `,
  '20261123000000_add_positions': `
    -- Where the database stood, for runs without plans, and where it was left.
    ALTER TABLE results ADD COLUMN position_before TEXT;
    ALTER TABLE results ADD COLUMN position_after TEXT;
  `,
}

/** The schema of the control database, as migrations. */
export function controlMigrations(): Migration[] {
  return Object.entries(TEXTS).map(([name, text]) => ({
    name,
    kind: 'sql',
    file: `dbfleet's own ${name}`,
    checksum: checksum(text),
    transaction: true,
    foreignKeys: 'off',
    up: splitStatements(text),
  }))
}
