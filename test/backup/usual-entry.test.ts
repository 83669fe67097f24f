import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ManifestEntry } from '../../src/backup/manifest.js'
import { parseManifest } from '../../src/backup/parse-manifest.js'
import { isUsualEntry } from '../../src/backup/usual-entry.js'
import { entryOf, manifestWith, SHA } from './manifests.js'

/** Not usual, so that a manifest with it is compared with the schema as a whole. */
const FAILED: ManifestEntry = {
  name: 'a name that no other has',
  url: 'file:/failed',
  proven: false,
  status: 'failed',
  error: { code: 'missing', message: 'gone' },
}

/** An entry that has every field that there may be. */
function fullEntry(): ManifestEntry {
  const { object, ...entry } = entryOf('alice')
  return {
    ...entry,
    encryptedAtRest: true,
    stamp: 'file1:1:2:3:4:5',
    schemaFingerprint: SHA,
    ledger: { position: '20260101000000_a', applied: 1 },
    remarks: ['one'],
    object: {
      ...(object as NonNullable<ManifestEntry['object']>),
      set: '20260101T000000Z',
      format: 'image',
      reason: 'why',
      encryption: 'age',
      encryptedTo: 'a'.repeat(16),
    },
  }
}

/** What is read of a manifest's first entry, or why nothing is. */
function readOf(databases: unknown[]): unknown {
  const manifest = manifestWith(databases as ManifestEntry[])
  try {
    return parseManifest(JSON.stringify(manifest), 'it').databases[0]
  } catch (error) {
    return (error as Error).message
  }
}

const VALUES = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, '', 'ok', 'failed', 'age', 'gzip', 'zstd', 'none', 'sql', 'image'],
    ...[0, -0, -1, 0.5, 2 ** 53, 1e300, '1', [], {}, [1], ['x'], [{}], [{ name: 't', rows: 1 }]],
    ...['.', '..', 'a/b', '.hidden', 'x'.repeat(201), '\u0000', 'databases/../x', 'databases/A'],
    ...[SHA, SHA.toUpperCase(), `${SHA}\n`, `dump1-sha256:${SHA}`, `image1-hmac-sha256:${SHA}`],
    ...['2026-13-45T09:00:00.000Z', '2026-01-05T09:00:00.000Z', '2026-01-05T09:00:00Z'],
    { position: null, applied: 1 },
    { position: 1, applied: 1 },
  ),
  fc.jsonValue({ maxDepth: 1 }),
)

/** An entry with some fields of it changed, taken away or added, anywhere in it. */
const ENTRIES = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.record({
        at: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
        how: fc.constantFrom('change', 'remove', 'add'),
        value: VALUES,
        name: fc.constantFrom('more', '__proto__', 'constructor', 'set', 'stamp', 'toString'),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([isFull, changes]) => {
    const entry = JSON.parse(JSON.stringify(isFull ? fullEntry() : entryOf('alice')))
    for (const { at, how, value, name } of changes) change(entry, at, how, value, name)
    // As it would come from a file.
    return JSON.parse(JSON.stringify(entry)) as unknown
  })

function change(root: object, at: number[], how: string, value: unknown, name: string): void {
  let holder = root as Record<string, unknown>
  for (const [depth, step] of at.entries()) {
    const keys = Object.keys(holder)
    const key = keys[step % Math.max(1, keys.length)]
    const inner = key === undefined ? undefined : holder[key]
    if (depth + 1 < at.length && typeof inner === 'object' && inner !== null) {
      holder = inner as Record<string, unknown>
      continue
    }
    const to = how === 'add' || key === undefined ? name : key
    if (how === 'remove') delete holder[to]
    else Object.defineProperty(holder, to, { value, enumerable: true, configurable: true })
    return
  }
}

describe('an entry of a manifest', () => {
  it('is usual as backup writes it', () => {
    expect(isUsualEntry(entryOf('alice'))).toBe(true)
    expect(isUsualEntry(fullEntry())).toBe(true)
    expect(isUsualEntry(FAILED)).toBe(false)
    expect(isUsualEntry({ ...entryOf('alice'), more: 1 })).toBe(false)
  })

  it('is read the same, or refused for the same reason, whether others are usual or not', () => {
    let usual = 0
    let other = 0
    fc.assert(
      fc.property(ENTRIES, entry => {
        const isUsual = isUsualEntry(entry)
        if (isUsual) usual += 1
        else other += 1
        const found = readOf([entry])
        expect(found).toEqual(readOf([entry, FAILED]))
        if (isUsual) expect(found).toEqual(entry)
      }),
      { numRuns: 2000 },
    )
    expect(usual).toBeGreaterThan(100)
    expect(other).toBeGreaterThan(100)
  })
})
