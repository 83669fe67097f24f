import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { json } from './projects.js'
import { runCli, startCli, TWO_MIGRATIONS, writeFiles } from './run-cli.js'
import { askControl, untilControl } from './run-projects.js'
import { onSqlite } from './sqlite-files.js'

const directory = temporaryDirectories()
const B = '20260102000000_create_b'

function project(control: unknown = { url: 'control.db' }): string {
  const cwd = directory()
  const config = { fleet: [{ files: 'databases/*.db' }], control }
  writeFiles(cwd, { ...TWO_MIGRATIONS, 'dbfleet.config.json': JSON.stringify(config) })
  return cwd
}

/** Makes it look as if a process that lives did something with a database. */
function lease(cwd: string, database: string): void {
  onSqlite(join(cwd, 'control.db'), db => {
    db.exec(`INSERT INTO runs (token, verb, state, started_at, options, migrations, host, dbfleet_version)
      VALUES ('t', 'up', 'running', 0, '{}', '[]', 'elsewhere', '0')`)
    const run = db.prepare('SELECT max(id) FROM runs').pluck().get()
    db.prepare(
      `INSERT INTO holders VALUES ('h', ?, 'elsewhere', 7, NULL, unixepoch() * 1000 + 600000)`,
    ).run(run)
    db.prepare(
      `INSERT INTO results (run, database, state, holder) VALUES (?, ?, 'claimed', 'h')`,
    ).run(run, database)
  })
}

async function shown(cwd: string, id: number) {
  const { document } = await json(cwd, ['runs', 'show', String(id)])
  return document as unknown as {
    run: Record<string, unknown>
    databases: Record<string, unknown>[]
  }
}

describe('the journal tells', () => {
  it('of every verb that changes something, what became of each database', async () => {
    const cwd = project()
    expect((await json(cwd, ['create', 'alice', 'bob'])).document).toMatchObject({ run: 1 })
    const { document: made } = await json(cwd, ['backup'])
    expect(made).toMatchObject({ run: 2 })
    await json(cwd, ['restore', 'latest', '--db', 'alice', '--as', 'carol'])
    await json(cwd, ['destroy', 'bob', '--yes'])
    await json(cwd, ['adopt', '--all'])
    await json(cwd, ['prune', '--keep-last', '1', '--yes'])
    expect((await json(cwd, ['create', 'alice'])).document).toMatchObject({ run: 7 })
    const { document } = await json(cwd, ['runs'])
    expect((document as unknown as { runs: unknown[] }).runs.reverse()).toMatchObject([
      { verb: 'create', state: 'done', total: 2, ok: 2 },
      { verb: 'backup', state: 'done', total: 2, ok: 2, backup: made.set },
      { verb: 'restore', state: 'done', ok: 1, from: made.set },
      { verb: 'destroy', state: 'done', ok: 1 },
      { verb: 'adopt', state: 'done', total: 2, ok: 2, idle: 2 },
      { verb: 'prune', state: 'done', total: 1, ok: 1, idle: 1 },
      { verb: 'create', state: 'failed', failed: 1 },
    ])
    expect((await shown(cwd, 1)).databases).toMatchObject([
      { name: 'alice', status: 'ok', attempts: 1, after: B, endedAt: expect.any(String) },
      { name: 'bob', status: 'ok', attempts: 1, after: B },
    ])
    expect((await shown(cwd, 2)).databases).toMatchObject([
      { name: 'alice', before: B, attempts: 1 },
      { name: 'bob', before: B },
    ])
    expect((await shown(cwd, 3)).databases).toMatchObject([{ name: 'carol', after: B }])
    expect((await shown(cwd, 4)).databases).toMatchObject([{ name: 'bob', status: 'ok' }])
    expect((await shown(cwd, 7)).databases).toMatchObject([
      { name: 'alice', status: 'failed', error: { code: 'exists' }, errorClass: 'other' },
    ])
    expect(askControl(cwd, "SELECT group_concat(name) FROM databases WHERE name = 'bob'")).toBe(
      null,
    )
    expect(askControl(cwd, 'SELECT count(*) FROM holders')).toBe(0)
  })

  it('how many databases of a backup are as they were, without a line for each', async () => {
    const cwd = project()
    await runCli(['create', 'alice', 'bob', 'carol'], { cwd })
    await runCli(['backup'], { cwd })
    onSqlite(join(cwd, 'databases', 'bob.db'), db => db.exec("INSERT INTO a VALUES (1, 'x')"))
    await runCli(['backup'], { cwd })
    const { run, databases } = await shown(cwd, 3)
    expect(run).toMatchObject({ verb: 'backup', state: 'done', total: 3, ok: 3, idle: 2 })
    expect(databases).toMatchObject([{ name: 'bob', status: 'ok' }])
  })

  it('nothing of verbs that only read, nor where nobody wants it', async () => {
    const cwd = project()
    await runCli(['list'], { cwd })
    await runCli(['status'], { cwd })
    await runCli(['check', '--offline'], { cwd })
    expect(existsSync(join(cwd, 'control.db'))).toBe(false)
    const without = project(false)
    const made = await json(without, ['create', 'alice'])
    expect(made.document).not.toHaveProperty('run')
    const { document } = await json(without, ['backup'])
    expect([document.run, document.unrecorded]).toEqual([undefined, undefined])
    expect((await json(without, ['restore', 'latest', '--all'])).status).toBe(0)
    expect((await json(without, ['destroy', 'alice', '--yes'])).status).toBe(0)
    expect(readdirSync(without)).not.toContain('.dbfleet')
  })

  it('names the run that did not go well in the last line', async () => {
    const cwd = project()
    await runCli(['create', 'alice'], { cwd })
    const { stdout } = await runCli(['create', 'alice', 'bob'], { cwd })
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '→ This was run 2: `dbfleet runs show 2` shows it.',
    )
  })
})

