import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { MigrateRow } from '../../src/report/migrate-rows.js'
import type { UndoPlan, UndoReport } from '../../src/report/undo-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { SLOW_MIGRATION } from './processes.js'
import { A, at, B, ENGINES, projects, projectsOn } from './projects.js'
import { runCli, runJson, startCli, writeFiles } from './run-cli.js'
import { expireHolders, onControl } from './runs-of.js'
import { onSqlite, snapshot, stateOf } from './sqlite-files.js'

type Refusal = { error: { code: string; message: string; hint: string } }

const project = projects()
const C = '20260103000000_create_c'
const CREATE_C = {
  [`migrations/${C}.up.sql`]: 'CREATE TABLE c (id INTEGER PRIMARY KEY);\n',
  [`migrations/${C}.down.sql`]: 'DROP TABLE c;\n',
}
const NAMES = ['alice', 'bob', 'carol', 'dave']

function empties(names: readonly string[] = NAMES): Record<string, string> {
  return Object.fromEntries(names.map(name => [`databases/${name}.db`, '']))
}

/** What `undo` says, after its document was held to the schema. */
async function undo<T = UndoReport>(cwd: string, ...args: (string | number)[]) {
  const line = ['undo', ...args.map(String)]
  const { status, document, stderr } = await runJson<T>(line, { cwd })
  expect([line, schemaErrors(document)]).toEqual([line, []])
  return { status, document, stderr }
}

async function run(cwd: string, ...args: string[]): Promise<number> {
  const { status, document, stderr } = await runJson<UndoReport>(args, { cwd })
  expect([status, stderr]).toEqual([status, stderr])
  return document.run as number
}

function rowsBy(rows: readonly MigrateRow[]) {
  return Object.fromEntries(
    rows.map(({ name, status, reverted, applied, error }) => [
      name,
      error?.code ?? [status, ...(reverted ?? applied ?? [])],
    ]),
  )
}

/** Schema, ledger and rows, as any SQLite reads them. */
function contentOf(path: string) {
  return onSqlite(path, db => {
    const rows = (sql: string) => db.prepare(sql).all()
    return {
      schema: rows('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name'),
      ledger: rows('SELECT name, checksum FROM dbfleet_migrations ORDER BY name'),
      a: rows('SELECT * FROM a'),
    }
  })
}

describe.each(ENGINES)('undo on %s', engine => {
  const engineProject = projectsOn(engine)

  it('takes back exactly what the run did, and leaves all others byte for byte', async () => {
    const cwd = engineProject(NAMES, CREATE_C)
    await run(cwd, 'up', '--all', '--to', A)
    await run(cwd, 'up', '--db', 'carol', '--to', B)
    await run(cwd, 'up', '--db', 'dave')
    for (const name of NAMES) {
      onSqlite(at(cwd, name), db => db.exec(`INSERT INTO a (v) VALUES ('${name}')`))
    }
    const before = Object.fromEntries(NAMES.map(name => [name, contentOf(at(cwd, name))]))
    const id = await run(cwd, 'up', '--all')
    const files = snapshot(join(cwd, 'databases'))

    const plan = await undo<UndoPlan>(cwd, id, '--dry-run')
    expect([plan.status, plan.document.dryRun, plan.document.undoes]).toEqual([0, true, id])
    expect(plan.document.groups).toMatchObject([
      { position: C, databases: ['alice', 'bob'], steps: [{ migrations: [C, B] }] },
      { position: C, databases: ['carol'], steps: [{ migrations: [C] }] },
    ])
    expect(snapshot(join(cwd, 'databases'))).toEqual(files)

    const { status, document } = await undo(cwd, id)
    expect([status, document.undoes]).toEqual([0, id])
    expect(rowsBy(document.databases)).toEqual({
      alice: ['ok', C, B],
      bob: ['ok', C, B],
      carol: ['ok', C],
    })
    expect(Object.fromEntries(NAMES.map(name => [name, contentOf(at(cwd, name))]))).toEqual(before)
    expect(snapshot(join(cwd, 'databases'))['dave.db']).toEqual(files['dave.db'])
    expect(
      onControl(cwd, db =>
        db.prepare('SELECT verb, undoes FROM runs WHERE id = ?').get(document.run),
      ),
    ).toEqual({ verb: 'undo', undoes: id })
  })
})

