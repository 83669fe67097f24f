import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import type { SqldSourceConfig } from '../../src/config/config.js'
import { createKeys, createToken } from '../../src/index.js'
import { schemaErrors } from '../docs/report-schema.js'
import { createNamespace, execute } from '../sqld/requests.js'
import type { Sqld } from '../sqld/start-sqld.js'
import { useSqld } from '../sqld/use-sqld.js'
import { A, B, json, projects } from './projects.js'
import { runCli } from './run-cli.js'

const project = projects()

function configOf({ url, adminUrl }: Sqld, more: Partial<SqldSourceConfig['sqld']> = {}) {
  const sqld = { url, adminUrl, namespaces: 'discover', ...more }
  return { 'dbfleet.config.json': JSON.stringify({ fleet: [{ sqld }] }) }
}

/** The directories of the namespaces, as the server keeps them. */
function kept({ dataDirectory }: Sqld): string[] {
  return readdirSync(join(dataDirectory, 'dbs')).filter(name => name !== 'default')
}

/** Schema and ledger, read from the file, past the server. */
function contents({ dataDirectory }: Sqld, name: string) {
  const db = new Database(join(dataDirectory, 'dbs', name, 'data'), { readonly: true })
  try {
    const rows = (sql: string) => db.prepare(sql).all()
    return {
      schema: rows('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid'),
      ledger: rows('SELECT name, checksum, dbfleet_version FROM dbfleet_migrations ORDER BY name'),
      checks: [db.pragma('user_version'), db.pragma('integrity_check')],
    }
  } finally {
    db.close()
  }
}

describe('every verb on namespaces', () => {
  const server = useSqld()

  /** Command lines with their exit status; later ones see what earlier ones did. */
  const RUNS: [status: number, ...args: string[]][] = [
    [0, 'create', 'carol', 'alice', 'bob'],
    [3, 'create', 'alice', 'dave'],
    [0, 'list'],
    [0, 'list', '--db', 'a*', '--db', 'b*'],
    [0, 'status'],
    [0, 'status', '--exit-code', '--except', 'carol'],
    [0, 'down', '--all', '--dry-run', '--verbose'],
    [0, 'down', '--all'],
    [0, 'down', '--db', 'alice', '--to', '0'],
    [1, 'status', '--exit-code'],
    [0, 'up', '--shard', '1/1', '--step', '1', '--dry-run', '--except', 'bob'],
    [0, 'up', '--all', '--to', 'create_b', '--dry-run', '--verbose'],
    [0, 'up', '--all', '--transaction', 'each'],
    [0, 'up', '--all'],
    [0, 'redo', '--db', 'bob'],
    [0, 'redo', '--all'],
    [0, 'down', '--all', '--to', '0'],
    [0, 'up', '--all'],
    [0, 'destroy', 'dave', '--yes'],
    [2, 'up'],
    [2, 'up', '--db', 'zoe'],
    [2, 'destroy', 'alice'],
    [2, 'destroy', 'zoe', '--yes'],
    [0, 'status'],
    [0, 'destroy', 'alice', 'bob', 'carol', '--yes'],
    [2, 'list'],
  ]

  it('gives the same documents and exit statuses as on files', async () => {
    const onServer = project(configOf(server()))
    const onFiles = project()
    for (const [status, ...args] of RUNS) {
      const [remote, local] = await Promise.all([json(onServer, args), json(onFiles, args)])
      const line = args.join(' ')
      expect([remote.status, local.status], `${line}: ${remote.stderr}`).toEqual([status, status])
      expect(schemaErrors(remote.document), line).toEqual([])
      expect(comparable(remote.document), line).toEqual(comparable(local.document))
    }
    expect(kept(server())).toEqual([])
  })

  /** Without what has to differ: where a database is, what opens it, and how long it took. */
  function comparable(document: unknown): unknown {
    return JSON.parse(JSON.stringify(document), (key, value) => {
      if (['url', 'source', 'engine', 'durationMs'].includes(key)) return typeof value
      return key === 'error' ? value.code : value
    })
  }
})

