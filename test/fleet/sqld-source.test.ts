import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NamespaceQuery, SqldSourceConfig } from '../../src/config/config.js'
import { openDatabase } from '../../src/database/open-database.js'
import { sqldSource } from '../../src/fleet/sqld-source.js'
import { createKeys, createToken } from '../../src/index.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { services } from './services.js'
import { describeSource } from './source-contract.js'
import { usageErrorOf } from './thrown.js'

const temporaryDirectory = temporaryDirectories()
const server = useSqld()
const NAMES = ['10', '9', 'alice', 'b-1', 'bob']

let prepared = false
beforeEach(async () => {
  if (prepared) return
  prepared = true
  for (const name of ['bob', 'alice', '9', '10', 'b-1']) await createNamespace(server(), name)
  for (const name of ['default', 'alice']) {
    const tenants = 'CREATE TABLE tenants AS SELECT value AS name FROM json_each(\'["bob","9"]\')'
    expect((await execute(server(), name, tenants)).error).toBe('')
  }
})

type Options = Partial<SqldSourceConfig['sqld']>

function source(options: Options = {}, root = '/root') {
  const { url } = server()
  return sqldSource({ sqld: { url, namespaces: 'discover', ...options } }, services(root))
}

async function names(options: Options = {}, root = '/root'): Promise<string[]> {
  return (await source(options, root).members()).map(({ name }) => name)
}

function remote(sql = 'SELECT name FROM tenants', namespace = ''): NamespaceQuery {
  return { query: { url: `${server().url}${namespace}`, sql } }
}

async function fileRegistry(...tenants: string[]): Promise<string> {
  const root = temporaryDirectory()
  const target = { name: 'registry', path: join(root, 'registry.db') }
  await using registry = await openDatabase(target, { mode: 'create', busyTimeoutMs: 1_000 })
  await registry.run('CREATE TABLE tenants (name)')
  for (const name of tenants) await registry.run('INSERT INTO tenants VALUES (?)', [name])
  return root
}

const LOCAL: NamespaceQuery = { query: { url: 'registry.db', sql: 'SELECT name FROM tenants' } }

describeSource('sqld', async () => ({
  source: source({ namespaces: ['bob', 'alice', '9'] }),
  names: ['9', 'alice', 'bob'],
}))
describeSource('sqld', async () => ({ source: source(), names: NAMES }))
describeSource('sqld', async () => ({
  source: source({ dataDirectory: server().dataDirectory }),
  names: NAMES,
}))
describeSource('sqld', async () => ({
  source: source({ namespaces: remote() }),
  names: ['9', 'bob'],
}))
describeSource('sqld', async () => ({
  source: source({ namespaces: LOCAL }, await fileRegistry('zoe', 'alice')),
  names: ['alice', 'zoe'],
}))

describe('the namespaces of sqld', () => {
  it('are members with all that opens, makes and removes them', async () => {
    const { url, adminUrl } = server()
    const authToken = { env: 'SQLD_TOKEN' }
    const adminKey = { file: 'admin.key' }
    const options = { namespaces: ['alice'], authToken, adminUrl: `${adminUrl}/`, adminKey }
    expect(await source(options).members()).toEqual([
      {
        name: 'alice',
        url: `${url}#alice`,
        source: `sqld ${url}`,
        server: {
          url,
          namespace: 'alice',
          authToken,
          admin: { kind: 'sqld', url: adminUrl, key: adminKey },
        },
      },
    ])
  })

  it('may be listed by a registry on the same server, in a namespace of its own', async () => {
    expect(await names({ namespaces: remote(undefined, '#alice') })).toEqual(['9', 'bob'])
  })

  it('are not read from the server where a list names them', async () => {
    const sqld = { url: 'http://sqld.invalid', namespaces: ['alice'] }
    expect(await sqldSource({ sqld }, services('/root')).members()).toHaveLength(1)
  })

  it('are discovered as they come and go, without `default`', async () => {
    const { adminUrl, dataDirectory } = server()
    await createNamespace(server(), 'fleeting')
    await execute(server(), 'fleeting', 'CREATE TABLE t (v)')
    const both = async () => [await names(), await names({ dataDirectory })]
    const more = [...NAMES, 'fleeting'].sort()
    expect(await both()).toEqual([more, more])
    await server().restart()
    expect(await both()).toEqual([more, more])
    await fetch(`${adminUrl}/v1/namespaces/fleeting`, { method: 'DELETE' })
    expect(await both()).toEqual([NAMES, NAMES])
  })

  it('may be served over a WebSocket', async () => {
    const url = server().url.replace('http:', 'ws:')
    expect(await names({ url })).toEqual(NAMES)
  })

  it('say why there is none', async () => {
    const { url } = server()
    expect(source().whyEmpty()).toBe(`${url} has no namespace but "default"`)
    expect(source({ namespaces: [] }).whyEmpty()).toContain('list of namespaces')
    expect(source({ namespaces: remote() }).whyEmpty()).toContain('gives no row')
  })
})

