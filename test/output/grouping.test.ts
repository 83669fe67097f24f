import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupRows } from '../../src/output/grouping.js'

test('the biggest group comes first, equal ones as they first appear', () => {
  const groups = groupRows(['b1', 'a1', 'c1', 'a2', 'b2', 'd1'], row => row.charAt(0))
  expect(groups).toEqual([
    { key: 'b', rows: ['b1', 'b2'] },
    { key: 'a', rows: ['a1', 'a2'] },
    { key: 'c', rows: ['c1'] },
    { key: 'd', rows: ['d1'] },
  ])
})

test('every row is in exactly one group, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.nat())), rows => {
      const groups = groupRows(rows, ([key]) => String(key))
      for (const { key, rows: members } of groups) {
        expect(members).toEqual(rows.filter(row => String(row[0]) === key))
      }
      const sizes = groups.map(group => group.rows.length)
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(rows.length)
    }),
  )
})
