import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import type { MigrateReport } from '../../src/report/migrate-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { manifestOf, setsIn } from './backup-sets.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

describe('--backup of up and down', () => {
  const directory = temporaryDirectories()
  let cwd: string
  const at = (name: string) => join(cwd, 'databases', `${name}.db`)
  const run = (...args: string[]) => runJson<MigrateReport>(args, { cwd })
  const namesIn = (set = '') => manifestOf(set).databases.map(({ name }) => name)

  beforeEach(async () => {
    cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/.keep': '' })
    for (const name of ['alice', 'bob', 'carol']) new Database(at(name)).exec('VACUUM').close()
    await runCli(['up', '--db', 'carol'], { cwd })
  })

  it('first saves exactly the databases that will be changed, as they were', async () => {
    const { status, document } = await run('up', '--all', '--backup')
    expect([status, schemaErrors(document)]).toEqual([0, []])
    expect(document.summary).toMatchObject({ ok: 3 })
    expect(namesIn(document.backup)).toEqual(['alice', 'bob'])
    expect(manifestOf(document.backup ?? '')).toMatchObject({
      complete: true,
      summary: { proven: 2 },
      databases: [{ ledger: null }, { ledger: null }],
    })

    const { stdout } = await runCli(['down', '--db', 'carol', '--backup', '--out', 'before'], {
      cwd,
    })
    const [set = ''] = setsIn(join(cwd, 'before')).sets
    expect(stdout).toBe(
      `carol: reverted 20260102000000_create_b, now at 20260101000000_create_a\nbackup ${set}\n`,
    )
    expect(manifestOf(set).databases).toMatchObject([
      { name: 'carol', ledger: { position: '20260102000000_create_b', applied: 2 } },
    ])
    const redo = await run('redo', '--db', 'alice', '--backup')
    expect([redo.status, schemaErrors(redo.document)]).toEqual([0, []])
    expect(namesIn(redo.document.backup)).toEqual(['alice'])
  })

  it('makes no set when nothing is to be changed', async () => {
    const { status, document } = await run('up', '--db', 'carol', '--backup')
    expect([status, document.backup]).toEqual([0, undefined])
    expect(setsIn(join(cwd, 'backups'))).toEqual({ sets: [], others: [] })
  })

  it('does not touch what cannot be backed up, and goes on with the others', async () => {
    const db = new Database(at('bob'))
    db.exec(
      'CREATE TABLE big AS WITH c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<3000) SELECT i, hex(randomblob(40)) AS x FROM c',
    )
    db.close()
    writeFileSync(at('bob'), readFileSync(at('bob')).fill(0xa5, 16384, 40960))
    const before = readFileSync(at('bob'))
    const stopped = await run('up', '--all', '--backup', '--max-failures', '0')
    expect(stopped.document.databases.map(({ status }) => status)).toEqual([
      'not-run',
      'failed',
      'ok',
    ])
    const { status, document } = await run('up', '--all', '--backup')
    expect([status, schemaErrors(document)]).toEqual([3, []])
    expect(document.databases).toMatchObject([
      { name: 'alice', status: 'ok', position: '20260102000000_create_b' },
      { name: 'bob', status: 'failed', applied: [], error: { code: 'not-backed-up' } },
      { name: 'carol', status: 'ok' },
    ])
    expect(readFileSync(at('bob'))).toEqual(before)
    expect(manifestOf(document.backup ?? '').complete).toBe(false)
  })

  it('touches nothing when no set can be made', async () => {
    writeFileSync(join(cwd, 'file'), '')
    for (const [args, code] of [
      [['--backup', '--out', 'file/below'], 'out-unwritable'],
      [['--out', 'elsewhere'], 'bad-options'],
    ] as const) {
      const { status, document } = await runJson<{ error: { code: string } }>(
        ['up', '--all', ...args],
        { cwd },
      )
      expect([status, document.error.code]).toEqual([2, code])
    }
    const { document } = await run('status', '--db', 'alice')
    expect(document.databases).toMatchObject([{ position: null }])
  })
})
