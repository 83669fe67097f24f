import type { Finding } from '../report/check-report.js'
import type { VerifyReport, VerifyRow } from '../report/verify-report.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { groupRows } from './grouping.js'
import { listNames } from './names.js'
import { type Outcome, renderOutcomes } from './outcomes.js'
import { renderFinding, TONES } from './render-finding.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** So many findings of one kind are shown. */
const MOST = 5

/** What is wrong with a backup set: the set itself first, then its databases. */
export function renderVerify(report: VerifyReport, screen: Screen): string[] {
  const { databases, findings, set } = report
  const ofSet = groupRows(
    findings.filter(finding => finding.databases.length === 0),
    ({ code }) => code,
  )
  const outcomes = [
    ...soundOutcomes(databases),
    ...outsideSample(databases),
    ...findings.filter(({ severity }) => severity !== 'error').map(outcomeOf),
    ...unfinishedOutcomes(databases.filter(({ status }) => status !== 'skipped')),
  ]
  return [
    screen.colours.bold(`verify: ${plural(databases.length, 'database')}`),
    ...ofSet.flatMap(({ rows }) => findingLines(rows, screen)),
    ...(outcomes.length === 0 ? [] : renderOutcomes(outcomes, screen)),
    ...closeWith(tallies(report), report, screen),
    `set ${printable(set)}`,
  ]
}

function findingLines(findings: readonly Finding[], screen: Screen): string[] {
  const shown = findings.slice(0, MOST)
  const hidden = findings.length - shown.length
  // The hint is the same for all of a kind.
  const lines = shown.flatMap(({ hint, ...finding }, index) =>
    renderFinding(
      index === shown.length - 1 && hint !== undefined ? { ...finding, hint } : finding,
      screen,
    ),
  )
  return hidden === 0
    ? lines
    : [...lines, `  and ${formatCount(hidden)} more of this kind; --json tells all`]
}

const LABELS = { restored: 'restored and compared', bytes: 'every byte as written' }

function soundOutcomes(databases: readonly VerifyRow[]): Outcome[] {
  return (['restored', 'bytes'] as const).flatMap(looked => {
    const rows = databases.filter(row => row.status === 'ok' && row.looked === looked)
    if (rows.length === 0) return []
    const bytes = rows.reduce((all, { storedBytes }) => all + storedBytes, 0)
    const label = `${LABELS[looked]}:`
    const detail = () => plural(bytes, 'byte')
    return [{ count: rows.length, tone: 'good', label, detail } satisfies Outcome]
  })
}

function outsideSample(databases: readonly VerifyRow[]): Outcome[] {
  const rows = databases.filter(row => row.status === 'skipped' && row.looked === 'size')
  if (rows.length === 0) return []
  const detail = () => 'their files are there, with their sizes'
  return [{ count: rows.length, tone: 'aside', label: 'not in the sample:', detail }]
}

function outcomeOf({ severity, message, databases, hint }: Finding): Outcome {
  return {
    count: databases.length,
    tone: TONES[severity],
    label: severity,
    detail: () => `${printable(message)} (${listNames(databases)})`,
    hint,
  }
}

function tallies({ databases, findings }: VerifyReport) {
  const of = (wanted: string) => databases.filter(({ status }) => status === wanted).length
  const ofSet = findings.filter(
    ({ severity, databases }) => severity === 'error' && databases.length === 0,
  )
  return [
    { count: of('ok'), words: `of ${formatCount(databases.length)} sound` },
    { count: of('skipped'), words: 'not read', tone: 'attention' as const },
    { count: of('not-run'), words: 'not run', tone: 'attention' as const },
    { count: of('failed'), words: 'failed', tone: 'bad' as const },
    {
      count: ofSet.length,
      words: ofSet.length === 1 ? 'fault of the set' : 'faults of the set',
      tone: 'bad' as const,
    },
  ]
}