describe('undo', () => {
  it('does nothing the second time, and can be undone itself', async () => {
    const cwd = project({ ...empties(), ...CREATE_C })
    await run(cwd, 'up', '--all', '--to', A)
    const id = await run(cwd, 'up', '--all', '--to', B)
    const first = (await undo(cwd, id)).document.run as number
    const files = snapshot(join(cwd, 'databases'))
    const again = await undo(cwd, id)
    expect([again.status, rowsBy(again.document.databases)]).toEqual([
      0,
      { alice: ['ok'], bob: ['ok'], carol: ['ok'], dave: ['ok'] },
    ])
    expect(snapshot(join(cwd, 'databases'))).toEqual(files)

    const back = await undo(cwd, first)
    expect([back.status, back.document.databases[0]]).toMatchObject([0, { applied: [B] }])
    expect(back.document.remarks).toEqual([`${B}: the rows of b`])
    expect(NAMES.map(name => stateOf(at(cwd, name)).ledger)).toEqual(NAMES.map(() => [A, B]))
    // What stands there now is not of the first run any more.
    const late = await undo(cwd, id)
    expect([late.status, rowsBy(late.document.databases).alice]).toEqual([3, 'migrated-since'])
    expect(late.document.databases[0]?.error?.hint).toContain(`dbfleet undo ${back.document.run}`)
    expect((await undo(cwd, back.document.run as number)).status).toBe(0)
    expect(NAMES.map(name => stateOf(at(cwd, name)).ledger)).toEqual(NAMES.map(() => [A]))
  })

  it('applies again what a run of down reverted, where it did', async () => {
    const cwd = project({ ...empties(), ...CREATE_C })
    await run(cwd, 'up', '--all')
    await run(cwd, 'down', '--db', 'dave')
    const id = await run(cwd, 'down', '--except', 'dave', '--to', A)
    const { status, document } = await undo(cwd, id)
    expect([status, rowsBy(document.databases)]).toEqual([
      0,
      { alice: ['ok', B, C], bob: ['ok', B, C], carol: ['ok', B, C] },
    ])
    expect(stateOf(at(cwd, 'dave')).ledger).toEqual([A, B])
  })

  it('leaves alone what was migrated since, and names it', async () => {
    const cwd = project({ ...empties(), ...CREATE_C })
    const id = await run(cwd, 'up', '--all', '--to', B)
    const later = await run(cwd, 'up', '--db', 'bob')
    await runCli(['down', '--db', 'carol', '--to', '0'], { cwd })
    onSqlite(at(cwd, 'dave'), db =>
      db.exec(
        "INSERT INTO dbfleet_migrations SELECT '20260109000000_by_hand', checksum, applied_at, 0, '' FROM dbfleet_migrations LIMIT 1",
      ),
    )
    writeFiles(cwd, {
      'migrations/20260109000000_by_hand.up.sql': 'SELECT 1;',
      'migrations/20260109000000_by_hand.down.sql': 'SELECT 1;',
    })
    const { status, document } = await undo(cwd, id)
    expect([status, rowsBy(document.databases)]).toEqual([
      3,
      { alice: ['ok', B, A], bob: 'migrated-since', carol: ['ok'], dave: 'migrated-since' },
    ])
    const [, bob, , dave] = document.databases
    expect(bob?.error).toMatchObject({
      message: `after run ${id}, ${C} was applied by run ${later}`,
      hint: expect.stringContaining(`dbfleet undo ${later}`),
    })
    expect(dave?.error?.message).toBe(`after run ${id}, 20260109000000_by_hand was applied`)
    expect(stateOf(at(cwd, 'bob')).ledger).toEqual([A, B, C])
  })

  it('reverts what was applied out of order beneath newer ones', async () => {
    const cwd = project({ ...empties(['alice']), ...CREATE_C })
    rmSync(join(cwd, `migrations/${B}.up.sql`))
    rmSync(join(cwd, `migrations/${B}.down.sql`))
    await run(cwd, 'up')
    writeFiles(cwd, {
      [`migrations/${B}.up.sql`]: 'CREATE TABLE b (id INTEGER PRIMARY KEY);\n',
      [`migrations/${B}.down.sql`]: 'DROP TABLE b;\n',
    })
    const id = await run(cwd, 'up', '--allow-out-of-order')
    const { status, document } = await undo(cwd, id)
    expect([status, rowsBy(document.databases)]).toEqual([0, { alice: ['ok', B] }])
    expect(stateOf(at(cwd, 'alice'))).toMatchObject({ tables: ['a', 'c'], ledger: [A, C] })
  })

  it('takes back what was committed in databases where the run failed', async () => {
    const cwd = project({ ...empties(), ...CREATE_C })
    await run(cwd, 'up', '--all', '--to', A)
    onSqlite(at(cwd, 'bob'), db => db.exec('CREATE TABLE c (mine)'))
    onSqlite(at(cwd, 'carol'), db => db.exec('CREATE TABLE b (mine)'))
    const id = await run(cwd, 'up', '--all', '--transaction', 'each')
    expect(stateOf(at(cwd, 'bob')).ledger).toEqual([A, B])
    const { status, document } = await undo(cwd, id)
    expect([status, rowsBy(document.databases)]).toEqual([
      0,
      { alice: ['ok', C, B], bob: ['ok', B], dave: ['ok', C, B] },
    ])
    expect(stateOf(at(cwd, 'bob'))).toMatchObject({ tables: ['a', 'c'], ledger: [A] })
    expect(stateOf(at(cwd, 'carol'))).toMatchObject({ tables: ['a', 'b'], ledger: [A] })
  })

  it('finds what a killed run committed, in ledgers where it was not recorded', async () => {
    const many = Array.from({ length: 24 }, (_, i) => `db${String(i).padStart(2, '0')}`)
    const cwd = project({
      ...empties(many),
      [`migrations/${C}.up.sql`]: SLOW_MIGRATION,
      [`migrations/${C}.down.sql`]: 'DROP TABLE slow;\n',
    })
    await run(cwd, 'up', '--all', '--to', B)
    const ledgers = () => many.map(name => stateOf(at(cwd, name)).ledger.length)
    const { child, finished } = startCli(['up', '--all', '--jobs', '2'], { cwd })
    const hasBegun = () => ledgers().some(count => count === 3)
    for (let waited = 0; !hasBegun() && waited < 20_000; waited += 20) await sleep(20)
    child.kill('SIGKILL')
    await finished

    // That the killed one is gone is seen on its own machine; of another one nobody knows.
    onControl(cwd, db =>
      db.exec(`INSERT INTO holders (id, run, host, pid, expires_at)
        VALUES ('another', 2, 'elsewhere', 1, 9000000000000)`),
    )
    const going = await undo<Refusal>(cwd, 2)
    expect([going.status, going.document.error.code]).toEqual([2, 'run-goes-on'])
    expireHolders(cwd)
    const applied = ledgers().filter(count => count === 3).length
    expect(applied).toBeGreaterThan(0)
    expect(applied).toBeLessThan(many.length)
    const { status, document } = await undo(cwd, 2)
    expect([status, document.databases.length]).toEqual([0, applied])
    expect(ledgers()).toEqual(many.map(() => 2))
  }, 60_000)

  it('does not take for its own what another run did to a database that it had only begun', async () => {
    const cwd = project({ ...empties(), ...CREATE_C })
    await run(cwd, 'up', '--all', '--to', A)
    const id = await run(cwd, 'up', '--all', '--to', B)
    // As a process leaves it that was killed: alice is applied, bob and carol are not, dave was not begun.
    onControl(cwd, db =>
      db.exec(`UPDATE results SET state = CASE database WHEN 'bob' THEN 'claimed' ELSE 'pending' END,
        attempts = database <> 'dave', done = NULL, ended_at = NULL, holder = 'gone', claim = database
        WHERE run = ${id};
        UPDATE runs SET state = 'running', outcome = NULL, ended_at = NULL WHERE id = ${id}`),
    )
    for (const name of ['bob', 'carol', 'dave']) {
      onSqlite(at(cwd, name), db =>
        db.exec(`DROP TABLE b; DELETE FROM dbfleet_migrations WHERE name = '${B}'`),
      )
    }
    await run(cwd, 'up', '--db', 'bob', '--db', 'dave', '--to', B)
    const { status, document } = await undo(cwd, id)
    expect([status, rowsBy(document.databases)]).toEqual([0, { alice: ['ok', B] }])
    expect(stateOf(at(cwd, 'bob')).ledger).toEqual([A, B])
    expect(stateOf(at(cwd, 'dave')).ledger).toEqual([A, B])
  })

  it('takes back only what the run applied where another one was beside it', async () => {
    const cwd = project({ ...empties(['alice']), ...CREATE_C })
    const id = await run(cwd, 'up')
    // As it is recorded where `ensure` came first with A.
    onControl(cwd, db => db.exec(`UPDATE results SET done = '["${B}","${C}"]' WHERE run = ${id}`))
    const { status, document } = await undo(cwd, id)
    expect([status, rowsBy(document.databases)]).toEqual([0, { alice: ['ok', C, B] }])
  })

  it('skips databases that have left the fleet, and takes the others', async () => {
    const cwd = project(empties())
    const id = await run(cwd, 'up', '--all')
    rmSync(at(cwd, 'bob'))
    const { status, document } = await undo(cwd, id)
    expect([status, document.summary]).toMatchObject([0, { total: 4, ok: 3, skipped: 1 }])
    expect(rowsBy(document.databases).bob).toEqual(['skipped'])
    for (const name of ['alice', 'carol', 'dave']) rmSync(at(cwd, name))
    const gone = await undo(cwd, id)
    expect([gone.status, gone.document.summary]).toMatchObject([0, { skipped: 4 }])
  })

  it('takes the databases that are named, if the run changed them', async () => {
    const cwd = project(empties())
    await run(cwd, 'up', '--db', 'dave')
    const id = await run(cwd, 'up', '--all')
    const { document } = await undo(cwd, id, '--db', 'a*', '--db', 'bob')
    expect(Object.keys(rowsBy(document.databases))).toEqual(['alice', 'bob'])
    const other = await undo<Refusal>(cwd, id, '--db', 'dave')
    expect([other.status, other.document.error.code]).toEqual([2, 'unknown-database'])
  })

  it('can be gone on with, beneath newer migrations, too', async () => {
    const cwd = project({ ...empties(['alice', 'bob']), ...CREATE_C })
    await run(cwd, 'up', '--all')
    for (const name of ['alice', 'bob']) {
      onSqlite(at(cwd, name), db =>
        db.exec(`DROP TABLE b; DELETE FROM dbfleet_migrations WHERE name = '${B}'`),
      )
    }
    const id = await run(cwd, 'up', '--all', '--allow-out-of-order')
    const writer = new Database(at(cwd, 'bob')).exec('BEGIN IMMEDIATE')
    const first = await undo(cwd, id, '--busy-timeout', '100ms').finally(() => writer.close())
    expect(first).toMatchObject({ status: 3, document: { undoes: id } })
    const line = ['resume', String(first.document.run), '--retry', 'failed']
    const { status, document } = await runJson<UndoReport>(line, { cwd })
    expect([status, document.undoes, schemaErrors(document)]).toEqual([0, id, []])
    expect(rowsBy(document.databases)).toEqual({ alice: ['ok', B], bob: ['ok', B] })
    expect(stateOf(at(cwd, 'bob')).ledger).toEqual([A, C])
  })

  it('tells what it did in a few lines', async () => {
    const cwd = project(empties())
    await run(cwd, 'up', '--all', '--to', A)
    await run(cwd, 'up', '--all')
    const lines = async (...args: string[]) =>
      (await runCli(args, { cwd })).stdout.replace(/ in [\d.]+ m?s/, '').split('\n')
    expect(await lines('undo', '2', '--dry-run')).toEqual([
      'undo --dry-run: 4 databases, nothing was changed',
      `  4 at ${B}, would revert 1 migration (alice, bob, carol and 1 more)`,
      `    in one transaction: ${B}`,
      '',
    ])
    expect(await lines('undo', '2')).toEqual([
      'undo: 4 databases',
      `  4 reverted ${B}, now at ${A}`,
      '4 ok',
      '',
    ])
    expect(await lines('undo', '3', '--db', 'bob')).toEqual([
      `bob: applied ${B}`,
      'What the run removed does not come back:',
      `  ${B}: the rows of b`,
      '',
    ])
  })
})

