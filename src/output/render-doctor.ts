import type { Severity } from '../report/check-report.js'
import type { DoctorFinding, DoctorReport } from '../report/doctor-report.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { listNames } from './names.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { truncate } from './truncate.js'
import { wrap } from './wrap.js'

const TONES: Record<Severity, Tone> = { error: 'bad', warning: 'attention', note: 'aside' }
const SEVERITIES = ['error', 'warning', 'note'] as const

/** The report stays this short for each severity, however much is wrong. */
const MOST_OF_ONE = 10
const LONGEST_NAME = 40
/** A message that quotes a whole statement is cut here; `--json` has all of it. */
const LONGEST_MESSAGE = 1_000

/** What is wrong, the gravest first, each with what to do about it. */
export function renderDoctor(report: DoctorReport, screen: Screen): string[] {
  const { findings, summary } = report
  return [
    screen.colours.bold(
      summary.total === 0 ? 'doctor' : `doctor: ${plural(summary.total, 'database')}`,
    ),
    ...wrap(surroundings(report), screen.width, '  ').map(screen.colours.dim),
    ...SEVERITIES.flatMap(severity => ofSeverity(severity, findings, screen)),
    ...closing(report, screen),
  ]
}

/** `dbfleet 0.1.0, Node 20.20.2, better-sqlite3 (SQLite 3.53.2)`; what is missing is a finding. */
function surroundings({ version, node, engines, servers }: DoctorReport): string {
  const loaded = engines
    .filter(({ sqlite }) => sqlite !== null)
    .map(({ name, sqlite }) => `${name} (SQLite ${sqlite})`)
  const versions = new Set(servers.flatMap(server => server.version ?? []))
  const named = [...versions].map(printable)
  return [`dbfleet ${version}`, `Node ${node}`, ...loaded, ...named.slice(0, 3)].join(', ')
}

function ofSeverity(
  severity: Severity,
  findings: readonly DoctorFinding[],
  screen: Screen,
): string[] {
  const found = findings.filter(finding => finding.severity === severity)
  const hidden = found.length - MOST_OF_ONE
  return [
    ...found.slice(0, MOST_OF_ONE).flatMap(finding => lines(finding, screen)),
    ...(hidden > 0
      ? wrap(`… and ${plural(hidden, `other ${severity}`)}; --json tells all`, screen.width)
      : []),
  ]
}

function lines({ severity, message, hint, databases }: DoctorFinding, screen: Screen): string[] {
  const [first = '', ...others] = truncate(message.trimEnd(), LONGEST_MESSAGE).split('\n')
  const label = paint(`${severity}:`, TONES[severity], screen.colours)
  return [
    ...wrap(`${label} ${printable(first)}`, screen.width, '', 2),
    ...others.flatMap(line => wrap(printable(line.trim()), screen.width, '  ')),
    ...whose(databases, screen),
    ...renderHint(hint, 2, screen),
  ]
}

function whose(databases: readonly string[], screen: Screen): string[] {
  if (databases.length === 0) return []
  const count = databases.length === 1 ? '' : `${formatCount(databases.length)} databases: `
  const names = databases.slice(0, 3).map(name => truncate(name, LONGEST_NAME))
  const hidden = databases.slice(3)
  return wrap(`${count}${listNames([...names, ...hidden])}`, screen.width, '  in ')
}

function closing(report: DoctorReport, screen: Screen): string[] {
  const tallies = SEVERITIES.map(severity => {
    const count = report.findings.filter(finding => finding.severity === severity).length
    return { count, words: count === 1 ? severity : `${severity}s`, tone: TONES[severity] }
  })
  const well = { count: report.summary.ok, words: 'sound', tone: 'good' as const }
  const notRun = {
    count: report.summary.notRun,
    words: 'not looked at',
    tone: 'attention' as const,
  }
  return closeWith([well, ...tallies, notRun], report, screen)
}
