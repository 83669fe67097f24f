import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findByName, namesByKey } from '../../src/adopt/name-by-key.js'

const LABEL = fc.stringMatching(/^[a-z]([a-z0-9_-]{0,8}[a-z0-9])?$/)

const known = (names: readonly string[]) => names.map(name => ({ name, checksum: '' }))

describe('names of migrations by those of another tool', () => {
  it.each([
    [
      ['20240101000000_a', '20240102000000-b'],
      ['20240101000000_a', '20240102000000_b'],
    ],
    [
      ['001_a', '002_b'],
      ['00000000000001_a', '00000000000002_b'],
    ],
    [
      ['9_a', '10_b'],
      ['00000000000009_a', '00000000000010_b'],
    ],
    [
      ['2024-01-01-a', '2024-01-02-b'],
      ['00000000000001_2024_01_01_a', '00000000000002_2024_01_02_b'],
    ],
    [
      ['10_a', '9_b'],
      ['00000000000001_10_a', '00000000000002_9_b'],
    ],
    [['init'], ['00000000000001_init']],
    [['…'], ['00000000000001_migration']],
  ])('%j become %j', (keys, names) => {
    expect(namesByKey(keys)).toEqual(names)
  })

  it('keep their order, and each is found by the old name, or none is', () => {
    const numbered = fc.tuple(fc.nat(99_999_999), LABEL).map(([n, label]) => `${n}_${label}`)
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(numbered, LABEL), { minLength: 1 }), keys => {
        const names = namesByKey(keys)
        expect([...names].sort()).toEqual(names)
        expect(new Set(names).size).toBe(keys.length)
        for (const [index, key] of keys.entries()) {
          const found = findByName({ key: `${key}.js` }, known(names))
          // Two keys that differ in their hyphens only cannot be told apart.
          expect([names[index], undefined]).toContain(found)
        }
      }),
    )
  })

  it('are found when no other differs in punctuation only', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(LABEL, { minLength: 1, selector: key => key.replace(/[^a-z0-9]+/g, '_') }),
        labels => {
          const keys = labels.map(label => `x_${label}`)
          const names = namesByKey(keys)
          expect(keys.map(key => findByName({ key }, known(names)))).toEqual(names)
        },
      ),
    )
  })
})
