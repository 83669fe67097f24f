import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { adopt, execute, foreignProjects } from './foreign-projects.js'
import { at } from './projects.js'
import { startCli } from './run-cli.js'
import { stateOf } from './sqlite-files.js'

const MOMENTS = 10
const NAMES = Array.from({ length: 50 }, (_, i) => `db${String(i).padStart(2, '0')}`)
const MIGRATED =
  "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (x); CREATE TABLE schema_migrations (version varchar(128) primary key); INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000')"

const project = foreignProjects()

it('does no harm when two runs adopt one fleet', async () => {
  const cwd = project({
    'migrations/20240101000000_a.up.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY);\n',
    'migrations/20240102000000_b.up.sql': 'CREATE TABLE b (x);\n',
  })
  for (const name of NAMES) execute(cwd, name, MIGRATED)
  const runs = await Promise.all([adopt(cwd, '--all'), adopt(cwd, '--all')])
  expect(runs.map(({ status }) => status)).toEqual([0, 0])
  for (const name of NAMES) expect(stateOf(at(cwd, name)).ledger).toHaveLength(2)
})

it(`leaves each ledger whole or missing when it is killed, at ${MOMENTS} moments, and the next run ends it`, async () => {
  const seen = { none: 0, all: 0, some: 0 }
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    const cwd = project({
      'migrations/20240101000000_a.up.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY);\n',
      'migrations/20240102000000_b.up.sql': 'CREATE TABLE b (x);\n',
    })
    for (const name of NAMES) execute(cwd, name, MIGRATED)
    const { child, finished } = startCli(['adopt', '--all', '--jobs', '2'], { cwd })
    const isWriting = () => readdirSync(join(cwd, 'databases')).some(file => /-journal$/.test(file))
    for (let waited = 0; !isWriting() && waited < 10_000; waited += 1) await sleep(1)
    await sleep(Math.random() * 60)
    child.kill('SIGKILL')
    await finished

    const ledgers = NAMES.map(name => stateOf(at(cwd, name)))
    for (const { integrity, ledger } of ledgers) {
      expect(integrity).toBe('ok')
      expect([0, 2]).toContain(ledger.length)
    }
    const done = ledgers.filter(({ ledger }) => ledger.length === 2).length
    seen[done === 0 ? 'none' : done === NAMES.length ? 'all' : 'some'] += 1

    const { status, document } = await adopt(cwd, '--all')
    expect([status, document.databases.filter(({ status }) => status === 'ok').length]).toEqual([
      0,
      NAMES.length,
    ])
    for (const name of NAMES) expect(stateOf(at(cwd, name)).ledger).toHaveLength(2)
  }
  // Moments that all fell before or after the writing would prove nothing.
  expect(seen.some).toBeGreaterThan(1)
}, 300_000)
