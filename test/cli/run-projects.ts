import type { ChildProcess } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { temporaryDirectories } from '../temporary-directory.js'
import { writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

export const COUNT = '20260101000000_count'

/** Adds to a counter, so that it shows when it was applied twice, and takes a while. */
const MIGRATION = {
  [`migrations/${COUNT}.up.sql`]: `UPDATE counts SET n = n + 1;
CREATE TABLE filler AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)
SELECT i FROM c;
`,
  [`migrations/${COUNT}.down.sql`]: 'UPDATE counts SET n = n - 1;\nDROP TABLE filler;\n',
}

/** Makes projects whose databases each hold a counter, which their one migration raises. */
export function countingProjects(): (
  count: number,
  options?: { control?: Record<string, unknown> },
) => { cwd: string; names: string[] } {
  const directory = temporaryDirectories()
  return (count, { control } = {}) => {
    const cwd = directory()
    writeFiles(cwd, {
      ...MIGRATION,
      'databases/.keep': '',
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: 'databases/*.db' }],
        control: { url: 'control.db', lease: '2s', ...control },
      }),
    })
    const names = Array.from({ length: count }, (_, i) => `db${String(i).padStart(3, '0')}`)
    for (const name of names) addCounter(cwd, name)
    return { cwd, names }
  }
}

/** A database with a counter that stands at 0. */
export function addCounter(cwd: string, name: string): void {
  const db = new Database(join(cwd, 'databases', `${name}.db`))
  db.exec('CREATE TABLE counts (n); INSERT INTO counts VALUES (0)')
  db.close()
}

/** Where the counters of all databases stand. */
export function countsIn(cwd: string): number[] {
  return readdirSync(join(cwd, 'databases'))
    .filter(file => file.endsWith('.db'))
    .sort()
    .map(file =>
      Number(
        onSqlite(join(cwd, 'databases', file), db =>
          db.prepare('SELECT n FROM counts').pluck().get(),
        ),
      ),
    )
}

/** Asks the control database of a project; undefined while there is none. */
export function askControl(cwd: string, sql: string): unknown {
  try {
    const db = new Database(join(cwd, 'control.db'), { readonly: true, fileMustExist: true })
    try {
      return db.prepare(sql).pluck().get()
    } finally {
      db.close()
    }
  } catch {
    return undefined
  }
}

/** Waits until the control database gives a value that is neither 0 nor nothing. */
export async function untilControl(cwd: string, sql: string, withinMs = 30_000): Promise<void> {
  const until = performance.now() + withinMs
  while (!askControl(cwd, sql)) {
    if (performance.now() > until) throw new Error(`never true: ${sql}`)
    await sleep(10)
  }
}

/** Stops a process in which databases are held, at a moment at which it does not lock the control database. */
export async function stopHolding(cwd: string, child: ChildProcess): Promise<void> {
  for (;;) {
    await untilControl(cwd, "SELECT count(*) FROM results WHERE state = 'claimed'")
    child.kill('SIGSTOP')
    if (askControl(cwd, "SELECT count(*) FROM results WHERE state = 'claimed'") && isFree(cwd))
      return
    child.kill('SIGCONT')
    await sleep(20)
  }
}

function isFree(cwd: string): boolean {
  const db = new Database(join(cwd, 'control.db'), { timeout: 100 })
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK')
    return true
  } catch {
    return false
  } finally {
    db.close()
  }
}