describe('a name that no namespace may have', () => {
  const HOSTILE = ['..', '.', 'a/b', '../evil', 'Alice', 'a b', 'a\nb', 'ä', '-a', 'x'.repeat(64)]

  it.each(HOSTILE)('%j is refused in a list, in a registry, and for a new database', async name => {
    const { adminUrl } = server()
    const listed = await usageErrorOf(() => source({ namespaces: [name] }).members())
    expect(listed.code).toBe('bad-name')
    const root = await fileRegistry('alice', name)
    expect((await usageErrorOf(() => names({ namespaces: LOCAL }, root))).code).toBe('bad-name')
    const { creates } = source({ adminUrl })
    const error = await usageErrorOf(() => creates?.locate(name))
    expect(error.code).toBe('bad-name')
    expect(error.message).toBe(`${JSON.stringify(name)} cannot be a database of sqld`)
  })

  it('is told of when the server has one', async () => {
    const { adminUrl, dataDirectory } = server()
    for (const name of ['Upper', 'with%20space']) {
      await createNamespace(server(), name)
      await execute(server(), decodeURIComponent(name), 'CREATE TABLE t (v)')
    }
    for (const options of [{}, { dataDirectory }]) {
      const error = await usageErrorOf(() => names(options))
      expect(error.code).toBe('bad-name')
      expect(error.message).toMatch(/has 2 namespaces whose names .*"(?:Upper|with space)"$/)
    }
    for (const name of ['Upper', 'with%20space']) {
      await fetch(`${adminUrl}/v1/namespaces/${name}`, { method: 'DELETE' })
    }
    expect(await names()).toEqual(NAMES)
  })

  it.each([
    ['SELECT 1 AS name', 'has the number 1 in column "name", not a text'],
    ['SELECT NULL AS name', 'has NULL in column "name", not a text'],
    ['SELECT 1 AS id', 'has no column "name" (it has id)'],
  ])('is told of with its row: %s', async (sql, why) => {
    const error = await usageErrorOf(() => names({ namespaces: remote(sql) }))
    expect(error.code).toBe('bad-registry')
    expect(error.message).toBe(`row 1 of ${server().url}#default ${why}`)
  })
})

describe('a server that cannot be asked', () => {
  it.each([
    ['http://sqld.invalid', 'cannot be reached'],
    ['http://127.0.0.1:9', 'cannot be reached'],
  ])('%s is told of', async (url, why) => {
    const error = await usageErrorOf(() => names({ url }))
    expect(error.code).toBe('discover-failed')
    expect(error.message).toContain(`the namespaces of ${url} cannot be discovered: `)
    expect(error.message).toContain(why)
    expect(error.hint).toContain('See that the server runs')
  })

  it('is told of when its data directory is none', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'file'), '')
    for (const [dataDirectory, code] of [
      ['nowhere', 'ENOENT'],
      ['file', 'ENOTDIR'],
    ] as const) {
      const error = await usageErrorOf(() => names({ dataDirectory }, root))
      expect(error.code).toBe('discover-failed')
      expect(error.message).toBe(`${join(root, dataDirectory, 'dbs')} cannot be read: ${code}`)
    }
  })

  it('has an address, not the URL of one database', async () => {
    const bad: Options[] = [
      { url: `${server().url}#alice` },
      { url: 'file:data.db' },
      { adminUrl: 'ws://127.0.0.1:9090' },
      { adminUrl: 'http://127.0.0.1:9090/#alice' },
    ]
    for (const options of bad) {
      expect((await usageErrorOf(() => source(options))).code, JSON.stringify(options)).toBe(
        'bad-url',
      )
    }
  })
})

