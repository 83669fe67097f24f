import { isFuture } from './set-order.js'

/** Which sets are kept: those that any of the rules keeps. */
export interface RetentionRules {
  /** So many of the newest. */
  last?: number
  /** The newest of each of the last so many days, weeks and months that have one; in UTC. */
  daily?: number
  weekly?: number
  monthly?: number
  /** All that are at most so much older than the newest, in milliseconds. */
  withinMs?: number
}

/** A set, and when its backup began, in milliseconds since 1970. */
export interface DatedSet {
  set: string
  startedAt: number
}

/** Why a set is kept. */
export type RetentionReason = 'last' | 'daily' | 'weekly' | 'monthly' | 'within' | 'future'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * The sets that the rules keep, each with the reasons. The clock is not trusted: `withinMs` counts from
 * the newest set, since a clock that is ahead would otherwise make all of them old; and what is from a
 * time that is yet to come is kept and counts for no rule, since it would take the place of newer ones.
 *
 * @param now in milliseconds since 1970
 * @returns by the name of the set, the newest first; at least the newest, if there is a rule
 */
export function retain(
  sets: readonly DatedSet[],
  rules: RetentionRules,
  now: number,
): Map<string, RetentionReason[]> {
  const ordered = sets.toSorted(
    (a, b) => b.startedAt - a.startedAt || (a.set < b.set ? 1 : a.set > b.set ? -1 : 0),
  )
  const kept = new Map<string, RetentionReason[]>(ordered.map(({ set }) => [set, []]))
  const keep = (set: string, reason: RetentionReason) => kept.get(set)?.push(reason)

  for (const { set, startedAt } of ordered) if (isFuture(startedAt, now)) keep(set, 'future')
  const past = ordered.filter(({ startedAt }) => !isFuture(startedAt, now))
  for (const { set } of past.slice(0, rules.last ?? 0)) keep(set, 'last')
  for (const [period, numberOf] of PERIODS) {
    const seen = new Set<number>()
    for (const { set, startedAt } of past) {
      const number = numberOf(startedAt)
      if (seen.size === (rules[period] ?? 0)) break
      if (!seen.has(number)) keep(set, period)
      seen.add(number)
    }
  }
  const newest = Math.min(now, past[0]?.startedAt ?? now)
  if (rules.withinMs !== undefined) {
    for (const { set, startedAt } of past) {
      if (startedAt >= newest - rules.withinMs) keep(set, 'within')
    }
  }
  return new Map([...kept].filter(([, reasons]) => reasons.length > 0))
}

/** Each numbers the periods of time; weeks begin on Monday, as in ISO 8601. */
const PERIODS = [
  ['daily', time => Math.floor(time / DAY_MS)],
  // 1970 began on a Thursday.
  ['weekly', time => Math.floor((time / DAY_MS + 3) / 7)],
  [
    'monthly',
    time => {
      const date = new Date(time)
      return date.getUTCFullYear() * 12 + date.getUTCMonth()
    },
  ],
] as const satisfies readonly (readonly [
  'daily' | 'weekly' | 'monthly',
  (time: number) => number,
])[]
