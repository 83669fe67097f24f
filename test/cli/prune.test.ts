import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { thisMaker } from '../../src/backup/set-maker.js'
import type { PruneReport } from '../../src/report/prune-report.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, manifestOf, redate, setsIn } from './backup-sets.js'
import { type CliOptions, runCli, runJson, writeFiles } from './run-cli.js'

const FAST = ['--compress', 'none']

describe('prune', () => {
  const directory = temporaryDirectories()

  function project(...names: string[]): string {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    for (const name of names) execute(join(cwd, 'databases', `${name}.db`), 'CREATE TABLE t (x)')
    return cwd
  }

  function execute(path: string, sql: string): void {
    const db = new Database(path)
    db.exec(sql)
    db.close()
  }

  async function prune(args: readonly string[], options: CliOptions): Promise<PruneReport> {
    const { document, status } = await runJson<PruneReport>(['prune', ...args], options)
    expect([status, schemaErrors(document)]).toEqual([0, []])
    return document
  }

  /** Full sets of these days, the newest last. */
  async function setsOf(cwd: string, days: readonly string[]): Promise<string[]> {
    const { document } = await backUp([...FAST, '--full'], { cwd })
    const place = join(cwd, 'backups')
    const sets = days.map((day, index) => {
      const copy = join(place, `copy${index}`)
      cpSync(document.set, copy, { recursive: true })
      return redate(copy, day)
    })
    rmSync(document.set, { recursive: true })
    return sets
  }

  const namesIn = (cwd: string) => readdirSync(join(cwd, 'backups')).sort()
  const reasonsOf = ({ sets }: PruneReport) =>
    Object.fromEntries(sets.map(({ set, reasons }) => [set, reasons.join()]))

  it('keeps what its rules keep and removes the rest, after it has said so', async () => {
    const cwd = project('alice')
    await setsOf(cwd, [
      '2026-01-01T09:00Z',
      '2026-01-31T09:00Z',
      '2026-02-01T09:00Z',
      '2026-02-01T10:00Z',
    ])
    const before = namesIn(cwd)
    const rules = ['--keep-last', '1', '--keep-daily', '2', '--keep-monthly', '2']
    const plan = await prune([...rules, '--dry-run'], { cwd })
    expect(namesIn(cwd)).toEqual(before)
    const { stdout } = await runCli(['prune', ...rules, '--yes'], { cwd })
    expect(stdout.replace(/in \S+$|in [\d.]+ m?s\n/gm, '')).toBe(
      [
        'prune: 4 sets ',
        '  keep     20260201T100000Z  last, daily, monthly',
        '  keep     20260131T090000Z  daily, monthly',
        '  remove   20260201T090000Z',
        '  remove   20260101T090000Z',
        `2 kept, 2 removed: 2 objects of ${plan.removedBytes} bytes `,
      ].join('\n'),
    )
    expect(namesIn(cwd)).toEqual(['20260131T090000Z', '20260201T100000Z'])
    expect(plan.sets.filter(({ removed }) => removed).map(({ set }) => set)).toEqual([
      '20260201T090000Z',
      '20260101T090000Z',
    ])
    expect((await prune([...rules, '--yes'], { cwd })).sets).toHaveLength(2)
  })

  it('counts time from the newest set, not from now', async () => {
    const cwd = project('alice')
    await setsOf(cwd, ['2001-01-01T09:00Z', '2001-01-30T09:00Z', '2001-01-31T09:00Z'])
    await prune(['--keep-within', '1d', '--yes'], { cwd })
    expect(namesIn(cwd)).toEqual(['20010130T090000Z', '20010131T090000Z'])
  })

  it('wants a rule, and somebody who says yes', async () => {
    const cwd = project('alice')
    await setsOf(cwd, ['2026-01-01T09:00Z', '2026-02-01T09:00Z'])
    const before = namesIn(cwd)
    for (const [args, code] of [
      [['--yes'], 'no-rule'],
      [['--keep-last', '1'], 'confirmation-needed'],
      [['--keep-last', '0', '--yes'], 'usage'],
      [['--keep-within', 'long', '--yes'], 'usage'],
      [['--keep-last', '1', '--out', '', '--yes'], 'bad-store'],
    ] as const) {
      const { status, document } = await runJson<{ error: { code: string } }>(['prune', ...args], {
        cwd,
      })
      expect([status, document.error.code]).toEqual([2, code])
    }
    expect(namesIn(cwd)).toEqual(before)
  })

  it('never removes the last proven copy of a database, and says whose it is', async () => {
    const cwd = project('alice', 'bob')
    const [old = '', middle = ''] = await setsOf(cwd, ['2026-01-01T09:00Z', '2026-01-02T09:00Z'])
    rmSync(join(cwd, 'databases/bob.db'))
    await backUp(FAST, { cwd })
    await backUp([...FAST, '--no-prove', '--full'], { cwd })
    const [unproven, proven] = (await prune(['--keep-last', '1', '--dry-run'], { cwd })).sets
    expect(unproven).toMatchObject({ removed: false, proven: 0, reasons: ['last'] })
    expect(proven).toMatchObject({ removed: false, reasons: ['last-copy'], lastCopyOf: ['alice'] })
    const report = await prune(['--keep-last', '1', '--yes'], { cwd })
    expect(report.sets[2]).toMatchObject({ set: basename(middle), lastCopyOf: ['bob'] })
    expect([existsSync(middle), existsSync(old)]).toEqual([true, false])
  })

  it('does not count a copy whose object is gone', async () => {
    const cwd = project('alice')
    const [old = '', newer = ''] = await setsOf(cwd, ['2026-01-01T09:00Z', '2026-01-02T09:00Z'])
    rmSync(join(newer, 'databases/alice.sql'))
    const report = await prune(['--keep-last', '1', '--yes'], { cwd })
    expect(reasonsOf(report)).toEqual({ [basename(newer)]: 'last', [basename(old)]: 'last-copy' })
  })

  it('keeps the objects that a kept set refers to, until none does', async () => {
    const cwd = project('alice', 'bob')
    await sleep(120)
    const first = (await backUp(FAST, { cwd })).document.set
    execute(join(cwd, 'databases/bob.db'), 'INSERT INTO t VALUES (1)')
    await sleep(120)
    const second = (await backUp(FAST, { cwd })).document.set
    const report = await prune(['--keep-last', '1', '--yes'], { cwd })
    expect(report.removedObjects).toBe(1)
    expect(setsIn(join(cwd, 'backups'))).toEqual({ sets: [second], others: [first] })
    expect(readdirSync(join(first, 'databases'))).toEqual(['alice.sql'])

    // The remainder is no set, and no backup that was killed.
    const third = await backUp(FAST, { cwd })
    expect(third.document.databases.every(({ unchanged }) => unchanged)).toBe(true)
    const again = await prune(['--keep-last', '1', '--yes'], { cwd })
    expect([again.unfinished, again.sets.length, again.removedObjects]).toEqual([[], 2, 0])
    expect(existsSync(join(second, 'databases/bob.sql'))).toBe(true)
    await backUp([...FAST, '--full'], { cwd })
    const last = await prune(['--keep-last', '1', '--yes'], { cwd })
    expect(last.removedObjects).toBe(2)
    expect(setsIn(join(cwd, 'backups'))).toMatchObject({ sets: [expect.any(String)], others: [] })
  })

  it('removes what a dead backup left, and waits for one that may be alive', async () => {
    const cwd = project('alice')
    const [old = '', newer = ''] = await setsOf(cwd, ['2026-01-01T09:00Z', '2026-01-02T09:00Z'])
    const place = join(cwd, 'backups')
    const left = (name: string, maker: object) =>
      writeFiles(join(place, name), {
        'started.json': JSON.stringify(maker),
        'databases/alice.sql': 'half',
        '.scratch/x.db': 'x',
      })
    const dead = { host: thisMaker().host, pid: 2 ** 22 + 1 }
    left('20260103T090000Z', dead)
    left('20260103T100000Z', { ...thisMaker(), pid: process.pid })
    const report = await prune(['--keep-last', '1', '--yes'], { cwd })
    expect(report).toMatchObject({ waitsFor: ['20260103T100000Z'], removedObjects: 0 })
    expect(setsIn(place).sets).toEqual([newer])
    expect(readdirSync(join(old, 'databases'))).toEqual(['alice.sql'])

    rmSync(join(place, '20260103T100000Z'), { recursive: true })
    left('20260103T110000Z', { host: 'elsewhere', pid: 1 })
    const text = await runCli(['prune', '--keep-last', '1', '--yes'], { cwd })
    expect(text.stdout).toContain('20260103T110000Z  unfinished, of the machine elsewhere\n')
    expect(text.stdout).toContain('No object is removed while a backup may refer to it')
    expect(existsSync(old)).toBe(true)

    await prune(['--keep-last', '1', '--unfinished', '--yes'], { cwd })
    expect(namesIn(cwd)).toEqual([basename(newer)])
  })

  it('takes what another machine left for abandoned after a week of the store', async () => {
    const cwd = project('alice')
    await setsOf(cwd, ['2026-01-02T09:00Z'])
    const set = join(cwd, 'backups/20260103T090000Z')
    writeFiles(set, { 'started.json': JSON.stringify({ host: 'elsewhere', pid: 1 }) })
    const week = 7 * 24 * 3600
    for (const [age, state] of [
      [week - 60, 'unknown'],
      [week + 60, 'abandoned'],
    ] as const) {
      const then = Date.now() / 1000 - age
      utimesSync(join(set, 'started.json'), then, then)
      const { unfinished } = await prune(['--keep-last', '1', '--yes'], { cwd })
      expect(unfinished).toMatchObject([{ state, removed: state === 'abandoned' }])
    }
    expect(existsSync(set)).toBe(false)
  })

  it('touches nothing that is not its own', async () => {
    const cwd = project('alice')
    const [old = ''] = await setsOf(cwd, ['2026-01-01T09:00Z', '2026-01-02T09:00Z'])
    const place = join(cwd, 'backups')
    writeFiles(place, {
      'README.md': 'text',
      'project/databases/alice.db': 'x',
      'project/manifest.json': '{"name":"a web page"}',
      '20260101T000000Z/notes.txt': 'x',
    })
    mkdirSync(join(place, 'odd/started.json'), { recursive: true })
    writeFileSync(join(old, 'notes.txt'), 'mine')
    await prune(['--keep-last', '1', '--yes'], { cwd })
    expect(readdirSync(old)).toEqual(['notes.txt'])
    expect(namesIn(cwd)).toEqual([
      '20260101T000000Z',
      '20260101T090000Z',
      '20260102T090000Z',
      'README.md',
      'odd',
      'project',
    ])
    expect(readFileSync(join(place, 'project/databases/alice.db'), 'utf8')).toBe('x')
  })

  it('removes nothing while a manifest cannot be believed, or another prune is at work', async () => {
    const cwd = project('alice')
    const [old = ''] = await setsOf(cwd, ['2026-01-01T09:00Z', '2026-01-02T09:00Z'])
    const place = join(cwd, 'backups')
    writeFiles(place, { '.prune-0123/started.json': JSON.stringify(thisMaker()) })
    const refused = () =>
      runJson<{ error: { code: string } }>(['prune', '--keep-last', '1', '--yes'], { cwd })
    const busy = await refused()
    expect([busy.status, busy.document.error.code]).toEqual([3, 'prune-running'])
    rmSync(join(place, '.prune-0123'), { recursive: true })
    appendFileSync(join(old, 'manifest.json'), ' ')
    const damaged = await refused()
    expect([damaged.status, damaged.document.error.code]).toEqual([2, 'manifest-damaged'])
    expect(namesIn(cwd)).toEqual(['20260101T090000Z', '20260102T090000Z'])
    expect(manifestOf(join(place, '20260102T090000Z')).complete).toBe(true)
  })
})
