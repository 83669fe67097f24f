import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { onLibsql } from './on-libsql.js'
import { type ProcessView, processTree } from './processes.js'
import { runCli, runJson, startCli, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

interface Row {
  name: string
  status: string
  engine?: string
  position?: string | null
  applied?: string[] | number
  reverted?: string[]
  pending?: string[]
  error?: { code: string; message: string; hint?: string }
}
interface Document {
  databases: Row[]
  summary: Record<string, number>
  error?: { code: string; message: string; hint?: string }
}

const A = '20260101000000_create_a'
const B = '20260102000000_create_b'
const KEY = 'correct horse battery staple'
const ENCRYPTED_AND_PLAIN = JSON.stringify({
  fleet: [
    { files: 'plain/*.db' },
    { files: 'secret/*.db', encryptionKey: { env: 'DBFLEET_TEST_KEY' } },
  ],
})
const VECTOR_TABLE = [
  'CREATE TABLE docs (id INTEGER PRIMARY KEY, embedding F32_BLOB(3))',
  'CREATE INDEX docs_embedding ON docs (libsql_vector_idx(embedding))',
  "INSERT INTO docs VALUES (1, vector32('[1,0,0]')), (2, vector32('[0,1,0]'))",
]
const NEAREST = "SELECT id FROM vector_top_k('docs_embedding', vector32('[0,0.9,0.1]'), 1)"
const RANDOM_ROWID_TABLE = [
  'CREATE TABLE notes (body TEXT) RANDOM ROWID',
  "INSERT INTO notes VALUES ('first'), ('second')",
]
const TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('a', 'b')"

/** Long enough for the processes to be looked at. */
const SLOW = `CREATE TABLE slow AS
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1500000)
SELECT count(*) AS n FROM c;
`

const directory = temporaryDirectories()

function project(files: Record<string, string> = {}): string {
  const cwd = directory()
  writeFiles(cwd, { ...TWO_MIGRATIONS, ...files })
  return cwd
}
function json(cwd: string, args: string[], env: Record<string, string> = {}) {
  return runJson<Document>(args, { cwd, env })
}
function onSqlite(path: string, sql: string): unknown[] {
  const db = new Database(path)
  try {
    return sql.startsWith('SELECT') ? db.prepare(sql).all() : [db.exec(sql)]
  } finally {
    db.close()
  }
}
/** Makes a database with libSQL's own engine. */
function libsqlFile(cwd: string, file: string, statements: readonly string[], key?: string) {
  mkdirSync(dirname(join(cwd, file)), { recursive: true })
  onLibsql(join(cwd, file), statements, key)
}

describe('encrypted databases', () => {
  const env = { DBFLEET_TEST_KEY: KEY }

  function mixed(): string {
    return project({ 'dbfleet.config.json': ENCRYPTED_AND_PLAIN })
  }

  it('are created, listed, migrated and reverted beside plain ones', async () => {
    const cwd = mixed()
    await json(cwd, ['create', 'open', '--source', '1'], env)
    const made = await json(cwd, ['create', 'alice', 'bob', '--source', '2'], env)
    expect(made.document.databases).toMatchObject([
      { name: 'alice', status: 'ok', position: B },
      { name: 'bob', status: 'ok', position: B },
    ])
    const start = (file: string) => readFileSync(join(cwd, file)).subarray(0, 15).toString('latin1')
    expect(start('plain/open.db')).toBe('SQLite format 3')
    expect(start('secret/alice.db')).not.toBe('SQLite format 3')

    const list = await json(cwd, ['list'])
    expect(list.document.databases.map(({ name, engine }) => [name, engine])).toEqual([
      ['alice', 'libsql'],
      ['bob', 'libsql'],
      ['open', 'better-sqlite3'],
    ])

    writeFiles(cwd, {
      'migrations/20260103000000_c.up.sql': 'CREATE TABLE c (x);',
      'migrations/20260103000000_c.down.sql': 'DROP TABLE c;',
    })
    const C = '20260103000000_c'
    const up = await json(cwd, ['up', '--all'], env)
    expect(up).toMatchObject({ status: 0, stderr: '' })
    expect(up.document.databases.map(({ applied }) => applied)).toEqual([[C], [C], [C]])
    const status = await json(cwd, ['status', '--exit-code'], env)
    expect(status).toMatchObject({ status: 0 })
    expect(status.document.databases.map(({ position }) => position)).toEqual([C, C, C])

    const down = await json(cwd, ['down', '--db', 'alice', '--step', '2'], env)
    expect(down.document.databases).toMatchObject([{ reverted: [C, B], position: A }])
    const redo = await json(cwd, ['redo', '--db', 'bob'], env)
    expect(redo.document.databases).toMatchObject([{ reverted: [C], applied: [C] }])
    expect(onLibsql(join(cwd, 'secret/alice.db'), [TABLES], KEY)).toEqual([[{ name: 'a' }]])
    expect(onLibsql(join(cwd, 'secret/bob.db'), [TABLES], KEY)[0]).toHaveLength(2)
  })

  it('say with a wrong key which doubts remain, and are left alone', async () => {
    const cwd = mixed()
    await json(cwd, ['create', 'alice', '--source', '2'], env)
    const before = readFileSync(join(cwd, 'secret/alice.db'))
    writeFiles(cwd, { 'migrations/20260103000000_c.up.sql': 'CREATE TABLE c (x);' })
    for (const verb of ['status', 'up']) {
      const { status, document } = await json(cwd, [verb, '--all'], { DBFLEET_TEST_KEY: 'wrong' })
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([
        {
          name: 'alice',
          status: 'failed',
          error: {
            code: 'not-a-database',
            message: expect.stringMatching(/key is wrong, or the file is damaged or not encrypted/),
            hint: expect.stringContaining('Check the key first'),
          },
        },
      ])
    }
    expect(readFileSync(join(cwd, 'secret/alice.db')).equals(before)).toBe(true)
  })

  it('that are taken for plain ones are told from text files by the hint', async () => {
    const cwd = project()
    libsqlFile(cwd, 'databases/alice.db', ['CREATE TABLE t (x)'], KEY)
    const { status, document } = await json(cwd, ['up', '--all'])
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { error: { code: 'not-a-database', hint: expect.stringContaining('`encryptionKey`') } },
    ])
  })

  it('are not touched, nor any other, when the variable of the key is not set', async () => {
    const cwd = mixed()
    writeFiles(cwd, { 'plain/open.db': '', 'secret/alice.db': '' })
    for (const verb of ['status', 'up']) {
      const { status, document } = await json(cwd, [verb, '--all'], { DBFLEET_TEST_KEY: '' })
      expect(status).toBe(2)
      expect(document.error).toMatchObject({
        code: 'secret-missing',
        message: expect.stringContaining('DBFLEET_TEST_KEY'),
      })
    }
    const create = await runCli(['create', 'carol', '--source', '2'], { cwd })
    expect(create.status).toBe(2)
    expect(create.stderr).toMatch(/DBFLEET_TEST_KEY is not set/)
    expect(readdirSync(join(cwd, 'secret'))).toEqual(['alice.db'])
    expect(readFileSync(join(cwd, 'plain/open.db'))).toHaveLength(0)
  })

  it('never show their key in what any verb prints', async () => {
    const cwd = mixed()
    libsqlFile(cwd, 'secret/other.db', ['CREATE TABLE t (x)'], 'another key')
    const printed: string[] = []
    for (const args of [
      ['create', 'alice', '--source', '2', '--json'],
      ['create', 'alice', '--source', '2'],
      ['list', '--json'],
      ['up', '--all', '--dry-run', '--verbose'],
      ['status', '--json'],
      ['down', '--all'],
      ['up', '--all'],
      ['destroy', 'alice', '--yes'],
    ]) {
      const options = { cwd, env: { ...env, DBFLEET_DEBUG: '1' } }
      const { stdout, stderr } = await runCli(args, options)
      printed.push(stdout, stderr)
    }
    expect(printed.join('')).toContain('alice')
    expect(printed.join('')).toMatch(/key is wrong/)
    expect(printed.join('')).not.toContain(KEY)
  })

  it.runIf(process.platform === 'linux')(
    'never show their key in the arguments of a process',
    async () => {
      const cwd = mixed()
      await json(cwd, ['create', 'alice', 'bob', '--source', '2'], env)
      writeFiles(cwd, { 'migrations/20260103000000_slow.up.sql': SLOW })
      const { child, finished } = startCli(['up', '--all'], { cwd, env })
      const seen = await watch(child.pid as number, finished)
      expect((await finished).status).toBe(0)
      const children = seen.filter(({ files }) => files.some(file => file.endsWith('alice.db')))
      expect(children.length).toBeGreaterThan(0)
      for (const { commandLine } of seen) expect(commandLine).not.toContain(KEY)
    },
  )
})

