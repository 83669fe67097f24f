import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth } from '../../src/output/display-width.js'
import { renderCreate } from '../../src/output/render-create.js'
import { renderError } from '../../src/output/render-error.js'
import { renderInit } from '../../src/output/render-init.js'
import { renderList } from '../../src/output/render-list.js'
import { renderMigrate } from '../../src/output/render-migrate.js'
import { renderNew } from '../../src/output/render-new.js'
import { renderPlan } from '../../src/output/render-plan.js'
import { renderStatus } from '../../src/output/render-status.js'
import type { Screen } from '../../src/output/terminal.js'
import { summarize } from '../../src/report/fleet-report.js'
import { reportOf, screen } from './sample-fleet.js'

const OBEYED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
/** A colour's escape sequence, `ESC [ n m`. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'\n\r\t\x1b\x9b\x07 a\u202e') }),
  fc.stringMatching(/^[a-z_]{1,150}$/),
)
const position = fc.option(text)
const migrations = fc.array(text, { maxLength: 5 })
const status = fc.constantFrom('ok', 'failed', 'skipped', 'not-run')
const error = fc.record({ code: text, message: text, hint: text })
const rows = fc.array(
  fc
    .record({
      name: text,
      status,
      error,
      position,
      url: text,
      source: text,
      engine: text,
      pending: migrations,
      edited: migrations,
      missing: migrations,
      done: migrations,
    })
    .map(({ error, ...row }) => (row.status === 'failed' ? { ...row, error } : row)),
  { minLength: 1, maxLength: 25 },
)

type Rows = typeof rows extends fc.Arbitrary<infer T> ? T : never

/** All that the renderers make of the same hostile rows. */
function renderAll(rows: Rows, screen: Screen): string[] {
  const summary = summarize(rows)
  const first = rows[0]!
  const steps = [{ migrations: first.pending, transaction: true }]
  const group = { position: first.position, databases: rows.map(({ name }) => name), steps }
  const sql = [{ migration: first.name, sql: first.url }]
  const applied = rows.map(row => ({ ...row, applied: row.done }))
  const reverted = rows.map(row => ({ ...row, reverted: row.done }))
  return [
    ...renderMigrate(reportOf('up', applied), screen),
    ...renderMigrate(reportOf('down', reverted, { interrupted: true }), screen),
    ...renderStatus(
      reportOf(
        'status',
        rows.map(row => ({ ...row, applied: row.done.length })),
      ),
      screen,
    ),
    ...renderCreate(reportOf('create', rows), screen),
    ...renderPlan({ ...reportOf('up', rows), dryRun: true, groups: [{ ...group, sql }] }, screen),
    ...renderList({ schema: 1, command: 'list', databases: rows, summary }, screen),
    ...renderNew(
      {
        schema: 1,
        command: 'new',
        migration: first.name,
        template: first.name,
        files: first.done,
        notes: first.pending,
      },
      screen,
    ),
    ...renderInit(
      { schema: 1, command: 'init', directory: '/', created: first.done, kept: first.pending },
      screen,
    ),
    ...renderError(
      { code: first.name, message: first.url, hint: first.source, file: first.name },
      screen,
    ),
  ]
}

test('nothing from outside reaches the terminal unescaped, with or without colours', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 20, max: 120 }), fc.boolean(), (rows, width, colour) => {
      for (const line of renderAll(rows, screen(width, colour))) {
        const plain = colour ? line.replace(COLOUR, '') : line
        expect(plain).not.toMatch(OBEYED)
      }
    }),
    { numRuns: 60 },
  )
})

test('in a pipe only the tabs of list remain', () => {
  fc.assert(
    fc.property(rows, rows => {
      for (const line of renderAll(rows, screen('pipe'))) {
        expect(line.replaceAll('\t', '')).not.toMatch(OBEYED)
      }
    }),
    { numRuns: 30 },
  )
})

test('with names of any length, no line of a report is wider than the screen', () => {
  const long = fc.stringMatching(/^[a-z_]{1,150}$/)
  const row = fc.record({
    name: long,
    done: fc.array(long, { maxLength: 5 }),
    position: fc.option(long),
  })
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1 }),
      fc.integer({ min: 40, max: 120 }),
      (rows, width) => {
        const applied = rows.map(({ done, ...row }) => ({
          ...row,
          status: 'ok' as const,
          applied: done,
        }))
        for (const line of renderMigrate(reportOf('up', applied), screen(width))) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width)
        }
      },
    ),
    { numRuns: 60 },
  )
})
