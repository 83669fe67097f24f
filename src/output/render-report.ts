import type { PageReport } from '../report/page-report.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { formatBytes } from './format.js'
import type { Screen } from './terminal.js'

/** Where the page is; what was found stands on it. */
export function renderReport(report: PageReport, screen: Screen): string[] {
  const { out, written, bytes, summary } = report
  const { ok, failed, notRun } = summary
  return [
    written ? `wrote ${printable(out)}, ${formatBytes(bytes)}` : 'wrote nothing',
    ...closeWith(
      [
        { count: ok, words: 'read' },
        { count: notRun, words: 'not run', tone: 'attention' },
        { count: failed, words: 'not readable', tone: 'bad' },
      ],
      report,
      screen,
    ),
  ]
}
