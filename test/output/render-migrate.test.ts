import { describe, expect, test } from 'vitest'
import { renderMigrate } from '../../src/output/render-migrate.js'
import type { MigrateRow } from '../../src/report/migrate-rows.js'
import { failure, INDEX, INIT, lines, names, reportOf, screen, TAG } from './sample-fleet.js'

const EXISTS = 'table measurements already exists'
const HINT = 'Drop the table, or record the migration with dbfleet adopt; docs/errors.md says how.'

const applied = (name: string): MigrateRow => ({
  name,
  status: 'ok',
  applied: [INDEX, TAG],
  position: TAG,
})
const untouched = (name: string, position: string | null = INDEX): MigrateRow => ({
  name,
  status: 'ok',
  applied: [],
  position,
})
const failed = (name: string, message = EXISTS, hint?: string): MigrateRow => ({
  ...failure(name, message, hint),
  applied: [],
  position: INIT,
})
const notRun = (name: string): MigrateRow => ({
  name,
  status: 'not-run',
  applied: [],
  position: null,
})

/** `up` over a fleet, of which the first few failed alike. */
const up = (count: number, failures = 0) =>
  reportOf(
    'up',
    names(count).map((name, index) =>
      index < failures ? failed(name, EXISTS, HINT) : applied(name),
    ),
  )

describe('one database', () => {
  test('is one clear line', () => {
    expect(lines(renderMigrate(up(1), screen(80)))).toMatchInlineSnapshot(`
      "
      alice: applied 20260102_add_index, 20260103_add_tag
      "
    `)
    expect(lines(renderMigrate(up(1), screen(40)))).toMatchInlineSnapshot(`
      "
      alice: applied 20260102_add_index,
        20260103_add_tag
      "
    `)
    expect(renderMigrate(up(1), screen(80, true))).toMatchInlineSnapshot(`
      [
        "alice: [32mapplied[39m 20260102_add_index, 20260103_add_tag",
      ]
    `)
  })

  test('that failed says why and what to do', () => {
    expect(lines(renderMigrate(up(1, 1), screen(80)))).toMatchInlineSnapshot(`
      "
      alice: failed: table measurements already exists
        → Drop the table, or record the migration with dbfleet adopt; docs/errors.md
          says how.
      "
    `)
    expect(lines(renderMigrate(up(1, 1), screen(40)))).toMatchInlineSnapshot(`
      "
      alice: failed: table measurements
        already exists
        → Drop the table, or record the
          migration with dbfleet adopt;
          docs/errors.md says how.
      "
    `)
    expect(renderMigrate(up(1, 1), screen(80, true))).toMatchInlineSnapshot(`
      [
        "alice: [31mfailed:[39m table measurements already exists",
        "[2m  → Drop the table, or record the migration with dbfleet adopt; docs/errors.md[22m",
        "[2m    says how.[22m",
      ]
    `)
  })

  test('whose message starts with its name is not named twice', () => {
    const report = reportOf('up', [failed('alice', 'alice: the file is damaged')])
    expect(renderMigrate(report, screen(80))).toEqual(['alice: failed: the file is damaged'])
  })
})

