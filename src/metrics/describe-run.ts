import type { DatabaseResult, Summary } from '../report/fleet-report.js'
import { countBy } from './count-by.js'
import { describeReport, type MeasuredReport } from './describe-report.js'
import type { Sample } from './families.js'

/** What is known of a run at its end. */
export interface Run {
  exitStatus: number
  /** When it ended, in milliseconds since 1970. */
  endedAt: number
  durationMs: number
  /** What it reported, if it came to that. */
  report?: MeasuredReport
  /** The code of the error that ended it. */
  error?: string
  /** What had been found out when an error ended it. */
  partial?: { databases: readonly DatabaseResult[]; summary: Summary }
}

/** A run as samples. How many there are does not depend on how large the fleet is. */
export function describeRun(run: Run): Sample[] {
  const { exitStatus, endedAt, durationMs, report, partial } = run
  const error = run.error ?? report?.stopped?.code
  const { databases = [], summary } = report ?? partial ?? {}
  const interrupted = report?.interrupted === true
  return [
    { family: 'dbfleet_run_timestamp_seconds', value: endedAt / 1_000 },
    { family: 'dbfleet_run_duration_seconds', value: Math.round(durationMs) / 1_000 },
    { family: 'dbfleet_run_exit_status', value: exitStatus },
    { family: 'dbfleet_run_interrupted', value: Number(interrupted) },
    ...(error === undefined
      ? []
      : [{ family: 'dbfleet_run_error' as const, labels: { code: error }, value: 1 }]),
    ...(summary === undefined ? [] : describeSummary(summary)),
    ...describeFailures(databases),
    ...(report === undefined ? [] : describeReport(report)),
  ]
}

function describeSummary({ ok, failed, skipped, notRun }: Summary): Sample[] {
  return Object.entries({ ok, failed, skipped, not_run: notRun }).map(([status, value]) => ({
    family: 'dbfleet_run_databases',
    labels: { status },
    value,
  }))
}

function describeFailures(databases: readonly Partial<DatabaseResult>[]): Sample[] {
  const codes = databases.flatMap(({ error }) => (error === undefined ? [] : [error.code]))
  return [...countBy(codes)].map(([code, value]) => ({
    family: 'dbfleet_run_failures',
    labels: { code },
    value,
  }))
}
