import { describe, expect, it } from 'vitest'
import { databasesSource } from '../../src/fleet/databases-source.js'
import { describeSource } from './source-contract.js'
import { usageErrorOf } from './thrown.js'

const LIST = [
  { name: 'hq', url: 'file:data/hq%20main.db' },
  { name: 'Archive', url: '/srv/archive.db', encryptionKey: { env: 'ARCHIVE_KEY' } },
  { name: 'vectors', url: 'file:///srv/vectors.db', engine: 'libsql' as const },
]

describeSource('databases', async () => ({
  source: databasesSource({ databases: LIST }, '/root'),
  names: ['Archive', 'hq', 'vectors'],
}))

describe('a list of databases', () => {
  it('tells all about its members, whether their files exist or not', async () => {
    expect(await databasesSource({ databases: LIST }, '/root').members()).toEqual([
      {
        name: 'Archive',
        url: 'file:/srv/archive.db',
        path: '/srv/archive.db',
        source: 'databases',
        encryptionKey: { env: 'ARCHIVE_KEY' },
      },
      {
        name: 'hq',
        url: 'file:/root/data/hq main.db',
        path: '/root/data/hq main.db',
        source: 'databases',
      },
      {
        name: 'vectors',
        url: 'file:/srv/vectors.db',
        path: '/srv/vectors.db',
        source: 'databases',
        engine: 'libsql',
      },
    ])
  })

  it('can make the databases that it names, and no others', async () => {
    const { creates } = databasesSource({ databases: LIST }, '/root')
    expect(creates?.locate('hq').path).toBe('/root/data/hq main.db')
    const error = await usageErrorOf(() => creates?.locate('hqq'))
    expect(error.code).toBe('unknown-database')
    expect(error.message).toBe('the list in the configuration names no database "hqq"')
    expect(error.hint).toBe(
      'Add it there, or choose another source with --source. Did you mean "hq"?',
    )
  })

  it('takes the label that it is given', async () => {
    const source = databasesSource({ databases: LIST, label: 'DATABASE_URL' }, '/root')
    expect(new Set((await source.members()).map(member => member.source))).toEqual(
      new Set(['DATABASE_URL']),
    )
  })

  it('takes databases on servers, and replicas with their primaries', async () => {
    const authToken = { env: 'HQ_TOKEN' }
    const databases = [
      { name: 'hq', url: 'libsql://hq.example.org', authToken },
      { name: 'own', url: 'ws://127.0.0.1:8080/#alice' },
      { name: 'replica', url: 'r.db', syncUrl: 'https://r.example.org', authToken },
    ]
    expect(await databasesSource({ databases }, '/root').members()).toEqual([
      {
        name: 'hq',
        url: 'https://hq.example.org',
        server: { url: 'https://hq.example.org', authToken },
        source: 'databases',
      },
      {
        name: 'own',
        url: 'ws://127.0.0.1:8080#alice',
        server: { url: 'ws://127.0.0.1:8080', namespace: 'alice' },
        source: 'databases',
      },
      {
        name: 'replica',
        url: 'file:/root/r.db',
        path: '/root/r.db',
        server: { url: 'https://r.example.org', authToken },
        source: 'databases',
      },
    ])
  })

  it('cannot make a database on a server, nor a replica', async () => {
    const databases = [
      { name: 'hq', url: 'libsql://hq.example.org' },
      { name: 'replica', url: 'r.db', syncUrl: 'https://r.example.org' },
    ]
    const { creates } = databasesSource({ databases }, '/root')
    for (const name of ['hq', 'replica']) {
      const error = await usageErrorOf(() => creates?.locate(name))
      expect(error.code).toBe('cannot-create')
      expect(error.message).toMatch(new RegExp(`^${name} is .*on a server: `))
      expect(error.hint).toContain('adminUrl')
    }
  })

  it.each([
    [{ url: 'https://h?x=1' }, 'bad-url', 'has parameters in its URL'],
    [{ url: 'http://h#..' }, 'bad-name', 'has no possible name of a database after its "#"'],
    [{ url: 'https://h', syncUrl: 'https://h' }, 'config-invalid', 'has a syncUrl, but its url'],
    [{ url: 'r.db', syncUrl: 'primary.db' }, 'bad-url', 'names no server in its URL'],
    [{ url: 'r.db', syncUrl: 'file://h/primary.db' }, 'bad-url', 'names no server in its URL'],
  ])('refuses %o, naming the database', async (entry, code, why) => {
    const databases = [{ name: 'hq', ...entry }]
    const error = await usageErrorOf(() => databasesSource({ databases }, '/root'))
    expect(error.code).toBe(code)
    expect(error.message).toContain(`database "hq" ${why}`)
  })

  it('refuses an empty name', async () => {
    const databases = [{ name: '', url: 'a.db' }]
    expect((await usageErrorOf(() => databasesSource({ databases }, '/root'))).code).toBe(
      'bad-name',
    )
  })
})
