import { realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SourceConfig } from '../../src/config/config.js'
import type { Member } from '../../src/fleet/member.js'
import { openSources } from '../../src/fleet/open-sources.js'
import { resolveFleet } from '../../src/fleet/resolve-fleet.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { services } from './services.js'
import { usageErrorOf } from './thrown.js'
import { touch } from './touch.js'

const temporaryDirectory = temporaryDirectories()

function rootWith(files: readonly string[]): string {
  const root = realpathSync(temporaryDirectory())
  touch(root, files)
  return root
}

function resolved(root: string, fleet: SourceConfig[], required = true): Promise<Member[]> {
  return resolveFleet(openSources({ fleet }, services(root)), { root, required })
}

describe('the fleet', () => {
  it('is what all sources have, by name', async () => {
    const root = rootWith(['a/bob.db', 'a/dave.db', 'b/carol.db'])
    const members = await resolved(root, [
      { files: 'a/*.db' },
      { databases: [{ name: 'alice', url: 'alice.db' }] },
      { files: 'b/*.db' },
    ])
    expect(members.map(({ name, source }) => [name, source])).toEqual([
      ['alice', 'databases'],
      ['bob', 'files a/*.db'],
      ['carol', 'files b/*.db'],
      ['dave', 'files a/*.db'],
    ])
  })

  it('may be empty, unless a database is needed', async () => {
    const root = rootWith([])
    const fleet = [{ files: 'databases/*.db' }, { databases: [] }]
    expect(await resolved(root, fleet, false)).toEqual([])
    const error = await usageErrorOf(() => resolved(root, fleet))
    expect(error.code).toBe('no-databases')
    expect(error.message).toBe(
      `the fleet has no database: "databases/*.db" matches no file: there is no directory ${join(root, 'databases')}; the list of databases in the configuration is empty`,
    )
    expect(error.hint).toContain('dbfleet create <name>')
    expect(error.hint).toContain(root)
    expect((await usageErrorOf(() => resolved(root, []))).message).toBe(
      'the fleet has no database: it has no source',
    )
  })

  it('refuses one name for two databases, and names both', async () => {
    const root = rootWith(['a/alice.db', 'b/alice.db'])
    const error = await usageErrorOf(() =>
      resolved(root, [{ files: 'a/*.db' }, { files: 'b/*.db' }], false),
    )
    expect(error.code).toBe('duplicate-name')
    expect(error.message).toBe(
      `"alice" is the name of two databases: file:${root}/a/alice.db, from files a/*.db and file:${root}/b/alice.db, from files b/*.db`,
    )
  })

  it('shows a few of many names that are there twice, and counts the others', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `t${index}`)
    const root = rootWith(names.flatMap(name => [`eu/${name}.db`, `us/${name}.db`]))
    const error = await usageErrorOf(() => resolved(root, [{ files: '*/*.db', name: '{2}' }]))
    expect(error.code).toBe('duplicate-name')
    expect(error.message.match(/is the name of two databases/g)).toHaveLength(3)
    expect(error.message).toMatch(/; and 9 more$/)
  })

  it('refuses two names for one file, and names both', async () => {
    const root = rootWith(['a/alice.db'])
    const error = await usageErrorOf(() =>
      resolved(root, [
        { files: 'a/*.db' },
        { databases: [{ name: 'bob', url: 'a/../a/alice.db' }] },
      ]),
    )
    expect(error.code).toBe('duplicate-file')
    expect(error.message).toBe(
      `one database has two names in the fleet: "alice" (file:${root}/a/alice.db, from files a/*.db) and "bob" (file:${root}/a/alice.db, from databases)`,
    )
  })

  it('refuses a symbolic link as the second name of a file', async () => {
    const root = rootWith(['a/alice.db', 'users/own/store.db'])
    symlinkSync('alice.db', join(root, 'a/current.db'))
    symlinkSync('own', join(root, 'users/same'))
    expect((await usageErrorOf(() => resolved(root, [{ files: 'a/*.db' }]))).code).toBe(
      'duplicate-file',
    )
    const error = await usageErrorOf(() => resolved(root, [{ files: 'users/*/*.db', name: '{1}' }]))
    expect(error.message).toContain('"own" (')
    expect(error.message).toContain('"same" (')
  })

  it('refuses two ways through a symbolic link to a file', async () => {
    const root = rootWith(['disk/alice.db'])
    symlinkSync('disk', join(root, 'link'))
    const direct: SourceConfig = { databases: [{ name: 'direct', url: 'disk/alice.db' }] }
    const linked: SourceConfig = { databases: [{ name: 'linked', url: 'link/alice.db' }] }
    for (const other of [direct, linked]) {
      const error = await usageErrorOf(() => resolved(root, [{ files: 'link/*.db' }, other]))
      expect(error.code).toBe('duplicate-file')
    }
  })

  it.each([
    ['libsql://h.example', 'https://H.example:443/'],
    ['libsql://h.example?tls=0', 'http://h.example'],
    ['http://h:8080#alice', 'ws://h:8080/#alice'],
    ['http://127.0.0.1:8080', 'libsql://127.1:8080?tls=0#default'],
  ])('refuses %s and %s as two databases', async (one, other) => {
    const databases = [
      { name: 'one', url: one },
      { name: 'other', url: other },
    ]
    const error = await usageErrorOf(() => resolved('/root', [{ databases }]))
    expect(error.code).toBe('duplicate-file')
    expect(error.message).toContain('one database has two names in the fleet: "one" (http')
  })

  it('refuses a replica beside its primary, and a namespace that is listed elsewhere', async () => {
    const sqld = { url: 'http://h:8080', namespaces: ['alice'] }
    for (const database of [
      { name: 'replica', url: 'alice.db', syncUrl: 'http://h:8080#alice' },
      { name: 'other', url: 'http://h:8080#alice' },
    ]) {
      const error = await usageErrorOf(() =>
        resolved('/root', [{ sqld }, { databases: [database] }]),
      )
      expect(error.code).toBe('duplicate-file')
    }
  })

  it('takes databases of one server, and equal names in the network, for different ones', async () => {
    const databases = [
      { name: 'a', url: 'http://h:8080#a' },
      { name: 'b', url: 'http://h:8080#b' },
      { name: 'c', url: 'http://h:8081#b' },
      { name: 'd', url: 'https://h:8081#b' },
    ]
    expect(await resolved('/root', [{ databases }])).toHaveLength(4)
  })

  it('refuses one name on two servers, though their sources have one label', async () => {
    const at = (url: string): SourceConfig => ({
      sqld: { url, namespaces: ['alice', 'bob'] },
      label: 'own',
    })
    const error = await usageErrorOf(() => resolved('/root', [at('http://eu'), at('http://us')]))
    expect(error.code).toBe('duplicate-name')
    expect(error.message).toContain(
      '"alice" is the name of two databases: http://eu#alice, from own and http://us#alice, from own',
    )
    expect(error.hint).toContain('list one of the two in a source `databases`')
    const apart = { databases: [{ name: 'alice-us', url: 'http://us#alice' }] }
    expect(await resolved('/root', [at('http://eu'), apart])).toHaveLength(3)
  })

  it('does not look at the databases themselves', async () => {
    const root = rootWith([])
    const members = await resolved(root, [{ databases: [{ name: 'ghost', url: 'ghost.db' }] }])
    expect(members.map(({ name }) => name)).toEqual(['ghost'])
  })
})
