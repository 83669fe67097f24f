import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { processTree } from './processes.js'
import { type Document, json } from './projects.js'
import { startCli, writeFiles } from './run-cli.js'
import { onSqlite, stateOf } from './sqlite-files.js'

describe('the death of a process of libSQL’s lane', () => {
  const directory = temporaryDirectories()
  const config = {
    'dbfleet.config.json': JSON.stringify({
      fleet: [{ files: 'databases/*.db', engine: 'libsql' }],
    }),
  }

  it.runIf(process.platform === 'linux')(
    'by SIGKILL costs only the database in hand, which keeps its old state',
    async () => {
      const cwd = directory()
      writeFiles(cwd, {
        ...config,
        'databases/.keep': '',
        'migrations/20260101000000_count.up.sql': `
          CREATE TABLE done (n);
          WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < (SELECT n FROM work))
          INSERT INTO done SELECT count(*) FROM c;`,
      })
      const names = ['db1', 'db2', 'db3', 'db4', 'db5', 'slow']
      for (const name of names) {
        const n = name === 'slow' ? 400_000_000 : 1000
        onSqlite(join(cwd, `databases/${name}.db`), db =>
          db.exec(`CREATE TABLE work (n); INSERT INTO work VALUES (${n})`),
        )
      }
      const slow = join(cwd, 'databases/slow.db')
      const { child, finished } = startCli(['up', '--all', '--jobs', '2', '--json'], { cwd })
      const journal = `${slow}-journal`
      while (child.exitCode === null) {
        const culprit = processTree(child.pid as number).find(({ files }) =>
          files.includes(journal),
        )
        if (culprit !== undefined) {
          expect(culprit.pid).not.toBe(child.pid)
          process.kill(culprit.pid, 'SIGKILL')
          break
        }
        await sleep(20)
      }
      const { status, stdout, stderr } = await finished
      const { databases } = JSON.parse(stdout) as Document
      expect({ status, stderr }).toEqual({ status: 3, stderr: '' })
      expect(databases.map(({ name, status }) => [name, status])).toEqual(
        names.map(name => [name, name === 'slow' ? 'failed' : 'ok']),
      )
      expect(databases.at(-1)).toMatchObject({
        applied: [],
        error: { code: 'engine-crashed', message: expect.stringContaining('SIGKILL') },
      })
      expect(stateOf(slow)).toEqual({ integrity: 'ok', tables: ['work'], ledger: [] })
    },
  )

  it.runIf(process.platform === 'linux')(
    'comes soon after that of dbfleet itself, and the next run converges',
    async () => {
      const cwd = directory()
      writeFiles(cwd, {
        ...config,
        'migrations/20260101000000_slow.up.sql': `
          CREATE TABLE slow (n);
          WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 800000)
          INSERT INTO slow SELECT count(*) FROM c;`,
      })
      const names = Array.from({ length: 6 }, (_, i) => `db${i}`)
      for (const name of names) writeFiles(cwd, { [`databases/${name}.db`]: '' })
      const { child, finished } = startCli(['up', '--all', '--jobs', '2'], { cwd })
      const journals = () =>
        readdirSync(join(cwd, 'databases')).filter(name => name.endsWith('-journal'))
      while (child.exitCode === null && journals().length === 0) await sleep(5)
      const workers = processTree(child.pid as number).filter(({ pid }) => pid !== child.pid)
      expect(workers.length).toBeGreaterThan(0)
      child.kill('SIGKILL')
      await finished
      const alive = () => workers.filter(({ pid }) => existsSync(`/proc/${pid}/maps`))
      const began = performance.now()
      while (alive().some(({ pid }) => processTree(pid)[0]?.engines.includes('libsql'))) {
        expect(performance.now() - began).toBeLessThan(10_000)
        await sleep(20)
      }
      const states = names.map(name => stateOf(join(cwd, `databases/${name}.db`)))
      for (const { integrity, tables, ledger } of states) {
        expect(integrity).toBe('ok')
        expect(ledger.length).toBe(tables.length)
      }
      expect(states.some(({ ledger }) => ledger.length === 0)).toBe(true)
      const again = await json(cwd, ['up', '--all'])
      expect(again.document.summary).toMatchObject({ ok: names.length, failed: 0 })
    },
  )

  it('by text that is not UTF-8, which its driver cannot read, costs only that database', async () => {
    const cwd = directory()
    writeFiles(cwd, {
      ...config,
      'databases/.keep': '',
      'migrations/20260101000000_create_a.up.sql': 'CREATE TABLE a (x);',
      'migrations/20260102000000_look.up.sql': 'SELECT body FROM notes;',
    })
    const names = ['db1', 'db2', 'ledger', 'poison', 'unread']
    for (const name of names) {
      onSqlite(join(cwd, `databases/${name}.db`), db => {
        const body = name === 'poison' ? "CAST(X'FF41' AS TEXT)" : "'fine'"
        db.exec(`CREATE TABLE notes (body); INSERT INTO notes VALUES (${body})`)
        if (name === 'unread') {
          db.exec("CREATE TABLE other (body); INSERT INTO other VALUES (CAST(X'FF41' AS TEXT))")
        }
        if (name === 'ledger') {
          db.exec(`CREATE TABLE dbfleet_migrations (name TEXT PRIMARY KEY, checksum TEXT);
            INSERT INTO dbfleet_migrations VALUES ('x', CAST(X'FF41' AS TEXT))`)
        }
      })
    }
    const status = await json(cwd, ['status'])
    expect(status.status).toBe(3)
    expect(status.document.databases.map(({ name, error }) => [name, error?.code ?? 'ok'])).toEqual(
      names.map(name => [name, name === 'ledger' ? 'engine-crashed' : 'ok']),
    )
    const up = await json(cwd, ['up', '--all', '--except', 'ledger'])
    expect(up.status).toBe(3)
    expect(up.document.databases.map(({ name, error }) => [name, error?.code ?? 'ok'])).toEqual([
      ['db1', 'ok'],
      ['db2', 'ok'],
      ['poison', 'engine-crashed'],
      ['unread', 'ok'],
    ])
    expect(stateOf(join(cwd, 'databases/poison.db'))).toEqual({
      integrity: 'ok',
      tables: ['notes'],
      ledger: [],
    })
  })
})