describe('three databases', () => {
  test('that did the same', () => {
    expect(lines(renderMigrate(up(3), screen(80)))).toMatchInlineSnapshot(`
      "
      up: 3 databases
        3 applied 20260102_add_index, 20260103_add_tag
      3 ok in 0.4 s
      "
    `)
    expect(lines(renderMigrate(up(3), screen(40)))).toMatchInlineSnapshot(`
      "
      up: 3 databases
        3 applied 20260102_add_index,
          20260103_add_tag
      3 ok in 0.4 s
      "
    `)
  })

  test('with different ends', () => {
    const report = reportOf('up', [applied('alice'), untouched('bob', TAG), failed('carol')])
    expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
      "
      up: 3 databases
        1 applied 20260102_add_index, 20260103_add_tag
        1 unchanged at 20260103_add_tag (bob)
        1 failed: table measurements already exists (carol)
      2 ok, 1 failed in 0.4 s
      "
    `)
    expect(lines(renderMigrate(report, screen(40)))).toMatchInlineSnapshot(`
      "
      up: 3 databases
        1 applied 20260102_add_index,
          20260103_add_tag
        1 unchanged at 20260103_add_tag (bob)
        1 failed: table measurements already
          exists (carol)
      2 ok, 1 failed in 0.4 s
      "
    `)
    expect(renderMigrate(report, screen(80, true))).toMatchInlineSnapshot(`
      [
        "[1mup: 3 databases[22m",
        "  1 [32mapplied[39m 20260102_add_index, 20260103_add_tag",
        "  1 [2munchanged[22m at 20260103_add_tag (bob)",
        "  1 [31mfailed:[39m table measurements already exists (carol)",
        "2 ok, [31m1 failed[39m in 0.4 s",
      ]
    `)
  })
})

describe('10,000 databases', () => {
  test('are counted by outcome, failures by cause', () => {
    const report = reportOf(
      'up',
      names(10_000).map((name, index) => {
        if (index < 412) return failed(name, EXISTS, HINT)
        if (index < 415) {
          return failed(name, `file /dbs/${name}.db is locked after ${5_000 + index} ms`)
        }
        return index < 420 ? untouched(name, TAG) : applied(name)
      }),
      { durationMs: 12_345 },
    )
    expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
      "
      up: 10,000 databases
        9,580 applied 20260102_add_index, 20260103_add_tag
            5 unchanged at 20260103_add_tag (user-415, user-416, user-417 and 2 more)
          412 failed: table measurements already exists (e.g. alice, bob)
              → Drop the table, or record the migration with dbfleet adopt;
                docs/errors.md says how.
            3 failed: file /dbs/user-412.db is locked after 5412 ms (e.g. user-412,
              user-413)
      9,585 ok, 415 failed in 12 s
      "
    `)
    expect(lines(renderMigrate(report, screen(40)))).toMatchInlineSnapshot(`
      "
      up: 10,000 databases
        9,580 applied 20260102_add_index,
              20260103_add_tag
            5 unchanged at 20260103_add_tag
              (user-415, user-416, user-417
              and 2 more)
          412 failed: table measurements
              already exists (e.g. alice, bob)
              → Drop the table, or record the
                migration with dbfleet adopt;
                docs/errors.md says how.
            3 failed: file /dbs/user-412.db is
              locked after 5412 ms (e.g.
              user-412, user-413)
      9,585 ok, 415 failed in 12 s
      "
    `)
    expect(lines(renderMigrate(report, screen('pipe')))).toMatchInlineSnapshot(`
      "
      up: 10,000 databases
        9,580 applied 20260102_add_index, 20260103_add_tag
            5 unchanged at 20260103_add_tag (user-415, user-416, user-417 and 2 more)
          412 failed: table measurements already exists (e.g. alice, bob)
              → Drop the table, or record the migration with dbfleet adopt; docs/errors.md says how.
            3 failed: file /dbs/user-412.db is locked after 5412 ms (e.g. user-412, user-413)
      9,585 ok, 415 failed in 12 s
      "
    `)
  })

  test('stay short even when each fails in its own way', () => {
    const report = reportOf(
      'up',
      names(10_000).map((name, index) => failed(name, `no such table: t${index}`)),
    )
    expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
      "
      up: 10,000 databases
            1 failed: no such table: t0 (alice)
            1 failed: no such table: t1 (bob)
            1 failed: no such table: t2 (carol)
            1 failed: no such table: t3 (user-3)
            1 failed: no such table: t4 (user-4)
            1 failed: no such table: t5 (user-5)
            1 failed: no such table: t6 (user-6)
            1 failed: no such table: t7 (user-7)
            1 failed: no such table: t8 (user-8)
            1 failed: no such table: t9 (user-9)
        9,990 failed in 9,990 other ways; --json tells all
      10,000 failed in 0.4 s
      "
    `)
  })
})

describe('nothing to do', () => {
  test('is one sentence', () => {
    const report = reportOf(
      'up',
      names(200).map(name => untouched(name)),
    )
    expect(renderMigrate(report, screen(80))).toEqual([
      'Nothing to do: 200 databases are at 20260102_add_index.',
    ])
    expect(renderMigrate(reportOf('up', [untouched('alice')]), screen(80))).toEqual([
      'Nothing to do: alice is at 20260102_add_index.',
    ])
    expect(renderMigrate(reportOf('down', [untouched('alice', null)]), screen(80))).toEqual([
      'Nothing to do: alice is at no migration.',
    ])
  })

  test('names the positions when they differ, unless there are many', () => {
    const at = (positions: (string | null)[]) =>
      renderMigrate(
        reportOf(
          'up',
          positions.map((position, index) => untouched(`db${index}`, position)),
        ),
        screen(80),
      )
    expect(at([INDEX, INDEX, null])).toEqual([
      'Nothing to do: 2 databases are at 20260102_add_index, 1 at no migration.',
    ])
    expect(at([INIT, INDEX])).toEqual([
      'Nothing to do: 1 database is at 20260101_init, 1 at 20260102_add_index.',
    ])
    expect(at(['a', 'b', 'c', 'd'])).toEqual([
      'Nothing to do: 4 databases are at 4 different positions.',
    ])
    expect(at([])).toEqual(['Nothing to do: no databases were selected.'])
  })
})

describe('other verbs', () => {
  test('down says what was reverted and where that leads', () => {
    const report = reportOf<MigrateRow>('down', [
      { name: 'alice', status: 'ok', reverted: [TAG], position: INDEX },
      { name: 'bob', status: 'ok', reverted: [TAG], position: INDEX },
      { name: 'carol', status: 'ok', reverted: [INIT], position: null },
    ])
    expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
      "
      down: 3 databases
        2 reverted 20260103_add_tag, now at 20260102_add_index
        1 reverted 20260101_init, now at no migration (carol)
      3 ok in 0.4 s
      "
    `)
  })

  test('redo names the migration once', () => {
    const report = reportOf<MigrateRow>('redo', [
      { name: 'alice', status: 'ok', reverted: [TAG], applied: [TAG], position: TAG },
    ])
    expect(renderMigrate(report, screen(80))).toEqual([
      'alice: reverted and re-applied 20260103_add_tag',
    ])
  })
})