describe('create, on a server', () => {
  const server = useSqld()

  it('makes what migrating an empty namespace makes', async () => {
    const seeds = "INSERT INTO a (v) VALUES ('it''s; one'); PRAGMA user_version = 7;"
    const cwd = project({
      ...configOf(server()),
      'migrations/20260103000000_seed.up.sql': seeds,
      'migrations/20260104000000_typed.ts':
        'export const up = db => db.schema.createTable("typed").addColumn("n", "integer").execute()',
    })
    await createNamespace(server(), 'migrated')
    expect((await json(cwd, ['up', '--all'])).status).toBe(0)
    const { document } = await json(cwd, ['create', 'created'])
    expect(document.databases).toMatchObject([
      { name: 'created', status: 'ok', position: '20260104000000_typed' },
    ])
    const created = contents(server(), 'created')
    expect(created).toEqual(contents(server(), 'migrated'))
    expect(created.ledger).toHaveLength(4)
    expect(JSON.stringify(created.schema)).toContain('typed')
  })

  it('refuses a name that the server has, and leaves that database alone', async () => {
    await createNamespace(server(), 'taken')
    await execute(server(), 'taken', 'CREATE TABLE precious (v)')
    // Discovered or listed, and on a server that has not opened it since it was started: such a
    // one is deleted by a fork.
    for (const namespaces of ['discover', ['taken']] as const) {
      const cwd = project(configOf(server(), { namespaces }))
      await server().restart()
      const { status, document } = await json(cwd, ['create', 'taken'])
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([
        { name: 'taken', status: 'failed', error: { code: 'exists' } },
      ])
      const { rows } = await execute(server(), 'taken', 'SELECT name FROM sqlite_schema')
      expect(rows).toEqual([['precious']])
    }
  })

  // A failed creation is removed again, which must never hit what was there before.
  it.each(['default', 'forgotten'])(
    'leaves a database alone that the server lets be created once more: %s',
    async name => {
      if (name !== 'default') await createNamespace(server(), name)
      await execute(server(), name, 'CREATE TABLE a (precious)')
      await execute(server(), name, 'INSERT INTO a VALUES (42)')
      const metastore = new Database(join(server().dataDirectory, 'metastore', 'data'))
      metastore.prepare('DELETE FROM namespace_configs WHERE namespace = ?').run(name)
      metastore.close()
      await server().restart('SIGKILL')
      // The migrations fail on it, since they make a table of that name.
      const cwd = project(configOf(server(), { namespaces: [name] }))
      const { status, document } = await json(cwd, ['create', name])
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([{ name, error: { code: 'exists' } }])
      const tables = "SELECT name, (SELECT precious FROM a) FROM sqlite_schema WHERE type = 'table'"
      expect((await execute(server(), name, tables)).rows).toEqual([['a', '42']])
    },
  )

  it('refuses a name that the list does not have, before anything is made', async () => {
    const before = kept(server())
    const cwd = project(configOf(server(), { namespaces: ['listed'] }))
    const { status, document } = await json(cwd, ['create', 'listed', 'unlisted'])
    expect(status).toBe(2)
    expect(document.error?.code).toBe('unknown-database')
    expect(kept(server())).toEqual(before)
    expect((await json(cwd, ['create', 'listed'])).status).toBe(0)
  })

  it.each(['..', '../evil', 'a/b', 'Upper', 'a b', 'ä', '%2e%2e', 'a\nb', '?x', '#'])(
    'never lets the server see the name %j',
    async name => {
      const before = [kept(server()), readdirSync(server().dataDirectory)]
      const cwd = project(configOf(server()))
      const { status, document } = await json(cwd, ['create', 'fine', '--', name])
      expect(status).toBe(2)
      expect(document.error?.code).toBe('bad-name')
      expect([kept(server()), readdirSync(server().dataDirectory)]).toEqual(before)
    },
  )

  it('leaves no namespace behind when a migration fails there', async () => {
    const cwd = project({
      ...configOf(server()),
      // A function that the server's older SQLite does not have.
      'migrations/20260103000000_only_files.up.sql':
        "INSERT INTO a (v) VALUES (json_pretty('{}'));",
    })
    const { status, document } = await json(cwd, ['create', 'one', 'two'])
    expect(status).toBe(3)
    for (const name of ['one', 'two']) {
      expect(document.databases).toContainEqual(
        expect.objectContaining({
          name,
          status: 'failed',
          error: expect.objectContaining({ code: 'sql' }),
        }),
      )
      expect((await execute(server(), name, 'SELECT 1')).status).toBe(404)
    }
    expect(kept(server())).not.toContain('one')
  })

  it('makes nothing when a migration fails on any empty database', async () => {
    const before = kept(server())
    const cwd = project({
      ...configOf(server()),
      'migrations/20260103000000_bad.up.sql': 'INSERT INTO nowhere VALUES (1);',
    })
    const { status, document } = await json(cwd, ['create', 'never'])
    expect(status).toBe(2)
    expect(document.error?.message).toContain('do not apply to an empty database')
    expect(kept(server())).toEqual(before)
  })

  it('needs the admin API, as destroy does', async () => {
    const cwd = project(configOf(server(), { adminUrl: undefined, namespaces: ['alice'] }))
    const created = await json(cwd, ['create', 'alice'])
    expect([created.status, created.document.error?.code]).toEqual([2, 'cannot-create'])
    expect(created.document.error?.hint).toContain('`adminUrl`')
    const destroyed = await json(cwd, ['destroy', 'alice', '--yes'])
    expect([destroyed.status, destroyed.document.error?.code]).toEqual([2, 'cannot-destroy'])
    expect(destroyed.document.error?.hint).toContain('Nothing was removed')
  })

  it('says of an admin API that is none, or does not answer, what is wrong', async () => {
    for (const [adminUrl, code] of [
      [server().url, 'missing'],
      ['http://127.0.0.1:9', 'unreachable'],
    ] as const) {
      const cwd = project(configOf(server(), { adminUrl }))
      const { status, document } = await json(cwd, ['create', 'nobody'])
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([{ status: 'failed', error: { code } }])
      expect(kept(server())).not.toContain('nobody')
    }
  })
})

