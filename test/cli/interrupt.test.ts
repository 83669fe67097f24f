import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { startCli, writeFiles } from './run-cli.js'

/** Takes about a second and a half for each database. */
const SLOW = `
CREATE TABLE t (x);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 12000000)
INSERT INTO t SELECT count(*) FROM c;
`

interface Document {
  interrupted: boolean
  summary: { ok: number; notRun: number; total: number }
  databases: { name: string; status: string }[]
}

describe('Ctrl-C', () => {
  const directory = temporaryDirectories()

  function project(): string {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'migrations/20260101000000_slow.up.sql': SLOW,
    })
    for (let i = 0; i < 12; i++) writeFiles(cwd, { [`databases/db${i}.db`]: '' })
    return cwd
  }
  const tablesIn = (cwd: string, name: string) => {
    const db = new Database(join(cwd, 'databases', `${name}.db`))
    try {
      return db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    } finally {
      db.close()
    }
  }

  it('once finishes what is in hand, reports the rest as not run, and exits with 130', async () => {
    const cwd = project()
    const { child, finished } = startCli(['up', '--all', '--jobs', '2', '--json'], { cwd })
    await sleep(1500)
    child.kill('SIGINT')
    const { status, stdout } = await finished
    const { interrupted, summary, databases } = JSON.parse(stdout) as Document
    expect(status).toBe(130)
    expect(interrupted).toBe(true)
    expect(summary.notRun).toBeGreaterThan(4)
    expect(summary.ok + summary.notRun).toBe(summary.total)
    for (const { name, status } of databases) {
      const expected = status === 'ok' ? ['t', 'dbfleet_migrations'] : []
      expect(tablesIn(cwd, name).sort()).toEqual(expected.sort())
    }
  })

  it('twice stops at once, and leaves nothing half done', async () => {
    const cwd = project()
    const { child, finished } = startCli(['up', '--all', '--jobs', '2'], { cwd })
    await sleep(1200)
    child.kill('SIGINT')
    await sleep(150)
    const began = performance.now()
    child.kill('SIGINT')
    const { status } = await finished
    expect([130, 'SIGINT']).toContain(status)
    expect(performance.now() - began).toBeLessThan(1500)
    for (let i = 0; i < 12; i++) {
      expect([0, 2]).toContain(tablesIn(cwd, `db${i}`).length)
    }
  })
})
