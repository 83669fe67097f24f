import { spawn, spawnSync } from 'node:child_process'
import { statSync, utimesSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { A, at, B, ENGINES, json, projectsOn } from './projects.js'
import { onSqlite, snapshot, stateOf } from './sqlite-files.js'

const driver = createRequire(import.meta.url).resolve('better-sqlite3')

/** Runs a script that has `db` open, in a process of its own, until it ends or kills itself. */
function inProcess(path: string, script: string): void {
  const source = `const db = new (require(${JSON.stringify(driver)}))(process.argv[1]);${script}`
  spawnSync(process.execPath, ['-e', source, path])
}

describe.each(ENGINES)('on %s', engine => {
  const project = projectsOn(engine)

  describe('a database in WAL mode', () => {
    it('is read without a trace where nobody has it open', async () => {
      const cwd = project(['alice'])
      onSqlite(at(cwd, 'alice'), db => {
        db.pragma('journal_mode = WAL')
        db.exec('CREATE TABLE t (x)')
      })
      utimesSync(at(cwd, 'alice'), 1, 1)
      const before = snapshot(join(cwd, 'databases'))
      for (const args of [['status'], ['up', '--all', '--dry-run']]) {
        expect((await json(cwd, args)).document.databases).toMatchObject([
          { status: 'ok', pending: [A, B] },
        ])
        expect(snapshot(join(cwd, 'databases')), args[0]).toEqual(before)
      }
    })

    it('is migrated under a live writer, which loses nothing', async () => {
      const cwd = project(['alice'])
      const path = at(cwd, 'alice')
      onSqlite(path, db => {
        db.pragma('journal_mode = WAL')
        db.exec('CREATE TABLE log (n INTEGER PRIMARY KEY)')
      })
      const source = `
        const db = new (require(${JSON.stringify(driver)}))(process.argv[1])
        const insert = db.prepare('INSERT INTO log VALUES (?)')
        let n = 0
        const timer = setInterval(() => insert.run(++n), 2)
        process.on('SIGTERM', () => { clearInterval(timer); db.close(); process.stdout.write(String(n)) })
        process.stdout.write('')
      `
      const writer = spawn(process.execPath, ['-e', source, path])
      let written = ''
      writer.stdout.on('data', chunk => {
        written += String(chunk)
      })
      const ended = new Promise(resolve => writer.on('close', resolve))
      const rows = () => onSqlite(path, db => db.prepare('SELECT count(*) FROM log').pluck().get())
      while (rows() === 0) await sleep(10)

      const status = await json(cwd, ['status'])
      expect(status.document.databases).toMatchObject([{ status: 'ok', position: null }])
      const up = await json(cwd, ['up', '--all'])
      expect(up.document.databases).toMatchObject([{ status: 'ok', applied: [A, B] }])
      const duringRun = Number(rows())
      await sleep(100)
      writer.kill('SIGTERM')
      await ended
      expect(Number(written)).toBeGreaterThan(duringRun)
      expect(rows()).toBe(Number(written))
      expect(stateOf(path)).toEqual({ integrity: 'ok', tables: ['a', 'b', 'log'], ledger: [A, B] })
    })
  })

  it('a database with the write-ahead log of a killed writer is read, and migrated, as it was left', async () => {
    const cwd = project(['alice'])
    inProcess(
      at(cwd, 'alice'),
      `db.pragma('journal_mode = WAL')
      db.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('kept'); BEGIN; DELETE FROM t")
      process.kill(process.pid, 'SIGKILL')`,
    )
    expect(statSync(`${at(cwd, 'alice')}-wal`).size).toBeGreaterThan(0)
    for (const [verb, ...flags] of [['status'], ['up', '--all']] as const) {
      const { document } = await json(cwd, [verb, ...flags])
      expect(document.databases, verb).toMatchObject([{ status: 'ok' }])
    }
    expect(stateOf(at(cwd, 'alice')).tables).toEqual(['a', 'b', 't'])
    const rows = onSqlite(at(cwd, 'alice'), db => db.prepare('SELECT x FROM t').pluck().all())
    expect(rows).toEqual(['kept'])
  })

  describe('a database with the journal of a killed writer', () => {
    function interrupted(): string {
      const cwd = project(['alice'])
      inProcess(
        at(cwd, 'alice'),
        `db.pragma('cache_size = 1')
        db.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('kept'); BEGIN; DELETE FROM t")
        db.exec('INSERT INTO t WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200) SELECT randomblob(2000) FROM c')
        process.kill(process.pid, 'SIGKILL')`,
      )
      return cwd
    }
    const journalSize = (cwd: string) =>
      statSync(`${at(cwd, 'alice')}-journal`, { throwIfNoEntry: false })?.size ?? 0

    it('is not changed by a dry run, which says why it cannot tell', async () => {
      const cwd = interrupted()
      expect(journalSize(cwd)).toBeGreaterThan(0)
      const before = snapshot(join(cwd, 'databases'))
      const { status, document } = await json(cwd, [
        'up',
        '--all',
        '--dry-run',
        '--busy-timeout',
        '200ms',
      ])
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([
        {
          status: 'failed',
          error: {
            code: 'needs-recovery',
            message: expect.stringContaining('journal'),
            hint: expect.stringContaining('dbfleet status'),
          },
        },
      ])
      expect(snapshot(join(cwd, 'databases'))).toEqual(before)
    })

    it('is rolled back by status, and can then be migrated', async () => {
      const cwd = interrupted()
      const { status, document } = await json(cwd, ['status'])
      expect(status).toBe(0)
      expect(document.databases).toMatchObject([{ status: 'ok', pending: [A, B] }])
      expect(journalSize(cwd)).toBe(0)
      const rows = onSqlite(at(cwd, 'alice'), db => db.prepare('SELECT x FROM t').pluck().all())
      expect(rows).toEqual(['kept'])
      expect(await json(cwd, ['up', '--all'])).toMatchObject({ status: 0 })
    })
  })
})
