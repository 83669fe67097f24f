import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { type Fleet, openFleet, type SourceConfig } from '../../src/index.js'
import { onLibsql } from '../cli/on-libsql.js'
import { startCli, TWO_MIGRATIONS, writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'

const PRAGMAS = [
  'page_size',
  'auto_vacuum',
  'encoding',
  'journal_mode',
  'user_version',
  'application_id',
  'foreign_key_check',
  'integrity_check',
]

const templates = fileURLToPath(new URL('../../templates', import.meta.url))
const directory = temporaryDirectories()

/** All that can be compared of two databases: schema, ledger, settings and every row. */
function contents(path: string, encryptionKey?: string) {
  const [schema = [], ledger = [], ...settings] = onLibsql(
    path,
    [
      'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid',
      'SELECT name, checksum, dbfleet_version FROM dbfleet_migrations ORDER BY name',
      ...PRAGMAS.map(name => `PRAGMA ${name}`),
    ],
    encryptionKey,
  )
  const tables = schema
    .filter(({ type, name }) => type === 'table' && name !== 'dbfleet_migrations')
    .map(({ name }) => String(name).replaceAll('"', '""'))
  const rows = onLibsql(
    path,
    tables.map(name => `SELECT * FROM "${name}"`),
    encryptionKey,
  )
  return { schema, ledger, settings, rows }
}

interface Case {
  files?: Record<string, string>
  /** Writes migrations with the fleet's own verb. */
  prepare?: (fleet: Fleet, cwd: string) => Promise<unknown>
  source?: Partial<SourceConfig>
  key?: string
  /** What the schema has to hold, lest two empty databases be compared. */
  holds: string[]
}

const SEARCH = `
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL, kind TEXT COLLATE NOCASE);
CREATE VIRTUAL TABLE search USING fts5(body, content='notes', content_rowid='id');
CREATE TRIGGER notes_insert AFTER INSERT ON notes BEGIN
  INSERT INTO search (rowid, body) VALUES (new.id, new.body);
END;
CREATE TRIGGER notes_delete AFTER DELETE ON notes BEGIN
  INSERT INTO search (search, rowid, body) VALUES ('delete', old.id, old.body);
END;
INSERT INTO notes (body) VALUES ('a; b'), ('ünï');
`
const CASES: Record<string, Case> = {
  'the shipped templates': {
    prepare: async (fleet, cwd) => {
      for (const name of readdirSync(templates)) {
        copyFileSync(join(templates, name), join(cwd, 'templates', name))
      }
      await fleet.newMigration('create_measurements')
      await fleet.newMigration('add_wavelengths', { template: 'wavelengths' })
    },
    holds: ['measurements'],
  },
  'triggers, FTS5, WITHOUT ROWID, STRICT, views and seeds': {
    files: {
      '20260101000000_search.up.sql': SEARCH,
      '20260102000000_odd.up.sql': `
        CREATE TABLE "odd ""name""" (k TEXT PRIMARY KEY, v ANY) STRICT, WITHOUT ROWID;
        INSERT INTO "odd ""name""" VALUES ('x', 9007199254740993), ('y', 1.5);
        CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT DEFAULT (upper('a;b')));
        INSERT INTO counted DEFAULT VALUES;
        CREATE VIEW both AS SELECT k FROM "odd ""name""" UNION SELECT body FROM notes;
        CREATE UNIQUE INDEX partial ON notes (kind) WHERE kind IS NOT NULL;`,
    },
    holds: ['search', 'odd "name"', 'sqlite_sequence', 'both', 'partial', 'notes_delete'],
  },
  'a rebuilt table with children, columns added, renamed and dropped': {
    files: {
      '20260101000000_a.up.sql':
        'CREATE TABLE a (id INTEGER PRIMARY KEY, v, w); INSERT INTO a VALUES (1, 2, 3);',
      '20260102000000_child.up.sql':
        'CREATE TABLE child (a REFERENCES a (id) ON DELETE CASCADE); INSERT INTO child VALUES (1);',
      '20260103000000_rebuild.up.sql': `
        CREATE TABLE a2 (id INTEGER PRIMARY KEY, v NOT NULL, w);
        INSERT INTO a2 SELECT * FROM a;
        DROP TABLE a;
        ALTER TABLE a2 RENAME TO a;
        ALTER TABLE a ADD COLUMN x TEXT DEFAULT 'x';
        ALTER TABLE a RENAME COLUMN v TO y;
        ALTER TABLE a DROP COLUMN w;`,
    },
    holds: ['a', 'child'],
  },
  'settings that outlive a connection': {
    files: {
      '20260101000000_a.up.sql':
        'CREATE TABLE a (x); PRAGMA user_version = 7; PRAGMA application_id = 99;',
      '20260102000000_pages.up.sql':
        '-- dbfleet: transaction=false\nPRAGMA page_size = 8192; PRAGMA auto_vacuum = 2; VACUUM;',
      '20260103000000_wal.up.sql': '-- dbfleet: transaction=false\nPRAGMA journal_mode = WAL;',
      '20260104000000_b.up.sql': 'CREATE TABLE b (x); INSERT INTO b VALUES (1);',
    },
    holds: ['a', 'b'],
  },
  modules: {
    files: {
      '20260101000000_typed.ts': `
        import { type Kysely, sql } from 'kysely'
        export async function up(db: Kysely<any>) {
          await db.schema.createTable('typed').addColumn('n', 'integer').execute()
          await db.insertInto('typed').values({ n: 2n ** 62n }).execute()
          await sql\`CREATE INDEX typed_n ON typed (n)\`.execute(db)
        }`,
    },
    holds: ['typed', 'typed_n'],
  },
  'vector indexes and RANDOM ROWID, in WAL mode': {
    files: {
      '20260101000000_wal.up.sql': '-- dbfleet: transaction=false\nPRAGMA journal_mode = WAL;',
      '20260102000000_docs.up.sql': `
        CREATE TABLE docs (id INTEGER PRIMARY KEY, e F32_BLOB(2));
        CREATE INDEX docs_e ON docs (libsql_vector_idx(e));
        INSERT INTO docs VALUES (1, vector32('[1,0]'));`,
      '20260103000000_notes.up.sql': 'CREATE TABLE notes (x) RANDOM ROWID;',
    },
    holds: ['docs_e', 'docs_e_shadow', 'notes'],
  },
  'encrypted files': {
    files: { '20260101000000_search.up.sql': SEARCH },
    source: { encryptionKey: { env: 'DBFLEET_TEST_CREATE_KEY' } },
    key: 'the key of this test',
    holds: ['search', 'notes_insert'],
  },
}

describe('a database that create made is the one that up makes, step by step, with', () => {
  it.each(Object.entries(CASES))('%s', async (_, { files = {}, prepare, source, key, holds }) => {
    const cwd = directory()
    for (const name of ['migrations', 'templates', 'databases']) mkdirSync(join(cwd, name))
    for (const [name, text] of Object.entries(files)) {
      writeFiles(cwd, { [`migrations/${name}`]: text })
    }
    if (key !== undefined) process.env.DBFLEET_TEST_CREATE_KEY = key
    const fleet = await openFleet({
      cwd,
      config: { fleet: [{ files: 'databases/*.db', ...source } as SourceConfig] },
    })
    await prepare?.(fleet, cwd)

    const created = await fleet.create(['created'])
    expect(created.summary).toMatchObject({ ok: 1 })
    writeFiles(cwd, { 'databases/migrated.db': '' })
    let steps = 0
    for (;;) {
      const [row] = (await fleet.up({ db: ['migrated'], step: 1 })).databases
      expect(row?.error).toBeUndefined()
      if (row?.applied?.length !== 1) break
      steps += 1
    }
    expect(steps).toBe(readdirSync(join(cwd, 'migrations')).filter(isUp).length)

    const migrated = contents(join(cwd, 'databases/migrated.db'), key)
    expect(contents(join(cwd, 'databases/created.db'), key)).toEqual(migrated)
    expect(migrated.schema.map(({ name }) => name)).toEqual(expect.arrayContaining(holds))
    expect(migrated.ledger).toHaveLength(steps)

    const { databases } = await fleet.status({})
    expect(databases[0]).toEqual({ ...databases[1], name: 'created' })
    expect((await fleet.up({ all: true })).databases.flatMap(({ applied }) => applied)).toEqual([])
  })

  function isUp(name: string): boolean {
    return name.endsWith('.up.sql') || name.endsWith('.ts')
  }
})

describe('create', () => {
  const NAMES = Array.from({ length: 300 }, (_, i) => `tenant${String(i).padStart(3, '0')}`)
  const path = (cwd: string, name: string) => join(cwd, 'databases', `${name}.db`)

  const wholeness = (file: string) => {
    const db = new Database(file, { readonly: true })
    try {
      const ledger = db.prepare('SELECT count(*) FROM dbfleet_migrations').pluck().get()
      return [db.pragma('integrity_check', { simple: true }), ledger]
    } finally {
      db.close()
    }
  }

  it('makes 300 databases from one image, and none twice', async () => {
    const cwd = directory()
    writeFiles(cwd, TWO_MIGRATIONS)
    const fleet = await openFleet({ cwd })
    const { summary, databases } = await fleet.create([...NAMES, ...NAMES])
    expect(summary).toEqual({ total: 300, ok: 300, failed: 0, skipped: 0, notRun: 0 })
    expect(databases.map(({ name }) => name)).toEqual(NAMES)
    const image = readFileSync(path(cwd, 'tenant000'))
    for (const name of NAMES) expect(readFileSync(path(cwd, name)).equals(image), name).toBe(true)
    expect(readdirSync(join(cwd, 'databases'))).toHaveLength(300)
    const { summary: found } = await fleet.status({})
    expect(found).toMatchObject({ total: 300, ok: 300 })

    const again = await fleet.create(['tenant001', 'another'])
    expect(again.databases).toMatchObject([
      { name: 'tenant001', status: 'failed', error: { code: 'exists' } },
      { name: 'another', status: 'ok' },
    ])
  })

  it('that is killed leaves each database whole or absent, at 15 moments, and can be run again', async () => {
    const cwd = directory()
    writeFiles(cwd, TWO_MIGRATIONS)
    const fleet = await openFleet({ cwd })
    const databases = join(cwd, 'databases')
    const made = () => readdirSync(databases).filter(name => /^tenant\d+\.db$/.test(name))
    let partial = 0

    for (let moment = 0; moment < 15; moment++) {
      rmSync(databases, { recursive: true, force: true })
      mkdirSync(databases)
      // What it leaves in the directory for temporary files goes with this test's own.
      const { child, finished } = startCli(['create', ...NAMES], { cwd, env: { TMPDIR: cwd } })
      // Some at any time from the start, some while files are written, most while they get names.
      if (moment % 5 === 0) await sleep(Math.random() * 600)
      else {
        const begun = () => (moment % 5 === 1 ? readdirSync(databases) : made()).length > 0
        while (child.exitCode === null && !begun()) await sleep(1)
        await sleep(Math.random() * 3)
      }
      child.kill('SIGKILL')
      await finished

      const there = made()
      if (there.length > 0 && there.length < NAMES.length) partial += 1
      for (const name of there) {
        expect(wholeness(join(databases, name)), name).toEqual(['ok', 2])
      }
      if (moment % 3 !== 1) continue
      for (const { name, status, error } of (await fleet.create(NAMES)).databases) {
        const expected = there.includes(`${name}.db`) ? ['failed', 'exists'] : ['ok', undefined]
        expect([status, error?.code], name).toEqual(expected)
      }
      expect(made()).toHaveLength(NAMES.length)
      expect(existsSync(path(cwd, NAMES[299] as string))).toBe(true)
    }
    // Moments that all fell before or after the placing would prove nothing.
    expect(partial, 'moments').toBeGreaterThan(3)
  }, 120_000)
})
