import { resolve } from 'node:path'
import type { Config } from '../config/config.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import type { CheckReport } from '../report/check-report.js'
import { summarize } from '../report/fleet-report.js'
import { type CheckedDatabases, checkDatabases } from './check-databases.js'
import { checkMigrations } from './check-migrations.js'
import { FindingList } from './finding-list.js'
import type { FleetContext } from './fleet-context.js'
import type { RunControl } from './run-control.js'
import { select } from './select.js'
import { writeFixScripts } from './write-fix-scripts.js'

export interface CheckOptions extends Selection, RunControl {
  /** Looks at the migrations alone and opens no database of the fleet. */
  offline?: boolean
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
  return { rows, census: [], drifted: [] }
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
  { offline = false, fixScript, ...options }: CheckOptions = {},
): Promise<CheckReport> {
  const began = performance.now()
  const { config } = context
  const members = offline ? [] : await select(context, options, { changing: false })
  const findings = new FindingList(config.root, config.check ?? {})
  const ignore = config.check?.ignore ?? []
  const checked = await checkMigrations(config.migrations, findings, {
    ignore,
    onServers: members.some(({ server }) => server !== undefined) || namesServers(config),
  })
  const { rows, census, drifted } =
    checked === undefined
      ? unjudged(members)
      : await checkDatabases(context, members, checked, { ...options, ignore, findings })
  const scripts = fixScript === undefined ? [] : await writeFixScripts(resolve(fixScript), drifted)
  return {
    schema: 1,
    command: 'check',
    root: config.root,
    offline,
    migrations: checked?.migrations.length ?? 0,
    findings: findings.list(members.map(({ name }) => name)),
    census,
    scripts,
    databases: rows,
    summary: summarize(rows),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
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