/** Everything that was seen of a command's processes until it ended. */
async function watch(pid: number, finished: Promise<unknown>): Promise<ProcessView[]> {
  const seen: ProcessView[] = []
  let ended = false
  void finished.then(() => {
    ended = true
  })
  while (!ended) {
    seen.push(...processTree(pid))
    await sleep(30)
  }
  return seen
}

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

  it.runIf(process.platform === 'linux')(
    'are opened by it in processes where better-sqlite3 is not, and others stay on the fast path',
    async () => {
      const cwd = project({
        'migrations/20260103000000_slow.up.sql': SLOW,
        'databases/fast1.db': '',
        'databases/fast2.db': '',
      })
      libsqlFile(cwd, 'databases/vectors.db', VECTOR_TABLE)
      libsqlFile(cwd, 'databases/random.db', RANDOM_ROWID_TABLE)
      const { child, finished } = startCli(['up', '--all'], { cwd })
      const seen = await watch(child.pid as number, finished)
      expect((await finished).status).toBe(0)

      const pairs = seen.flatMap(({ pid, engines, files }) =>
        files
          .filter(file => file.endsWith('.db'))
          .map(file => ({ pid, engines, name: file.replace(/^.*\//, '') })),
      )
      const enginesAt = (name: string) =>
        new Set(pairs.filter(pair => pair.name === name).flatMap(({ engines }) => engines))
      expect(enginesAt('fast1.db')).toEqual(new Set(['better-sqlite3']))
      expect(enginesAt('fast2.db')).toEqual(new Set(['better-sqlite3']))
      expect(enginesAt('vectors.db')).toContain('libsql')
      expect(enginesAt('random.db')).toContain('libsql')
      expect(seen.filter(({ engines }) => engines.length > 1)).toEqual([])
    },
  )
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

describe('where better-sqlite3 does not serve', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))

  /** The package as it is after an installation that was not allowed to run scripts. */
  function withoutNativePart(): string {
    const copy = directory()
    for (const part of ['dist', 'templates', 'package.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true })
    }
    const modules = join(root, 'node_modules')
    mkdirSync(join(copy, 'node_modules'))
    for (const name of readdirSync(modules)) {
      if (name.startsWith('.') || name === 'better-sqlite3') continue
      symlinkSync(join(modules, name), join(copy, 'node_modules', name))
    }
    for (const part of ['lib', 'package.json']) {
      cpSync(
        join(modules, 'better-sqlite3', part),
        join(copy, 'node_modules/better-sqlite3', part),
        { recursive: true },
      )
    }
    return join(copy, 'dist/bin.js')
  }

  it('because its native part is missing, every verb works by libSQL, and list says so', async () => {
    const bin = withoutNativePart()
    const cwd = directory()
    const run = async (...args: string[]) => {
      const result = await runJson<Document>(args, { cwd, bin })
      expect(result, args.join(' ')).toMatchObject({ status: 0, stderr: '' })
      return result.document
    }
    await run('init')
    rmSync(join(cwd, 'dbfleet.config.ts'))
    writeFiles(cwd, TWO_MIGRATIONS)
    await run('new', 'create_measurements')
    const made = await run('create', 'alice', 'bob')
    expect(made.databases).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
    writeFiles(cwd, { 'databases/empty.db': '' })
    const list = await run('list')
    expect(list.databases.map(({ engine }) => engine)).toEqual(['libsql', 'libsql', 'libsql'])
    expect((await run('up', '--all')).databases[2]?.applied).toHaveLength(3)
    expect((await run('redo', '--all')).databases[0]?.reverted).toHaveLength(1)
    expect((await run('status', '--exit-code')).summary).toMatchObject({ ok: 3 })
    expect((await run('down', '--all')).databases[2]?.reverted).toHaveLength(1)
    expect((await run('destroy', 'bob', '--yes')).summary).toMatchObject({ ok: 1 })
    expect(readdirSync(join(cwd, 'databases')).sort()).toEqual(['alice.db', 'empty.db'])
    expect(onSqlite(join(cwd, 'databases/empty.db'), TABLES)).toHaveLength(2)
  })

  it('because DBFLEET_ENGINE=libsql says so, likewise', async () => {
    const cwd = project({ 'databases/alice.db': '' })
    const env = { DBFLEET_ENGINE: 'libsql' }
    const list = await json(cwd, ['list'], env)
    expect(list.document.databases).toMatchObject([{ name: 'alice', engine: 'libsql' }])
    const up = await json(cwd, ['up', '--all'], env)
    expect(up.document.databases).toMatchObject([{ status: 'ok', applied: [A, B] }])
    expect((await json(cwd, ['list'])).document.databases).toMatchObject([
      { engine: 'better-sqlite3' },
    ])
  })
})

describe('integers beyond 2^53', () => {
  it('are exact in a TypeScript migration, on both engines', async () => {
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: 'fast/*.db' }, { files: 'libsql/*.db', engine: 'libsql' }],
      }),
      'migrations/20260103000000_big.ts': `
        import { type Kysely, sql } from 'kysely'
        const BIG = 9007199254740993n
        export async function up(db: Kysely<any>) {
          await db.schema.createTable('big').addColumn('n', 'integer').execute()
          await db.insertInto('big').values({ n: BIG }).execute()
          const { n } = await db.selectFrom('big').select('n').executeTakeFirstOrThrow()
          if (n !== BIG) throw new Error('read back ' + typeof n + ' ' + n)
          await db.insertInto('big').values({ n: n + 2n }).execute()
          await db.updateTable('big').set({ n: -(2n ** 63n) }).where('n', '=', BIG).execute()
        }
      `,
      'fast/alice.db': '',
      'libsql/bob.db': '',
    })
    const up = await json(cwd, ['up', '--all'])
    expect(up.document.databases).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
    const SELECT = 'SELECT CAST(n AS TEXT) AS n, typeof(n) AS t FROM big ORDER BY big.n'
    for (const file of ['fast/alice.db', 'libsql/bob.db']) {
      expect(onSqlite(join(cwd, file), SELECT), file).toEqual([
        { n: '-9223372036854775808', t: 'integer' },
        { n: '9007199254740995', t: 'integer' },
      ])
    }
  })
})

describe('what a migration prints', () => {
  it('goes to standard error, whichever engine it runs on, and in create too', async () => {
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: 'fast/*.db' }, { files: 'libsql/*.db', engine: 'libsql' }],
      }),
      'migrations/20260103000000_talks.ts': `
        console.log('as it is loaded')
        export async function up() { console.log('as it is applied') }
      `,
      'fast/alice.db': '',
      'libsql/bob.db': '',
    })
    for (const args of [
      ['up', '--db', 'alice'],
      ['up', '--db', 'bob'],
      ['create', 'carol'],
    ]) {
      const { status, stderr } = await json(cwd, args)
      expect(status, args.join(' ')).toBe(0)
      expect(stderr, args.join(' ')).toContain('as it is loaded')
      expect(stderr, args.join(' ')).toContain('as it is applied')
    }
  })
})
