import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseManifest } from '../../src/backup/parse-manifest.js'
import { readManifest } from '../../src/backup/read-manifest.js'
import { openStore } from '../../src/backup/store/open-store.js'
import { UsageError } from '../../src/errors/usage-error.js'
import { manifestErrors } from '../docs/manifest-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { entryOf, manifestWith, sumOf } from './manifests.js'

const sound = () => {
  const bob = { name: 'bob', url: 'file:/b', proven: false, status: 'failed' } as const
  return manifestWith([entryOf('alice'), { ...bob, error: { code: 'missing', message: 'gone' } }])
}

/** Sets a value deep in a manifest: `databases.0.object.file`. */
function changed(path: string, value: unknown): string {
  const manifest = JSON.parse(JSON.stringify(sound()))
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  const holder = steps.reduce((at, step) => at[step], manifest)
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return JSON.stringify(manifest)
}

const HOSTILE: [path: string, value: unknown][] = [
  ['format', 'tar'],
  ['version', '1'],
  ['startedAt', 'yesterday'],
  ['startedAt', '2026-13-45T09:00:00.000Z'],
  ['startedSha256', 'none'],
  ['complete', true],
  ['summary.ok', 2],
  ['summary.proven', 7],
  ['databases', {}],
  ['databases.0', null],
  ['databases.0', []],
  ['databases.0.name', ''],
  ['databases.0.name', 7],
  ['databases.0.name', 'bob'],
  ['databases.0.status', 'fine'],
  ['databases.0.proven', 'yes'],
  ['databases.0.object', undefined],
  ['databases.0.object', 'databases/alice.sql.gz'],
  ['databases.0.digest', 'md5:1'],
  ['databases.0.tables', 'none'],
  ['databases.0.tables.0.rows', -1],
  ['databases.0.ledger.applied', 1.5],
  ['databases.1.proven', true],
  ['databases.1.error', undefined],
  ['databases.0.object.storedBytes', 1e300],
  ['databases.0.object.storedBytes', -1],
  ['databases.0.object.rawBytes', 0.5],
  ['databases.0.object.rawBytes', '20'],
  ['databases.0.object.rawSha256', 'A'.repeat(64)],
  ['databases.0.object.compression', 'rar'],
  ...[
    '../alice.sql',
    '/etc/passwd',
    'databases/../../etc/passwd',
    'databases/..',
    'databases/.',
    'databases/.hidden',
    'databases/a/b.sql',
    'databases\\a.sql',
    'databases/a\u0000.sql',
    'databases/a.sql\n',
    'manifest.json',
    'databases/',
    `databases/${'a'.repeat(300)}`,
  ].map((file): [string, unknown] => ['databases.0.object.file', file]),
  ...['..', '.', '', 'a/b', '/abs', 'a\\b', 'a\u0000b', 'a\nb', '.hidden', 'a'.repeat(300)].map(
    (set): [string, unknown] => ['databases.0.object.set', set],
  ),
]

describe('the manifest of a backup set', () => {
  const directory = temporaryDirectories()

  async function read(text: string | undefined, sum?: string) {
    const path = directory()
    mkdirSync(join(path, 'set'))
    if (text !== undefined) writeFileSync(join(path, 'set/manifest.json'), text)
    if (sum !== undefined) writeFileSync(join(path, 'set/manifest.json.sha256'), sum)
    return readManifest(await openStore({ kind: 'directory', path }), 'set')
  }

  it('is read as it was written', async () => {
    const text = JSON.stringify(sound())
    expect(await read(text, sumOf(text))).toEqual(sound())
  })

  it('may have fields that a later version added', () => {
    expect(parseManifest(changed('databases.0.later', 1), 'manifest.json')).toEqual(sound())
  })

  it.for(HOSTILE)('is refused with %s = %j, which is named', ([path, value]) => {
    const read = () => parseManifest(changed(path, value), 'manifest.json')
    expect(read).toThrow(UsageError)
    const last = path.split('.').at(-1) ?? ''
    const place = /^\d+$/.test(last) ? `[${last}]` : last
    expect(read).toThrow(expect.objectContaining({ code: 'manifest-invalid' }))
    expect(read).toThrow(expect.objectContaining({ message: expect.stringContaining(place) }))
  })

  it('is refused when two databases share a name or an object', () => {
    const twice = manifestWith([entryOf('alice'), entryOf('alice')])
    expect(() => parseManifest(JSON.stringify(twice), 'manifest.json')).toThrow('second "alice"')
    const other = { ...entryOf('alice'), name: 'bob' }
    const shared = manifestWith([entryOf('alice'), other])
    expect(() => parseManifest(JSON.stringify(shared), 'manifest.json')).toThrow(
      'databases[1].object.file: a second "databases/alice.sql.gz"',
    )
  })

  it.for(['', 'PK', '{', 'null', '7', '[]', '{}', '{"format":"dbfleet-backup-set"}'])(
    'is refused when it is %j',
    text => {
      expect(() => parseManifest(text, 'manifest.json')).toThrow(
        expect.objectContaining({ code: 'manifest-invalid' }),
      )
    },
  )

  it('of another version is refused with what to do', () => {
    const hint = 'This dbfleet reads version 1; take a newer one.'
    expect(() => parseManifest(changed('version', 2), 'manifest.json')).toThrow(
      expect.objectContaining({ code: 'manifest-version', hint }),
    )
  })

  it('is what its JSON Schema allows, whatever is changed in it', () => {
    const path = fc.constantFrom(...HOSTILE.map(([at]) => at))
    fc.assert(
      fc.property(path, fc.jsonValue(), (at, value) => {
        const text = changed(at, value)
        try {
          parseManifest(text, 'manifest.json')
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
          return
        }
        expect(manifestErrors(JSON.parse(text))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('is refused when a byte of it or of its hash differs, or one is missing', async () => {
    const text = JSON.stringify(sound())
    const sum = sumOf(text)
    const damaged = expect.objectContaining({ code: 'manifest-damaged' })
    await expect(read(text.replace('alice', 'alicf'), sum)).rejects.toEqual(damaged)
    await expect(read(text)).rejects.toEqual(damaged)
    for (let at = 0; at < sum.length; at++) {
      const other = `${sum.slice(0, at)}${String.fromCharCode(sum.charCodeAt(at) ^ 1)}${sum.slice(at + 1)}`
      await expect(read(text, other), `byte ${at}`).rejects.toEqual(damaged)
    }
    await expect(read(undefined, sum)).rejects.toMatchObject({ code: 'set-unfinished' })
  })
})
