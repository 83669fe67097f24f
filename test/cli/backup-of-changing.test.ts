import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp } from './backup-sets.js'
import { expectHonest } from './honest-sets.js'
import { runCli, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

const BACKUPS = 10
const TOTAL = 200_000

describe('a backup of a database that others write to without pause', () => {
  const directory = temporaryDirectories()

  it.each(['WAL', 'DELETE'])(
    `in journal mode %s restores to one state of it, ${BACKUPS} times`,
    async mode => {
      const cwd = directory()
      mkdirSync(join(cwd, 'databases'))
      writeFiles(cwd, {
        'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      })
      const path = join(cwd, 'databases/bank.db')
      onSqlite(path, db =>
        db.exec(`PRAGMA journal_mode = ${mode};
CREATE TABLE accounts (id INTEGER PRIMARY KEY, free INTEGER, held INTEGER, moves INTEGER);
CREATE TABLE moves (n INTEGER);
CREATE INDEX accounts_free ON accounts (free);
INSERT INTO moves VALUES (0);
WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2000)
INSERT INTO accounts SELECT i, 60, 40, 0 FROM c`),
      )
      const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], {
        cwd: process.cwd(),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(writer, 'close')
      const moves: number[] = []
      try {
        await once(writer.stdout, 'data')
        for (let i = 0; i < BACKUPS; i++) {
          const { status, document } = await backUp(['--full', '--busy-timeout', '30s'], { cwd })
          expect([status, document.databases[0]?.error]).toEqual([0, undefined])
          expect(expectHonest(document.set, ['bank'])).toMatchObject({
            complete: true,
            summary: { proven: 1 },
          })
          const to = join(cwd, `restored${i}`)
          const restored = await runCli(['restore', document.set, '--to', to], { cwd })
          expect([restored.status, restored.stderr]).toEqual([0, ''])
          moves.push(onSqlite(join(to, 'bank.db'), stateOf))
        }
      } finally {
        expect(writer.exitCode).toBeNull()
        writer.kill('SIGKILL')
        await ended
      }
      // Had it stood still, nothing were shown.
      expect(moves).toEqual([...new Set(moves)].sort((a, b) => a - b))
      expect(moves[0]).toBeGreaterThan(0)
      expect(onSqlite(path, stateOf)).toBeGreaterThanOrEqual(moves.at(-1) ?? 0)
    },
    180_000,
  )
})

/** Checks that it is a state between two transactions; returns how many there were before. */
function stateOf(db: { prepare(sql: string): { get(): unknown } }): number {
  const state = db
    .prepare('SELECT sum(free) + sum(held) AS total, sum(moves) AS moves FROM accounts')
    .get() as { total: number; moves: number }
  expect(state.total).toBe(TOTAL)
  expect(db.prepare('SELECT n FROM moves').get()).toEqual({ n: state.moves })
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  return state.moves
}

/** Moves money between accounts and between columns, and counts the moves in two tables. */
const WRITER = `import Database from 'better-sqlite3'
const db = new Database(process.argv[1], { timeout: 30000 })
const take = db.prepare('UPDATE accounts SET free = free - 3, held = held + 1 WHERE id = ?')
const give = db.prepare('UPDATE accounts SET free = free + 2, moves = moves + 1 WHERE id = ?')
const count = db.prepare('UPDATE moves SET n = n + 1')
const any = () => 1 + Math.floor(Math.random() * 2000)
const move = db.transaction(() => { take.run(any()); give.run(any()); count.run() })
move.immediate()
console.log('writing')
for (;;) move.immediate()
`
