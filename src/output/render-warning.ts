import type { ErrorReport } from '../report/error-report.js'
import { renderError } from './render-error.js'
import type { Screen } from './terminal.js'

/** What went wrong beside the run. */
export function renderWarning(error: ErrorReport, screen: Screen): string[] {
  return renderError(error, screen, screen.colours.yellow('warning:'))
}
