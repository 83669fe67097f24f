import { expect, test, vi } from 'vitest'
import { createReporter } from '../../src/output/create-reporter.js'
import type { Reporter } from '../../src/output/reporter.js'
import type { DatabaseResult, FleetReport } from '../../src/report/fleet-report.js'
import { FakeStream } from './fake-stream.js'
import { failure, names, reportOf } from './sample-fleet.js'

interface Session {
  reporter: Reporter
  stdout: FakeStream
  stderr: FakeStream
}

/** A reporter of `up` and what it writes to. */
function begin({
  quiet = false,
  json = false,
  columns = 0,
  command = 'up' as string | null,
} = {}): Session {
  const size = columns === 0 ? {} : { columns }
  const stdout = new FakeStream(size)
  const stderr = new FakeStream(size)
  const streams = { stdout, stderr, env: { NO_COLOR: '1' } }
  return { reporter: createReporter({ command, quiet, json }, streams), stdout, stderr }
}

const good = reportOf(
  'up',
  names(3).map(name => ({ name, status: 'ok' as const })),
)
const bad = reportOf<DatabaseResult>('up', [failure('alice', 'the file is damaged')])
const render = ({ databases }: FleetReport) =>
  databases.map(({ name, status }) => `${name} ${status}`)
const problem = {
  code: 'unknown-database',
  message: 'the fleet has no database "alcie"',
  hint: 'Did you mean alice?',
}

test('a report is written in lines on standard output', async () => {
  const { reporter, stdout, stderr } = begin()
  await reporter.report(good, render)
  expect(stdout.written).toBe('alice ok\nbob ok\ncarol ok\n')
  expect(stderr.written).toBe('')
})

test('--json writes the document, and nothing else on standard output', async () => {
  const { reporter, stdout, stderr } = begin({ json: true })
  void reporter.note('by the way')
  await reporter.text('help')
  await reporter.report(good, render)
  expect(JSON.parse(stdout.written)).toEqual(good)
  expect(stdout.written.endsWith('}\n')).toBe(true)
  expect(stderr.written).toBe('by the way\nhelp\n')
})

test('--json writes one document only, the first', async () => {
  const { reporter, stdout } = begin({ json: true })
  await reporter.report(good, render)
  await reporter.error(problem)
  expect(JSON.parse(stdout.written)).toEqual(good)
})

test('--json --quiet still writes the document', async () => {
  const { reporter, stdout } = begin({ json: true, quiet: true })
  await reporter.report(good, render)
  expect(JSON.parse(stdout.written)).toEqual(good)
})

test('--quiet says nothing of a success, all of a failure, and what was asked for', async () => {
  const quiet = begin({ quiet: true })
  await quiet.reporter.report(good, render)
  await quiet.reporter.note('by the way')
  expect(quiet.stdout.written + quiet.stderr.written).toBe('')
  await quiet.reporter.report(bad, render)
  expect(quiet.stdout.written).toBe('alice failed\n')
  await quiet.reporter.answer(good, render)
  expect(quiet.stdout.written).toBe('alice failed\nalice ok\nbob ok\ncarol ok\n')
})

test('--quiet tells of an interruption', async () => {
  const { reporter, stdout } = begin({ quiet: true })
  await reporter.report({ ...good, interrupted: true }, render)
  expect(stdout.written).not.toBe('')
})

test('an error goes to standard error, with what to do on the next line', async () => {
  const { reporter, stdout, stderr } = begin({ quiet: true })
  await reporter.error(problem)
  expect(stdout.written).toBe('')
  expect(stderr.written).toMatchInlineSnapshot(`
    "error: the fleet has no database "alcie"
      → Did you mean alice?
    "
  `)
})

test('an error is fitted to the terminal', async () => {
  const { reporter, stderr } = begin({ columns: 40 })
  await reporter.error({ ...problem, file: 'dbfleet.config.ts' })
  expect(stderr.written).toMatchInlineSnapshot(`
    "error: the fleet has no database "alcie"
      in dbfleet.config.ts
      → Did you mean alice?
    "
  `)
})

test('the lines of a message are kept, but nothing else that a terminal obeys', async () => {
  const { reporter, stderr } = begin({ columns: 80 })
  await reporter.error({
    code: 'x',
    message: 'a was edited, in 1 database (\x1b[2J)\r\nb is missing\n',
  })
  expect(stderr.written).toMatchInlineSnapshot(`
    "error: a was edited, in 1 database (\\x1b[2J)
      b is missing
    "
  `)
})

