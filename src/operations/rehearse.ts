import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Migration } from '../migrate/migration.js'
import type { Rehearsal, RehearsalRow } from '../report/check-report.js'
import { type Candidate, chooseRehearsal, MOST_GROUPS } from './check/choose-rehearsal.js'
import type { FindingList } from './check/finding-list.js'
import type { Measured } from './check/measure.js'
import { predictDuration } from './check/predict-duration.js'
import type { RehearseInit, RehearseItem, RehearseResult } from './check/rehearse-job.js'
import { crashReport } from './members/crash.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { runOnMembers } from './members/run-on-members.js'

/**
 * Applies pending migrations to copies of some databases, which stand for the others. Copies are made
 * in a directory for temporary files that only this user can read, and removed.
 *
 * @param measured the members that migrations are pending on
 */
export async function rehearse(
  context: FleetContext,
  measured: readonly Measured[],
  {
    migrations,
    findings,
    ...control
  }: RunControl & { migrations: readonly Migration[]; findings: FindingList },
): Promise<Rehearsal> {
  const candidates = measured.flatMap(({ member: { name }, group, measures }): Candidate[] =>
    measures === undefined ? [] : [{ name, group, ...measures }],
  )
  const reasons = chooseRehearsal(candidates)
  const chosen = measured.filter(({ member }) => reasons.has(member.name))
  const results = await onCopies(context, chosen, migrations, control)

  const rows = chosen.map(({ member: { name }, pending }, index): RehearsalRow => {
    const base = { name, reasons: reasons.get(name) ?? [], pending }
    const result = results[index]
    if (result === undefined) return { ...base, status: 'not-run' }
    return 'error' in result
      ? { ...base, status: 'failed', error: result.error }
      : { ...base, status: 'ok', ...result }
  })
  for (const { status, name, error } of rows) {
    if (status !== 'failed') continue
    findings.add(
      {
        code: 'rehearsal-fails',
        severity: 'error',
        message: `the pending migrations fail on a copy of it: ${error?.message}`,
        hint: error?.hint ?? 'Mend the migration, or the data; nothing was changed but the copy.',
      },
      [name],
    )
  }
  const groups = new Set(candidates.map(({ group }) => group)).size
  return {
    databases: rows,
    pending: measured.length,
    omittedSchemas: Math.max(0, groups - MOST_GROUPS),
    ...predicted(candidates, rows, control.jobs ?? context.config.jobs),
  }
}

/** One at a time, since how long they take is measured. */
async function onCopies(
  context: FleetContext,
  chosen: readonly Measured[],
  migrations: readonly Migration[],
  control: RunControl,
): Promise<(RehearseResult | undefined)[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'dbfleet-rehearsal-'))
  const init: RehearseInit = {
    migrations: [...migrations],
    scratch,
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const libsqlOnly = new Set(
    migrations.filter(({ needsLibsql }) => needsLibsql).map(({ name }) => name),
  )
  try {
    return await runOnMembers<RehearseItem, RehearseResult>(
      context,
      chosen.map(({ member }) => member),
      {
        phase: 'rehearsing',
        spec: { name: 'rehearse', init },
        item: (target, index) => ({ target, names: chosen[index]?.pending ?? [] }),
        needsLibsql: index => chosen[index]?.pending.some(name => libsqlOnly.has(name)) === true,
        crashed: message => ({ error: crashReport(message) }),
        reads: false,
      },
      { ...control, jobs: 1 },
    )
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function predicted(
  candidates: readonly Candidate[],
  rows: readonly RehearsalRow[],
  jobs = availableParallelism(),
): Pick<Rehearsal, 'predicted'> {
  const groups = new Map(candidates.map(({ name, group }) => [name, group]))
  const rehearsed = rows.flatMap(({ name, durationMs, bytesBefore }) =>
    durationMs === undefined || bytesBefore === undefined
      ? []
      : [{ group: groups.get(name) ?? '', bytes: bytesBefore, durationMs }],
  )
  const workMs = predictDuration(candidates, rehearsed)
  if (workMs === undefined) return {}
  const atOnce = Math.min(jobs, availableParallelism(), candidates.length)
  return { predicted: { workMs, durationMs: workMs / atOnce, atOnce } }
}
