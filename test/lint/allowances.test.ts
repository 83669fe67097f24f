import { expect, test } from 'vitest'
import { allowancesIn } from '../../src/lint/allowances.js'

test.each([
  ['-- dbfleet: allow=drops-table\nDROP TABLE t;', ['drops-table']],
  [
    'DROP TABLE t; -- dbfleet: allow=drops-table allow=Drops-Column, as agreed',
    ['drops-table', 'drops-column'],
  ],
  ['/* dbfleet: allow=a-b */', ['a-b']],
  ['-- dbfleet: transaction=false, allow=a-b', ['a-b']],
  ["SELECT '-- dbfleet: allow=a-b'", []],
  ['-- allow=a-b', []],
])('reads the comments of %j', (text, codes) => {
  expect([...allowancesIn(text, 'sql')]).toEqual(codes)
})

test('reads the comment lines of a module', () => {
  const text = '// dbfleet: allow=no-down\nexport const text = "// dbfleet: allow=other"\n'
  expect([...allowancesIn(text, 'module')]).toEqual(['no-down'])
})
