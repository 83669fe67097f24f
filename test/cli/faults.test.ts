import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { processTree } from './processes.js'
import { type CliOptions, runJson, startCli, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

interface Row {
  name: string
  status: string
  position?: string | null
  applied?: string[] | number
  pending?: string[]
  error?: { code: string; message: string; hint?: string }
}
interface Document {
  databases: Row[]
  summary: Record<string, number>
  error?: { code: string; message: string }
}

const A = '20260101000000_create_a'
const B = '20260102000000_create_b'
const OLD = { tables: [] as string[], ledger: [] as string[] }
const NEW = { tables: ['a', 'b'], ledger: [A, B] }
const driver = createRequire(import.meta.url).resolve('better-sqlite3')
const isRoot = process.getuid?.() === 0

const directory = temporaryDirectories()

function json(cwd: string, args: string[], options: Partial<CliOptions> = {}) {
  return runJson<Document>(args, { cwd, ...options })
}
function onSqlite<T>(path: string, use: (db: Database.Database) => T): T {
  const db = new Database(path)
  try {
    return use(db)
  } finally {
    db.close()
  }
}
/** The state of a database that its lane's engine closed, as any SQLite sees it. */
function stateOf(path: string) {
  return onSqlite(path, db => {
    const names = (sql: string) => db.prepare(sql).pluck().all() as string[]
    const tables = names("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return {
      integrity: db.pragma('integrity_check', { simple: true }),
      tables: tables.filter(name => name !== 'dbfleet_migrations'),
      ledger: tables.includes('dbfleet_migrations')
        ? names('SELECT name FROM dbfleet_migrations ORDER BY name')
        : [],
    }
  })
}
/** Runs a script that has `db` open, in a process of its own, until it ends or kills itself. */
function inProcess(path: string, script: string): void {
  const source = `const db = new (require(${JSON.stringify(driver)}))(process.argv[1]);${script}`
  spawnSync(process.execPath, ['-e', source, path])
}
/** The files of a directory, with contents and times. */
function snapshot(path: string): Record<string, string> {
  const files = readdirSync(path, { withFileTypes: true }).filter(entry => entry.isFile())
  const entries = files.map(({ name }) => {
    const { mtimeNs } = statSync(join(path, name), { bigint: true })
    return [name, `${mtimeNs} ${readFileSync(join(path, name)).toString('base64')}`]
  })
  return Object.fromEntries(entries)
}

describe.each(['better-sqlite3', 'libsql'] as const)('on %s', engine => {
  const config = {
    'dbfleet.config.json': JSON.stringify({
      fleet: [{ files: 'databases/*.db', ...(engine === 'libsql' && { engine }) }],
    }),
  }
  function project(names: readonly string[], extra: Record<string, string> = {}): string {
    const cwd = directory()
    chmodSync(cwd, 0o755)
    writeFiles(cwd, { ...TWO_MIGRATIONS, ...config, ...extra, 'databases/.keep': '' })
    writeFiles(cwd, Object.fromEntries(names.map(name => [`databases/${name}.db`, ''])))
    return cwd
  }
  const at = (cwd: string, name: string) => join(cwd, 'databases', `${name}.db`)

  describe('a locked database', () => {
    it('is waited for as long as --busy-timeout says, then reported, and the others are done', async () => {
      const cwd = project(['alice', 'bob'])
      const began = performance.now()
      const { status, document } = await onLocked(at(cwd, 'alice'), 'IMMEDIATE', () =>
        json(cwd, ['up', '--all', '--busy-timeout', '700ms']),
      )
      expect(performance.now() - began).toBeGreaterThan(700)
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([
        {
          name: 'alice',
          status: 'failed',
          applied: [],
          error: {
            code: 'busy',
            message: expect.stringContaining('0.7 s'),
            hint: expect.stringContaining('--busy-timeout'),
          },
        },
        { name: 'bob', status: 'ok', applied: [A, B] },
      ])
      expect(stateOf(at(cwd, 'alice'))).toEqual({ integrity: 'ok', ...OLD })
      expect(await json(cwd, ['up', '--all'])).toMatchObject({ status: 0 })
      expect(stateOf(at(cwd, 'alice'))).toEqual({ integrity: 'ok', ...NEW })
    })

    it('that is let go in time is migrated', async () => {
      const cwd = project(['alice'])
      const { document } = await onLocked(at(cwd, 'alice'), 'EXCLUSIVE', async unlock => {
        setTimeout(unlock, 1500)
        return json(cwd, ['up', '--all', '--busy-timeout', '20s'])
      })
      expect(document.databases).toMatchObject([{ status: 'ok', applied: [A, B] }])
    })
  })

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

  it('each unusable file gets its own error and keeps its bytes, and the others are done', async () => {
    const cwd = project(['alice', 'empty'], {
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          { files: 'databases/*.db', ...(engine === 'libsql' && { engine }) },
          {
            query: { url: 'file:registry.sqlite', sql: 'SELECT name, url FROM tenants' },
            ...(engine === 'libsql' && { engine }),
          },
        ],
      }),
    })
    onSqlite(join(cwd, 'registry.sqlite'), db => {
      db.exec('CREATE TABLE tenants (name, url)')
      db.exec("INSERT INTO tenants VALUES ('gone', 'file:gone.db'), ('directory', 'file:folder')")
    })
    mkdirSync(join(cwd, 'folder'))
    symlinkSync('nowhere.db', at(cwd, 'dangling'))
    await json(cwd, ['create', 'ledger', 'schema', 'cut'])
    const damage = (name: string, change: (bytes: Buffer) => Buffer) =>
      writeFileSync(at(cwd, name), change(readFileSync(at(cwd, name))))
    const ledgerPage = onSqlite(at(cwd, 'ledger'), db =>
      Number(
        db
          .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'dbfleet_migrations'")
          .pluck()
          .get(),
      ),
    )
    damage('ledger', bytes => bytes.fill(0xff, (ledgerPage - 1) * 4096, ledgerPage * 4096))
    damage('schema', bytes => bytes.fill(0xff, 100, 4096))
    damage('cut', bytes => bytes.subarray(0, 4096))
    writeFileSync(at(cwd, 'text'), 'no database at all\n'.repeat(300))
    writeFiles(cwd, { 'migrations/20260103000000_c.up.sql': 'CREATE TABLE c (x);' })

    const before = snapshot(join(cwd, 'databases'))
    const expected = {
      alice: 'ok',
      cut: 'corrupt',
      dangling: 'missing',
      directory: 'not-a-database',
      empty: 'ok',
      gone: 'missing',
      ledger: 'corrupt',
      schema: 'corrupt',
      text: 'not-a-database',
    }
    for (const args of [['status'], ['up', '--all', '--dry-run'], ['up', '--all']]) {
      const { status, document, stderr } = await json(cwd, args)
      expect({ status, stderr }).toEqual({ status: 3, stderr: '' })
      const found = document.databases.map(({ name, error }) => [name, error?.code ?? 'ok'])
      expect(Object.fromEntries(found), args.join(' ')).toEqual(expected)
      for (const { error } of document.databases) {
        expect(error === undefined || (error.hint ?? '').length > 0).toBe(true)
      }
    }
    const after = snapshot(join(cwd, 'databases'))
    for (const name of ['cut.db', 'ledger.db', 'schema.db', 'text.db']) {
      expect(after[name], name).toBe(before[name])
    }
    expect(stateOf(at(cwd, 'alice')).tables).toEqual(['a', 'b', 'c'])
    expect(stateOf(at(cwd, 'empty')).tables).toEqual(['a', 'b', 'c'])
  })

  describe('a full disk', () => {
    const disks: string[] = []
    afterEach(() => {
      for (const disk of disks.splice(0)) spawnSync('umount', [disk])
    })
    /** A file system of so many KiB; the reason where there can be none. */
    function mount(path: string, size: number): string | undefined {
      if (process.platform !== 'linux' || !isRoot) return 'mounting needs root on Linux'
      mkdirSync(path, { recursive: true })
      const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', path])
      if (status !== 0) return 'this environment permits no mount'
      disks.push(path)
      return undefined
    }
    const grow = (path: string) => spawnSync('mount', ['-o', 'remount,size=32m', path])
    const NAMES = Array.from({ length: 12 }, (_, i) => `db${String(i).padStart(2, '0')}`)
    const BIG = {
      'migrations/20260103000000_big.up.sql': `CREATE TABLE big (x);
WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100)
INSERT INTO big SELECT randomblob(1000) FROM c;
`,
    }

    it('leaves databases that up could not change as they were, and a re-run converges', async ctx => {
      const cwd = project([], BIG)
      const reason = mount(join(cwd, 'databases'), 1024)
      if (reason !== undefined) return ctx.skip(reason)
      for (const name of NAMES) {
        onSqlite(at(cwd, name), db => db.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('kept')"))
      }
      const { status, document } = await json(cwd, ['up', '--all'])
      expect(status).toBe(3)
      expect(document.summary.failed).toBeGreaterThan(1)
      expect(document.summary.ok).toBeGreaterThan(1)
      for (const { name, status, error, applied } of document.databases) {
        if (status === 'ok') continue
        expect(applied).toEqual([])
        expect(error).toMatchObject({ code: 'disk-full', hint: expect.stringContaining('space') })
        expect(stateOf(at(cwd, name))).toEqual({ integrity: 'ok', tables: ['t'], ledger: [] })
      }
      const files = readdirSync(join(cwd, 'databases'))
      expect(files.sort()).toEqual(NAMES.map(name => `${name}.db`))

      grow(join(cwd, 'databases'))
      const again = await json(cwd, ['up', '--all'])
      expect(again.document.summary).toMatchObject({ ok: NAMES.length, failed: 0 })
      for (const name of NAMES) {
        const { integrity, tables, ledger } = stateOf(at(cwd, name))
        expect([integrity, tables.length, ledger.length], name).toEqual(['ok', 4, 3])
      }
    })

    it('leaves nothing of databases that create could not make, and a re-run converges', async ctx => {
      const cwd = project([], BIG)
      const reason = mount(join(cwd, 'databases'), 1024)
      if (reason !== undefined) return ctx.skip(reason)
      const { status, document } = await json(cwd, ['create', ...NAMES])
      expect(status).toBe(3)
      const failed = document.databases.filter(row => row.status === 'failed')
      expect(failed.length).toBeGreaterThan(1)
      expect(failed.length).toBeLessThan(NAMES.length - 1)
      for (const { error } of failed) expect(error?.code).toBe('disk-full')
      const made = document.databases.filter(row => row.status === 'ok').map(({ name }) => name)
      const files = readdirSync(join(cwd, 'databases'))
      expect(files.sort()).toEqual(made.map(name => `${name}.db`))
      for (const name of made) expect(stateOf(at(cwd, name)).ledger).toHaveLength(3)

      grow(join(cwd, 'databases'))
      const again = await json(cwd, ['create', ...failed.map(({ name }) => name)])
      expect(again).toMatchObject({ status: 0 })
      for (const name of NAMES) expect(stateOf(at(cwd, name)).integrity).toBe('ok')
    })
  })

  describe('without permission', () => {
    const NOBODY = 65534
    /** The reason why a run as another user proves nothing here. */
    async function cannotBeNobody(cwd: string): Promise<string | undefined> {
      if (!isRoot) return 'running as another user needs root'
      const { status, stderr } = await startCli(['list'], { cwd, uid: NOBODY }).finished
      return status === 0 ? undefined : `another user cannot run it here: ${stderr}`
    }

    it('to write, a database is read, and up says what is missing', async ctx => {
      const cwd = project(['file', 'fine'])
      await json(cwd, ['up', '--all', '--step', '1'])
      const reason = await cannotBeNobody(cwd)
      if (reason !== undefined) return ctx.skip(reason)
      chmodSync(join(cwd, 'databases'), 0o777)
      chmodSync(at(cwd, 'file'), 0o444)
      chmodSync(at(cwd, 'fine'), 0o666)
      const before = snapshot(join(cwd, 'databases'))
      const status = await json(cwd, ['status'], { uid: NOBODY })
      expect(status.document.databases).toMatchObject([
        { name: 'file', status: 'ok', position: A },
        { name: 'fine', status: 'ok', position: A },
      ])
      expect(snapshot(join(cwd, 'databases'))).toEqual(before)

      const up = await json(cwd, ['up', '--all'], { uid: NOBODY })
      expect(up.status).toBe(3)
      expect(up.document.databases).toMatchObject([
        {
          name: 'file',
          status: 'failed',
          applied: [],
          error: { code: 'readonly', hint: expect.stringContaining('write permission') },
        },
        { name: 'fine', status: 'ok', applied: [B] },
      ])
      expect(snapshot(join(cwd, 'databases'))['file.db']).toBe(before['file.db'])
    })

    it('to write the directory, nothing is changed or made', async ctx => {
      const cwd = project(['alice'])
      await json(cwd, ['up', '--all', '--step', '1'])
      const reason = await cannotBeNobody(cwd)
      if (reason !== undefined) return ctx.skip(reason)
      chmodSync(at(cwd, 'alice'), 0o666)
      chmodSync(join(cwd, 'databases'), 0o555)
      const before = snapshot(join(cwd, 'databases'))
      const options = { uid: NOBODY }
      expect((await json(cwd, ['status'], options)).document.databases).toMatchObject([
        { name: 'alice', status: 'ok', position: A },
      ])
      for (const args of [
        ['up', '--all'],
        ['create', 'bob'],
        ['destroy', 'alice', '--yes'],
      ]) {
        const { status, document } = await json(cwd, args, options)
        expect(status, args[0]).toBe(3)
        expect(document.databases[0]?.error, args[0]).toMatchObject({
          code: 'readonly',
          hint: expect.stringContaining('write permission'),
        })
        expect(snapshot(join(cwd, 'databases')), args[0]).toEqual(before)
      }
    })

    it('to read, a file is reported, and a directory ends the run before it begins', async ctx => {
      const cwd = project(['closed', 'fine'])
      const reason = await cannotBeNobody(cwd)
      if (reason !== undefined) return ctx.skip(reason)
      chmodSync(at(cwd, 'closed'), 0o000)
      const status = await json(cwd, ['status'], { uid: NOBODY })
      expect(status.status).toBe(3)
      expect(status.document.databases).toMatchObject([
        { name: 'closed', status: 'failed', error: { code: 'permission' } },
        { name: 'fine', status: 'ok' },
      ])
      chmodSync(join(cwd, 'databases'), 0o000)
      const up = await json(cwd, ['up', '--all'], { uid: NOBODY })
      expect(up.status).toBe(2)
      expect(up.document.error?.code).toBe('unreadable-directory')
    })
  })

  async function onLocked<T>(
    path: string,
    lock: 'IMMEDIATE' | 'EXCLUSIVE',
    use: (unlock: () => void) => Promise<T>,
  ): Promise<T> {
    const db = new Database(path)
    const unlock = () => {
      if (db.inTransaction) db.exec('ROLLBACK')
    }
    db.exec(`BEGIN ${lock}`)
    try {
      return await use(unlock)
    } finally {
      unlock()
      db.close()
    }
  }
})

describe('the death of a process of libSQL’s lane', () => {
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
