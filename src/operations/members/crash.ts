import type { ErrorReport } from '../../report/error-report.js'

/** The report for a database whose engine died while it was in hand. */
export function crashReport(message: string): ErrorReport {
  return {
    code: 'engine-crashed',
    message: `the engine died while it was at this database: ${message}`,
    hint: 'A transaction that was open is rolled back when the database is next opened; `dbfleet status` shows where it stands.',
  }
}
