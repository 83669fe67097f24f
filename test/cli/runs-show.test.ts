import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import type { MigrateReport } from '../../src/report/migrate-rows.js'
import type { RunReport } from '../../src/report/run-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { A, at, B, projectsOn } from './projects.js'
import { runCli, runJson } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

const project = projectsOn('better-sqlite3')
const NAMES = ['alice', 'bob', 'carol', 'dave', 'eve']

async function shown(cwd: string, ...args: string[]): Promise<RunReport> {
  const { document } = await runJson<RunReport>(['runs', 'show', ...args], { cwd })
  expect(schemaErrors(document)).toEqual([])
  return document
}

it('tells of each database where it was before and after, and its entry in the backup set', async () => {
  const cwd = project(NAMES)
  await runCli(['up', '--db', 'bob', '--to', A], { cwd })
  const { document } = await runJson<MigrateReport>(['up', '--all', '--backup'], { cwd })
  const set = document.backup ?? ''
  const { run, databases } = await shown(cwd, '2')
  expect(run).toMatchObject({ backup: set })
  expect(databases.map(({ name, before, after }) => [name, before, after])).toEqual(
    NAMES.map(name => [name, name === 'bob' ? A : null, B]),
  )
  const entries = databases.map(({ backup }) => backup)
  expect(new Set(entries.map(entry => entry?.set))).toEqual(new Set([set]))
  for (const { name, backup } of databases) {
    const object = join(backup?.set ?? '', backup?.object ?? '')
    expect([name, basename(object), existsSync(object)]).toEqual([name, `${name}.sql.zst`, true])
  }

  await runCli(['down', '--db', 'bob', '--step', '2'], { cwd })
  expect((await shown(cwd, '3')).databases).toMatchObject([{ name: 'bob', before: B, after: null }])
  await runCli(['redo', '--db', 'carol'], { cwd })
  expect((await shown(cwd, '4')).databases).toMatchObject([{ before: B, after: B, done: [B] }])
})

it('tells which wave each was in, when that was, and what its health check said', async () => {
  const cwd = project(NAMES)
  onSqlite(at(cwd, 'dave'), db => db.exec('CREATE TABLE b (mine)'))
  await runCli(
    [
      'up',
      '--all',
      '--canary-db',
      'carol',
      '--wave',
      '2',
      '--transaction',
      'each',
      '--health',
      'echo fine',
    ],
    { cwd },
  )
  const { waves, databases } = await shown(cwd, '1')
  expect(waves).toMatchObject([
    { number: 0, name: 'canary', ok: 1, health: { status: 'passed', output: 'fine\n' } },
    { number: 1, ok: 2, startedAt: expect.any(String), endedAt: expect.any(String) },
    { number: 2, ok: 1, failed: 1, health: { status: 'passed' } },
  ])
  expect(databases.map(({ name, wave, after }) => [name, wave, after])).toEqual([
    ['alice', 1, B],
    ['bob', 1, B],
    ['carol', 0, B],
    ['dave', 2, A],
    ['eve', 2, B],
  ])
})

it('shows some of the databases in lines of their own, and counts those', async () => {
  const cwd = project(NAMES)
  await runCli(['up', '--all', '--backup', '--wave', '3'], { cwd })
  const { stdout } = await runCli(['runs', 'show', '1', '--db', 'e*', '--db', 'bob'], { cwd })
  const told = stdout.replaceAll(/[\d.]+ m?s$/gm, 'TIME').replaceAll(/ in \/.*\/\w+Z$/gm, ' in SET')
  expect(told.trimEnd().split('\n')).toEqual(
    ['bob', 'eve'].flatMap((name, index) => [
      `${name}: ok, wave ${index + 1} in TIME`,
      '  was at no migration',
      `  then at ${B}`,
      `  ran ${A}, ${B}`,
      `  backup databases/${name}.sql.zst in SET`,
    ]),
  )
  const { summary } = await shown(cwd, '1', '--except', 'bob')
  expect(summary).toMatchObject({ total: 4, ok: 4 })
  expect(await runCli(['runs', 'show', '1', '--db', 'nobody'], { cwd })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--db "nobody" matches no database of the run'),
  })
  expect(await runCli(['runs', '--db', 'bob'], { cwd })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--db is for one run, and none was named'),
  })
})

it('stays short, however many waves and sets there were', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `t${String(i).padStart(2, '0')}`)
  const cwd = project(names)
  const args = ['up', '--all', '--backup', '--canary', '2', '--wave', '1']
  expect((await runCli(args, { cwd })).stderr).not.toContain('MaxListeners')
  const { stdout } = await runCli(['runs', 'show', '1'], { cwd })
  const lines = stdout.split('\n')
  expect(lines.length).toBeLessThan(20)
  expect(stdout).toMatch(/^ {2}backup \/.* of 40 databases$/m)
  expect(stdout).toMatch(/^ {2}and 37 other waves: 37 ok; --json tells all$/m)
  expect(stdout).toContain(`  40 ok ${A}, ${B}, from no migration to ${B}\n`)
})
