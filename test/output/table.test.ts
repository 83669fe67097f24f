import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth } from '../../src/output/display-width.js'
import { renderTable } from '../../src/output/table.js'
import { lines, screen } from './sample-fleet.js'

const columns = [{ header: 'NAME' }, { header: 'URL', keep: 'end' as const }, { header: 'STATE' }]
const rows = [
  ['alice', 'file:/srv/databases/alice.db', { text: 'up to date', tone: 'good' as const }],
  ['数据库', 'file:/srv/databases/x.db', ''],
  ['e\u0301', '', { text: 'failed', tone: 'bad' as const }],
]

test('columns are aligned by display width, without trailing spaces', () => {
  expect(lines(renderTable(columns, rows, screen(80)))).toMatchInlineSnapshot(`
    "
    NAME    URL                           STATE
    alice   file:/srv/databases/alice.db  up to date
    数据库  file:/srv/databases/x.db
    é                                     failed
    "
  `)
})

test('the widest columns give way to a narrow screen', () => {
  expect(lines(renderTable(columns, rows, screen(40)))).toMatchInlineSnapshot(`
    "
    NAME    URL                   STATE
    alice   …/databases/alice.db  up to date
    数据库  …/srv/databases/x.db
    é                             failed
    "
  `)
})

test('colours do not disturb the columns', () => {
  expect(renderTable(columns, rows, screen(80, true))).toMatchInlineSnapshot(`
    [
      "[1mNAME    URL                           STATE[22m",
      "alice   file:/srv/databases/alice.db  [32mup to date[39m",
      "数据库  file:/srv/databases/x.db",
      "é                                     [31mfailed[39m",
    ]
  `)
})

test('a row is never wider than the screen, unless the columns could hardly be read', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 60 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell)),
      fc.integer({ min: 30, max: 120 }),
      (rows, width) => {
        for (const line of renderTable(columns, rows, screen(width))) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width)
        }
      },
    ),
  )
})
