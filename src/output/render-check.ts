import type { CheckReport, Finding, Severity } from '../report/check-report.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { listNames } from './names.js'
import { type Outcome, renderOutcomes } from './outcomes.js'
import { renderFinding, TONES } from './render-finding.js'
import { renderRehearsal } from './render-rehearsal.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** What is wrong with migrations, by file and line; then the databases, those that are alike once. */
export function renderCheck(report: CheckReport, screen: Screen): string[] {
  const ofFiles = report.findings.filter(({ databases }) => databases.length === 0)
  const ofDatabases = report.findings.filter(({ databases }) => databases.length > 0)
  const outcomes = [
    ...asExpected(report),
    ...ofDatabases.map(outcomeOf),
    ...unfinishedOutcomes(report.databases),
  ]
  return [
    screen.colours.bold(titleOf(report)),
    ...ofFiles.flatMap(finding => renderFinding(finding, screen)),
    ...(outcomes.length === 0 ? [] : renderOutcomes(outcomes, screen)),
    ...(report.rehearsal === undefined ? [] : renderRehearsal(report.rehearsal, screen)),
    ...report.scripts.map(path => `wrote ${printable(path)}`),
    ...closeWith(tallies(report), report, screen),
  ]
}

function titleOf({ migrations, databases, offline }: CheckReport): string {
  const files = plural(migrations, 'migration')
  return `check: ${offline ? files : `${files}, ${plural(databases.length, 'database')}`}`
}

function asExpected({ databases }: CheckReport): Outcome[] {
  const names = databases.filter(row => row.status === 'ok' && row.asExpected === true)
  if (names.length === 0) return []
  return [{ count: names.length, tone: 'good', label: 'as expected', detail: () => '' }]
}

/** The verbs that findings about databases begin with, for several of them. */
const PLURALS = new Map([
  ['lacks', 'lack'],
  ['has', 'have'],
  ['differs', 'differ'],
])

function outcomeOf({ code, severity, message, databases, hint }: Finding): Outcome {
  const [first = '', ...others] = message.split(' ')
  const verb = databases.length === 1 ? first : PLURALS.get(first)
  const isSentence = PLURALS.has(first) && verb !== undefined
  return {
    count: databases.length,
    tone: TONES[severity],
    label: isSentence ? verb : code === 'pending' ? 'behind:' : 'unsound:',
    detail: () => {
      const text = printable(isSentence ? others.join(' ') : message)
      return `${text} (${listNames(databases)})`
    },
    hint,
  }
}

function tallies({ findings, databases, migrations, offline }: CheckReport) {
  const of = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length
  const rows = (wanted: string) => databases.filter(({ status }) => status === wanted).length
  const words = (count: number, word: string) => (count === 1 ? word : `${word}s`)
  const [errors, warnings, notes] = [of('error'), of('warning'), of('note')]
  return [
    { count: offline ? migrations : rows('ok'), words: 'checked' },
    { count: errors, words: words(errors, 'error'), tone: 'bad' as const },
    { count: warnings, words: words(warnings, 'warning'), tone: 'attention' as const },
    { count: notes, words: words(notes, 'note'), tone: 'aside' as const },
    { count: rows('failed'), words: 'not readable', tone: 'bad' as const },
    { count: rows('not-run'), words: 'not run', tone: 'attention' as const },
    { count: rows('skipped'), words: 'not judged', tone: 'attention' as const },
  ]
}