describe('a new namespace', () => {
  it('needs the admin API', () => {
    expect(source().creates).toBeUndefined()
  })

  it('may have any name where all are discovered, and one of the list otherwise', async () => {
    const { url, adminUrl } = server()
    const creates = (namespaces: Options['namespaces'] & {}) =>
      source({ adminUrl, namespaces }).creates
    await creates('discover')?.refuseUnlisted?.(['zoe'])
    const own = await usageErrorOf(() => creates('discover')?.refuseUnlisted?.(['zoe', 'default']))
    expect(own.code).toBe('bad-name')
    expect(own.message).toBe('"default" is the database that sqld makes for itself')
    await creates(['alice', 'bob'])?.refuseUnlisted?.(['bob', 'alice'])
    await creates(remote())?.refuseUnlisted?.(['9'])
    const listed = await usageErrorOf(() => creates(['alice'])?.refuseUnlisted?.(['alice', 'alic']))
    expect(listed.code).toBe('unknown-database')
    expect(listed.message).toBe(`\`namespaces\` of sqld ${url} names no database "alic"`)
    expect(listed.hint).toContain('Did you mean "alice"?')
    const queried = await usageErrorOf(() => creates(remote())?.refuseUnlisted?.(['zoe']))
    expect(queried.message).toBe(`the query of ${url}#default names no database "zoe"`)
  })
})

describe('with tokens', () => {
  const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const guarded = useSqld(async () => {
    await createKeys({ out: join(home, 'keys') })
    return { jwtKeyFile: join(home, 'keys', 'jwt.pub.pem') }
  })

  async function discovered(scope: { fullAccess?: boolean; databases?: string[] } | undefined) {
    const authToken = { env: 'TEST_SQLD_TOKEN' }
    if (scope !== undefined) {
      const { token } = await createToken({ key: join(home, 'keys', 'jwt.pem'), ...scope })
      vi.stubEnv('TEST_SQLD_TOKEN', token)
    }
    try {
      const sqld = { url: guarded().url, namespaces: 'discover' as const }
      const options = { sqld: { ...sqld, ...(scope && { authToken }) } }
      return await sqldSource(options, services('/root')).members()
    } finally {
      vi.unstubAllEnvs()
    }
  }

  it('needs one that opens `default`, and says so', async () => {
    await createNamespace(guarded(), 'alice')
    expect(await discovered({ fullAccess: true })).toMatchObject([{ name: 'alice' }])
    expect(await discovered({ databases: ['default'] })).toMatchObject([{ name: 'alice' }])
    for (const [scope, why] of [
      [undefined, 'the server asks for a token, and there is none'],
      [
        { databases: ['alice'] },
        'the token of the environment variable TEST_SQLD_TOKEN opens alice, not default',
      ],
    ] as const) {
      const error = await usageErrorOf(() =>
        discovered(scope && { databases: [...scope.databases] }),
      )
      expect(error.code).toBe('discover-failed')
      expect(error.message).toContain(why)
      expect(error.hint).toContain('The token has to open "default"')
    }
  })

  it('can look at the data directory with any', async () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'data/dbs/alice'), { recursive: true })
    const sqld = { url: guarded().url, namespaces: 'discover' as const, dataDirectory: 'data' }
    expect(await sqldSource({ sqld }, services(root)).members()).toMatchObject([{ name: 'alice' }])
  })
})
