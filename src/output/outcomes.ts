import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { groupRows } from './grouping.js'
import { listNames } from './names.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { truncate } from './truncate.js'
import { wrap } from './wrap.js'

/** What became of some databases, said once for all of them. */
export interface Outcome {
  /** How many databases; at least 1. */
  count: number
  tone: Tone
  /** A word or three of our own, such as `applied`; they carry the colour. */
  label: string
  /** The rest of the sentence, printable, wrapped where it is longer than a line of `room` columns. */
  detail(room: number): string
  /** Whose outcome it is, where that is worth saying. */
  names?: readonly string[] | undefined
  hint?: string | undefined
  /** Lines of detail that follow, such as the steps of a plan. */
  below?(indent: number): string[]
}

/** A report stays this short for each tone, however strange the fleet. */
const MOST_PER_TONE = 10
const LONGEST_NAME = 40
const SHORTEST_ROOM = 12

/** One block for each outcome, with the counts in a column of their own. */
export function renderOutcomes(outcomes: readonly Outcome[], screen: Screen): string[] {
  const shown = limit(outcomes)
  const digits = Math.max(...shown.map(({ count }) => formatCount(count).length))
  return shown.flatMap(outcome => {
    const gutter = `  ${formatCount(outcome.count).padStart(digits)} `
    return renderOutcome(outcome, gutter, gutter.length, screen)
  })
}

/** The outcome of the only database, after its name. */
export function renderOnlyOutcome(name: string, outcome: Outcome, screen: Screen): string[] {
  const gutter = `${truncate(printable(name), Math.floor(screen.width / 2))}: `
  return renderOutcome({ ...outcome, names: undefined }, gutter, 2, screen)
}

function renderOutcome(outcome: Outcome, gutter: string, indent: number, screen: Screen): string[] {
  const { label, tone, detail, names, hint, below } = outcome
  const room = Math.max(SHORTEST_ROOM, screen.width - gutter.length - label.length - 1)
  const sentence = [
    paint(label, tone, screen.colours),
    detail(room),
    names === undefined ? '' : whose(names, tone, room),
  ]
  return [
    ...wrap(sentence.filter(part => part !== '').join(' '), screen.width, gutter, indent),
    ...renderHint(hint, indent, screen),
    ...(below?.(indent) ?? []),
  ]
}

function whose(names: readonly string[], tone: Tone, room: number): string {
  const longest = room === Infinity ? Infinity : Math.min(LONGEST_NAME, room)
  const example = tone === 'bad' && names.length > 2
  const shown = example ? names.slice(0, 2) : names
  const [first = '', ...others] = shown
  const short = [first, ...others.slice(0, 2)].map(name => truncate(printable(name), longest))
  return `(${example ? 'e.g. ' : ''}${listNames([...short, ...others.slice(2)])})`
}

function limit(outcomes: readonly Outcome[]): Outcome[] {
  const tones = groupRows(outcomes.entries(), ([, { tone }]) => tone)
  const hidden = tones.map(({ rows }) => rows.slice(MOST_PER_TONE).map(([, outcome]) => outcome))
  const shown = tones.flatMap(({ rows }) => rows.slice(0, MOST_PER_TONE))
  return [
    ...shown.sort(([a], [b]) => a - b).map(([, outcome]) => outcome),
    ...hidden.filter(rest => rest.length > 0).map(restOf),
  ]
}

function restOf(rest: readonly Outcome[]): Outcome {
  const tone = rest[0]?.tone ?? 'aside'
  const count = rest.reduce((total, outcome) => total + outcome.count, 0)
  const detail = `in ${plural(rest.length, 'other way')}; --json tells all`
  return { count, tone, label: tone === 'bad' ? 'failed' : 'ended', detail: () => detail }
}
