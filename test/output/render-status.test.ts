import { describe, expect, test } from 'vitest'
import { renderStatus } from '../../src/output/render-status.js'
import type { StatusRow } from '../../src/report/status-rows.js'
import { failure, INDEX, INIT, lines, names, reportOf, screen, TAG } from './sample-fleet.js'

function row(name: string, differing: Partial<StatusRow> = {}): StatusRow {
  return {
    name,
    status: 'ok',
    position: INDEX,
    applied: 2,
    pending: [],
    edited: [],
    missing: [],
    ...differing,
  }
}

const behind = { position: INIT, applied: 1, pending: [INDEX] }
const unknown = { position: null, applied: 0 }
const broken = (name: string) =>
  row(name, {
    ...failure(name, 'the file is not a database', 'Restore it from a backup.'),
    ...unknown,
  })

/** Each way to stand, once. */
const mixed = [
  row('alice'),
  row('bob', behind),
  row('carol', { position: null, applied: 0, pending: [INIT, INDEX, TAG, '20260104_x'] }),
  row('dave', { edited: [INIT] }),
  row('erin', { missing: ['20251231_gone'], pending: [TAG] }),
  broken('frank'),
]

describe('one database', () => {
  const one = (differing?: Partial<StatusRow>) => reportOf('status', [row('alice', differing)])

  test('is one clear line', () => {
    expect(renderStatus(one(), screen(80))).toEqual(['alice: at 20260102_add_index, up to date'])
    expect(renderStatus(one(behind), screen(80))).toEqual([
      'alice: at 20260101_init, 1 pending: 20260102_add_index',
    ])
    expect(lines(renderStatus(one(behind), screen(40)))).toMatchInlineSnapshot(`
      "
      alice: at 20260101_init, 1 pending:
        20260102_add_index
      "
    `)
    expect(renderStatus(one(behind), screen(80, true))).toMatchInlineSnapshot(`
      [
        "alice: [33mat[39m 20260101_init, 1 pending: 20260102_add_index",
      ]
    `)
  })

  test('that cannot be read says why', () => {
    expect(
      lines(renderStatus(reportOf('status', [broken('alice')]), screen(80))),
    ).toMatchInlineSnapshot(`
      "
      alice: failed: the file is not a database
        → Restore it from a backup.
      "
    `)
  })
})

test('a small fleet is shown row by row', () => {
  const report = reportOf('status', mixed)
  expect(lines(renderStatus(report, screen(80)))).toMatchInlineSnapshot(`
    "
    NAME   AT                  STATE
    alice  20260102_add_index  up to date
    bob    20260101_init       1 pending: 20260102_add_index
    carol  no migration        4 pending: 20260101_init, 20260102_add_index and 2 m…
    dave   20260102_add_index  1 edited: 20260101_init
    erin   20260102_add_index  1 missing: 20251231_gone, 1 pending: 20260103_add_tag
    frank                      failed
      1 failed: the file is not a database (frank)
        → Restore it from a backup.
    1 up to date, 2 behind, 1 with edited migrations, 1 with missing migrations,
    1 failed in 0.4 s
    "
  `)
  expect(lines(renderStatus(report, screen(40)))).toMatchInlineSnapshot(`
    "
    NAME   AT               STATE
    alice  20260102_add_i…  up to date
    bob    20260101_init    1 pending: 2026…
    carol  no migration     4 pending: 2026…
    dave   20260102_add_i…  1 edited: 20260…
    erin   20260102_add_i…  1 missing: 2025…
    frank                   failed
      1 failed: the file is not a database
        (frank)
        → Restore it from a backup.
    1 up to date, 2 behind,
    1 with edited migrations,
    1 with missing migrations, 1 failed in
    0.4 s
    "
  `)
  expect(lines(renderStatus(report, screen('pipe')))).toMatchInlineSnapshot(`
    "
    NAME   AT                  STATE
    alice  20260102_add_index  up to date
    bob    20260101_init       1 pending: 20260102_add_index
    carol  no migration        4 pending: 20260101_init, 20260102_add_index and 2 more
    dave   20260102_add_index  1 edited: 20260101_init
    erin   20260102_add_index  1 missing: 20251231_gone, 1 pending: 20260103_add_tag
    frank                      failed
      1 failed: the file is not a database (frank)
        → Restore it from a backup.
    1 up to date, 2 behind, 1 with edited migrations, 1 with missing migrations, 1 failed in 0.4 s
    "
  `)
  expect(
    renderStatus(reportOf('status', mixed.slice(0, 2)), screen(80, true)),
  ).toMatchInlineSnapshot(`
    [
      "[1mNAME   AT                  STATE[22m",
      "alice  20260102_add_index  [32mup to date[39m",
      "bob    20260101_init       [33m1 pending: 20260102_add_index[39m",
      "1 up to date, [33m1 behind[39m in 0.4 s",
    ]
  `)
})