test('an interrupted run says how far it came and what was not run', () => {
  const report = reportOf(
    'up',
    names(200).map((name, index) => (index < 120 ? applied(name) : notRun(name))),
    { durationMs: 72_000, interrupted: true },
  )
  expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up: 200 databases
      120 applied 20260102_add_index, 20260103_add_tag
       80 not run (user-120, user-121, user-122 and 77 more)
    Interrupted after 1 min 12 s: 120 ok, 80 not run.
    "
  `)
  expect(lines(renderMigrate(report, screen(40, true)))).toMatchInlineSnapshot(`
    "
    [1mup: 200 databases[22m
      120 [32mapplied[39m 20260102_add_index,
          20260103_add_tag
       80 [33mnot run[39m (user-120, user-121,
          user-122 and 77 more)
    [33mInterrupted[39m after 1 min 12 s: 120 ok,
    [33m80 not run[39m.
    "
  `)
})

test('an interrupted run in which nothing was pending so far does not say "nothing to do"', () => {
  const report = reportOf('up', [untouched('alice'), notRun('bob')], { interrupted: true })
  expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up: 2 databases
      1 unchanged at 20260102_add_index
      1 not run (bob)
    Interrupted after 0.4 s: 1 ok, 1 not run.
    "
  `)
})

test('a failure tells what had been committed before it', () => {
  const report = reportOf<MigrateRow>('up', [
    { ...failed('alice'), applied: [INDEX], position: INDEX },
    failed('bob'),
  ])
  expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up: 2 databases
      1 failed after applying 20260102_add_index: table measurements already exists
        (alice)
      1 failed: table measurements already exists (bob)
    2 failed in 0.4 s
    "
  `)
})

test('many migrations are counted, and the last one named', () => {
  const many = Array.from({ length: 12 }, (_, index) => `202602${10 + index}_step`)
  const report = reportOf<MigrateRow>('up', [
    { name: 'alice', status: 'ok', applied: many, position: many.at(-1) ?? null },
  ])
  expect(renderMigrate(report, screen(80))).toEqual([
    'alice: applied 12 migrations, now at 20260221_step',
  ])
})

test('long migration names are cut, so that no line is broken by the terminal', () => {
  const long = `20260104120000_${'add_generated_columns_'.repeat(6)}for_tags`
  const report = reportOf<MigrateRow>(
    'up',
    names(3).map(name => ({ name, status: 'ok', applied: [long, TAG], position: TAG })),
  )
  expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up: 3 databases
      3 applied 20260104120000_add_generated_columns_add_generated_columns_add_gen…,
        20260103_add_tag
    3 ok in 0.4 s
    "
  `)
  expect(lines(renderMigrate(report, screen(40)))).toMatchInlineSnapshot(`
    "
    up: 3 databases
      3 applied 20260104120000_add_generat…,
        20260103_add_tag
    3 ok in 0.4 s
    "
  `)
})

test('hostile names and messages stay on their lines', () => {
  const evil = 'x\n  198 ok\x1b[2J\u202e'
  const report = reportOf<MigrateRow>('up', [
    {
      ...failed(evil, `near "\x1b]0;\x07": syntax error\nerror: no`, 'do\r\nthis'),
      position: null,
    },
    applied('bob'),
    { name: 'carol', status: 'ok', applied: ['20260101_\x1b[31m'], position: null },
  ])
  expect(lines(renderMigrate(report, screen(80)))).toMatchInlineSnapshot(`
    "
    up: 3 databases
      1 applied 20260102_add_index, 20260103_add_tag
      1 applied 20260101_\\x1b[31m (carol)
      1 failed: near "\\x1b]0;\\x07": syntax error\\nerror: no (x\\n  198
        ok\\x1b[2J\\u202e)
        → do\\r\\nthis
    2 ok, 1 failed in 0.4 s
    "
  `)
})
