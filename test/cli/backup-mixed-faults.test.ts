import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, setsIn } from './backup-sets.js'
import { expectHonest, expectRestorable } from './honest-sets.js'
import { libsqlFile } from './libsql-files.js'
import { onLibsql } from './on-libsql.js'
import { runCli, startCli, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

const HEALTHY = Array.from({ length: 30 }, (_, i) => `healthy${String(i).padStart(2, '0')}`)
const FAULTY = { 'a-locked': 'busy', corrupt: 'corrupt', folder: 'not-a-database', gone: 'missing' }
const NAMES = [...HEALTHY, ...Object.keys(FAULTY), 'poisoned']
const ROWS = `CREATE TABLE t (id INTEGER PRIMARY KEY, x);
WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1000)
INSERT INTO t SELECT i, hex(randomblob(40)) FROM c`
/** Text that is no UTF-8, of which libSQL's driver dies when it reads it, and with a NUL. */
const POISON = [
  'CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)',
  "INSERT INTO t VALUES (1, CAST(x'61ff62c3' AS TEXT)), (2, CAST(x'610062' AS TEXT)), (3, 'well')",
]

describe('a backup of a fleet in which much is wrong', () => {
  const directory = temporaryDirectories()
  const at = (cwd: string, name: string) => join(cwd, 'databases', `${name}.db`)

  function project(): string {
    const cwd = directory()
    const fleet = [
      { files: 'databases/*.db' },
      { files: 'libsql/*.db', engine: 'libsql' },
      { databases: [{ name: 'folder', url: 'elsewhere/folder.db' }] },
    ]
    writeFiles(cwd, { 'dbfleet.config.json': JSON.stringify({ fleet }) })
    mkdirSync(join(cwd, 'elsewhere/folder.db'), { recursive: true })
    mkdirSync(join(cwd, 'databases'))
    for (const name of [...HEALTHY, 'a-locked', 'corrupt', 'gone']) {
      onSqlite(at(cwd, name), db => db.exec(ROWS))
    }
    libsqlFile(cwd, 'libsql/poisoned.db', POISON)
    cpSync(at(cwd, 'corrupt'), join(cwd, 'sound.db'))
    const { size } = statSync(at(cwd, 'corrupt'))
    expect(size).toBeGreaterThan(20 * 4096)
    const file = openSync(at(cwd, 'corrupt'), 'r+')
    writeSync(file, Buffer.alloc(4 * 4096, 0xff), 0, 4 * 4096, Math.floor(size / 8192) * 4096)
    closeSync(file)
    return cwd
  }

  /** A backup, during which a database that was found is removed before it is read. */
  async function backUpWhileOneGoes(cwd: string) {
    // One at a time, the locked one first: what is read after it is not read at once.
    const args = ['backup', '--jobs', '1', '--busy-timeout', '200ms']
    const { child, finished } = startCli(args, { cwd })
    const begun = () => existsSync(join(cwd, 'backups')) && readdirSync(join(cwd, 'backups')).length
    while (!begun() && child.exitCode === null) await sleep(1)
    rmSync(at(cwd, 'gone'))
    return finished
  }

  it('proves what is sound, and says of each other what is wrong with it', async () => {
    const cwd = project()
    const lock = new Database(at(cwd, 'a-locked'))
    lock.exec('BEGIN EXCLUSIVE')
    const { status, stdout, stderr } = await backUpWhileOneGoes(cwd)
    lock.exec('ROLLBACK')
    lock.close()
    expect([status, stderr]).toEqual([3, ''])
    const { sets, others } = setsIn(join(cwd, 'backups'))
    expect([sets.length, others]).toEqual([1, []])
    const [set = ''] = sets
    const manifest = expectHonest(set, NAMES)
    const failed = manifest.databases.filter(({ proven }) => !proven)
    expect(Object.fromEntries(failed.map(({ name, error }) => [name, error?.code]))).toEqual(FAULTY)
    for (const { name, error } of failed) {
      expect(error?.hint, name).toBeTruthy()
      expect(stdout).toContain(`1 failed: ${error?.message} (${name})`)
    }
    expect(new Set(failed.map(({ error }) => error?.message)).size).toBe(failed.length)
    expect(stdout).toMatch(
      /\n31 of 35 proven, 4 failed in [\d.]+ s\nset .*\n→ This was run 1: .*\n$/,
    )

    expect((await expectRestorable(cwd, set)).sort()).toEqual(Object.keys(FAULTY).sort())
    const restored = await runCli(['restore', set, '--db', 'poisoned', '--to', 'again'], { cwd })
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    const bytes = 'SELECT typeof(x) AS type, hex(CAST(x AS BLOB)) AS bytes FROM t ORDER BY id'
    expect(onLibsql(join(cwd, 'again/poisoned.db'), [bytes])).toEqual(
      onLibsql(join(cwd, 'libsql/poisoned.db'), [bytes]),
    )

    // What is wrong is so still, or is mended; what was proven stays so.
    const same = await backUp(['--busy-timeout', '200ms'], { cwd })
    expect(same.status).toBe(3)
    const left = NAMES.filter(name => name !== 'gone')
    const second = expectHonest(same.document.set, left)
    const stillFailed = second.databases.filter(({ proven }) => !proven).map(({ name }) => name)
    expect(stillFailed.sort()).toEqual(['corrupt', 'folder'])
    cpSync(join(cwd, 'sound.db'), at(cwd, 'corrupt'))
    rmSync(join(cwd, 'elsewhere/folder.db'), { recursive: true })
    cpSync(join(cwd, 'sound.db'), join(cwd, 'elsewhere/folder.db'))
    const mended = await backUp([], { cwd })
    expect(mended).toMatchObject({ status: 0, document: { complete: true } })
  }, 120_000)
})