describe('destroy, on a server', () => {
  const server = useSqld()

  it('removes a namespace that the server has not opened since it was started', async () => {
    const cwd = project(configOf(server()))
    expect((await json(cwd, ['create', 'alice', 'bob'])).status).toBe(0)
    await server().restart()
    const { status, document } = await json(cwd, ['destroy', 'alice', '--yes'])
    expect(status).toBe(0)
    expect(document.databases).toMatchObject([{ name: 'alice', status: 'ok' }])
    expect(kept(server())).toEqual(['bob'])
    // The name is free again, and nothing of the old database comes back.
    expect((await json(cwd, ['create', 'alice'])).status).toBe(0)
    expect((await json(cwd, ['destroy', 'alice', 'bob', '--yes'])).status).toBe(0)
  })

  it('says of a listed one that is not there that it is missing, and removes the others', async () => {
    const cwd = project(configOf(server(), { namespaces: ['ghost', 'real'] }))
    expect((await json(cwd, ['create', 'real'])).status).toBe(0)
    const { status, document } = await json(cwd, ['destroy', 'ghost', 'real', '--yes'])
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'ghost', status: 'failed', error: { code: 'missing' } },
      { name: 'real', status: 'ok' },
    ])
    expect(kept(server())).not.toContain('real')
  })

  it('never removes `default`, which discover leaves out', async () => {
    const cwd = project(configOf(server()))
    expect((await json(cwd, ['create', 'other'])).status).toBe(0)
    const { status, document } = await json(cwd, ['destroy', 'default', '--yes'])
    expect([status, document.error?.code]).toEqual([2, 'unknown-database'])
    expect(existsSync(join(server().dataDirectory, 'dbs', 'default'))).toBe(true)
  })
})

