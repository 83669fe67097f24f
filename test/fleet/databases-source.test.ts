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

  it('refuses a server, naming the database', async () => {
    const databases = [{ name: 'hq', url: 'libsql://hq.example.org' }]
    const error = await usageErrorOf(() => databasesSource({ databases }, '/root'))
    expect(error.code).toBe('unsupported-url')
    expect(error.message).toBe('database "hq" is on a server (libsql:), not in a file')
  })

  it('refuses an empty name', async () => {
    const databases = [{ name: '', url: 'a.db' }]
    expect((await usageErrorOf(() => databasesSource({ databases }, '/root'))).code).toBe(
      'bad-name',
    )
  })
})
