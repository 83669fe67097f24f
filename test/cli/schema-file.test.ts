import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/report/check-report.js'
import { ENGINES, projectsOn } from './projects.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

const SCHEMA = 'migrations/schema.sql'

describe.each(ENGINES)('schema.sql with %s', engine => {
  const project = projectsOn(engine)
  const file = (cwd: string) => `${cwd}/${SCHEMA}`
  const found = async (cwd: string) => {
    const { document } = await runJson<CheckReport>(['check', '--offline'], { cwd })
    return document.findings.map(({ code, message }) => `${code}: ${message}`)
  }

  it('is what the migrations make, whatever was applied', async () => {
    const cwd = project(['alice'])
    await runCli(['up', '--all', '--step', '1'], { cwd })
    const text = readFileSync(file(cwd), 'utf8')
    expect(text.split('\n').slice(1).join('\n')).toBe(
      [
        '',
        'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);',
        '',
        'CREATE TABLE b (id INTEGER PRIMARY KEY);',
        '',
        'CREATE INDEX b_id ON b (id);',
        '',
      ].join('\n'),
    )
    expect(await found(cwd)).toEqual([])
    await runCli(['create', 'bob'], { cwd })
    expect((await runCli(['diff', 'bob', SCHEMA], { cwd })).status).toBe(0)
  })

  it('is found stale, and is true again after up', async () => {
    const cwd = project(['alice'])
    await runCli(['up', '--all'], { cwd })
    writeFiles(cwd, {
      'migrations/20260103000000_c.up.sql': 'CREATE TABLE c (x);\n',
      'migrations/20260103000000_c.down.sql': 'DROP TABLE c;\n',
    })
    expect(await found(cwd)).toEqual([
      'schema-stale: schema.sql is not what the migrations make: table c is missing',
    ])
    await runCli(['up', '--all'], { cwd })
    expect(await found(cwd)).toEqual([])
    writeFileSync(file(cwd), `${readFileSync(file(cwd), 'utf8')}CREATE TABLE x (y);\n`)
    expect(await found(cwd)).toHaveLength(1)
  })
})

describe('schema.sql', () => {
  const project = projectsOn('better-sqlite3')

  it("of somebody else's is left alone", async () => {
    const cwd = project(['alice'], { [SCHEMA]: '-- ours\nCREATE TABLE a (x);\n' })
    expect((await runCli(['up', '--all'], { cwd })).status).toBe(0)
    expect(readFileSync(`${cwd}/${SCHEMA}`, 'utf8')).toBe('-- ours\nCREATE TABLE a (x);\n')
  })

  it('is not written by a dry run', async () => {
    const cwd = project(['alice'])
    await runCli(['up', '--all', '--dry-run'], { cwd })
    expect(existsSync(`${cwd}/${SCHEMA}`)).toBe(false)
  })

  it('does not make up fail where it cannot be written', async () => {
    const cwd = project(['alice'], { [`${SCHEMA}/file`]: '' })
    expect((await runCli(['up', '--all'], { cwd })).status).toBe(0)
    const readOnly = project(['alice'])
    chmodSync(`${readOnly}/migrations`, 0o555)
    expect((await runCli(['up', '--all'], { cwd: readOnly })).status).toBe(0)
  })
})
