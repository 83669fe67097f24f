import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { PruneReport } from '../../src/report/prune-report.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, manifestOf, setsIn } from './backup-sets.js'
import { runCli, runJson, startCli, writeFiles } from './run-cli.js'

const NAMES = Array.from({ length: 12 }, (_, i) => `db${String(i).padStart(2, '0')}`)
const PRUNE = ['prune', '--keep-last', '2', '--yes']

describe('faults of backups that share objects, and of prune', () => {
  const directory = temporaryDirectories()

  function project(): string {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    for (const name of NAMES) execute(cwd, name, 'CREATE TABLE t (id INTEGER PRIMARY KEY, x)')
    return cwd
  }

  function execute(cwd: string, name: string, sql: string): void {
    const db = new Database(join(cwd, 'databases', `${name}.db`))
    db.exec(sql)
    db.close()
  }

  const change = (cwd: string, turn: number) =>
    execute(cwd, NAMES[turn % NAMES.length] ?? '', 'INSERT INTO t (x) VALUES (hex(randomblob(9)))')

  /** Every object that a set calls proven is there, to the byte. */
  function expectWhole(cwd: string): void {
    const place = join(cwd, 'backups')
    for (const set of setsIn(place).sets) {
      for (const { name, object, proven } of manifestOf(set).databases) {
        expect(proven, `${basename(set)} ${name}`).toBe(true)
        const path = join(place, object?.set ?? basename(set), object?.file ?? '')
        const bytes = readFileSync(path)
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(object?.storedSha256)
      }
    }
  }

  /** After all is over, one more run of each leaves sets, and nothing that nobody refers to. */
  async function expectToConverge(cwd: string): Promise<void> {
    const place = join(cwd, 'backups')
    expect((await backUp([], { cwd })).document).toMatchObject({ complete: true })
    const { status, document } = await runJson<PruneReport>(PRUNE, { cwd })
    expect([status, document.waitsFor]).toEqual([0, []])
    const { sets, others } = setsIn(place)
    expect(sets).toHaveLength(2)
    const used = new Set(
      sets.flatMap(set =>
        manifestOf(set).databases.map(({ object }) =>
          join(place, object?.set ?? basename(set), object?.file ?? ''),
        ),
      ),
    )
    const there = [...sets, ...others].flatMap(set => {
      const objects = join(set, 'databases')
      return existsSync(objects) ? readdirSync(objects).map(file => join(objects, file)) : []
    })
    expect(there.sort()).toEqual([...used].sort())
    expect(readdirSync(place).filter(name => name.startsWith('.'))).toEqual([])
    const verified = await runCli(['verify', 'latest', '--restore'], { cwd })
    expect([verified.status, verified.stderr]).toEqual([0, ''])
  }

  it('50 kills leave every set whole, and a run afterwards converges', async () => {
    const cwd = project()
    await backUp([], { cwd })
    const began = performance.now()
    await backUp([], { cwd })
    const duration = performance.now() - began
    let unfinished = 0
    for (let turn = 0; turn < 50; turn++) {
      change(cwd, turn)
      const verb = turn % 2 === 0 ? ['backup', '--compress', 'gzip'] : PRUNE
      const { child, finished } = startCli(verb, { cwd })
      await sleep(Math.random() * duration * 1.2)
      child.kill('SIGKILL')
      await finished
      unfinished += setsIn(join(cwd, 'backups')).others.length
      expectWhole(cwd)
    }
    // Had all been killed before the first write or after the last, nothing were shown.
    expect(unfinished).toBeGreaterThan(0)
    expect(setsIn(join(cwd, 'backups')).sets.length).toBeGreaterThan(0)
    await backUp([], { cwd })
    await expectToConverge(cwd)
  }, 240_000)

  it('two backups and a prune at once take nothing from each other', async () => {
    const cwd = project()
    await backUp([], { cwd })
    for (let turn = 0; turn < 6; turn++) {
      change(cwd, turn)
      const runs = await Promise.all([
        runCli(['backup'], { cwd }),
        runCli(['backup'], { cwd }),
        sleep(Math.random() * 400).then(() => runCli(PRUNE, { cwd })),
      ])
      expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual([
        [0, ''],
        [0, ''],
        [0, ''],
      ])
      expectWhole(cwd)
    }
    await expectToConverge(cwd)
  }, 240_000)

  it('of two prunes at once, no more than one acts, and nothing is lost', async () => {
    const cwd = project()
    for (let turn = 0; turn < 3; turn++) {
      change(cwd, turn)
      await backUp([], { cwd })
    }
    const one = runJson<PruneReport>(PRUNE, { cwd })
    const other = runJson<PruneReport>(['prune', '--keep-daily', '1', '--yes'], { cwd })
    for (const { status, document } of await Promise.all([one, other])) {
      if (status === 3) expect(document).toMatchObject({ error: { code: 'prune-running' } })
      else expect(status).toBe(0)
    }
    expectWhole(cwd)
    await backUp([], { cwd })
    await expectToConverge(cwd)
  }, 120_000)
})
