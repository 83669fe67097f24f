import { expect, test } from 'vitest'
import { renderCreate } from '../../src/output/render-create.js'
import type { ProvisionRow } from '../../src/report/provision-rows.js'
import { failure, INDEX, lines, names, reportOf, screen } from './sample-fleet.js'

const url = (name: string) => `file:/srv/databases/${name}.db`
const created = (name: string): ProvisionRow => ({
  name,
  status: 'ok',
  url: url(name),
  position: INDEX,
})
const destroyed = (name: string): ProvisionRow => ({ name, status: 'ok', url: url(name) })
const taken = (name: string): ProvisionRow => ({
  ...failure(
    name,
    `the fleet has a database of that name already: ${url(name)}`,
    'Nothing was changed.',
  ),
  url: url(name),
  position: null,
})

test('one new database says where it is', () => {
  const report = reportOf('create', [created('alice')])
  expect(lines(renderCreate(report, screen(80)))).toMatchInlineSnapshot(`
    "
    alice: created at 20260102_add_index (file:/srv/databases/alice.db)
    "
  `)
  expect(lines(renderCreate(report, screen(40)))).toMatchInlineSnapshot(`
    "
    alice: created at 20260102_add_index
      (file:/srv/databases/alice.db)
    "
  `)
  expect(renderCreate(report, screen(80, true))).toMatchInlineSnapshot(`
    [
      "alice: [32mcreated[39m at 20260102_add_index (file:/srv/databases/alice.db)",
    ]
  `)
})

test('one that was there already', () => {
  expect(
    lines(renderCreate(reportOf('create', [taken('alice')]), screen(80))),
  ).toMatchInlineSnapshot(`
    "
    alice: failed: the fleet has a database of that name already:
      file:/srv/databases/alice.db
      → Nothing was changed.
    "
  `)
})

test('several are named, as far as there is room for that', () => {
  const three = reportOf('create', names(3).map(created))
  expect(lines(renderCreate(three, screen(80)))).toMatchInlineSnapshot(`
    "
    create: 3 databases
      3 created at 20260102_add_index (alice, bob, carol)
    3 ok in 0.4 s
    "
  `)
  expect(lines(renderCreate(three, screen(40)))).toMatchInlineSnapshot(`
    "
    create: 3 databases
      3 created at 20260102_add_index
        (alice, bob, carol)
    3 ok in 0.4 s
    "
  `)
  const many = reportOf(
    'create',
    names(10_000).map((name, index) => (index < 2 ? taken(name) : created(name))),
  )
  expect(lines(renderCreate(many, screen(80)))).toMatchInlineSnapshot(`
    "
    create: 10,000 databases
      9,998 created at 20260102_add_index (carol, user-3, user-4 and 9,995 more)
          2 failed: the fleet has a database of that name already:
            file:/srv/databases/alice.db (alice, bob)
            → Nothing was changed.
    9,998 ok, 2 failed in 0.4 s
    "
  `)
})

test('destroyed databases', () => {
  expect(renderCreate(reportOf('destroy', [destroyed('alice')]), screen(80))).toEqual([
    'alice: destroyed (file:/srv/databases/alice.db)',
  ])
  const report = reportOf('destroy', names(3).map(destroyed))
  expect(lines(renderCreate(report, screen(80)))).toMatchInlineSnapshot(`
    "
    destroy: 3 databases
      3 destroyed (alice, bob, carol)
    3 ok in 0.4 s
    "
  `)
})

test('a database without any migration is created too', () => {
  const report = reportOf('create', [{ ...created('alice'), position: null }])
  expect(renderCreate(report, screen(80))).toEqual([
    'alice: created (file:/srv/databases/alice.db)',
  ])
})
