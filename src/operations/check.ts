import { resolve } from 'node:path'
import type { Config } from '../config/config.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import type { CheckReport, Rehearsal } from '../report/check-report.js'
import { summarize } from '../report/fleet-report.js'
import { type CheckedDatabases, checkDatabases } from './check/check-databases.js'
import { type CheckedMigrations, checkMigrations } from './check/check-migrations.js'
import { FindingList } from './check/finding-list.js'
import type { Measured } from './check/measure.js'
import { reportRewrites } from './check/report-rewrites.js'
import { writeFixScripts } from './check/write-fix-scripts.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { select } from './members/select.js'

export interface CheckOptions extends Selection, RunControl {
  /** Looks at the migrations alone and opens no database of the fleet. */
  offline?: boolean
  /** Applies what is pending to copies of some databases. */
  rehearse?: boolean
  /** A directory that gets a script for each way in which databases drifted. */
  fixScript?: string
}

/** Databases cannot be judged by migrations that cannot be read. */
function unjudged(members: readonly Member[]): CheckedDatabases {
  const rows = members.map(({ name }) => ({
    name,
    status: 'skipped' as const,
    position: null,
    asExpected: null,
  }))
  return { rows, census: [], drifted: [], behind: [] }
}

/**
 * Looks for whatever keeps migrations from being applied and reverted everywhere, and for databases
 * that are not what their ledger says. Changes nothing.
 *
 * @throws UsageError when the configuration or the selection is not sound; what is wrong with the
 *   migrations is a finding
 */
export async function check(
  context: FleetContext,
  { offline = false, fixScript, rehearse: isRehearsed = false, ...options }: CheckOptions = {},
): Promise<CheckReport> {
  const began = performance.now()
  const { config } = context
  const root = config.project ?? config.root
  if (offline && isRehearsed) throw rehearsalNeedsDatabases()
  const members = offline ? [] : await select(context, options, { changing: false })
  const findings = new FindingList(root, config.check ?? {})
  const ignore = config.check?.ignore ?? []
  const checked = await checkMigrations(config.migrations, findings, {
    root,
    ignore,
    onServers: members.some(({ server }) => server !== undefined) || namesServers(config),
  })
  const { rows, census, drifted, behind } =
    checked === undefined
      ? unjudged(members)
      : await checkDatabases(context, members, checked, { ...options, ignore, findings })
  const { migrations = [], rewrites = [] } = checked ?? {}
  const rehearsal = await lookAhead(context, { behind, migrations, rewrites, findings }, options, {
    isRehearsed,
  })
  const scripts = fixScript === undefined ? [] : await writeFixScripts(resolve(fixScript), drifted)
  return {
    schema: 1,
    command: 'check',
    root,
    offline,
    migrations: migrations.length,
    findings: findings.list(members.map(({ name }) => name)),
    census,
    scripts,
    ...(rehearsal !== undefined && { rehearsal }),
    databases: rows,
    summary: summarize(rows),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

/** What pending migrations will meet in the databases that they are pending on. */
async function lookAhead(
  context: FleetContext,
  {
    behind,
    migrations,
    rewrites,
    findings,
  }: Pick<CheckedDatabases, 'behind'> &
    Pick<CheckedMigrations, 'migrations' | 'rewrites'> & { findings: FindingList },
  control: RunControl,
  { isRehearsed }: { isRehearsed: boolean },
): Promise<Rehearsal | undefined> {
  const tables = [...new Set(rewrites.flatMap(({ rewrites: table }) => table ?? []))]
  const isPending = ({ migration = '' }: { migration?: string }) =>
    behind.some(({ pending }) => pending.includes(migration))
  const isMeasured = isRehearsed || rewrites.some(isPending)
  let measured: Measured[] = []
  // Loaded here and below, since a usual check needs none of it.
  if (isMeasured) {
    const { measure } = await import('./check/measure.js')
    measured = await measure(context, behind, { ...control, tables })
  }
  reportRewrites(rewrites, measured, findings)
  if (!isRehearsed) return undefined
  const { rehearse } = await import('./rehearse.js')
  return rehearse(context, measured, { ...control, migrations, findings })
}

function rehearsalNeedsDatabases(): UsageError {
  return new UsageError('bad-options', '--offline and --rehearse exclude each other', {
    hint: 'A rehearsal runs on copies of databases; leave --offline out.',
  })
}

/** Whether the configuration alone says that databases are on servers. */
function namesServers({ fleet }: Config): boolean {
  return fleet.some(
    source =>
      'sqld' in source ||
      ('databases' in source && source.databases.some(({ url }) => REMOTE.test(url))),
  )
}

const REMOTE = /^(?:libsql|https?|wss?):/i
