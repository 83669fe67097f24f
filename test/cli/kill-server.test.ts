import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { startFaultyProxy } from '../sqld/faulty-proxy.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { runJson, startCli, writeFiles } from './run-cli.js'

const MOMENTS = 30
const NAMES = Array.from({ length: 40 }, (_, i) => `db-${i}`)
const server = useSqld()
const directory = temporaryDirectories()

/** Counts how often it was applied; the table shows that a migration moves as a whole. */
function migration(number: number): Record<string, string> {
  const name = `migrations/${20260101000000 + number}_m.up.sql`
  const first =
    number === 0 ? 'CREATE TABLE counts (n INTEGER); INSERT INTO counts VALUES (0);' : ''
  return { [name]: `${first} UPDATE counts SET n = n + 1; CREATE TABLE t${number} (x);` }
}

/** Read from the file, past the server. */
function stateOf(name: string): { count: number; tables: number; ledger: number } {
  const path = join(server().dataDirectory, 'dbs', name, 'data')
  const db = new Database(path, { readonly: true })
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    const number = (sql: string) => db.prepare(sql).pluck().get() as number
    return {
      count: number('SELECT n FROM counts'),
      tables: number("SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*'"),
      ledger: number('SELECT count(*) FROM dbfleet_migrations'),
    }
  } finally {
    db.close()
  }
}

describe('a server that is killed under a run', () => {
  it(`leaves each database at its old or its new position, at ${MOMENTS} moments, and the next run converges`, async () => {
    const cwd = directory()
    for (const name of NAMES) await createNamespace(server(), name)
    let applying = () => {}
    await using proxy = await startFaultyProxy(server().url, body => {
      if (body.includes('BEGIN IMMEDIATE')) applying()
      return 'pass'
    })
    const fleet = [{ sqld: { url: proxy.url, namespaces: NAMES } }]
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet, requestTimeout: '5s' }),
      ...migration(0),
    })
    expect((await runJson(['up', '--all'], { cwd })).status).toBe(0)
    let mixed = 0

    for (let moment = 1; moment <= MOMENTS; moment += 1) {
      writeFiles(cwd, migration(moment))
      const firstApply = new Promise<void>(resolve => {
        applying = resolve
      })
      const { finished } = startCli(['up', '--all'], { cwd })
      await firstApply
      await sleep(Math.random() * 80)
      // The server is back before the run has given up, or only when it has ended.
      const staysDown = moment % 3 === 0
      if (staysDown) process.kill(server().pid, 'SIGKILL')
      else await server().restart('SIGKILL')
      const { status } = await finished
      if (staysDown) await server().restart()
      expect(status).toBe(staysDown ? 3 : 0)

      const states = NAMES.map(stateOf)
      for (const { count, tables, ledger } of states) {
        expect([moment, moment + 1]).toContain(count)
        expect([tables, ledger]).toEqual([count, count])
      }
      const done = states.filter(({ count }) => count === moment + 1).length
      if (done > 0 && done < NAMES.length) mixed += 1

      const again = await runJson<{ summary: { ok: number } }>(['up', '--all'], { cwd })
      expect(again.status).toBe(0)
      expect(again.document.summary.ok).toBe(NAMES.length)
    }
    // Moments that all fell before or after the writing would prove nothing.
    expect(mixed).toBeGreaterThan(3)
  }, 600_000)
})
