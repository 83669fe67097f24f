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
import { waveTable } from './wave-table.js'
import { wrap } from './wrap.js'

/** One run: what it was, what became of it, and what can be done about it. */
export function renderRun({ run, waves = [], databases }: RunReport, screen: Screen): string[] {
  const { colours } = screen
  const { id, verb, state, host, idle } = run
  const duration = durationOf(run)
  const head = `run ${id}: ${verb}, ${paint(state, toneOf(state), colours)}`
  const done = databases.filter(({ status }) => status === 'ok')
  const outcomes: Outcome[] = [
    ...(idle > 0
      ? [{ count: idle, tone: 'aside' as const, label: 'had nothing to do', detail: () => '' }]
      : []),
    ...groupRows(done, alike).map(({ rows }) => ({
      count: rows.length,
      tone: 'good' as const,
      label: 'ok',
      detail: (room: number) =>
        MIGRATING_VERBS.includes(verb) ? courseOf(rows[0], room) : placeOf(rows[0], room),
    })),
    ...unfinishedOutcomes(databases, doneBefore),
  ]
  return [
    colours.bold(head),
    ...wrap(`started ${run.startedAt} on ${printable(host)}`, screen.width, '  ', 2),
    ...(run.undoes === undefined ? [] : [`  takes back run ${run.undoes}`]),
    ...(run.from === undefined ? [] : [`  from ${printable(run.from)}`]),
    ...backupsOf(run, databases).flatMap(line => wrap(line, screen.width, '  ', 4)),
    ...(run.reason === undefined
      ? []
      : wrap(`why it stopped: ${printable(run.reason.message)}`, screen.width, '  ', 2)),
    ...waveTable(waves, screen),
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

function alike({ done, before, after }: RunDatabaseRow): string {
  return JSON.stringify([done, before, after])
}

/** `create_b, from create_a to create_b`. */
function courseOf({ done, before, after }: RunDatabaseRow, room: number): string {
  if (after === undefined) return migrationNames(done, room)
  if (done.length === 0) return `at ${positionName(after, room - 3)}`
  const ends = `from ${positionName(before, room - 6)} to ${positionName(after, room - 4)}`
  return `${migrationNames(done, room)}, ${ends}`
}

/** Each backup set, and how many databases are in it. */
function backupsOf(
  { backup, furtherBackups = [] }: RunRow,
  databases: readonly RunDatabaseRow[],
): string[] {
  if (backup === undefined) return []
  const counts = new Map<string, number>()
  for (const { backup: entry } of databases) {
    if (entry !== undefined) counts.set(entry.set, (counts.get(entry.set) ?? 0) + 1)
  }
  return [backup, ...furtherBackups].map(set => {
    const count = counts.get(set)
    return `backup ${printable(set)}${count === undefined ? '' : ` of ${plural(count, 'database')}`}`
  })
}

function durationOf({ startedAt, endedAt }: RunRow): number {
  return (endedAt === null ? Date.now() : Date.parse(endedAt)) - Date.parse(startedAt)
}

/** Where a database is, for verbs that run no migrations one by one. */
function placeOf({ before, after, done }: RunDatabaseRow, room: number): string {
  const place = after ?? before ?? undefined
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
