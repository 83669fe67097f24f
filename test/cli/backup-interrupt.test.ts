import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, setsIn } from './backup-sets.js'
import { expectHonest, expectRestorable } from './honest-sets.js'
import { type CliResult, runJson, startCli, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

const NAMES = Array.from({ length: 16 }, (_, i) => `db${String(i).padStart(2, '0')}`)
const COUNT = 2000
const ROWS = `CREATE TABLE t (id INTEGER PRIMARY KEY, x);
WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${COUNT})
INSERT INTO t SELECT i, hex(randomblob(60)) FROM c`
const MOMENTS = 6

interface Document {
  interrupted: boolean
  summary: { total: number; ok: number; failed: number; notRun: number }
  databases: { name: string; status: string }[]
  error?: unknown
}

describe('Ctrl-C', () => {
  const directory = temporaryDirectories()

  function project(): string {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
      'tmp/.keep': '',
    })
    for (const name of NAMES) onSqlite(join(cwd, `databases/${name}.db`), db => db.exec(ROWS))
    return cwd
  }

  /**
   * Interrupts a run at moments that are spread over its whole length.
   *
   * @param before is called before each
   * @param look judges what is left; gets the document where the run reported
   */
  async function interrupting(
    cwd: string,
    args: string[],
    { times = 1, before = () => {} }: { times?: number; before?: () => void },
    look: (result: CliResult, document: Document | undefined) => Promise<void> | void,
  ): Promise<void> {
    const began = performance.now()
    await startCli(args, { cwd }).finished
    const length = performance.now() - began
    let interrupted = 0
    for (let moment = 0; moment < MOMENTS; moment++) {
      before()
      const { child, finished } = startCli([...args, '--json'], {
        cwd,
        env: { TMPDIR: join(cwd, 'tmp') },
      })
      await sleep(length * (0.25 + (0.7 * moment) / MOMENTS))
      for (let time = 0; time < times; time++) {
        child.kill('SIGINT')
        if (time + 1 < times) await sleep(20)
      }
      const result = await finished
      const document = result.stdout === '' ? undefined : (JSON.parse(result.stdout) as Document)
      // Before it listens the signal ends it as it ends any process.
      expect([0, 130, 'SIGINT']).toContain(result.status)
      if (document === undefined) expect(result.status).not.toBe(0)
      if (result.status === 130 && document !== undefined) {
        expect(document.interrupted).toBe(true)
        interrupted += 1
      }
      await look(result, document)
    }
    // Had all ended before the signal, or died of it, nothing were shown.
    if (times === 1) expect(interrupted).toBeGreaterThan(1)
  }

  it.each([1, 2])(
    '%i times in a backup leaves no set, or one that says what it has',
    async times => {
      const cwd = project()
      const place = join(cwd, 'backups')
      const first = await backUp([], { cwd })
      let known = setsIn(place).sets
      await interrupting(cwd, ['backup', '--full', '--jobs', '2'], { times }, async result => {
        const { sets, others } = setsIn(place)
        const made = sets.filter(set => !known.includes(set))
        known = sets
        for (const set of made) {
          const manifest = expectHonest(set, NAMES)
          if (result.status === 0) expect(manifest.complete).toBe(true)
          const absent = await expectRestorable(cwd, set)
          expect(absent).toHaveLength(manifest.summary.notRun + manifest.summary.failed)
        }
        if (times === 1) expect(others).toEqual([])
      })
      expect(await expectRestorable(cwd, first.document.set)).toEqual([])
      const again = await backUp([], { cwd })
      expect(again).toMatchObject({ status: 0, document: { complete: true } })
      expect(expectHonest(again.document.set, NAMES).summary.proven).toBe(NAMES.length)
      const pruned = await runJson(['prune', '--keep-last', '1', '--yes'], { cwd })
      expect([pruned.status, pruned.document.waitsFor]).toEqual([0, []])
      expect(await expectRestorable(cwd, again.document.set)).toEqual([])
    },
    120_000,
  )

  it('in a restore leaves whole databases only, and the next run makes the others', async () => {
    const cwd = project()
    await backUp([], { cwd })
    const out = join(cwd, 'out')
    const args = ['restore', 'latest', '--all', '--to', out, '--jobs', '2']
    const counts = new Set<number>()
    const before = () => rmSync(out, { recursive: true, force: true })
    await interrupting(cwd, args, { before }, async (result, document) => {
      const files = existsSync(out) ? readdirSync(out) : []
      const names = files.filter(name => !name.startsWith('.'))
      for (const name of names) {
        const path = join(out, name)
        onSqlite(path, db => {
          expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
          expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(COUNT)
        })
      }
      if (result.status === 130 && document !== undefined) {
        expect(files).toEqual(names)
        expect(document.summary).toMatchObject({ ok: names.length, failed: 0 })
        expect(document.summary.notRun).toBe(NAMES.length - names.length)
        counts.add(names.length)
        const again = await runJson<Document>(args, { cwd })
        expect([again.status, again.document.summary.notRun]).toEqual([0, 0])
        expect(readdirSync(out).sort()).toEqual(NAMES.map(name => `${name}.db`))
      }
    })
    expect(counts.size).toBeGreaterThan(1)
  }, 120_000)

  it('in a verify calls nothing sound that was not restored, and changes nothing', async () => {
    const cwd = project()
    const { document } = await backUp([], { cwd })
    const files = () => readdirSync(document.set, { recursive: true }).sort()
    const before = files()
    const args = ['verify', 'latest', '--restore', '--jobs', '2']
    await interrupting(cwd, args, {}, (_, found) => {
      expect(files()).toEqual(before)
      // What it restored lies nowhere.
      expect(readdirSync(join(cwd, 'tmp'))).toEqual(['.keep'])
      if (found === undefined) return
      const { summary, databases } = found
      expect(summary.failed).toBe(0)
      expect(summary.ok + summary.notRun).toBe(NAMES.length)
      for (const { status } of databases) expect(['ok', 'not-run']).toContain(status)
    })
    expect(await expectRestorable(cwd, document.set)).toEqual([])
  }, 120_000)
})
