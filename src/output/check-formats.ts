import type { CheckReport } from '../report/check-report.js'
import { renderCheck } from './render-check.js'
import { renderCheckGithub } from './render-check-github.js'
import { renderCheckJunit } from './render-check-junit.js'
import { renderCheckMarkdown } from './render-check-markdown.js'
import { renderCheckSarif } from './render-check-sarif.js'
import type { Screen } from './terminal.js'

export const CHECK_FORMATS = ['text', 'github', 'junit', 'sarif', 'markdown'] as const
export type CheckFormat = (typeof CHECK_FORMATS)[number]

/**
 * A check's report as lines of a format.
 *
 * @param base the directory of the checkout, which files are told relative to; absolute
 */
export function renderCheckAs(
  format: CheckFormat,
  report: CheckReport,
  screen: Screen,
  base: string,
): string[] {
  switch (format) {
    case 'text':
      return renderCheck(report, screen)
    case 'github':
      return renderCheckGithub(report, screen, base)
    case 'junit':
      return renderCheckJunit(report, base)
    case 'sarif':
      return renderCheckSarif(report, base)
    case 'markdown':
      return renderCheckMarkdown(report, base)
  }
}
