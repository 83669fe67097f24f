import { expect, it } from 'vitest'
import { backupColumn } from '../../src/page/backup-column.js'

const DAY = 24 * 60 * 60 * 1000
const NOW = Date.UTC(2026, 0, 31, 12)

it('databases are grouped by the age of their newest proven copy', () => {
  const ages = { now: 0, late: DAY - 1, day: DAY, week: 7 * DAY - 1, old: 7 * DAY, ahead: -DAY }
  const copies = new Map(
    Object.entries(ages).map(([name, age]) => [name, { set: 's', takenAt: NOW - age }]),
  )
  const names = [...Object.keys(ages), 'none']
  const { groups } = backupColumn(names, { place: '/backups', copies, unreadable: [] }, NOW)
  expect(groups.map(({ count, names }) => [count, names])).toEqual([
    [3, ['now', 'late', 'ahead']],
    [2, ['day', 'week']],
    [1, ['old']],
    [1, ['none']],
  ])
})