describe('a database that another run holds', () => {
  it.each([
    ['create', ['create', 'bob']],
    ['destroy', ['destroy', 'alice', '--yes']],
    ['restore in its place', ['restore', 'latest', '--db', 'alice', '--force']],
    ['restore to its file', ['restore', 'latest', '--db', 'alice', '--to', 'databases', '--force']],
    ['up', ['up', '--db', 'alice', '--busy-timeout', '300ms']],
  ])('is not touched by %s', async (verb, args) => {
    const cwd = project()
    await runCli(['create', 'alice'], { cwd })
    await runCli(['backup'], { cwd })
    onSqlite(join(cwd, 'databases', 'alice.db'), db => db.exec("INSERT INTO a VALUES (7, 'new')"))
    if (verb === 'up') await runCli(['down', '--db', 'alice'], { cwd })
    const config = { fleet: [{ files: 'databases/*.db' }], busyTimeout: '300ms' }
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ ...config, control: { url: 'control.db' } }),
    })
    lease(cwd, args.includes('bob') ? 'bob' : 'alice')
    const { status, document } = await json(cwd, args)
    expect([status, document.databases]).toMatchObject([
      3,
      [
        {
          status: 'failed',
          error: { code: 'leased', message: expect.stringContaining('holds it') },
        },
      ],
    ])
    expect(readdirSync(join(cwd, 'databases'))).toEqual(['alice.db'])
    const rows = onSqlite(join(cwd, 'databases', 'alice.db'), db =>
      db.prepare('SELECT v FROM a').pluck().all(),
    )
    expect(rows).toEqual(['new'])
  })

  it('is backed up all the same', async () => {
    const cwd = project()
    await runCli(['create', 'alice'], { cwd })
    lease(cwd, 'alice')
    expect((await json(cwd, ['backup'])).document.summary).toMatchObject({ ok: 1 })
  })

  it('may have the name of one that is restored elsewhere', async () => {
    const cwd = project()
    await runCli(['create', 'alice'], { cwd })
    await runCli(['backup'], { cwd })
    lease(cwd, 'alice')
    const { status } = await json(cwd, ['restore', 'latest', '--all', '--to', 'elsewhere'])
    expect([status, existsSync(join(cwd, 'elsewhere/alice.db'))]).toEqual([0, true])
  })
})

describe('a journal that does not serve', () => {
  function broken(): string {
    const cwd = project(false)
    writeFileSync(join(cwd, 'file'), 'where the directory should be')
    return cwd
  }
  const breakIt = (cwd: string) =>
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: 'databases/*.db' }],
        control: { url: 'file/control.db' },
      }),
    })

  it('keeps those from beginning that change databases', async () => {
    const cwd = broken()
    await runCli(['create', 'alice'], { cwd })
    await runCli(['backup'], { cwd })
    breakIt(cwd)
    for (const args of [
      ['create', 'bob'],
      ['destroy', 'alice', '--yes'],
      ['restore', 'latest', '--db', 'alice', '--as', 'bob'],
      ['adopt', '--all'],
    ]) {
      const { status, document } = await json(cwd, args)
      expect([args, status, document.error?.code]).toEqual([args, 2, 'control-failed'])
    }
    expect(readdirSync(join(cwd, 'databases'))).toEqual(['alice.db'])
  })

  it('costs a backup and a prune no more than a warning', async () => {
    const cwd = broken()
    await runCli(['create', 'alice'], { cwd })
    breakIt(cwd)
    const { status, document } = await json(cwd, ['backup'])
    expect([status, document.summary.ok]).toEqual([0, 1])
    expect(document).toMatchObject({ unrecorded: { code: 'control-failed' } })
    const told = await runCli(['backup', '--quiet'], { cwd })
    expect([told.status, told.stdout]).toEqual([0, ''])
    expect(told.stderr).toContain('this run is not recorded')
    expect(told.stderr).not.toContain('Nothing was touched')
    const pruned = await json(cwd, ['prune', '--keep-last', '1', '--yes'])
    expect([pruned.status, pruned.document.unrecorded]).toMatchObject([
      0,
      { code: 'control-failed' },
    ])
  })
})

