import { UsageError } from '../errors/usage-error.js'
import type { ErrorReport } from '../report/error-report.js'
import type { FleetReport } from '../report/fleet-report.js'

/** What the command line ends with; documented in `docs/exit-status.md`. */
export const ExitStatus = {
  done: 0,
  found: 1,
  usage: 2,
  failed: 3,
  interrupted: 130,
} as const
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus]

/** The status of a run over many databases. */
export function exitStatusOf({
  interrupted,
  summary,
  stopped,
}: Pick<FleetReport, 'interrupted' | 'summary'> & { stopped?: ErrorReport }): ExitStatus {
  if (interrupted) return ExitStatus.interrupted
  const isWhole = summary.failed === 0 && summary.notRun === 0 && stopped === undefined
  return isWhole ? ExitStatus.done : ExitStatus.failed
}

/** The status of a run that an error ended. */
export function exitStatusOfError(error: unknown): ExitStatus {
  return error instanceof UsageError ? ExitStatus.usage : ExitStatus.failed
}
