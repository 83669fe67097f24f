import { expect, test } from 'vitest'
import { renderPlan } from '../../src/output/render-plan.js'
import type { PlanGroup, PlanReport, PlanRow } from '../../src/report/plan-report.js'
import { failure, INDEX, INIT, lines, names, reportOf, screen, TAG } from './sample-fleet.js'

function plan(command: string, groups: PlanGroup[], others: PlanRow[] = []): PlanReport {
  const planned = groups.flatMap(({ databases, position, steps }) =>
    databases.map((name): PlanRow => {
      const pending = steps.flatMap(({ migrations }) => migrations)
      return { name, status: 'ok', position, pending }
    }),
  )
  return { ...reportOf(command, [...planned, ...others]), dryRun: true, groups }
}

const both = { migrations: [INDEX, TAG], transaction: true }
const vacuum = { migrations: ['20260104_vacuum'], transaction: false }

test('each group of databases at one position has its steps', () => {
  const report = plan('up', [
    { position: TAG, databases: ['zoe'], steps: [] },
    { position: INIT, databases: names(9_999), steps: [both, vacuum] },
  ])
  expect(lines(renderPlan(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up --dry-run: 10,000 databases, nothing was changed
      9,999 at 20260101_init, would apply 3 migrations (alice, bob, carol and 9,996
            more)
            in one transaction: 20260102_add_index, 20260103_add_tag
            outside a transaction: 20260104_vacuum
          1 at 20260103_add_tag, nothing to do (zoe)
    "
  `)
  expect(lines(renderPlan(report, screen(40)))).toMatchInlineSnapshot(`
    "
    up --dry-run: 10,000 databases, nothing
    was changed
      9,999 at 20260101_init, would apply 3
            migrations (alice, bob, carol
            and 9,996 more)
            in one transaction:
              20260102_add_index,
              20260103_add_tag
            outside a transaction:
              20260104_vacuum
          1 at 20260103_add_tag, nothing to
            do (zoe)
    "
  `)
  expect(lines(renderPlan(report, screen('pipe')))).toMatchInlineSnapshot(`
    "
    up --dry-run: 10,000 databases, nothing was changed
      9,999 at 20260101_init, would apply 3 migrations (alice, bob, carol and 9,996 more)
            in one transaction: 20260102_add_index, 20260103_add_tag
            outside a transaction: 20260104_vacuum
          1 at 20260103_add_tag, nothing to do (zoe)
    "
  `)
  expect(renderPlan(report, screen(80, true))).toMatchInlineSnapshot(`
    [
      "[1mup --dry-run: 10,000 databases[22m, nothing was changed",
      "  9,999 [32mat[39m 20260101_init, would apply 3 migrations (alice, bob, carol and 9,996",
      "        more)",
      "        in one transaction: 20260102_add_index, 20260103_add_tag",
      "        outside a transaction: 20260104_vacuum",
      "      1 [2mat[22m 20260103_add_tag, nothing to do (zoe)",
    ]
  `)
})

test('the SQL is shown line by line where it was asked for', () => {
  const sql = 'create index measurements_tag\r\n\ton measurements (tag);\n\n-- \x1b[31mred\n'
  const report = plan('up', [
    {
      position: null,
      databases: ['alice'],
      steps: [{ migrations: [INDEX], transaction: true }],
      sql: [{ migration: INDEX, sql }],
    },
  ])
  expect(lines(renderPlan(report, screen(40)))).toMatchInlineSnapshot(`
    "
    up --dry-run: 1 database, nothing was
    changed
      1 at no migration, would apply 1
        migration (alice)
        in one transaction:
          20260102_add_index
        -- 20260102_add_index
        create index measurements_tag
            on measurements (tag);

        -- \\x1b[31mred
    "
  `)
})

test('down says revert', () => {
  const step = { migrations: [TAG], transaction: true }
  const report = plan('down', [{ position: TAG, databases: names(3), steps: [step] }])
  expect(lines(renderPlan(report, screen(80)))).toMatchInlineSnapshot(`
    "
    down --dry-run: 3 databases, nothing was changed
      3 at 20260103_add_tag, would revert 1 migration (alice, bob, carol)
        in one transaction: 20260103_add_tag
    "
  `)
})

test('groups with the same plan are shown as one', () => {
  const report = plan('up', [
    { position: INIT, databases: ['alice'], steps: [both] },
    { position: null, databases: ['bob', 'carol'], steps: [both] },
    { position: INIT, databases: ['dave', 'erin'], steps: [both] },
  ])
  expect(lines(renderPlan(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up --dry-run: 5 databases, nothing was changed
      3 at 20260101_init, would apply 2 migrations (alice, dave, erin)
        in one transaction: 20260102_add_index, 20260103_add_tag
      2 at no migration, would apply 2 migrations (bob, carol)
        in one transaction: 20260102_add_index, 20260103_add_tag
    "
  `)
})

test('databases that could not be read are part of the plan', () => {
  const unread = { ...failure('bob', 'the file is damaged'), position: null, pending: [] }
  const report = plan('up', [{ position: INIT, databases: ['alice'], steps: [both] }], [unread])
  expect(lines(renderPlan(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up --dry-run: 2 databases, nothing was changed
      1 at 20260101_init, would apply 2 migrations (alice)
        in one transaction: 20260102_add_index, 20260103_add_tag
      1 failed: the file is damaged (bob)
    1 ok, 1 failed in 0.4 s
    "
  `)
})

test('nothing to do is one sentence', () => {
  const report = plan('up', [{ position: TAG, databases: names(200), steps: [] }])
  expect(renderPlan(report, screen(80))).toEqual([
    'Nothing to do: 200 databases are at 20260103_add_tag.',
  ])
})
