import { UsageError } from '../errors/usage-error.js'
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
export function exitStatusOf({ interrupted, summary }: FleetReport): ExitStatus {
  if (interrupted) return ExitStatus.interrupted
  return summary.failed > 0 || summary.notRun > 0 ? ExitStatus.failed : ExitStatus.done
}

/** The status of a run that an error ended. */
export function exitStatusOfError(error: unknown): ExitStatus {
  return error instanceof UsageError ? ExitStatus.usage : ExitStatus.failed
}