describe('resume and undo', () => {
  it('say of each verb what to run instead, and touch nothing', async () => {
    const cwd = project()
    await runCli(['create', 'alice'], { cwd })
    await runCli(['backup'], { cwd })
    await runCli(['restore', 'latest', '--db', 'alice', '--as', 'carol'], { cwd })
    await runCli(['adopt', '--all'], { cwd })
    await runCli(['destroy', 'carol', '--yes'], { cwd })
    await runCli(['prune', '--keep-last', '1', '--yes'], { cwd })
    const verbs = ['create', 'backup', 'restore', 'adopt', 'destroy', 'prune']
    for (const [index, verb] of verbs.entries()) {
      const id = String(index + 1)
      const { status, document } = await json(cwd, ['resume', id])
      expect([verb, status, document.error?.code]).toEqual([verb, 2, 'cannot-resume'])
      expect(document.error?.hint).toContain(`dbfleet ${verb}`)
      const undone = await json(cwd, ['undo', id])
      expect([verb, undone.status, undone.document.error?.code]).toEqual([verb, 2, 'cannot-undo'])
    }
    expect(readdirSync(join(cwd, 'databases'))).toEqual(['alice.db'])
  })

  it('without a number mean the newest run that can be gone on with', async () => {
    const cwd = project()
    await runCli(['create', 'alice'], { cwd })
    await runCli(['create', 'alice'], { cwd })
    expect((await json(cwd, ['resume'])).document.error?.code).toBe('nothing-to-resume')
  })
})

describe('a run that is killed', () => {
  const NAMES = Array.from({ length: 1_000 }, (_, i) => `db${i}`)

  async function killed(cwd: string, args: readonly string[], moment: string): Promise<void> {
    const { child, finished } = startCli(args, { cwd, input: NAMES.join('\n') })
    await untilControl(cwd, moment)
    child.kill('SIGKILL')
    expect((await finished).status).toBe('SIGKILL')
  }

  it('is shown as lost, and what it held is free for the next command', async () => {
    const cwd = project()
    const during = (verb: string, what: string) =>
      `SELECT count(*) FROM runs JOIN ${what} ON run = runs.id WHERE verb = '${verb}' AND outcome IS NULL`
    await killed(cwd, ['create', '-'], during('create', 'results'))
    expect((await runCli(['create', '-'], { cwd, input: NAMES.join('\n') })).status).not.toBe(2)
    await killed(cwd, ['backup', '--full'], `${during('backup', 'holders')} AND total > 0`)
    expect((await runCli(['backup', '--no-prove'], { cwd })).status).toBe(0)
    const leases = (verb: string) => during(verb, 'leases')
    await killed(cwd, ['restore', 'latest', '--all', '--to', 'there'], leases('restore'))
    await killed(cwd, ['destroy', ...NAMES, '--yes'], leases('destroy'))
    const { document } = await json(cwd, ['runs'])
    const { runs } = document as unknown as {
      runs: { verb: string; state: string; total: number; notRun: number }[]
    }
    const lost = runs.filter(({ state }) => state === 'lost')
    expect(lost.map(({ verb }) => verb)).toEqual(['destroy', 'restore', 'backup', 'create'])
    for (const { total, notRun } of lost) {
      expect([total, notRun > 0]).toEqual([1_000, true])
    }
    expect(askControl(cwd, 'SELECT count(*) FROM holders')).toBe(0)
    const left = readdirSync(join(cwd, 'databases')).filter(file => file.endsWith('.db'))
    const destroyed = await json(cwd, ['destroy', ...left.map(file => file.slice(0, -3)), '--yes'])
    expect(destroyed.document.summary).toMatchObject({ ok: left.length, failed: 0 })
  }, 300_000)
})
