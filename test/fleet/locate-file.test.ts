import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filesSource } from '../../src/fleet/files-source.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { usageErrorOf } from './thrown.js'
import { touch } from './touch.js'

const temporaryDirectory = temporaryDirectories()

interface Layout {
  files: string
  name?: string
  create?: string
}

function located(layout: Layout, name: string, root = '/root'): string | undefined {
  return filesSource(layout, root).creates?.locate(name).path
}

const HASHED: Layout = {
  files: 'users/*/*/store.sqlite',
  name: '{2}',
  create: 'users/{hash:2}/{name}/store.sqlite',
}

describe('a new database', () => {
  it.each<[Layout, string, string]>([
    [{ files: 'databases/*.db' }, 'alice', '/root/databases/alice.db'],
    [{ files: '/var/*.db' }, 'alice', '/var/alice.db'],
    [{ files: 'users/*/store.sqlite' }, 'alice', '/root/users/alice/store.sqlite'],
    [{ files: 'users/**/store.sqlite' }, 'alice', '/root/users/alice/store.sqlite'],
    [{ files: 'users/**' }, 'alice', '/root/users/alice'],
    [{ files: '*.db', name: 'tenant-{1}' }, 'tenant-7', '/root/7.db'],
    [{ files: 'tenant-[0-9][0-9].db' }, '07', '/root/tenant-07.db'],
    [{ files: 'data/app.db' }, 'app', '/root/data/app.db'],
    [{ files: 'data/app.db', name: 'main' }, 'main', '/root/data/app.db'],
    [HASHED, 'alice', '/root/users/2b/alice/store.sqlite'],
    [{ files: '*-*.db', create: 'eu-{name}.db', name: '{2}' }, 'alice', '/root/eu-alice.db'],
    [{ files: '*.db', create: './{name}.db' }, 'alice', '/root/alice.db'],
  ])('of %j that is called %s goes to %s', (layout, name, path) => {
    expect(located(layout, name)).toBe(path)
  })

  it('has no place where several wildcards leave it open', () => {
    expect(filesSource({ files: 'users/*/*/store.sqlite' }, '/root').creates).toBeUndefined()
  })

  it.each<[Layout, string, string, string]>([
    [{ files: '*.db' }, '../up', 'bad-name', 'it has a /'],
    [{ files: '*.db' }, 'a/b', 'bad-name', 'it has a /'],
    [HASHED, '..', 'bad-name', 'it begins with a .'],
    [{ files: '*' }, 'alice-wal', 'bad-name', '"alice-wal" would be taken for a part of "alice"'],
    [
      { files: '*.db', name: 't-{1}' },
      'alice',
      'bad-name',
      'no file of "*.db" has the name "alice"',
    ],
    [{ files: '*.db', name: '{1}{1}' }, 'xx', 'cannot-create', 'which has the name "xx'],
    [
      { files: 'tenant-[0-9].db' },
      'x',
      'cannot-create',
      'put into "tenant-x.db", which "tenant-[0-9].db" does not match',
    ],
    [
      { files: '{prod,stage}.db' },
      'test',
      'cannot-create',
      'which "{prod,stage}.db" does not match',
    ],
    [
      { files: 'data/app.db' },
      'alice',
      'cannot-create',
      'which has the name "app" by "data/app.db"',
    ],
    [
      { files: 'users/*/*.db', create: 'users/{name}/{hash:4}.db' },
      'alice',
      'cannot-create',
      'which has the name "alice/2bd8"',
    ],
    [
      { files: 'users/*.db', create: '../{name}.db' },
      'alice',
      'cannot-create',
      'put into "../../alice.db"',
    ],
    [
      { files: 'users/**/*.db', create: 'users/../{name}.db' },
      'alice',
      'cannot-create',
      'put into "../alice.db"',
    ],
    [
      { files: '*.db', create: '.{name}.db' },
      'alice',
      'cannot-create',
      'which "*.db" does not match',
    ],
  ])('of %j that is called %s has no place', async (layout, name, code, message) => {
    const error = await usageErrorOf(() => located(layout, name))
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
  })

  it.each([
    ['users/{hash:0}/{name}.db', 'has an unknown {hash:0}'],
    ['users/{hash:65}/{name}.db', 'has an unknown {hash:65}'],
    ['users/{hash}/{name}.db', 'has an unknown {hash}'],
    ['users/{nam}.db', 'has an unknown {nam}'],
    ['users/{hash:8}.db', 'does not have {name}'],
    ['users/}{name}.db', 'has a brace that stands alone'],
  ])('may not be made by create %s', async (create, message) => {
    const error = await usageErrorOf(() => filesSource({ files: 'users/**/*.db', create }, '/root'))
    expect(error.code).toBe('bad-pattern')
    expect(error.message).toContain(message)
  })

  const name = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'abAB019._-+@=, éß日') }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
  )
  // Some file systems take names that differ in case for one.
  const names = fc.uniqueArray(name, { maxLength: 8, selector: text => text.toLowerCase() })
  const layout = fc.constantFrom<Layout>(
    HASHED,
    { files: 'databases/*.db' },
    { files: 'databases/*' },
    { files: 'tenant-*', name: 'x{1}' },
    { files: 'users/**/store.db' },
    { files: '**/*.db', create: 'a/{hash:64}/{name}.db', name: '{2}' },
    { files: '[a-m]*.db' },
  )

  it('is below the fixed directory and gives its name back, or is refused', () => {
    fc.assert(
      fc.property(layout, name, (chosen, text) => {
        const source = filesSource(chosen, '/root')
        let path: string | undefined
        try {
          path = source.creates?.locate(text).path
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(?:bad-name|cannot-create)$/)
          return
        }
        expect(path).toMatch(/^\/root\/[^.]/)
        expect(path).not.toMatch(/\/\.|\p{C}/u)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is listed under its name once its file is there', async () => {
    await fc.assert(
      fc.asyncProperty(layout, names, async (chosen, texts) => {
        const root = realpathSync(temporaryDirectory())
        const source = filesSource(chosen, root)
        const created = texts.flatMap(text => {
          try {
            return source.creates?.locate(text) ?? []
          } catch {
            return []
          }
        })
        touch(
          root,
          created.map(({ path = '' }) => path.slice(root.length)),
        )
        const listed = await source.members()
        expect(listed).toEqual(created.sort((one, other) => (one.name < other.name ? -1 : 1)))
        expect(listed.every(({ path }) => path?.startsWith(join(root, '/')))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
