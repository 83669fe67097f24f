import { expect, it } from 'vitest'
import { renderAdopt } from '../../src/output/render-adopt.js'
import type { AdoptReport, AdoptRow, ImportReport } from '../../src/report/adopt-rows.js'
import { summarize } from '../../src/report/fleet-report.js'
import { screen } from './sample-fleet.js'

const FIRST = '20240101000000_a'

function row(name: string, more: Partial<AdoptRow> = {}): AdoptRow {
  const url = `file:/srv/${name}.db`
  const known = { tool: 'dbmate', position: FIRST, applied: [FIRST], remarks: [] }
  return { name, status: 'ok', url, ...known, ...more }
}

function report(databases: AdoptRow[], more: Partial<AdoptReport> = {}): AdoptReport {
  return {
    schema: 1,
    command: 'adopt',
    dryRun: false,
    imported: null,
    databases,
    summary: summarize(databases),
    durationMs: 100,
    interrupted: false,
    ...more,
  }
}

function importOf(count: number, more: Partial<ImportReport> = {}): ImportReport {
  const migrations = Array.from({ length: count }, (_, i) => ({
    from: `${i}_a.up.sql`,
    name: `${String(i).padStart(14, '0')}_a`,
    files: [`${String(i).padStart(14, '0')}_a.up.sql`],
    kept: false,
    reversible: false,
  }))
  return {
    tool: 'golang-migrate',
    from: '/srv/old',
    to: '/srv/migrations',
    migrations,
    byHand: [],
    ...more,
  }
}

it('tells databases that are alike once, and apart what differs', () => {
  const remarks = ['the order of columns in a differs']
  const lines = renderAdopt(
    report([row('a'), row('b'), row('c', { remarks }), row('d', { tool: null })]),
    screen('pipe'),
  )
  expect(lines).toEqual([
    'adopt: 4 databases',
    `  2 recorded 1 migration from dbmate, at ${FIRST} (a, b)`,
    `  1 recorded 1 migration from dbmate, at ${FIRST} (the order of columns in a differs) (c)`,
    `  1 recorded 1 migration by its schema, at ${FIRST} (d)`,
    '4 ok in 0.1 s',
  ])
})

it('tells what needed nothing, and why', () => {
  const nothing = { applied: [], tool: null }
  const remarks = ['it is empty']
  const lines = renderAdopt(
    report([
      row('a', nothing),
      row('b', { ...nothing, position: null, remarks }),
      row('c', { applied: [], position: null }),
    ]),
    screen('pipe'),
  )
  expect(lines.slice(1, 4)).toEqual([
    `  1 unchanged: adopted before, at ${FIRST} (a)`,
    '  1 unchanged: it is empty (b)',
    '  1 unchanged: at no migration (c)',
  ])
})

it('stays short when many migrations are imported, and tells what cannot be reverted', () => {
  const lines = renderAdopt(report([], { imported: importOf(40) }), screen('pipe'), '/srv')
  expect(lines).toHaveLength(1 + 30 + 3)
  expect([lines[0], ...lines.slice(31)]).toEqual([
    'imported 40 migrations of golang-migrate from old to migrations',
    '  and 10 more; --json tells all',
    '  40 of 40 cannot be reverted, unless somebody writes a .down.sql',
    '  → look them over with dbfleet check --offline, then run dbfleet adopt',
  ])
})

it('says what is left to a person', () => {
  const byHand = [{ file: 'a.ts', why: 'it is odd; write 00000000000001_a.ts' }]
  const lines = renderAdopt(
    report([], { imported: importOf(0, { byHand }) }),
    screen('pipe'),
    '/srv',
  )
  expect(lines).toEqual([
    'imported 0 migrations of golang-migrate from old to migrations',
    '  by hand: a.ts: it is odd; write 00000000000001_a.ts',
  ])
})
