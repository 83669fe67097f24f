import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { libsqlFile, NEAREST, RANDOM_ROWID_TABLE, VECTOR_TABLE } from './libsql-files.js'
import { onLibsql } from './on-libsql.js'
import { A, B, json, projects, TABLES } from './projects.js'
import { writeFiles } from './run-cli.js'

const project = projects()

describe('databases that only libSQL can change', () => {
  it('with a vector index are migrated by it unasked, and their index works on', async () => {
    const cwd = project({ 'databases/neighbour.db': '' })
    libsqlFile(cwd, 'databases/vectors.db', VECTOR_TABLE)
    const up = await json(cwd, ['up', '--all'])
    expect(up).toMatchObject({ status: 0, stderr: '' })
    expect(up.document.databases).toMatchObject([
      { name: 'neighbour', status: 'ok', applied: [A, B] },
      { name: 'vectors', status: 'ok', applied: [A, B], position: B },
    ])
    const vectors = join(cwd, 'databases/vectors.db')
    const [tables, nearest, , nearestAfter] = onLibsql(vectors, [
      TABLES,
      NEAREST,
      "INSERT INTO docs VALUES (3, vector32('[0,0.9,0.1]'))",
      NEAREST,
    ])
    expect(tables).toHaveLength(2)
    expect(nearest).toEqual([{ id: '2' }])
    expect(nearestAfter).toEqual([{ id: '3' }])
    expect((await json(cwd, ['down', '--all'])).document.databases).toMatchObject([
      { reverted: [B] },
      { reverted: [B] },
    ])
  })

  it('lose a vector index with all that belongs to it, in a transaction or outside', async () => {
    for (const header of ['', '-- dbfleet: transaction=false\n']) {
      const cwd = project({
        'migrations/20260103000000_drop.up.sql': `${header}DROP INDEX docs_embedding;`,
      })
      libsqlFile(cwd, 'databases/vectors.db', VECTOR_TABLE)
      await json(cwd, ['up', '--to', B])
      expect(await json(cwd, ['up'])).toMatchObject({ status: 0 })
      // better-sqlite3 drops the index, too, but leaves its shadow tables behind.
      const [rest] = onLibsql(join(cwd, 'databases/vectors.db'), [
        "SELECT name FROM sqlite_schema WHERE name LIKE 'docs_embedding%'",
      ])
      expect(rest, header).toEqual([])
    }
  })

  it('with a RANDOM ROWID table are read and migrated by it unasked', async () => {
    const cwd = project({ 'databases/neighbour.db': '' })
    libsqlFile(cwd, 'databases/random.db', RANDOM_ROWID_TABLE)
    const status = await json(cwd, ['status'])
    expect(status.document.databases).toMatchObject([
      { name: 'neighbour', status: 'ok', pending: [A, B] },
      { name: 'random', status: 'ok', pending: [A, B] },
    ])
    const plan = await json(cwd, ['up', '--all', '--dry-run'])
    expect(plan.document.summary).toMatchObject({ ok: 2 })
    const up = await json(cwd, ['up', '--all'])
    expect(up.document.databases).toMatchObject([{ applied: [A, B] }, { applied: [A, B] }])
    const [tables, notes] = onLibsql(join(cwd, 'databases/random.db'), [
      TABLES,
      'SELECT body FROM notes ORDER BY body',
    ])
    expect(tables).toHaveLength(2)
    expect(notes).toEqual([{ body: 'first' }, { body: 'second' }])
    const down = await json(cwd, ['down', '--all', '--to', '0'])
    expect(down.document.databases).toMatchObject([{ reverted: [B, A] }, { reverted: [B, A] }])
  })
})

describe('migrations that only libSQL understands', () => {
  const VECTORS = {
    'migrations/20260103000000_vectors.up.sql': `${VECTOR_TABLE.join(';\n')};\n`,
    'migrations/20260103000000_vectors.down.sql': 'DROP INDEX docs_embedding;\nDROP TABLE docs;\n',
  }
  const RANDOM = {
    'migrations/20260104000000_notes.up.sql': `${RANDOM_ROWID_TABLE.join(';\n')};\n`,
    'migrations/20260104000000_notes.down.sql': 'DROP TABLE notes;\n',
  }
  const V = '20260103000000_vectors'
  const N = '20260104000000_notes'

  it('are applied to plain files by libSQL, and only where they are pending', async () => {
    const cwd = project({ ...VECTORS, 'databases/alice.db': '', 'databases/bob.db': '' })
    const first = await json(cwd, ['up', '--all', '--to', B])
    expect(first.document.summary).toMatchObject({ ok: 2 })
    const up = await json(cwd, ['up', '--all'])
    expect(up).toMatchObject({ status: 0, stderr: '' })
    expect(up.document.databases).toMatchObject([{ applied: [V] }, { applied: [V] }])
    writeFiles(cwd, RANDOM)
    const more = await json(cwd, ['up', '--db', 'alice'])
    expect(more.document.databases).toMatchObject([{ applied: [N], position: N }])
    expect(onLibsql(join(cwd, 'databases/alice.db'), [NEAREST])).toEqual([[{ id: '2' }]])

    const down = await json(cwd, ['down', '--all', '--to', A])
    expect(down.document.databases).toMatchObject([{ reverted: [N, V, B] }, { reverted: [V, B] }])
    expect(onLibsql(join(cwd, 'databases/alice.db'), [TABLES])).toEqual([[{ name: 'a' }]])
  })

  it('are part of what create makes', async () => {
    const cwd = project({ ...VECTORS, ...RANDOM })
    const made = await json(cwd, ['create', 'alice', 'bob'])
    expect(made).toMatchObject({ status: 0 })
    expect(made.document.databases).toMatchObject([{ position: N }, { position: N }])
    const [nearest, notes, check] = onLibsql(join(cwd, 'databases/bob.db'), [
      NEAREST,
      'SELECT body FROM notes ORDER BY body',
      'PRAGMA integrity_check',
    ])
    expect(nearest).toEqual([{ id: '2' }])
    expect(notes).toHaveLength(2)
    expect(check).toEqual([{ integrity_check: 'ok' }])
    expect((await json(cwd, ['status', '--exit-code'])).status).toBe(0)
  })

  it('may be TypeScript', async () => {
    const cwd = project({
      'databases/alice.db': '',
      'migrations/20260103000000_vectors.ts': `
        import { type Kysely, sql } from 'kysely'
        export async function up(db: Kysely<unknown>) {
          await sql\`CREATE TABLE docs (id INTEGER PRIMARY KEY, embedding F32_BLOB(3))\`.execute(db)
          await sql\`CREATE INDEX docs_embedding ON docs (libsql_vector_idx(embedding))\`.execute(db)
          await sql\`INSERT INTO docs VALUES (1, vector32('[0,1,0]'))\`.execute(db)
          await sql\`CREATE TABLE notes (body TEXT) RANDOM ROWID\`.execute(db)
        }
      `,
    })
    expect((await json(cwd, ['up', '--all'])).document.databases).toMatchObject([
      { status: 'ok', applied: [A, B, V] },
    ])
    expect(onLibsql(join(cwd, 'databases/alice.db'), [NEAREST])).toEqual([[{ id: '1' }]])
    expect((await json(cwd, ['create', 'bob'])).document.databases).toMatchObject([
      { status: 'ok' },
    ])
    expect(onLibsql(join(cwd, 'databases/bob.db'), [NEAREST])).toEqual([[{ id: '1' }]])
  })
})