describe('a server with a key for its admin API and tokens', () => {
  const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const KEY = 'an-admin-key-that-is-secret'
  const server = useSqld(async () => {
    await createKeys({ out: join(home, 'keys') })
    return {
      jwtKeyFile: join(home, 'keys', 'jwt.pub.pem'),
      flags: ['--admin-auth-key', KEY],
    }
  })
  const adminKey = { env: 'TEST_ADMIN_KEY' }
  const authToken = { env: 'TEST_TOKEN' }

  async function tokenFor(scope: {
    fullAccess?: boolean
    readOnly?: boolean
    databases?: string[]
  }) {
    return (await createToken({ key: join(home, 'keys', 'jwt.pem'), ...scope })).token
  }

  it('is created on, migrated and emptied with both', async () => {
    const token = await tokenFor({ fullAccess: true })
    const env = { TEST_ADMIN_KEY: KEY, TEST_TOKEN: token }
    const cwd = project(configOf(server(), { adminKey, authToken }))
    for (const args of [
      ['create', 'alice', 'bob'],
      ['down', '--all'],
      ['up', '--all'],
      ['destroy', 'alice', 'bob', '--yes'],
    ]) {
      const { status, stdout, stderr } = await runCli(args, { cwd, env })
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).not.toContain(token)
      expect(stdout).not.toContain(KEY)
    }
    expect(kept(server())).toEqual([])
  })

  it.each([
    ['no key', {}, 'asks for a key, and there is none'],
    ['another key', { adminKey }, 'refuses the key'],
  ])('refuses %s, and nothing is made', async (_, more, why) => {
    const env = { TEST_ADMIN_KEY: 'WRONG-KEY', TEST_TOKEN: await tokenFor({ fullAccess: true }) }
    const cwd = project(configOf(server(), { authToken, ...more }))
    const { status, stdout, document } = await json(cwd, ['create', 'alice'], { env })
    expect(status).toBe(3)
    expect(document.databases[0]?.error).toMatchObject({ code: 'auth' })
    expect(document.databases[0]?.error?.message).toContain(why)
    expect(stdout).not.toContain('WRONG-KEY')
    expect(kept(server())).toEqual([])
  })

  it('leaves no namespace behind that the token cannot migrate', async () => {
    for (const scope of [{ readOnly: true }, { databases: ['bob'] }]) {
      const env = { TEST_ADMIN_KEY: KEY, TEST_TOKEN: await tokenFor(scope) }
      const cwd = project(configOf(server(), { adminKey, authToken, namespaces: ['alice'] }))
      const { status, document } = await json(cwd, ['create', 'alice'], { env })
      expect(status).toBe(3)
      expect(document.databases[0]?.error).toMatchObject({ code: 'auth' })
      expect(document.databases[0]?.error?.message).toContain('TEST_TOKEN')
      expect(kept(server())).toEqual([])
    }
  })

  it('opens one database by --url and DATABASE_TOKEN, without a configuration', async () => {
    const full = { TEST_ADMIN_KEY: KEY, TEST_TOKEN: await tokenFor({ fullAccess: true }) }
    const cwd = project(configOf(server(), { adminKey, authToken }))
    expect((await json(cwd, ['create', 'alice'], { env: full })).status).toBe(0)
    rmSync(join(cwd, 'dbfleet.config.json'))
    const env = { DATABASE_TOKEN: await tokenFor({ databases: ['alice'] }) }
    const url = `${server().url}#alice`
    const down = await json(cwd, ['down', '--url', url], { env })
    expect(down.document.databases).toMatchObject([{ name: 'alice', status: 'ok', reverted: [B] }])
    const status = await json(cwd, ['status'], { env: { ...env, DATABASE_URL: url } })
    expect(status.document.databases).toMatchObject([{ name: 'alice', position: A, pending: [B] }])
    const without = await json(cwd, ['status', '--url', url])
    expect(without.status).toBe(3)
    expect(without.document.databases[0]?.error).toMatchObject({ code: 'auth' })
    expect(without.document.databases[0]?.error?.hint).toContain('DATABASE_TOKEN')
  })

  it('tells of a key file that is not there, before anything is made', async () => {
    const file = join(home, 'nowhere.key')
    const env = { TEST_TOKEN: await tokenFor({ fullAccess: true }) }
    const cwd = project(configOf(server(), { adminKey: { file }, authToken }))
    const { status, document } = await json(cwd, ['create', 'carol'], { env })
    expect([status, document.error?.code]).toEqual([2, 'secret-missing'])
    expect(document.error?.message).toContain(`the file ${file} does not exist`)
    writeFileSync(file, `${KEY}\n`)
    expect((await json(cwd, ['create', 'carol'], { env })).status).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain(KEY)
  })
})
