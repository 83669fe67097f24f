import type { CheckReport } from '../report/check-report.js'
import { checkProblems } from './check-problems.js'
import { printable } from './escape.js'
import { plural } from './format.js'

const SIGNS = { error: '❌', warning: '⚠️', note: 'ℹ️' } as const

/** A summary in Markdown, such as for a job of GitHub Actions. */
export function renderCheckMarkdown(report: CheckReport, base: string): string[] {
  const problems = checkProblems(report, base)
  const expected = report.databases.filter(({ asExpected }) => asExpected === true).length
  const looked = report.offline
    ? plural(report.migrations, 'migration')
    : `${plural(report.migrations, 'migration')}, ${plural(expected, 'database')} of ${report.databases.length} as expected`
  const title = problems.some(({ severity }) => severity === 'error') ? 'failed' : 'passed'
  const head = [`### dbfleet check ${title}`, '', `${looked}.`]
  if (problems.length === 0) return head
  return [
    ...head,
    '',
    '| | code | where | what |',
    '| --- | --- | --- | --- |',
    ...problems.map(({ code, severity, text, hint, file, line, databases }) => {
      const place = file ?? (databases.length > 0 ? plural(databases.length, 'database') : '')
      const where = line === undefined ? place : `${place}:${line}`
      const what = hint === undefined ? text : `${text}\n${hint}`
      return `| ${SIGNS[severity]} ${severity} | ${cell(code)} | ${cell(where)} | ${cell(what)} |`
    }),
  ]
}

/** Text in a table's cell that stays text. */
function cell(text: string): string {
  const lines = text.trimEnd().split('\n')
  return lines
    .map(line =>
      printable(line)
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replace(/[\\`*_[\]|#@~]/g, '\\$&'),
    )
    .join('<br>')
}
