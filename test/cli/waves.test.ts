import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { MigrateReport } from '../../src/report/migrate-rows.js'
import { at, projectsOn, TABLES } from './projects.js'
import { runCli, runJson, startCli, writeFiles } from './run-cli.js'
import { onSqlite, snapshot } from './sqlite-files.js'

const project = projectsOn('better-sqlite3')
const NAMES = Array.from({ length: 12 }, (_, index) => `t${String(index + 1).padStart(2, '0')}`)
/** Appends what it is told, and says which databases are still untouched. */
const WATCH = 'cat >> told; ls -s databases | grep -c "^ *0 t" >> left'

interface Told {
  schema: number
  run: number
  verb: string
  wave: { number: number; name: string; total: number; ok: number; failed: number }
  waves: number
  summary: Record<string, number>
  failures: { name: string; error: { code: string } }[]
  migrations: string[]
}

const lines = (cwd: string, name: string) =>
  readFileSync(join(cwd, name), 'utf8').trimEnd().split('\n')
const told = (cwd: string) => lines(cwd, 'told').map(line => JSON.parse(line) as Told)
const untouched = (cwd: string) => NAMES.filter(name => statSync(at(cwd, name)).size === 0)
const config = (more: object) => ({
  'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }], ...more }),
})
/** Makes the first migration fail in these. */
function spoil(cwd: string, names: readonly string[]): void {
  for (const name of names) {
    const db = new Database(at(cwd, name))
    db.exec('CREATE TABLE a (mine)')
    db.close()
  }
}
const up = (cwd: string, ...args: string[]) =>
  runJson<MigrateReport>(['up', '--all', ...args], { cwd })

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 20))
}

describe('waves', () => {
  it('come one after the other, the canary first, and each is judged before the next', async () => {
    const cwd = project(NAMES)
    const { status, document, stderr } = await up(
      cwd,
      ...['--canary-db', 't0[45]', '--canary', '3', '--wave', '4', '--pause', '1ms'],
      ...['--health', `${WATCH}; echo "wave $DBFLEET_WAVE of run $DBFLEET_RUN"`],
    )
    expect(status).toBe(0)
    expect(lines(cwd, 'left').map(Number)).toEqual([9, 5, 1, 0])
    expect(told(cwd)[2]).toMatchObject({
      schema: 1,
      run: 1,
      verb: 'up',
      wave: { number: 2, name: 'wave 2', total: 4, ok: 4, failed: 0 },
      waves: 4,
      summary: { total: 12, ok: 11, failed: 0, skipped: 0, notRun: 1 },
      failures: [],
      migrations: ['20260101000000_create_a', '20260102000000_create_b'],
    })
    expect(document).toMatchObject({ run: 1, summary: { ok: 12 } })
    expect(document.waves).toMatchObject([
      { number: 0, name: 'canary', total: 3, ok: 3, health: { status: 'passed' } },
      { number: 1, name: 'wave 1', total: 4, ok: 4, health: { output: 'wave 1 of run 1\n' } },
      { number: 2, name: 'wave 2', total: 4, notRun: 0 },
      { number: 3, name: 'wave 3', total: 1, endedAt: expect.any(String) },
    ])
    expect(stderr).toMatch(/^wave 0 of run 1\ncanary: 3 ok, health passed in .*; next in 1 ms$/m)
    expect(stderr).toMatch(/^wave 3 of 3: 1 ok, health passed in [\d.]+ m?s$/m)
  })

  it('are what the configuration says, unless flags say otherwise', async () => {
    const cwd = project(NAMES, config({ waves: { canary: { databases: ['t12'] }, size: '50%' } }))
    const plan = await runCli(['up', '--all', '--dry-run'], { cwd })
    expect(plan.stdout).toContain('canary of 1: t12\nthen 2 waves of 6, the last one of 5\n')
    const { document } = await up(cwd, '--wave', '10', '--step', '1')
    expect(document.waves?.map(({ name, total }) => [name, total])).toEqual([
      ['canary', 1],
      ['wave 1', 10],
      ['wave 2', 1],
    ])
    const { document: whole } = await up(cwd, '--no-waves')
    expect(whole).not.toHaveProperty('waves')
    expect(whole.summary.ok).toBe(12)
    const { document: back } = await runJson<MigrateReport>(['down', '--all'], { cwd })
    expect(back).not.toHaveProperty('waves')
  })

  it('have a canary by number that stands for each different schema', async () => {
    const cwd = project(NAMES)
    await up(cwd, '--step', '1')
    for (const name of ['t07', 't10']) {
      onSqlite(at(cwd, name), db => db.exec(`CREATE TABLE by_hand_of_${name} (x)`))
    }
    // What only differs in spelling is no other schema.
    onSqlite(at(cwd, 't03'), db => {
      db.exec('DROP TABLE a')
      db.exec('CREATE  TABLE a ( id integer primary key, v TEXT )')
    })
    const before = snapshot(join(cwd, 'databases'))
    const plan = await runCli(['up', '--all', '--canary', '3', '--dry-run'], { cwd })
    expect(plan.stdout).toMatch(/^canary of 3: t\d\d, t07, t10$/m)
    expect(snapshot(join(cwd, 'databases'))).toEqual(before)
    const { document } = await up(cwd, '--canary', '3', '--health', 'false')
    const { databases } = document
    const first = databases.flatMap(({ name, status }) => (status === 'ok' ? [name] : []))
    expect(plan.stdout).toContain(`canary of 3: ${first.join(', ')}\n`)
  })

  it('can have the databases of a source first', async () => {
    const fleet = [
      { files: 'databases/*.db', label: 'customers' },
      { files: 'own/*.db', label: 'internal' },
    ]
    const cwd = project(NAMES, {
      'dbfleet.config.json': JSON.stringify({ fleet, waves: { canary: { labels: ['internal'] } } }),
      'own/x1.db': '',
      'own/x2.db': '',
    })
    const { stdout } = await runCli(['up', '--all', '--dry-run'], { cwd })
    expect(stdout).toContain('canary of 2: x1, x2\nthen 1 wave of 12\n')
  })

  it('work without a journal', async () => {
    const cwd = project(NAMES, config({ control: false }))
    spoil(cwd, ['t09'])
    const { status, document } = await up(
      cwd,
      ...['--canary-db', 't0[12]', '--wave', '5'],
      ...['--health', `${WATCH}; test -z "$DBFLEET_RUN"`],
    )
    expect(status).toBe(3)
    expect(document.waves).toMatchObject([{ ok: 2 }, { ok: 5 }, { ok: 4, failed: 1 }])
    expect(told(cwd).at(-1)).toMatchObject({
      run: null,
      summary: { total: 12, ok: 11, failed: 1, skipped: 0, notRun: 0 },
      failures: [{ name: 't09', error: { code: 'sql' } }],
    })
  })

  it('are none where there is nothing to do', async () => {
    const cwd = project(['t01'])
    await up(cwd)
    const { status, document } = await up(cwd, '--canary', '1', '--health', 'touch asked')
    expect(status).toBe(0)
    expect(document.waves).toEqual([])
    expect(existsSync(join(cwd, 'asked'))).toBe(false)
  })

  it('are for down, too, where flags say so', async () => {
    const cwd = project(NAMES)
    await up(cwd)
    const args = ['down', '--all', '--wave', '7', '--health', 'false']
    const { status, document } = await runJson<MigrateReport>(args, { cwd })
    expect(status).toBe(3)
    expect(document.summary).toMatchObject({ ok: 7, notRun: 5 })
  })
})

