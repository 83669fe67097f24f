import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectName } from '../../src/backup/object-name.js'

/** What file systems may take for the same name. */
const folded = (name: string) => name.normalize('NFD').toLowerCase()

describe('objectName', () => {
  it('leaves a plain name as it is', () => {
    expect(objectName('alice')).toBe('alice')
    expect(objectName('tenant_0042.eu-west')).toBe('tenant_0042.eu-west')
  })

  it.each([
    ['Alice', 'alice'],
    ['a/b', 'a_b'],
    ['a/b', 'a\\b'],
    ['é', 'e\u0301'],
    ['ß', 'ss'],
    ['a', 'a '],
    ['\ud800', '\ud801'],
    ['x'.repeat(300), 'x'.repeat(301)],
  ])('keeps %j and %j apart', (one, other) => {
    expect(folded(objectName(one))).not.toBe(folded(objectName(other)))
  })

  it.each(['..', '.', '', '/', '\0', 'con', 'nul.txt', '.hidden', '-flag', '~', 'a\nb'])(
    'does not use %j',
    name => {
      expect(objectName(name)).toMatch(/^[a-z0-9_-]*~[0-9a-f]{32}$/)
    },
  )

  it('gives one short path segment, and never one for two names', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom(...'aA./~_-1'), maxLength: 6 }),
    )
    fc.assert(
      fc.property(names, names, (one, other) => {
        const file = objectName(one)
        expect(file).toMatch(/^[a-z0-9_.~-]{1,120}$/)
        expect(['.', '..']).not.toContain(file)
        if (one !== other) expect(folded(file)).not.toBe(folded(objectName(other)))
        // An object's name is never that of another database's.
        expect(objectName(file) === file).toBe(one === file)
      }),
    )
  })
})