test('a line of a message that is indented stays so where it is wrapped', async () => {
  const { reporter, stderr } = begin({ columns: 40 })
  await reporter.error({
    code: 'x',
    message: 'near "TABEL": syntax error\n    CREATE TABEL measurements (id, data, user)\n      x',
  })
  expect(stderr.written).toMatchInlineSnapshot(`
    "error: near "TABEL": syntax error
          CREATE TABEL measurements (id,
          data, user)
            x
    "
  `)
})

test('--json writes an error as a document, and for people too', async () => {
  const { reporter, stdout, stderr } = begin({ json: true })
  await reporter.error(problem, { databases: bad.databases, summary: bad.summary })
  expect(stdout.written).toMatchInlineSnapshot(`
    "{"schema":1,
    "command":"up",
    "error":{"code":"unknown-database","message":"the fleet has no database \\"alcie\\"","hint":"Did you mean alice?"},
    "databases":[
    {"name":"alice","status":"failed","error":{"code":"sql","message":"the file is damaged"}}
    ],
    "summary":{"total":1,"ok":0,"failed":1,"skipped":0,"notRun":0}}
    "
  `)
  expect(stderr.written).toContain('error: the fleet has no database')
})

test('the command of an error that comes before the verb is null', async () => {
  const { reporter, stdout } = begin({ json: true, command: null })
  await reporter.error({ code: 'usage', message: 'unknown command' })
  expect(JSON.parse(stdout.written)).toEqual({
    schema: 1,
    command: null,
    error: { code: 'usage', message: 'unknown command' },
  })
})

test('text is written as it is and ends its line', async () => {
  const { reporter, stdout } = begin()
  await reporter.text('Usage: dbfleet\n\n  up')
  await reporter.text('0.1.0\n')
  expect(stdout.written).toBe('Usage: dbfleet\n\n  up\n0.1.0\n')
})

test('the progress line is gone before anything else is written, and comes back after a note', async () => {
  vi.useFakeTimers()
  try {
    const { reporter, stdout, stderr } = begin({ columns: 80 })
    const progress = reporter.progress('up')
    progress.update({ done: 1, total: 2, failed: 0 })
    vi.advanceTimersByTime(300)
    expect(stderr.visible).toContain('up  1/2')
    void reporter.note('Finishing what is in hand.')
    expect(stderr.visible).toBe('Finishing what is in hand.\n')
    vi.advanceTimersByTime(100)
    expect(stderr.visible).toContain('up  1/2')
    await reporter.report(good, render)
    expect(stderr.visible).toBe('Finishing what is in hand.\n')
    expect(stdout.written).toContain('alice ok')
    vi.advanceTimersByTime(10_000)
    expect(stderr.visible).toBe('Finishing what is in hand.\n')
  } finally {
    vi.useRealTimers()
  }
})

test('a second progress takes the place of the first', () => {
  vi.useFakeTimers()
  try {
    const { reporter, stderr } = begin({ columns: 80 })
    reporter.progress('reading').update({ done: 1, total: 2, failed: 0 })
    vi.advanceTimersByTime(300)
    const second = reporter.progress('up')
    second.update({ done: 1, total: 4, failed: 0 })
    vi.advanceTimersByTime(300)
    expect(stderr.visible).toBe('up  1/4  25%  3.3/s  1 s left')
    second.end()
    expect(stderr.visible).toBe('')
  } finally {
    vi.useRealTimers()
  }
})

test('100,000 rows are written in chunks', async () => {
  const { reporter, stdout } = begin({ json: true })
  const large = reportOf(
    'up',
    names(100_000).map(name => ({ name, status: 'ok' as const })),
  )
  await reporter.report(large, render)
  expect(stdout.chunks.length).toBeGreaterThan(10)
  expect(JSON.parse(stdout.written).databases).toHaveLength(100_000)
})

test('making reporters again and again does not pile up listeners', () => {
  const stdout = new FakeStream()
  const stderr = new FakeStream()
  for (let count = 0; count < 20; count += 1) {
    createReporter({ command: 'up', quiet: false, json: false }, { stdout, stderr, env: {} })
  }
  expect(stdout.listenerCount('error')).toBe(1)
})
