import { againAfter, MIGRATING_VERBS } from '../report/run-again.js'
import type { RunDatabaseRow, RunReport, RunRow } from '../report/run-rows.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { migrationNames, positionName } from './migration-names.js'
import { type Outcome, renderOutcomes } from './outcomes.js'
import { renderHint } from './render-hint.js'
import { toneOf } from './render-runs.js'
import type { Screen } from './terminal.js'
import { paint } from './tone.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'
import { wrap } from './wrap.js'

/** One run: what it was, what became of it, and what can be done about it. */
export function renderRun({ run, databases }: RunReport, screen: Screen): string[] {
  const { colours } = screen
  const { id, verb, state, host, idle } = run
  const duration = durationOf(run)
  const head = `run ${id}: ${verb}, ${paint(state, toneOf(state), colours)}`
  const done = databases.filter(({ status }) => status === 'ok')
  const outcomes: Outcome[] = [
    ...(idle > 0
      ? [{ count: idle, tone: 'aside' as const, label: 'had nothing to do', detail: () => '' }]
      : []),
    ...groupRows(done, row => [placeOf(row, verb), ...row.done].join('\n')).map(({ rows }) => ({
      count: rows.length,
      tone: 'good' as const,
      label: 'ok',
      detail: (room: number) => leftAt(placeOf(rows[0], verb), rows[0].done, room),
    })),
    ...unfinishedOutcomes(databases, doneBefore),
  ]
  return [
    colours.bold(head),
    ...wrap(`started ${run.startedAt} on ${printable(host)}`, screen.width, '  ', 2),
    ...(run.undoes === undefined ? [] : [`  takes back run ${run.undoes}`]),
    ...(run.backup === undefined ? [] : [`  backup ${printable(run.backup)}`]),
    ...(run.from === undefined ? [] : [`  from ${printable(run.from)}`]),
    ...(run.reason === undefined
      ? []
      : wrap(`why it stopped: ${printable(run.reason.message)}`, screen.width, '  ', 2)),
    ...renderOutcomes(outcomes, screen),
    ...closeWith(
      [
        { count: run.ok, words: 'ok' },
        { count: run.skipped, words: 'skipped', tone: 'attention' },
        { count: run.inHand, words: 'in hand', tone: 'attention' },
        { count: run.notRun, words: 'not run', tone: 'attention' },
        { count: run.failed, words: 'failed', tone: 'bad' },
      ],
      { durationMs: duration, interrupted: false },
      screen,
    ),
    ...renderHint(hintFor(run), 0, screen),
  ]
}

function durationOf({ startedAt, endedAt }: RunRow): number {
  return (endedAt === null ? Date.now() : Date.parse(endedAt)) - Date.parse(startedAt)
}

/** Where a database is, for verbs that run no migrations one by one. */
function placeOf({ before, after }: RunDatabaseRow, verb: string): string | undefined {
  return MIGRATING_VERBS.includes(verb) ? undefined : (after ?? before ?? undefined)
}

function leftAt(place: string | undefined, done: readonly string[], room: number): string {
  return place === undefined ? migrationNames(done, room) : `at ${positionName(place, room - 3)}`
}

function hintFor(run: RunRow): string | undefined {
  const { id, state, failed, notRun } = run
  if (state === 'running' || state === 'stopping') return undefined
  if (notRun + failed > 0 && !MIGRATING_VERBS.includes(run.verb)) return againAfter(run)
  if (notRun > 0) return `\`dbfleet resume ${id}\` goes on with what was not run.`
  if (failed > 0) return `\`dbfleet resume ${id} --retry failed\` tries again what failed.`
  return undefined
}

function doneBefore({ done }: RunDatabaseRow): string {
  return done.length === 0 ? '' : `after ${plural(done.length, 'migration')}`
}
