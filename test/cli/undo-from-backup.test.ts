import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { UndoPlan, UndoReport } from '../../src/report/undo-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { A, at, B, ENGINES, projectsOn } from './projects.js'
import { runCli, runJson } from './run-cli.js'
import { onControl } from './runs-of.js'
import { onSqlite, snapshot, stateOf } from './sqlite-files.js'

type Refusal = { error: { code: string } }

const NAMES = ['alice', 'bob', 'carol']
const DROPS = {
  'migrations/20260103000000_drop_v.up.sql': 'ALTER TABLE a DROP COLUMN v;\n',
  'migrations/20260103000000_drop_v.down.sql': 'ALTER TABLE a ADD COLUMN v TEXT;\n',
}

async function json<T = UndoReport>(cwd: string, ...args: string[]) {
  const { status, document } = await runJson<T>(args, { cwd })
  expect([args, schemaErrors(document)]).toEqual([args, []])
  return { status, document }
}

function rowsOf(path: string): unknown[] {
  return onSqlite(path, db => db.prepare('SELECT * FROM a ORDER BY id').all())
}

describe.each(ENGINES)('undo --from-backup on %s', engine => {
  const project = projectsOn(engine)

  async function migrated(files: Record<string, string> = {}): Promise<string> {
    const cwd = project(NAMES, { ...DROPS, ...files })
    await json(cwd, 'up', '--all', '--to', B)
    for (const name of NAMES) {
      onSqlite(at(cwd, name), db => db.exec(`INSERT INTO a (v) VALUES ('${name}')`))
    }
    expect((await json(cwd, 'up', '--db', 'alice', '--db', 'bob', '--backup')).document.run).toBe(2)
    return cwd
  }

  it('brings back what the run dropped, tells what was written since, and keeps it', async () => {
    const cwd = await migrated()
    expect((await json<Refusal>(cwd, 'undo', '2')).document.error.code).toBe('not-faithful')
    onSqlite(at(cwd, 'alice'), db => db.exec('INSERT INTO a (id) VALUES (7), (8)'))
    const files = snapshot(join(cwd, 'databases'))

    const plan = await json<UndoPlan>(cwd, 'undo', '2', '--from-backup', '--dry-run')
    expect(plan.status).toBe(0)
    expect(plan.document.databases).toMatchObject([
      { name: 'alice', status: 'ok', written: { tables: [{ table: 'a', more: 2 }], file: true } },
      { name: 'bob', status: 'ok', pending: ['20260103000000_drop_v'] },
    ])
    expect(plan.document.databases[1]).not.toHaveProperty('written')
    const unasked = await json<Refusal>(cwd, 'undo', '2', '--from-backup')
    expect([unasked.status, unasked.document.error.code]).toEqual([2, 'confirmation-needed'])
    expect(snapshot(join(cwd, 'databases'))).toEqual(files)

    const { status, document } = await json(cwd, 'undo', '2', '--from-backup', '--yes')
    expect([status, document.undoes]).toEqual([0, 2])
    expect(document.databases).toMatchObject([
      { name: 'alice', reverted: ['20260103000000_drop_v'], position: B, written: {} },
      { name: 'bob', reverted: ['20260103000000_drop_v'], position: B },
    ])
    expect(rowsOf(at(cwd, 'alice'))).toEqual([{ id: 1, v: 'alice' }])
    expect(rowsOf(at(cwd, 'bob'))).toEqual([{ id: 1, v: 'bob' }])
    expect(stateOf(at(cwd, 'alice')).ledger).toEqual([A, B])
    expect(rowsOf(document.databases[0]?.kept ?? '')).toEqual([{ id: 1 }, { id: 7 }, { id: 8 }])
    expect(snapshot(join(cwd, 'databases'))['carol.db']).toEqual(files['carol.db'])
    const recorded = onControl(cwd, db => db.prepare('SELECT verb, undoes FROM runs').all()).at(-1)
    expect(recorded).toEqual({ verb: 'undo', undoes: 2 })
  })

  it('leaves alone what was taken back already, or migrated since', async () => {
    const later = '20260104000000_later'
    const cwd = await migrated()
    await json(cwd, 'down', '--db', 'bob')
    onSqlite(at(cwd, 'bob'), db => db.exec('INSERT INTO a (id) VALUES (9)'))
    writeFileSync(join(cwd, `migrations/${later}.up.sql`), 'CREATE TABLE later (x);\n')
    await json(cwd, 'up', '--db', 'alice')
    const files = snapshot(join(cwd, 'databases'))
    const { status, document } = await json(cwd, 'undo', '2', '--from-backup', '--yes')
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', status: 'failed', error: { code: 'migrated-since' } },
      { name: 'bob', status: 'ok', reverted: [] },
    ])
    expect(snapshot(join(cwd, 'databases'))).toEqual(files)
  })
})