describe('a run stops, and the rest is untouched', () => {
  it('when health fails; the last lines say how it goes on', async () => {
    const cwd = project(NAMES)
    const args = ['up', '--all', '--canary', '2', '--wave', '3', '--health', 'echo sick; exit 4']
    const { status, stdout, stderr } = await runCli(args, { cwd })
    expect(status).toBe(3)
    expect(untouched(cwd)).toHaveLength(10)
    expect(stderr).toMatch(/^sick\ncanary: 2 ok, health failed in /m)
    expect(stdout).toMatch(
      /2 ok, 10 not run in .*\nStopped: the health command did not pass after the canary: it ended with exit status 4\n→ `dbfleet resume 1` goes on, `dbfleet undo 1` takes back what was done\.\n$/,
    )
  })

  it('when health fails after the last wave, though all are done', async () => {
    const cwd = project(['t01'])
    const { status, document } = await up(cwd, '--health', 'echo sick; exit 1')
    expect(status).toBe(3)
    expect(document).toMatchObject({
      summary: { ok: 1, notRun: 0 },
      stopped: { code: 'health-failed' },
      waves: [{ name: 'wave 1', health: { status: 'failed', output: 'sick\n' } }],
    })
  })

  it('when health takes too long', async () => {
    const cwd = project(NAMES)
    const { document } = await up(
      cwd,
      ...['--canary', '1', '--health', 'sleep 60', '--health-timeout', '200ms'],
    )
    expect(document.stopped?.message).toBe(
      'the health command did not pass after the canary: it took longer than 0.2 s',
    )
    expect(untouched(cwd)).toHaveLength(11)
  })

  it('when one of the canary fails, unless more may', async () => {
    const cwd = project(NAMES)
    spoil(cwd, ['t03'])
    const canary = ['--canary-db', 't0*', '--wave', '2', '--jobs', '1']
    for (const budget of [[], ['--max-failures', '10%']]) {
      const { status, document } = await up(cwd, ...canary, ...budget, '--health', 'touch asked')
      expect(status).toBe(3)
      expect(document.stopped).toMatchObject({ code: 'too-many-failures' })
      expect(document.stopped?.message).toMatch(
        /^(?:a database|more databases) of the canary failed/,
      )
      expect(document.waves?.slice(1).every(({ startedAt }) => startedAt === null)).toBe(true)
      expect(untouched(cwd)).toEqual(expect.arrayContaining(['t10', 't11', 't12']))
      expect(existsSync(join(cwd, 'asked'))).toBe(false)
    }
    const { document } = await up(cwd, ...canary, '--max-failures', '1')
    expect(document.summary).toMatchObject({ ok: 11, failed: 1 })
  })

  it('when too many have failed in all waves', async () => {
    const cwd = project(NAMES)
    spoil(cwd, ['t02', 't05', 't06'])
    const { document } = await up(cwd, '--wave', '3', '--max-failures', '2', '--jobs', '1')
    expect(document.stopped).toMatchObject({
      code: 'too-many-failures',
      message: 'more databases failed than --max-failures allows',
    })
    expect(untouched(cwd)).toEqual(['t07', 't08', 't09', 't10', 't11', 't12'])
  })
})

