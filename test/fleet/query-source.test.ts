import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/database/open-database.js'
import { querySource } from '../../src/fleet/query-source.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { services } from './services.js'
import { describeSource } from './source-contract.js'
import { usageErrorOf } from './thrown.js'

const temporaryDirectory = temporaryDirectories()
const SQL = 'select name, url from tenants'

async function registryWith(...statements: string[]): Promise<string> {
  const root = temporaryDirectory()
  const target = { name: 'registry', path: join(root, 'registry.db') }
  await using registry = await openDatabase(target, { mode: 'create', busyTimeoutMs: 1_000 })
  await registry.run('create table tenants(id integer primary key, name, url, plan)')
  for (const statement of statements) await registry.run(statement)
  return root
}

async function rootWithTenants(): Promise<string> {
  return await registryWith(
    `insert into tenants(name, url) values
      ('bob', 'file:users/bob.db'), ('alice', 'users/a%20lice.db'), ('acme/eu', 'file:///srv/eu.db')`,
  )
}

function sourceOf(root: string, sql = SQL) {
  return querySource({ query: { url: 'file:registry.db', sql } }, services(root))
}

describeSource('query', async () => ({
  source: sourceOf(await rootWithTenants()),
  names: ['acme/eu', 'alice', 'bob'],
}))

describe('a query of a registry', () => {
  it('tells all about its members; their paths start from the root', async () => {
    const root = await rootWithTenants()
    const source = `query file:${root}/registry.db`
    expect(await sourceOf(root).members()).toEqual([
      { name: 'acme/eu', url: 'file:/srv/eu.db', path: '/srv/eu.db', source },
      {
        name: 'alice',
        url: `file:${root}/users/a%2520lice.db`,
        path: `${root}/users/a%20lice.db`,
        source,
      },
      { name: 'bob', url: `file:${root}/users/bob.db`, path: `${root}/users/bob.db`, source },
    ])
  })

  it('gives its key and engine to all members, and looks at no other column', async () => {
    const root = await rootWithTenants()
    const encryptionKey = { env: 'TENANT_KEY' }
    const query = { url: 'registry.db', sql: 'select *, 1 as engine from tenants limit 1' }
    const source = querySource(
      { query, encryptionKey, engine: 'libsql', label: 'tenants' },
      services(root),
    )
    expect(await source.members()).toEqual([
      {
        name: 'bob',
        url: `file:${root}/users/bob.db`,
        path: `${root}/users/bob.db`,
        source: 'tenants',
        encryptionKey,
        engine: 'libsql',
      },
    ])
  })

  it('may give no row, and cannot create databases', async () => {
    const root = await registryWith()
    const source = sourceOf(root)
    expect(await source.members()).toEqual([])
    expect(source.whyEmpty()).toBe(`the query of file:${root}/registry.db gives no row`)
    expect(source.creates).toBeUndefined()
  })

  it.each([
    ['name', 'select name, name as uri from tenants', 'has no column "url" (it has name, uri)'],
    ['a name', 'select id, url from tenants', 'has no column "name" (it has id, url)'],
    ['NULL', 'select null as name, url from tenants', 'has NULL in column "name", not a text'],
    [
      'an integer',
      'select id as name, url from tenants',
      'has the number 1 in column "name", not a text',
    ],
    ['a blob', "select name, x'00' as url from tenants", 'has a blob in column "url", not a text'],
    ['nothing', "select '' as name, url from tenants", 'has an empty name'],
  ])('refuses %s, and says which row and column', async (_, sql, why) => {
    const root = await rootWithTenants()
    const error = await usageErrorOf(() => sourceOf(root, sql).members())
    expect(error.code).toBe('bad-registry')
    expect(error.message).toBe(`row 1 of query file:${root}/registry.db ${why}`)
  })

  it('may list databases on servers, to which it gives its token', async () => {
    const root = await registryWith(
      "insert into tenants(name, url) values ('a', 'libsql://a.example'), ('b', 'http://[::1]:80#b')",
    )
    const authToken = { env: 'TENANTS_TOKEN' }
    const query = { url: 'registry.db', sql: SQL }
    const source = querySource({ query, authToken, label: 'tenants' }, services(root))
    expect(await source.members()).toEqual([
      {
        name: 'a',
        url: 'https://a.example',
        server: { url: 'https://a.example', authToken },
        source: 'tenants',
      },
      {
        name: 'b',
        url: 'http://[::1]#b',
        server: { url: 'http://[::1]', namespace: 'b', authToken },
        source: 'tenants',
      },
    ])
  })

  it('refuses a URL that it cannot use, and says which row', async () => {
    const root = await registryWith(
      "insert into tenants(name, url) values ('a', 'libsql://a.example?t=s3')",
    )
    const error = await usageErrorOf(() => sourceOf(root).members())
    expect(error.code).toBe('bad-url')
    expect(error.message).toBe(
      `"a" in row 1 of query file:${root}/registry.db has parameters in its URL`,
    )
  })

  it('refuses a registry on a server that is none, or does not answer', async () => {
    const at = (url: string) => querySource({ query: { url, sql: SQL } }, services('/root'))
    const error = await usageErrorOf(() => at('https://registry.example.org#..'))
    expect(error.message).toContain('the registry has no possible name of a database')
    const query = await usageErrorOf(() => at('http://registry.invalid').members())
    expect(query.code).toBe('unreachable')
    expect(query.message).toContain('the registry http://registry.invalid cannot be queried: ')
  })

  it.each([
    ['delete from tenants returning name, url', 'readonly'],
    ['select name, url from tenant', 'sql'],
    ['selec name', 'syntax'],
  ])('refuses %s', async (sql, code) => {
    const root = await rootWithTenants()
    const error = await usageErrorOf(() => sourceOf(root, sql).members())
    expect(error.code).toBe(code)
    expect(error.message).toContain(`the registry file:${root}/registry.db cannot be queried: `)
    expect(await sourceOf(root).members()).toHaveLength(3)
  })

  it('does not change a byte of the registry, nor leave anything beside it', async () => {
    const root = await rootWithTenants()
    const before = statSync(join(root, 'registry.db'), { bigint: true })
    await sourceOf(root).members()
    const after = statSync(join(root, 'registry.db'), { bigint: true })
    expect([after.mtimeNs, after.size, after.ino]).toEqual([
      before.mtimeNs,
      before.size,
      before.ino,
    ])
    expect(existsSync(join(root, 'registry.db-journal'))).toBe(false)
  })

  it('refuses a registry that is not there, without making one', async () => {
    const root = temporaryDirectory()
    const error = await usageErrorOf(() => sourceOf(root).members())
    expect(error.message).toContain(`the registry file:${root}/registry.db cannot be queried: `)
    expect(existsSync(join(root, 'registry.db'))).toBe(false)
  })

  it('refuses a registry that is no database', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'registry.db'), 'name,url\n'.repeat(500))
    expect((await usageErrorOf(() => sourceOf(root).members())).code).toBe('not-a-database')
  })
})
