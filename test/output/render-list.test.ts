import { expect, test } from 'vitest'
import { renderList } from '../../src/output/render-list.js'
import type { ListReport, ListRow } from '../../src/report/list-rows.js'
import { lines, names, screen } from './sample-fleet.js'

function list(databases: ListRow[]): ListReport {
  const total = databases.length
  const summary = { total, ok: total, failed: 0, skipped: 0, notRun: 0 }
  return { schema: 1, command: 'list', databases, summary }
}

const row = (name: string): ListRow => ({
  name,
  source: 'files databases/*.db',
  url: `file:/home/someone/project/databases/${name}.db`,
  status: 'ok',
  engine: 'better-sqlite3',
})

test('a small fleet is a table', () => {
  expect(lines([...renderList(list(names(3).map(row)), screen(80))])).toMatchInlineSnapshot(`
    "
    NAME   SOURCE                URL                                  ENGINE
    alice  files databases/*.db  …someone/project/databases/alice.db  better-sqlite3
    bob    files databases/*.db  …e/someone/project/databases/bob.db  better-sqlite3
    carol  files databases/*.db  …someone/project/databases/carol.db  better-sqlite3
    "
  `)
  expect(lines([...renderList(list(names(3).map(row)), screen(40))])).toMatchInlineSnapshot(`
    "
    NAME   SOURCE     URL         ENGINE
    alice  files da…  …/alice.db  better-sq…
    bob    files da…  …es/bob.db  better-sq…
    carol  files da…  …/carol.db  better-sq…
    "
  `)
  expect([...renderList(list([row('alice')]), screen(120, true))]).toMatchInlineSnapshot(`
    [
      "[1mNAME   SOURCE                URL                                            ENGINE[22m",
      "alice  files databases/*.db  file:/home/someone/project/databases/alice.db  better-sqlite3",
    ]
  `)
})

test('a large fleet is elided on a terminal, with a count for each source', () => {
  const other = { ...row('hq'), source: 'query file:registry.db' }
  const report = list([...names(9_999).map(row), other])
  const rendered = [...renderList(report, screen(80))]
  expect(rendered).toHaveLength(24)
  expect(lines(rendered.slice(-4))).toMatchInlineSnapshot(`
    "
    user-19  files databases/*.db  …one/project/databases/user-19.db  better-sqlite3
    … and 9,980 more; a pipe gets all, as in dbfleet list | less
    9,999 databases from files databases/*.db
    1 database from query file:registry.db
    "
  `)
  expect(lines([...renderList(report, screen(40))].slice(-7))).toMatchInlineSnapshot(`
    "
    user-18  files da…  …er-18.db  better-s…
    user-19  files da…  …er-19.db  better-s…
    … and 9,980 more; a pipe gets all, as in
    dbfleet list | less
    9,999 databases from files
    databases/*.db
    1 database from query file:registry.db
    "
  `)
})

test('a pipe gets every database on a line of its own, separated by tabs', () => {
  const rendered = [...renderList(list(names(10_000).map(row)), screen('pipe'))]
  expect(rendered).toHaveLength(10_000)
  expect(rendered[0]).toBe(
    'alice\tfiles databases/*.db\tfile:/home/someone/project/databases/alice.db\tbetter-sqlite3',
  )
})

test('a hostile name cannot add a row or a field', () => {
  const report = list([row('a\nb\tc\x1b[2J')])
  const shown = String.raw`a\nb\tc\x1b[2J`
  expect([...renderList(report, screen('pipe'))]).toEqual([
    `${shown}\tfiles databases/*.db\tfile:/home/someone/project/databases/${shown}.db\tbetter-sqlite3`,
  ])
  expect([...renderList(report, screen(80))]).toHaveLength(2)
})

test('an empty fleet is said in words, and is nothing in a pipe', () => {
  expect([...renderList(list([]), screen(80))]).toEqual(['The fleet has no databases.'])
  expect([...renderList(list([]), screen('pipe'))]).toEqual([])
})