describe('resume', () => {
  const resume = (cwd: string, ...args: string[]) =>
    runJson<MigrateReport>(['resume', '1', ...args], { cwd })

  it('asks for health again, and goes on in waves when it passes', async () => {
    const cwd = project(NAMES)
    const health = `${WATCH}; test -e healthy`
    await up(cwd, '--canary', '2', '--wave', '5', '--health', health)
    const again = await resume(cwd)
    expect(again.status).toBe(3)
    expect(again.document.stopped).toMatchObject({ code: 'health-failed' })
    expect(untouched(cwd)).toHaveLength(10)
    writeFiles(cwd, { healthy: '' })
    const { status, document } = await resume(cwd)
    expect(status).toBe(0)
    expect(document.waves?.map(({ ok, health }) => [ok, health?.status])).toEqual([
      [2, 'passed'],
      [5, 'passed'],
      [5, 'passed'],
    ])
    expect(lines(cwd, 'left').map(Number)).toEqual([10, 10, 10, 5, 0])
    expect(told(cwd).map(({ wave }) => wave.number)).toEqual([0, 0, 0, 1, 2])
  })

  it('goes on after failures that have been seen, and still opens one wave at a time', async () => {
    const cwd = project(NAMES)
    spoil(cwd, ['t01'])
    const stopped = await up(cwd, '--canary-db', 't01', '--wave', '6', '--health', `${WATCH}; true`)
    expect(stopped.document.stopped).toMatchObject({ code: 'too-many-failures' })
    const { document } = await resume(cwd)
    expect(document).not.toHaveProperty('stopped')
    expect(document.summary).toMatchObject({ ok: 11, failed: 1, notRun: 0 })
    expect(lines(cwd, 'left').map(Number)).toEqual([11, 5, 0])
  })
})

it('keeps a process that joined waiting while a wave is judged', async () => {
  const cwd = project(NAMES)
  const health = 'touch asked; while ! test -e go; do sleep 0.1; done'
  const args = ['up', '--all', '--json', '--canary', '2', '--wave', '5', '--health', health]
  const first = startCli(args, { cwd })
  await until(() => existsSync(join(cwd, 'asked')))
  const second = startCli(['up', '--join', '1', '--json'], { cwd })
  const control = new Database(join(cwd, '.dbfleet/control.db'), { readonly: true })
  const holders = control.prepare('SELECT count(*) FROM holders').pluck()
  await until(() => holders.get() === 2)
  // Long enough to ask several times.
  await new Promise(resolve => setTimeout(resolve, 1_000))
  expect(holders.get()).toBe(2)
  expect(untouched(cwd)).toHaveLength(10)
  control.close()
  writeFiles(cwd, { go: '' })
  const results = await Promise.all([first.finished, second.finished])
  expect(results.map(({ status }) => status)).toEqual([0, 0])
  const { waves, summary } = JSON.parse(results[0]?.stdout ?? '') as MigrateReport
  expect(waves?.map(({ ok }) => ok)).toEqual([2, 5, 5])
  expect(summary).toMatchObject({ total: 12, ok: 12 })
})

