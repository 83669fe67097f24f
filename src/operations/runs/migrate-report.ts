import { readFile } from 'node:fs/promises'
import type { Migration } from '../../migrate/migration.js'
import { planSteps, type TransactionMode } from '../../migrate/steps.js'
import { summarize } from '../../report/fleet-report.js'
import type { MigrateReport, MigrateRow } from '../../report/migrate-rows.js'
import type { PlanGroup, PlanReport, PlanRow, PlanSql } from '../../report/plan-report.js'
import type { PlannedWaveRow } from '../../report/wave-rows.js'
import type { KeyedPosition } from '../members/survey-job.js'
import type { MigratePlan } from './migrate-plan.js'
import type { PlanOutcome, PlanRun } from './run-plan.js'

type Verb = 'up' | 'down' | 'redo'

interface Timing {
  /** `performance.now()` at the start. */
  began: number
  signal: AbortSignal | undefined
}

interface Dry extends Timing {
  mode: TransactionMode
  withSql: boolean
  waves?: PlannedWaveRow[] | undefined
}

/** The report of a run that was carried out. */
export function migrateReport(
  verb: Verb,
  { plan, outcomes, sets, stopped, waves }: PlanRun,
  { began, signal }: Timing,
): MigrateReport {
  const reached = (index: number): readonly string[] => {
    const { status, before, done } = outcomes[index] as PlanOutcome
    // What another run has applied meanwhile is there, too.
    return verb === 'up' && status === 'ok' && before !== undefined ? plan.namesAt(before) : done
  }
  const databases = plan.members.map(({ name }, index): MigrateRow => {
    const { status, error, before, done } = outcomes[index] as PlanOutcome
    return {
      name,
      status,
      ...(error && { error }),
      ...(verb !== 'down' && { applied: done }),
      ...(verb !== 'up' && { reverted: done }),
      position: before === undefined ? null : positionAfter(verb, before, reached(index)),
    }
  })
  return {
    schema: 1,
    command: verb,
    ...backupsIn(sets),
    ...(stopped !== undefined && { stopped }),
    ...(waves !== undefined && { waves }),
    databases,
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: signal?.aborted === true,
  }
}

/** The backup sets of a run, in a report. */
export function backupsIn([backup, ...further]: readonly string[]): Pick<
  MigrateReport,
  'backup' | 'furtherBackups'
> {
  if (backup === undefined) return {}
  return { backup, ...(further.length > 0 && { furtherBackups: further }) }
}

export function positionAfter(
  verb: Verb,
  { position, applied }: Pick<KeyedPosition, 'position' | 'applied'>,
  done: readonly string[],
): string | null {
  if (verb === 'redo' || done.length === 0) return position
  if (verb === 'up') {
    const last = done.at(-1) as string
    return position === null || last > position ? last : position
  }
  const reverted = new Set(done)
  return applied.findLast(name => !reverted.has(name)) ?? null
}

/** The report of a dry run: what would happen, for each group of databases at one position. */
export async function planReport(
  verb: 'up' | 'down',
  plan: MigratePlan,
  { began, signal, mode, withSql, waves }: Dry,
): Promise<PlanReport> {
  const byName = new Map(plan.migrations.map(migration => [migration.name, migration]))
  const members = new Map<KeyedPosition, string[]>()
  const databases = plan.members.map(({ name }, index): PlanRow => {
    const result = plan.positions[index]
    if (result === undefined) return { name, status: 'not-run', position: null, pending: [] }
    if ('error' in result) {
      return { name, status: 'failed', error: result.error, position: null, pending: [] }
    }
    const group = members.get(result)
    if (group === undefined) members.set(result, [name])
    else group.push(name)
    return { name, status: 'ok', position: result.position, pending: plan.namesAt(result) }
  })
  const groups = await Promise.all(
    [...members].map(async ([position, names]): Promise<PlanGroup> => {
      const migrations = plan.namesAt(position).map(name => byName.get(name) as Migration)
      const steps = planSteps(migrations, mode).map(({ migrations, transaction }) => ({
        migrations,
        transaction,
      }))
      const group = { position: position.position, databases: names, steps }
      return withSql
        ? { ...group, sql: await Promise.all(migrations.map(m => textOf(m, verb))) }
        : group
    }),
  )
  return {
    schema: 1,
    command: verb,
    dryRun: true,
    ...(waves !== undefined && { waves }),
    databases,
    groups,
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: signal?.aborted === true,
  }
}

async function textOf({ name, file, downFile }: Migration, verb: 'up' | 'down'): Promise<PlanSql> {
  const path = verb === 'up' ? file : (downFile ?? file)
  return { migration: name, sql: await readFile(path, 'utf8') }
}
