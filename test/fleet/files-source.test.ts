import { chmodSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesSource } from '../../src/fleet/files-source.js'
import type { Member } from '../../src/fleet/member.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { describeSource } from './source-contract.js'
import { usageErrorOf } from './thrown.js'
import { touch } from './touch.js'

const temporaryDirectory = temporaryDirectories()

function rootWith(files: readonly string[]): string {
  const root = realpathSync(temporaryDirectory())
  touch(root, files)
  return root
}

async function named(root: string, files: string, name?: string): Promise<string[]> {
  const source = filesSource(name === undefined ? { files } : { files, name }, root)
  return (await source.members()).map(member => member.name)
}

describeSource('files', async () => {
  const root = rootWith([
    'b.db',
    'a.db',
    'B.db',
    'a%20 #?.db',
    'line\nbreak.db',
    'é.db',
    '10.db',
    '9.db',
  ])
  const names = ['10', '9', 'B', 'a', 'a%20 #?', 'b', 'line\nbreak', 'é']
  return { source: filesSource({ files: '*.db' }, root), names }
})

/** All that can be asked of a member. */
function told({ name, url, path, realPath, source, server, encryptionKey, engine }: Member) {
  return { name, url, path, realPath, source, server, encryptionKey, engine }
}

describe('a source of files', () => {
  it('tells all about a member, and nothing that is not so', async () => {
    const root = rootWith(['databases/alice.db'])
    const path = join(root, 'databases/alice.db')
    const plain = await filesSource({ files: 'databases/*.db' }, root).members()
    expect(plain.map(told)).toEqual([
      { name: 'alice', url: `file:${path}`, path, source: 'files databases/*.db' },
    ])
    const key = { env: 'KEY' }
    const config = {
      files: 'databases/*.db',
      label: '--files',
      encryptionKey: key,
      engine: 'libsql',
    } as const
    expect((await filesSource(config, root).members()).map(told)).toEqual([
      {
        name: 'alice',
        url: `file:${path}`,
        path,
        source: '--files',
        encryptionKey: key,
        engine: 'libsql',
      },
    ])
  })

  it.each<[string, string | undefined, string[]]>([
    ['users/*/*/store.sqlite', undefined, ['3a/alice', 'f0/bob']],
    ['users/*/*/store.sqlite', '{2}', ['alice', 'bob']],
    ['users/*/*/store.sqlite', 'user-{2} ({1})', ['user-alice (3a)', 'user-bob (f0)']],
    ['users/**/store.sqlite', undefined, ['3a/alice', 'f0/bob', 'store']],
    ['users/**/*.sqlite', undefined, ['3a/alice/store', 'f0/bob/store', 'store']],
    [
      'users/**',
      undefined,
      ['3a/alice/notes.txt', '3a/alice/store.sqlite', 'f0/bob/store.sqlite', 'store.sqlite'],
    ],
    ['users/{3a,f0}/*/store.sqlite', '{1}', ['3a', 'f0']],
    ['users/[0-9][a-z]/*/store.sqlite', undefined, ['3a/alice']],
    ['users/??/bob/store.sqlite', undefined, ['f0']],
    ['users/3a/alice/store.sqlite', undefined, ['store']],
    ['users/3a/alice/store.sqlite', 'main', ['main']],
    ['**/alice/**/store.sqlite', '{1}', ['users/3a']],
    ['**/store.sqlite', undefined, ['users', 'users/3a/alice', 'users/f0/bob']],
    ['users/nobody/store.sqlite', undefined, []],
    ['users/3a/alice/store.sqlite/*.db', undefined, []],
    ['nowhere/*.db', undefined, []],
  ])('finds by %s and name %j: %j', async (files, name, expected) => {
    const root = rootWith([
      'users/3a/alice/store.sqlite',
      'users/3a/alice/notes.txt',
      'users/f0/bob/store.sqlite',
      'users/store.sqlite',
    ])
    expect(await named(root, files, name)).toEqual(expected)
  })

  it.each([
    'with space',
    '(a|b)',
    '[1]',
    '{x,y}',
    'star*',
    '!not',
    'back\\slash',
    'o\'brien "q"',
    'ü 日本',
    'line\nbreak',
    '**',
  ])('works below a root that is called %j', async directory => {
    const root = join(temporaryDirectory(), directory)
    touch(root, ['databases/alice.db', 'deep/a/b/c.db'])
    expect(await named(root, 'databases/*.db')).toEqual(['alice'])
    expect(await named(root, 'deep/**/*.db')).toEqual(['a/b/c'])
    expect(await named(join(root, 'deep'), '../databases/*.db')).toEqual(['alice'])
  })

  it('takes no sidecar of a database for one', async () => {
    const endings = ['', '-wal', '-shm', '-journal', '-info', '-client_wal_index']
    const root = rootWith([
      ...endings.map(ending => `databases/alice${ending}`),
      'databases/lone-wal',
      'databases/acme-info.db',
      'databases/acme.db',
      'databases/acme.db-wal',
    ])
    expect(await named(root, 'databases/*')).toEqual([
      'acme-info.db',
      'acme.db',
      'alice',
      'lone-wal',
    ])
  })

  it('takes nothing hidden for a database, unless the pattern says so', async () => {
    const root = rootWith([
      'databases/alice.db',
      'databases/.alice.db.dbfleet-0123456789ab.tmp',
      'databases/.hidden.db',
      'databases/.git/x.db',
    ])
    expect(await named(root, 'databases/*')).toEqual(['alice.db'])
    expect(await named(root, '**/*.db')).toEqual(['databases/alice'])
    expect(await named(root, 'databases/.*.db')).toEqual(['hidden'])
  })

  it('takes neither a directory nor a socket for a database', async () => {
    const root = rootWith(['databases/alice.db'])
    mkdirSync(join(root, 'databases/directory.db'))
    mkdirSync(join(root, 'databases/plain'))
    const server = createServer()
    await new Promise<void>(done => server.listen(join(root, 'databases/socket.db'), done))
    expect(await named(root, 'databases/*.db')).toEqual(['alice'])
    expect(await named(root, 'databases/plain')).toEqual([])
    await new Promise(done => server.close(done))
  })

  it('follows symbolic links to files and directories, and knows where they lead', async () => {
    const root = rootWith(['real/alice.db', 'tenants/own/store.db', 'elsewhere/store.db'])
    symlinkSync('../real/alice.db', join(root, 'tenants/linked.db'))
    symlinkSync('../elsewhere', join(root, 'tenants/moved'))
    const { members } = filesSource({ files: 'tenants/*/store.db' }, root)
    expect((await members()).map(({ name }) => name)).toEqual(['moved', 'own'])
    const [linked] = await filesSource({ files: 'tenants/*.db' }, root).members()
    expect(linked).toMatchObject({ name: 'linked', realPath: join(root, 'real/alice.db') })
    const [moved] = await filesSource({ files: 'tenants/*/*.db', name: '{1}' }, root).members()
    expect(moved).toMatchObject({ name: 'moved', realPath: join(root, 'elsewhere/store.db') })
    expect(await named(root, 'tenants/linked.db')).toEqual(['linked'])
  })

  it('lists a symbolic link that leads nowhere, or in a circle', async () => {
    const root = rootWith(['databases/alice.db'])
    symlinkSync('nowhere.db', join(root, 'databases/dangling.db'))
    symlinkSync('circle.db', join(root, 'databases/circle.db'))
    expect(await named(root, 'databases/*.db')).toEqual(['alice', 'circle', 'dangling'])
    expect(await named(root, 'databases/dangling.db')).toEqual(['dangling'])
  })

  it('does not go round in circles of directories', async () => {
    const root = rootWith(['databases/alice.db'])
    symlinkSync('..', join(root, 'databases/up'))
    expect(await named(root, '**/*.db')).toEqual(['databases/alice'])
    expect(await named(root, 'databases/*/databases/*.db', '{1}')).toEqual(['up'])
  })

  it('finds a file once, however many ways the pattern leads to it', async () => {
    const root = rootWith(['a/a/a/x.db'])
    expect(await named(root, '**/a/**/x.db', 'only')).toEqual(['only'])
  })

  it.skipIf(process.getuid?.() === 0)('refuses to leave out what it may not read', async () => {
    const root = rootWith(['users/alice/store.db', 'users/bob/store.db'])
    chmodSync(join(root, 'users/bob'), 0o000)
    try {
      const error = await usageErrorOf(() => named(root, 'users/*/*.db'))
      expect(error.code).toBe('unreadable-directory')
      expect(error.message).toBe(
        `${join(root, 'users/bob')} cannot be looked into: permission denied`,
      )
    } finally {
      chmodSync(join(root, 'users/bob'), 0o700)
    }
  })

  it('refuses a path that the file system cannot look at', async () => {
    const root = rootWith(['users/alice/store.db'])
    const error = await usageErrorOf(() => named(root, `users/*/${'x'.repeat(300)}`))
    expect(error.code).toBe('unreadable-directory')
    expect(error.message).toContain('ENAMETOOLONG')
  })

  it('lists a link to what cannot be looked at where a file is due, and refuses it elsewhere', async () => {
    const root = rootWith(['users/alice/store.db'])
    symlinkSync('x'.repeat(300), join(root, 'users/bob'))
    expect(await named(root, 'users/*')).toEqual(['bob'])
    expect(await named(root, 'users/bob')).toEqual(['bob'])
    const error = await usageErrorOf(() => named(root, 'users/*/*.db'))
    expect(error.message).toBe(`${join(root, 'users/bob')} cannot be looked into: ENAMETOOLONG`)
  })

  it('says why there is nothing', () => {
    const root = rootWith(['databases/notes.txt'])
    expect(filesSource({ files: 'databases/*.db' }, root).whyEmpty()).toBe(
      `"databases/*.db" matches no file in ${join(root, 'databases')}`,
    )
    expect(filesSource({ files: 'data/*.db' }, root).whyEmpty()).toBe(
      `"data/*.db" matches no file: there is no directory ${join(root, 'data')}`,
    )
    expect(filesSource({ files: 'databases' }, root).whyEmpty()).toBe(
      '"databases" is a directory; name the files in it, such as "databases/*.db"',
    )
  })

  it.each([
    ['{2}', 'name "{2}" refers to {2}, but "*.db" has one wildcard'],
    ['{0}', 'name "{0}" has an unknown {0}'],
    ['{name}', 'name "{name}" has an unknown {name}'],
    ['{1', 'name "{1" has a brace that stands alone'],
  ])('refuses the name %s', async (name, message) => {
    const error = await usageErrorOf(() => filesSource({ files: '*.db', name }, '/root'))
    expect(error).toMatchObject({ code: 'bad-pattern', message })
  })

  it('refuses a name that comes out empty', async () => {
    const root = rootWith(['tenant.db'])
    expect(await named(root, 'tenant*.db')).toEqual(['tenant'])
    const error = await usageErrorOf(() => named(root, 'tenant*.db', '{1}'))
    expect(error.message).toBe('"tenant.db" has no name by "tenant*.db" and name "{1}"')
  })
})
