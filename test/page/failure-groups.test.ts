import { expect, it } from 'vitest'
import { ColumnBuilder } from '../../src/page/column.js'
import { FailureGroups } from '../../src/page/failure-groups.js'

it('failures of one cause are one group, and not each of 100,000 texts is kept', () => {
  const column = new ColumnBuilder('Last run')
  const failures = new FailureGroups(column)
  for (let row = 0; row < 5_000; row += 1) {
    const error = {
      code: 'constraint',
      message: `db-${row}: UNIQUE constraint failed (row ${row})`,
    }
    column.add(`db-${row}`, failures.value({ name: `db-${row}`, error, errorClass: 'constraint' }))
  }
  expect(column.groups).toMatchObject([
    { count: 5_000, words: 'UNIQUE constraint failed (row 0)', lines: ['constraint'] },
  ])
  expect(column.build().values.length).toBeLessThan(300)
})

it('the same cause in another run is another group', () => {
  const column = new ColumnBuilder('Last run')
  const failures = new FailureGroups(column)
  const error = { code: 'timeout', message: 'no answer', hint: 'Ask again.' }
  for (const where of ['run 1', 'run 2']) {
    column.add(where, failures.value({ name: where, error, errorClass: 'unreachable' }, where))
  }
  expect(column.groups.map(({ lines }) => lines)).toEqual([
    ['run 1: unreachable, timeout', 'Ask again.'],
    ['run 2: unreachable, timeout', 'Ask again.'],
  ])
})
