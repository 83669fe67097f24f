import type { Severity } from '../../report/check-report.js'
import type { DoctorFinding } from '../../report/doctor-report.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'

/** What heals by itself, or by looking at it with another verb. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'needs-recovery'])

/** An error as a finding. */
export function findingOf(error: unknown, severity?: Severity): Omit<DoctorFinding, 'databases'> {
  return findingOfReport(reportError(error), severity)
}

/** Likewise, for one that came from a worker. */
export function findingOfReport(
  { code, message, hint }: ErrorReport,
  severity: Severity = PASSING.has(code) ? 'warning' : 'error',
): Omit<DoctorFinding, 'databases'> {
  return { code, severity, message, hint: hint ?? 'docs/errors.md says what the code means.' }
}
