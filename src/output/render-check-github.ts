import type { CheckReport } from '../report/check-report.js'
import { checkProblems } from './check-problems.js'
import { printable } from './escape.js'
import { renderCheck } from './render-check.js'
import type { Screen } from './terminal.js'

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const

/**
 * Annotations of GitHub Actions, at file and line, and the report for the log.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function renderCheckGithub(report: CheckReport, screen: Screen, base: string): string[] {
  const annotations = checkProblems(report, base).map(
    ({ code, severity, text, hint, file, line }) => {
      const properties = [
        ...(file === undefined ? [] : [`file=${property(file)}`]),
        ...(line === undefined ? [] : [`line=${line}`]),
        `title=${property(`dbfleet: ${code}`)}`,
      ]
      const message = hint === undefined ? text : `${text}\n${hint}`
      return `::${COMMANDS[severity]} ${properties.join(',')}::${data(message)}`
    },
  )
  return [...annotations, ...renderCheck(report, screen).map(harmless)]
}

/** The runner obeys what looks like a command wherever it stands, and names come from outside. */
function harmless(line: string): string {
  return line.replaceAll('::', ': :').replaceAll('##[', '## [')
}

function data(text: string): string {
  const lines = text.split(/\r?\n/).map(printable).join('\n')
  return lines.replaceAll('%', '%25').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
