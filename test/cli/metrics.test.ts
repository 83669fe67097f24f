import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { type ParsedFamily, parseOpenMetrics, valuesOf } from '../metrics/parse-open-metrics.js'
import { A, B, projects } from './projects.js'
import { expectRefused } from './refused.js'
import { type CliOptions, runCli, runJson, writeFiles } from './run-cli.js'

const RUN = [
  'dbfleet_run_timestamp_seconds',
  'dbfleet_run_duration_seconds',
  'dbfleet_run_exit_status',
  'dbfleet_run_interrupted',
]

/** The metrics of a file, which have to be right in form. */
function metricsIn(file: string): ParsedFamily[] {
  return parseOpenMetrics(readFileSync(file, 'utf8'))
}

describe('--metrics-file', () => {
  const project = projects()
  const fleet = (files: Record<string, string> = {}) =>
    project({ 'databases/alice.db': '', 'databases/bob.db': '', 'out/.keep': '', ...files })

  async function run(args: readonly string[], { cwd, ...options }: CliOptions) {
    const file = join(cwd, 'out/metrics.prom')
    const result = await runCli([...args, '--metrics-file', 'out/metrics.prom'], {
      cwd,
      ...options,
    })
    const families = metricsIn(file)
    return { ...result, families, of: (name: string) => valuesOf(families, `dbfleet_${name}`) }
  }

  it('says what came of a run, and of which databases failed and why', async () => {
    const cwd = fleet({ 'databases/eve.db': 'this is no database, whatever its name says' })
    const begun = Date.now()
    const { status, of, families } = await run(['up', '--all'], { cwd })
    expect(status).toBe(3)
    expect(of('run_exit_status')).toEqual({ 'verb=up': 3 })
    expect(of('run_interrupted')).toEqual({ 'verb=up': 0 })
    expect(of('run_databases')).toEqual({
      'status=ok,verb=up': 2,
      'status=failed,verb=up': 1,
      'status=skipped,verb=up': 0,
      'status=not_run,verb=up': 0,
    })
    expect(of('run_failures')).toEqual({ 'code=not-a-database,verb=up': 1 })
    expect(of('run_migrations')).toEqual({ 'outcome=applied,verb=up': 4 })
    const ended = (of('run_timestamp_seconds')['verb=up'] ?? 0) * 1_000
    expect(ended).toBeGreaterThanOrEqual(begun)
    expect(ended).toBeLessThanOrEqual(Date.now())
    const seconds = of('run_duration_seconds')['verb=up'] ?? 0
    expect(seconds).toBeGreaterThan(0)
    expect(seconds * 1_000).toBeLessThanOrEqual(ended - begun)
    expect(families.map(({ name }) => name)).not.toContain('dbfleet_run_error')
  })

  it('writes whole files that anybody may read, in the place of earlier ones', async () => {
    const cwd = fleet()
    const file = join(cwd, 'out/metrics.prom')
    const before = process.umask(0o077)
    try {
      await run(['up', '--all'], { cwd })
    } finally {
      process.umask(before)
    }
    const first = statSync(file)
    expect(first.mode & 0o7777).toBe(0o644)
    await run(['status'], { cwd })
    // It is another file: whoever reads the first one reads it to its end.
    expect(statSync(file).ino).not.toBe(first.ino)
    expect(statSync(file).mode & 0o7777).toBe(0o644)
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['.keep', 'metrics.prom'])
  })

  it('takes an empty file that was made for it', async () => {
    const cwd = fleet({ 'out/metrics.prom': '' })
    const { of } = await run(['up', '--all'], { cwd })
    expect(of('run_exit_status')).toEqual({ 'verb=up': 0 })
  })

  it('writes the same with --json, whose document stands alone', async () => {
    const cwd = fleet()
    const { status, stdout, stderr, of } = await run(['up', '--all', '--json'], { cwd })
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ command: 'up', summary: { ok: 2 } })
    expect(of('run_databases')).toMatchObject({ 'status=ok,verb=up': 2 })
  })

  it('is a flag of every verb that runs over databases, and says what is its own', async () => {
    const cwd = fleet()
    const runs: [args: string[], exit: number, expected: Record<string, Record<string, number>>][] =
      [
        [['create', 'carol'], 0, { run_databases: { 'status=ok': 1 } }],
        [['ensure', 'alice'], 0, { run_migrations: { 'outcome=applied': 2 } }],
        [
          ['status', '--exit-code'],
          1,
          {
            status_pending_databases: { '': 1 },
            status_edited_databases: { '': 0 },
            status_missing_databases: { '': 0 },
            status_position_databases: { [`position=${B}`]: 2, 'position=none': 1 },
          },
        ],
        [['up', '--all', '--to', A], 0, { run_migrations: { 'outcome=applied': 1 } }],
        [['down', '--db', 'alice'], 0, { run_migrations: { 'outcome=reverted': 1 } }],
        [
          ['redo', '--db', 'carol'],
          0,
          { run_migrations: { 'outcome=applied': 1, 'outcome=reverted': 1 } },
        ],
        [
          ['check'],
          0,
          {
            check_schemas: { '': 2 },
            check_drifted_databases: { '': 0 },
            run_finding_databases: { 'code=pending,severity=warning': 2 },
          },
        ],
        [
          ['backup'],
          0,
          {
            backup_complete: { '': 1 },
            backup_proven_databases: { '': 3 },
            backup_unchanged_databases: { '': 0 },
          },
        ],
        [['verify', 'latest'], 0, { verify_databases: { 'looked=bytes': 3 } }],
        [['restore', 'latest', '--db', 'bob', '--as', 'bob2'], 0, { restore_rows: { '': 1 } }],
        [
          ['prune', '--keep-last', '1', '--yes'],
          0,
          {
            prune_kept_sets: { '': 1 },
            prune_removed_sets: { '': 0 },
            prune_unfinished_sets: { '': 0 },
            prune_removed_bytes: { '': 0 },
          },
        ],
        [['adopt', '--all'], 0, { run_migrations: { 'outcome=recorded': 0 } }],
        [['doctor'], 0, { run_databases: { 'status=ok': 4 } }],
        [['sync', '--all'], 2, { run_error: { 'code=no-replicas': 1 } }],
        [['destroy', 'carol', '--yes'], 0, { run_databases: { 'status=ok': 1 } }],
      ]
    for (const [args, exit, expected] of runs) {
      const [verb] = args
      const { status, families, of, stdout, stderr } = await run(args, { cwd })
      expect(status, `${args.join(' ')}\n${stdout}${stderr}`).toBe(exit)
      expect(families.map(({ name }) => name)).toEqual(expect.arrayContaining(RUN))
      expect(of('run_exit_status')).toEqual({ [`verb=${verb}`]: exit })
      for (const [name, values] of Object.entries(expected)) {
        const labelled = Object.entries(values).map(([labels, value]) => [
          [...labels.split(',').filter(Boolean), `verb=${verb}`].sort().join(),
          value,
        ])
        expect(of(name), `${verb}: ${name}`).toMatchObject(Object.fromEntries(labelled))
      }
    }
  }, 120_000)

  it('adds labels, so that the files of two fleets are told apart', async () => {
    const cwd = fleet()
    const labels = ['--metrics-label', 'fleet="eu"\\1', '--metrics-label', 'tier=1=x']
    const { families } = await run(['up', '--all', ...labels], { cwd })
    const samples = families.flatMap(each => each.samples)
    expect(samples.length).toBeGreaterThan(5)
    for (const sample of samples) {
      expect(sample.labels).toMatchObject({ fleet: '"eu"\\1', tier: '1=x', verb: 'up' })
    }
  })

  it('says that a run was refused, with status 2 and the reason', async () => {
    const cwd = fleet()
    await run(['up', '--all'], { cwd })
    writeFiles(cwd, { [`migrations/${A}.up.sql`]: 'CREATE TABLE a (other);\n' })
    const { status, of } = await run(['up', '--all'], { cwd })
    expect(status).toBe(2)
    expect(of('run_exit_status')).toEqual({ 'verb=up': 2 })
    expect(of('run_error')).toEqual({ 'code=migration-edited,verb=up': 1 })
    expect(of('run_failures')).toEqual({ 'code=migration-edited,verb=up': 2 })
    expect(of('run_databases')).toMatchObject({ 'status=failed,verb=up': 2 })
  })

  it('says why a run stopped by itself, and what became of it when it went on', async () => {
    const cwd = fleet({
      'migrations/20260103000000_fail.up.sql': 'INSERT INTO absent VALUES (1);\n',
      ...Object.fromEntries([...'mnopqrstuvwxyz'].map(name => [`databases/${name}.db`, ''])),
    })
    const args = ['up', '--all', '--max-failures', '1', '--jobs', '1']
    const { status, of } = await run(args, { cwd })
    expect(status).toBe(3)
    expect(of('run_error')).toEqual({ 'code=too-many-failures,verb=up': 1 })
    expect(of('run_databases')['status=not_run,verb=up']).toBeGreaterThan(0)
    const resumed = await run(['resume'], { cwd })
    expect(resumed.of('run_error')).toEqual({})
    expect(resumed.of('run_databases')).toMatchObject({ 'status=not_run,verb=resume': 0 })
  })

  it('says so where there is no configuration, either', async () => {
    const cwd = fleet()
    rmSync(join(cwd, 'dbfleet.config.json'))
    const { status, of, families } = await run(['up', '--all'], { cwd })
    expect(status).toBe(2)
    expect(of('run_error')).toEqual({ 'code=config-not-found,verb=up': 1 })
    expect(families.map(({ name }) => name)).not.toContain('dbfleet_run_databases')
  })

  it('says that a run was interrupted', async () => {
    const names = [...'abcdefghijklmnopqrstuvwxyz']
    const cwd = fleet({
      'migrations/20260103000000_stop.js': `export async function up() {
        process.kill(process.pid, 'SIGINT')
        await new Promise(resolve => setTimeout(resolve, 200))
      }`,
      ...Object.fromEntries(names.map(name => [`databases/${name}.db`, ''])),
    })
    const { status, of } = await run(['up', '--all', '--jobs', '1', '--quiet'], { cwd })
    expect(status).toBe(130)
    expect(of('run_interrupted')).toEqual({ 'verb=up': 1 })
    expect(of('run_exit_status')).toEqual({ 'verb=up': 130 })
    const { 'status=ok,verb=up': ok = 0, 'status=not_run,verb=up': notRun = 0 } =
      of('run_databases')
    expect(notRun).toBeGreaterThan(0)
    expect(ok + notRun).toBe(28)
  })

  it('leaves the file of the last run as it is when the command line is wrong', async () => {
    const cwd = fleet()
    await run(['up', '--all'], { cwd })
    const before = readFileSync(join(cwd, 'out/metrics.prom'), 'utf8')
    const { status } = await run(['up', '--all', '--bogus'], { cwd })
    expect(status).toBe(2)
    expect(readFileSync(join(cwd, 'out/metrics.prom'), 'utf8')).toBe(before)
  })

  describe('that cannot be written', () => {
    const CANNOT = 'the metrics cannot be written to'

    it.each([
      {
        path: 'missing/metrics.prom',
        why: 'its directory does not exist',
        hint: 'Make the directory, and let this user write to it.',
      },
      {
        path: 'dbfleet.config.json/metrics.prom',
        why: 'what should be its directory is a file',
        hint: 'Make the directory, and let this user write to it.',
      },
      {
        path: 'out',
        why: 'it is a directory',
        hint: 'Name the file itself, such as /var/lib/node_exporter/dbfleet.prom.',
      },
      ...['dbfleet.config.json', 'databases/alice.db'].map(path => ({
        path,
        why: 'that file holds something else',
        hint: 'Remove it, or name another one.',
      })),
      // Renaming onto it would take away the device, or what the link leads to would not change.
      {
        path: '/dev/null',
        why: 'it is no regular file',
        hint: 'Name the file itself, such as /var/lib/node_exporter/dbfleet.prom.',
      },
      {
        path: 'link.prom',
        why: 'it is no regular file',
        hint: 'Name the file itself, such as /var/lib/node_exporter/dbfleet.prom.',
      },
    ])('is refused before anything is touched: $path, since $why', async ({ path, why, hint }) => {
      const cwd = fleet()
      symlinkSync('out/metrics.prom', join(cwd, 'link.prom'))
      new Database(join(cwd, 'databases/alice.db')).exec('CREATE TABLE kept (x)').close()
      const absolute = path.startsWith('/') ? path : join(cwd, path)
      await expectRefused(
        ['up', '--all', '--metrics-file', path],
        { cwd },
        {
          code: 'metrics-unwritable',
          message: `${CANNOT} ${absolute}: ${why}`,
          hint: `Nothing was touched. ${hint}`,
        },
      )
    })

    it.skipIf(process.getuid?.() !== 0)('is refused where this user may not write', async () => {
      const cwd = fleet()
      await expectRefused(
        ['up', '--all', '--metrics-file', 'out/metrics.prom'],
        { cwd, uid: 65_534, env: { HOME: cwd } },
        {
          code: 'metrics-unwritable',
          message: `${CANNOT} ${join(cwd, 'out/metrics.prom')}: this user may not write to its directory`,
          hint: 'Nothing was touched. Make the directory, and let this user write to it.',
        },
      )
    })

    it('after all is a warning, since the run was done', async () => {
      const cwd = fleet({
        'migrations/20260103000000_remove.js': `import { rmSync } from 'node:fs'
          export function up() { rmSync('out', { recursive: true, force: true }) }`,
      })
      const args = ['up', '--all', '--quiet', '--metrics-file', 'out/metrics.prom']
      const { status, stdout, stderr } = await runCli(args, { cwd })
      expect([status, stdout]).toEqual([0, ''])
      expect(stderr).toContain(
        `warning: the metrics could not be written to ${join(cwd, 'out/metrics.prom')}: ENOENT`,
      )
      expect(stderr).toContain('  → The run itself went as reported')
      expect(existsSync(join(cwd, 'out'))).toBe(false)
    })

    it('after all leaves the document of --json as it is', async () => {
      const cwd = fleet({
        'migrations/20260103000000_remove.js': `import { rmSync } from 'node:fs'
          export function up() { rmSync('out', { recursive: true, force: true }); throw new Error('no') }`,
      })
      const args = ['up', '--all', '--metrics-file', 'out/metrics.prom']
      const { status, document, stderr } = await runJson(args, { cwd })
      expect(status).toBe(3)
      expect(document).toMatchObject({ command: 'up', summary: { failed: 2 } })
      expect(stderr).toMatch(/^warning: the metrics could not be written/)
    })
  })

  describe('with other flags', () => {
    it.each([
      {
        args: ['--metrics-file', 'out/metrics.prom', '--dry-run'],
        code: 'bad-options',
        message: '--metrics-file and --dry-run exclude each other',
        hint: 'The metrics are those of the last real run; leave one of them out.',
      },
      {
        args: ['--metrics-label', 'fleet=eu'],
        code: 'bad-options',
        message: '--metrics-label is of no use without --metrics-file',
        hint: 'Say where the metrics go, or leave it out.',
      },
      ...['verb=up', 'code=1'].map(label => ({
        args: ['--metrics-file', 'out/metrics.prom', '--metrics-label', label],
        code: 'usage',
        message: `--metrics-label cannot be "${label}"`,
        hint: `There is a label called ${label.split('=')[0]} already. See \`dbfleet up --help\`.`,
      })),
      ...['fleet', 'fleet=', '=eu', '1fleet=eu', '_fleet=eu', 'fl-eet=eu'].map(label => ({
        args: ['--metrics-file', 'out/metrics.prom', '--metrics-label', label],
        code: 'usage',
        message: `--metrics-label cannot be "${label}"`,
        hint: 'It takes a name and a value, such as fleet=eu. See `dbfleet up --help`.',
      })),
      {
        args: ['--metrics-label', 'fleet=eu', '--metrics-label', 'fleet=us'],
        code: 'usage',
        message: '--metrics-label cannot be "fleet=us"',
        hint: 'There is a label called fleet already. See `dbfleet up --help`.',
      },
    ])('is refused: $args', async ({ args, ...refusal }) => {
      await expectRefused(['up', '--all', ...args], { cwd: fleet() }, refusal)
    })
  })
})