it('reports what other processes have done in a run as a part of it', async () => {
  const cwd = project(NAMES)
  const health = 'touch asked; while ! test -e go; do sleep 0.1; done'
  const args = ['up', '--all', '--json', '--canary-db', 't01', '--health', health]
  const { finished } = startCli(args, { cwd })
  await until(() => existsSync(join(cwd, 'asked')))
  const control = new Database(join(cwd, '.dbfleet/control.db'))
  const settle = control.prepare(
    'UPDATE results SET state = ?, done = ?, error = ? WHERE database = ?',
  )
  settle.run('ok', null, null, 't02')
  settle.run('failed', '["20260101000000_create_a"]', '{"code":"io","message":"no"}', 't03')
  settle.run('vanished', null, null, 't04')
  control.close()
  writeFiles(cwd, { go: '' })
  const { status, stdout } = await finished
  const { databases, summary } = JSON.parse(stdout) as MigrateReport
  expect(status).toBe(3)
  expect(summary).toMatchObject({ total: 12, ok: 10, failed: 1, skipped: 1, notRun: 0 })
  expect(databases.slice(1, 4)).toMatchObject([
    { name: 't02', applied: ['20260101000000_create_a', '20260102000000_create_b'] },
    { name: 't03', applied: ['20260101000000_create_a'], error: { code: 'io' } },
    { name: 't04', status: 'skipped' },
  ])
})

describe('Ctrl-C', () => {
  it('ends a pause at once', async () => {
    const cwd = project(NAMES)
    const args = ['up', '--all', '--json', '--canary', '2', '--pause', '1h', '--health', 'true']
    const { child, finished } = startCli(args, { cwd })
    let stderr = ''
    child.stderr?.on('data', chunk => {
      stderr += chunk
    })
    await until(() => stderr.includes('next in 1 h'))
    child.kill('SIGINT')
    const { status, stdout } = await finished
    expect(status).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({
      interrupted: true,
      summary: { ok: 2, notRun: 10 },
      waves: [{ health: { status: 'passed' } }, { startedAt: null }],
    })
    expect(untouched(cwd)).toHaveLength(10)
  })

  it('ends the health command, and then the run', async () => {
    const cwd = project(NAMES)
    const health = 'echo $$ > pid; sleep 600'
    const args = ['up', '--all', '--canary', '2', '--health', health]
    const { child, finished } = startCli(args, { cwd })
    await until(() => existsSync(join(cwd, 'pid')))
    child.kill('SIGINT')
    const { status, stdout } = await finished
    expect(status).toBe(130)
    expect(stdout).toMatch(
      /^Interrupted after .*: 2 ok, 10 not run\.\n→ `dbfleet resume 1` goes on/m,
    )
    const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

describe('what makes no sense', () => {
  it.each([
    [['--canary', '0'], 'count such as 10'],
    [['--canary', '0%'], 'count such as 10'],
    [['--wave', '101%'], 'count such as 10'],
    [['--wave', 'lots'], 'count such as 10'],
    [['--pause', '10', '--wave', '2'], 'a time such as'],
    [['--pause', '10s'], '--pause says how long to wait between waves'],
    [['--health-timeout', '10s'], '--health-timeout says how long --health may take'],
    [['--health', 'true', '--health-timeout', '0'], '--health-timeout must be longer'],
    [['--health', ''], '--health takes a command'],
    [['--no-waves', '--wave', '2'], '--no-waves and --wave exclude each other'],
    [['--canary-db', 'tt1'], '--canary-db "tt1" matches no database of the selection'],
    [['--canary-db', '['], 'the pattern "[" has a "["'],
  ])('is refused, and nothing is touched: %j', async (args, message) => {
    const cwd = project(['t01', 't02'])
    const { status, stderr } = await runCli(['up', '--all', ...args], { cwd })
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(statSync(at(cwd, 't01')).size).toBe(0)
  })
})

it('leaves the databases of later waves byte for byte as they were', async () => {
  const cwd = project(NAMES)
  writeFiles(cwd, {
    'migrations/20260103000000_fill.up.sql': 'CREATE TABLE filled (x);\n',
    'migrations/20260103000000_fill.down.sql': 'DROP TABLE filled;\n',
  })
  await up(cwd, '--step', '2')
  const before = NAMES.map(name => readFileSync(at(cwd, name)))
  await up(cwd, '--canary-db', 't06', '--health', 'false')
  for (const [index, name] of NAMES.entries()) {
    const same = readFileSync(at(cwd, name)).equals(before[index] as Buffer)
    expect([name, same]).toEqual([name, name !== 't06'])
  }
  const db = new Database(at(cwd, 't06'), { readonly: true })
  expect(db.prepare(TABLES).all()).toHaveLength(2)
  db.close()
})
