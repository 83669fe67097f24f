import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp } from './backup-sets.js'
import { runJson, startCli, writeFiles } from './run-cli.js'

const NAMES = Array.from({ length: 12 }, (_, i) => `db${String(i).padStart(2, '0')}`)
const ROWS = `CREATE TABLE t (id INTEGER PRIMARY KEY, x, state);
WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 400)
INSERT INTO t SELECT i, hex(randomblob(40)), 'backed up' FROM c`
const MOMENTS = 14

describe('faults of restore', () => {
  const directory = temporaryDirectories()
  const disks: string[] = []
  afterEach(() => {
    for (const disk of disks.splice(0)) spawnSync('umount', [disk])
  })

  /** A fleet, and a set of it. */
  async function project(): Promise<string> {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    for (const name of NAMES) change(join(cwd, 'databases', `${name}.db`), ROWS)
    expect((await backUp([], { cwd })).status).toBe(0)
    return cwd
  }

  function change(path: string, sql: string): void {
    const db = new Database(path)
    try {
      db.exec(sql)
    } finally {
      db.close()
    }
  }

  /** What a database holds, all of it: one of the states, never a part or a mixture. */
  function stateOf(path: string): string {
    // What is opened to be read cannot roll back what a kill has interrupted.
    const db = new Database(path)
    try {
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(400)
      const states = db.prepare('SELECT DISTINCT state FROM t').pluck().all()
      expect(states).toHaveLength(1)
      return String(states[0])
    } finally {
      db.close()
    }
  }

  /** Kills a run at moments that are spread over its whole length; `look` judges what is left. */
  async function killing(cwd: string, args: string[], look: (moment: number) => void) {
    look(-1)
    const began = performance.now()
    await startCli(args, { cwd }).finished
    const length = performance.now() - began
    let killed = 0
    for (let moment = 0; moment < MOMENTS; moment++) {
      look(moment)
      const { child, finished } = startCli(args, { cwd })
      await sleep(150 + (moment / MOMENTS) * length)
      child.kill('SIGKILL')
      if ((await finished).status === 'SIGKILL') killed += 1
    }
    look(MOMENTS)
    // Had none been killed, nothing were shown.
    expect(killed).toBeGreaterThan(MOMENTS / 3)
  }

  it('a kill leaves no database that is not whole, and the next run finishes', async () => {
    const cwd = await project()
    let out = ''
    const args = ['restore', 'latest', '--all', '--to', 'out']
    const made = new Set<number>()
    await killing(cwd, args, () => {
      out = join(cwd, 'out')
      const names = existsSync(out) ? readdirSync(out).filter(name => !name.startsWith('.')) : []
      made.add(names.length)
      for (const name of names) {
        expect(name).toMatch(/^db\d\d\.db$/)
        expect(stateOf(join(out, name))).toBe('backed up')
      }
      spawnSync('rm', ['-rf', out])
    })
    expect(made.size).toBeGreaterThan(1)
    const { child, finished } = startCli(args, { cwd })
    await sleep(400)
    child.kill('SIGKILL')
    await finished
    const { status, document } = await runJson<Document>(args, { cwd })
    expect(status).toBe(0)
    expect(document.summary).toMatchObject({ total: NAMES.length, failed: 0, notRun: 0 })
    for (const name of NAMES) expect(stateOf(join(out, `${name}.db`))).toBe('backed up')
  }, 240_000)

  it('a kill while databases are replaced leaves the old one or the new one', async () => {
    const cwd = await project()
    const at = (name: string) => join(cwd, 'databases', `${name}.db`)
    const args = ['restore', 'latest', '--all', '--force']
    const seen = new Set<string>()
    await killing(cwd, args, moment => {
      for (const [index, name] of NAMES.entries()) {
        // The first two are of before the kills.
        if (moment > 0) seen.add(stateOf(at(name)))
        const mode = index % 2 === 0 ? 'WAL' : 'DELETE'
        change(at(name), `PRAGMA journal_mode = ${mode}; UPDATE t SET state = 'later ${moment}'`)
      }
    })
    expect([...seen]).toContain('backed up')
    expect(seen.size).toBeGreaterThan(2)
    for (const kept of readdirSync(join(cwd, 'databases/.kept'))) {
      expect(stateOf(join(cwd, 'databases/.kept', kept))).toMatch(/^later/)
    }
    const { status, document } = await runJson<Document>(args, { cwd })
    expect(status).toBe(0)
    expect(document.summary).toMatchObject({ total: NAMES.length, failed: 0, notRun: 0 })
    for (const name of NAMES) expect(stateOf(at(name))).toBe('backed up')
  }, 240_000)

  it.for([100, 200, 500])(
    'a disk of %i KiB that fills up costs what does not fit, and nothing that was there',
    { timeout: 120_000 },
    async (size, context) => {
      const cwd = await project()
      const out = join(cwd, 'small')
      mkdirSync(out)
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', out])
      if (mounted.status !== 0) return context.skip('this environment permits no mount')
      disks.push(out)
      const args = ['restore', 'latest', '--all', '--to', out, '--jobs', '2']
      const { status, document } = await runJson<Document>(args, { cwd })
      expect(status).toBe(3)
      const there = readdirSync(out)
      expect(there).toHaveLength(document.summary.ok ?? 0)
      for (const name of there) expect(stateOf(join(out, name))).toBe('backed up')
      for (const { error } of document.databases) {
        if (error !== undefined) expect(error.code).toBe('disk-full')
      }
      // Where the disk has room for the journal of it.
      const changed = there.filter(name => {
        try {
          change(join(out, name), "UPDATE t SET state = 'later'")
          return true
        } catch {
          return false
        }
      })
      const forced = await runJson<Document>([...args, '--force'], { cwd })
      expect(forced.status).toBe(3)
      for (const { name, status: became } of forced.document.databases) {
        const path = join(out, `${name}.db`)
        if (!existsSync(path)) continue
        const isOld = became === 'failed' && changed.includes(`${name}.db`)
        expect(stateOf(path)).toBe(isOld ? 'later' : 'backed up')
      }
    },
  )
})

interface Document {
  databases: { name: string; status: string; error?: { code: string } }[]
  summary: Record<string, number>
}