describe('undo --from-backup', () => {
  const project = projectsOn('better-sqlite3')

  it('says what it did and what was written since, in lines', async () => {
    const cwd = project(NAMES, DROPS)
    await json(cwd, 'up', '--all', '--to', B)
    await json(cwd, 'up', '--all', '--backup')
    onSqlite(at(cwd, 'carol'), db => db.exec('INSERT INTO a (id) VALUES (7)'))
    const { stdout } = await runCli(['undo', '2', '--from-backup', '--yes'], { cwd })
    const lines = stdout.replaceAll(/\d{8}T\d{6}Z/g, 'SET').replace(/ in [\d.]+ m?s/, '')
    expect(lines.replaceAll(cwd, '').split('\n')).toEqual([
      'undo: 3 databases',
      `  3 reverted 20260103000000_drop_v, now at ${B}`,
      '3 ok',
      'restored from /backups/SET',
      '1 of 3 has been written to since: carol (+1 row in a)',
      'kept /databases/.kept',
      '',
    ])
  })

  it('takes back a run of redo, too', async () => {
    const cwd = project(['alice'], {})
    await json(cwd, 'up')
    onSqlite(at(cwd, 'alice'), db => db.exec('INSERT INTO b (id) VALUES (5)'))
    await json(cwd, 'redo', '--backup')
    expect((await json(cwd, 'undo', '2', '--from-backup', '--yes')).status).toBe(0)
    expect(onSqlite(at(cwd, 'alice'), db => db.prepare('SELECT id FROM b').all())).toEqual([
      { id: 5 },
    ])
    const files = snapshot(join(cwd, 'databases'))
    expect((await json(cwd, 'undo', '2', '--from-backup', '--yes')).status).toBe(0)
    expect(snapshot(join(cwd, 'databases'))).toEqual(files)
  })

  it('refuses where there is no set, or it is damaged, and touches nothing', async () => {
    const cwd = project(['alice'], DROPS)
    await json(cwd, 'up', '--to', B)
    const none = await json<Refusal>(cwd, 'undo', '1', '--from-backup', '--yes')
    expect([none.status, none.document.error.code]).toEqual([2, 'no-backup'])
    const { backup = '' } = (await json(cwd, 'up', '--backup')).document
    const manifest = join(backup, 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"rows"', '"rovs"'))
    const files = snapshot(join(cwd, 'databases'))
    const damaged = await json<Refusal>(cwd, 'undo', '2', '--from-backup', '--yes')
    expect([damaged.status, damaged.document.error.code]).toEqual([2, 'manifest-damaged'])
    for (const flags of [['--accept-loss'], ['--backup'], ['--transaction', 'each']]) {
      const { status, document } = await json<Refusal>(cwd, 'undo', '2', '--from-backup', ...flags)
      expect([status, document.error.code]).toEqual([2, 'bad-options'])
    }
    const last = onControl(cwd, db => db.prepare('SELECT max(id) AS id FROM runs').get())
    expect(last).toEqual({ id: 2 })
    expect(snapshot(join(cwd, 'databases'))).toEqual(files)
  })
})