describe('undo refuses, and touches nothing,', () => {
  async function refused(cwd: string, ...args: (string | number)[]) {
    const before = snapshot(join(cwd, 'databases'))
    const { status, document } = await undo<Refusal>(cwd, ...args)
    expect(snapshot(join(cwd, 'databases'))).toEqual(before)
    return [status, document.error.code, document.error.message] as const
  }

  it('what is no run, or of another kind', async () => {
    const cwd = project(empties(['alice']))
    await run(cwd, 'up')
    const redone = await run(cwd, 'redo')
    expect((await refused(cwd, 99)).slice(0, 2)).toEqual([2, 'unknown-run'])
    expect((await refused(cwd, 'x')).slice(0, 2)).toEqual([2, 'unknown-run'])
    expect((await refused(cwd, redone)).slice(0, 2)).toEqual([2, 'cannot-undo'])
    onControl(cwd, db => db.exec("UPDATE runs SET verb = 'backup', options = '{}' WHERE id = 1"))
    expect(await refused(cwd, 1)).toMatchObject([2, 'cannot-undo', /of `backup`/])
    const unrecorded = { fleet: [{ files: 'databases/*.db' }], control: false }
    writeFiles(cwd, { 'dbfleet.config.json': JSON.stringify(unrecorded) })
    expect((await refused(cwd, 1)).slice(0, 2)).toEqual([2, 'no-journal'])
  })

  it('migrations without a down, and without a file', async () => {
    const cwd = project({ ...empties(['alice', 'bob']), ...CREATE_C })
    const id = await run(cwd, 'up', '--all')
    const down = readFileSync(join(cwd, `migrations/${C}.down.sql`))
    rmSync(join(cwd, `migrations/${C}.down.sql`))
    expect((await refused(cwd, id)).slice(0, 2)).toEqual([2, 'down-missing'])
    writeFileSync(join(cwd, `migrations/${C}.down.sql`), 'DROP TABEL c;\n')
    expect((await refused(cwd, id)).slice(0, 2)).toEqual([2, 'syntax'])
    writeFileSync(join(cwd, `migrations/${C}.down.sql`), down)
    const reverted = await run(cwd, 'down', '--all')
    rmSync(join(cwd, `migrations/${C}.up.sql`))
    rmSync(join(cwd, `migrations/${C}.down.sql`))
    expect((await refused(cwd, reverted)).slice(0, 2)).toEqual([2, 'migration-deleted'])
  })

  it.each([
    [
      'a down that was edited and leaves something',
      {
        [`migrations/${C}.down.sql`]: 'SELECT 1;\n',
      },
      'its down does not restore the schema before it',
    ],
    [
      'a migration that was edited since',
      {
        [`migrations/${C}.up.sql`]: 'CREATE TABLE c (id INTEGER PRIMARY KEY, more);\n',
      },
      'its file was edited after run 1',
    ],
    [
      'a down that destroys what was there before',
      {
        [`migrations/${C}.down.sql`]: 'DROP TABLE c;\nDELETE FROM a;\n',
      },
      'the down deletes every row of a, which the up did not make',
    ],
  ])('%s, unless the loss is accepted', async (_, files, reason) => {
    const cwd = project({ ...empties(['alice']), ...CREATE_C })
    const id = await run(cwd, 'up')
    writeFiles(cwd, files)
    const [status, code, message] = await refused(cwd, id)
    expect([status, code]).toEqual([2, 'not-faithful'])
    expect(message).toContain(`${C}: ${reason}`)
    expect((await undo<Refusal>(cwd, id, '--dry-run')).document.error.code).toBe('not-faithful')
    expect((await undo(cwd, id, '--accept-loss')).status).toBe(0)
    expect(stateOf(at(cwd, 'alice')).ledger).toEqual([])
  })

  it('a migration that removed data', async () => {
    const cwd = project({
      ...empties(['alice']),
      [`migrations/${C}.up.sql`]:
        'ALTER TABLE a ADD COLUMN w;\nUPDATE a SET w = v;\nALTER TABLE a DROP COLUMN v;\n',
      [`migrations/${C}.down.sql`]:
        'ALTER TABLE a ADD COLUMN v TEXT;\nALTER TABLE a DROP COLUMN w;\n',
    })
    await run(cwd, 'up', '--to', B)
    const id = await run(cwd, 'up')
    const [, code, message] = await refused(cwd, id)
    expect([code, message]).toEqual([
      'not-faithful',
      `migrations do not bring back what was there before the run:\n${C}: drops the column a.v`,
    ])
  })
})
