import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/report/check-report.js'
import { schemaErrors } from '../docs/report-schema.js'
import { at, B, ENGINES, projectsOn } from './projects.js'
import { runCli, runJson, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

async function rehearse(cwd: string, ...args: string[]) {
  const result = await runJson<CheckReport>(['check', '--rehearse', ...args], { cwd })
  expect(schemaErrors(result.document)).toEqual([])
  const { rehearsal, findings } = result.document
  if (rehearsal === undefined) throw new Error('there is no rehearsal')
  return { ...result, rehearsal, findings, codes: findings.map(({ code }) => code) }
}

function scratchDirectories(): string[] {
  return readdirSync(tmpdir()).filter(name => name.startsWith('dbfleet-rehearsal-'))
}

/** 5,000 rows that are alike. */
function fill(path: string): void {
  const numbers = 'WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)'
  onSqlite(path, db => db.exec(`${numbers} INSERT INTO a (id, v) SELECT i, 'x' FROM n`))
}

const C = '20260103000000_fill'

describe.each(ENGINES)('check --rehearse with %s', engine => {
  const project = projectsOn(engine)

  async function migrated(...names: string[]): Promise<string> {
    const cwd = project(names)
    expect(await runCli(['up', '--all'], { cwd })).toMatchObject({ status: 0 })
    return cwd
  }

  it('applies what is pending to a copy of each different schema, and changes no database', async () => {
    const cwd = await migrated('alice', 'bob', 'carol', 'dave')
    fill(at(cwd, 'bob'))
    onSqlite(at(cwd, 'carol'), db => db.exec('CREATE TABLE extra (x)'))
    writeFiles(cwd, {
      [`migrations/${C}.up.sql`]: "UPDATE a SET v = 'filled';\nCREATE INDEX a_v ON a (v);\n",
      [`migrations/${C}.down.sql`]: 'DROP INDEX a_v;\n',
    })
    const before = ['alice', 'bob', 'carol', 'dave'].map(name => readFileSync(at(cwd, name)))
    const { rehearsal, findings } = await rehearse(cwd)
    expect(rehearsal).toMatchObject({
      pending: 4,
      omittedSchemas: 0,
      databases: [
        { name: 'alice', status: 'ok', reasons: ['oldest'], pending: [C] },
        { name: 'bob', status: 'ok', reasons: ['schema', 'largest'], pending: [C] },
        { name: 'carol', status: 'ok', reasons: ['schema'], pending: [C] },
      ],
    })
    const bob = rehearsal.databases[1]
    expect(bob?.bytesAfter).toBeGreaterThan(bob?.bytesBefore ?? Infinity)
    expect(rehearsal.predicted?.workMs).toBeGreaterThanOrEqual(bob?.durationMs ?? Infinity)
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'rewrites-table',
        severity: 'note',
        message: 'updates every row of a: about 5,000 rows (bob)',
      }),
    )
    const after = ['alice', 'bob', 'carol', 'dave'].map(name => readFileSync(at(cwd, name)))
    expect(after).toEqual(before)
    expect(scratchDirectories()).toEqual([])
  })

  it('finds what fails with the rows that are there', async () => {
    const cwd = await migrated('alice', 'bob')
    fill(at(cwd, 'bob'))
    writeFiles(cwd, {
      [`migrations/${C}.up.sql`]: 'CREATE UNIQUE INDEX a_v ON a (v);\n',
      [`migrations/${C}.down.sql`]: 'DROP INDEX a_v;\n',
    })
    const { status, findings, rehearsal } = await rehearse(cwd)
    expect(status).toBe(1)
    expect(findings.find(({ code }) => code === 'rehearsal-fails')).toMatchObject({
      severity: 'error',
      databases: ['bob'],
      message: expect.stringContaining('UNIQUE constraint failed: a.v'),
    })
    expect(rehearsal.databases).toMatchObject([
      { name: 'alice', status: 'ok' },
      { name: 'bob', status: 'failed', error: { code: 'constraint' } },
    ])
    expect(scratchDirectories()).toEqual([])
  })

  it('says when there is nothing to rehearse', async () => {
    const cwd = await migrated('alice')
    const { status, rehearsal } = await rehearse(cwd)
    expect({ status, rehearsal }).toEqual({
      status: 0,
      rehearsal: { databases: [], pending: 0, omittedSchemas: 0 },
    })
    const { stdout } = await runCli(['check', '--rehearse'], { cwd })
    expect(stdout).toContain('nothing is pending that could be rehearsed')
  })
})

describe('check --against', () => {
  const project = projectsOn('better-sqlite3')

  it('holds another fleet to the migrations of this project', async () => {
    const production = project(['alice', 'bob'])
    expect(await runCli(['up', '--all', '--to', B], { cwd: production })).toMatchObject({
      status: 0,
    })
    const cwd = project([])
    writeFiles(cwd, {
      [`migrations/${C}.up.sql`]: 'CREATE TABLE c (id INTEGER PRIMARY KEY);\n',
      [`migrations/${C}.down.sql`]: 'DROP TABLE c;\n',
    })
    const config = join(production, 'dbfleet.config.json')
    expect(existsSync(config)).toBe(true)
    for (const fleet of [config, join(production, 'databases/*.db')]) {
      const { rehearsal, codes, document } = await rehearse(cwd, '--against', fleet)
      expect(codes).toEqual(['pending'])
      expect(document.root).toBe(cwd)
      expect(rehearsal.databases).toMatchObject([{ name: 'alice', status: 'ok', pending: [C] }])
    }
    expect(readdirSync(join(production, 'migrations'))).not.toContain(`${C}.up.sql`)
    expect(statSync(at(production, 'alice')).size).toBeGreaterThan(0)
  })

  it('refuses what contradicts it', async () => {
    const cwd = project(['alice'])
    const both = await runCli(['check', '--against', 'x.json', '--files', '*.db'], { cwd })
    expect(both).toMatchObject({ status: 2 })
    expect(both.stderr).toContain('--against excludes --url and --files')
    const offline = await runCli(['check', '--offline', '--rehearse'], { cwd })
    expect(offline).toMatchObject({ status: 2 })
    rmSync(at(cwd, 'alice'))
  })
})