test('a large fleet is grouped by standing', () => {
  const rest = names(10_000 - mixed.length).map((name, index) =>
    row(`${name}-${index}`, index < 2 ? behind : {}),
  )
  const report = reportOf('status', [...mixed, ...rest], { durationMs: 820 })
  expect(lines(renderStatus(report, screen(80)))).toMatchInlineSnapshot(`
    "
    status: 10,000 databases
      9,993 at 20260102_add_index
          3 at 20260101_init, 1 pending: 20260102_add_index (bob, alice-0, bob-1)
          1 at no migration, 4 pending: 20260101_init, 20260102_add_index and 2 more
            (carol)
          1 at 20260102_add_index, 1 edited: 20260101_init (dave)
          1 at 20260102_add_index, 1 missing: 20251231_gone, 1 pending:
            20260103_add_tag (erin)
          1 failed: the file is not a database (frank)
            → Restore it from a backup.
    9,993 up to date, 4 behind, 1 with edited migrations, 1 with missing migrations,
    1 failed in 0.8 s
    "
  `)
  expect(lines(renderStatus(report, screen(40)))).toMatchInlineSnapshot(`
    "
    status: 10,000 databases
      9,993 at 20260102_add_index
          3 at 20260101_init, 1 pending:
            20260102_add_index (bob,
            alice-0, bob-1)
          1 at no migration, 4 pending:
            20260101_init,
            20260102_add_index and 2 more
            (carol)
          1 at 20260102_add_index, 1 edited:
            20260101_init (dave)
          1 at 20260102_add_index, 1
            missing: 20251231_gone, 1
            pending: 20260103_add_tag (erin)
          1 failed: the file is not a
            database (frank)
            → Restore it from a backup.
    9,993 up to date, 4 behind,
    1 with edited migrations,
    1 with missing migrations, 1 failed in
    0.8 s
    "
  `)
})

test('a large fleet that is all up to date takes three lines', () => {
  const report = reportOf(
    'status',
    names(10_000).map(name => row(name)),
  )
  expect(lines(renderStatus(report, screen(80)))).toMatchInlineSnapshot(`
    "
    status: 10,000 databases
      10,000 at 20260102_add_index
    10,000 up to date in 0.4 s
    "
  `)
})

test('an interrupted survey says so', () => {
  const report = reportOf('status', [row('alice'), row('bob', { status: 'not-run', ...unknown })], {
    interrupted: true,
  })
  expect(lines(renderStatus(report, screen(80)))).toMatchInlineSnapshot(`
    "
    NAME   AT                  STATE
    alice  20260102_add_index  up to date
    bob                        not run
    Interrupted after 0.4 s: 1 up to date, 1 not run.
    "
  `)
})

test('no database at all is said in words', () => {
  expect(renderStatus(reportOf('status', []), screen(80))).toEqual(['No databases were selected.'])
})

test('wide, combining and hostile names keep the columns', () => {
  const report = reportOf('status', [row('数据库'), row('e\u0301'), row('a\tb\x1b[8m\u202e')])
  expect(lines(renderStatus(report, screen(80)))).toMatchInlineSnapshot(`
    "
    NAME               AT                  STATE
    数据库             20260102_add_index  up to date
    é                  20260102_add_index  up to date
    a\\tb\\x1b[8m\\u202e  20260102_add_index  up to date
    3 up to date in 0.4 s
    "
  `)
})
