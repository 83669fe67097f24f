import { isAbsolute, join, relative, sep } from 'node:path'
import type { CheckReport, Severity } from '../report/check-report.js'

/** A finding, or a database that could not be read, as the formats for machines tell it. */
export interface CheckProblem {
  code: string
  severity: Severity
  /** On one line or several; names the databases. */
  text: string
  hint?: string | undefined
  /** Relative to the base where it lies below it, with `/`. */
  file?: string
  line?: number | undefined
  databases: string[]
}

const MOST_NAMES = 20

/**
 * All that a check has to say, the gravest first.
 *
 * @param base what files are told relative to: the directory of the checkout
 */
export function checkProblems(report: CheckReport, base: string): CheckProblem[] {
  const unread = report.databases.flatMap(({ name, error }): CheckProblem[] =>
    error === undefined
      ? []
      : [
          {
            code: error.code,
            severity: 'error',
            text: `${name}: ${error.message}`,
            hint: error.hint,
            databases: [name],
          },
        ],
  )
  const found = report.findings.map(
    ({ code, severity, message, hint, file, line, databases }): CheckProblem => ({
      code,
      severity,
      text: databases.length === 0 ? message : `${message} (${namesOf(databases)})`,
      hint,
      line,
      databases,
      ...(file !== undefined && { file: placeOf(file, report.root, base) }),
    }),
  )
  return [...unread, ...found]
}

function namesOf(databases: readonly string[]): string {
  const hidden = databases.length - MOST_NAMES
  const names = databases.slice(0, MOST_NAMES).join(', ')
  return hidden > 0 ? `${names} and ${hidden} more` : names
}

function placeOf(file: string, root: string, base: string): string {
  const path = isAbsolute(file) ? file : join(root, file)
  const place = relative(base, path)
  return (place.startsWith('..') ? path : place).split(sep).join('/')
}
