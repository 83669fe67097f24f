const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
/** What timers and SQLite's busy timeout can hold: about 24 days. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * A time in whole milliseconds; undefined when it is none.
 *
 * @param value a number of milliseconds, or a text such as `500ms`, `1.5s`, `2m`, `1h`, `30d` or
 * `0`. A text needs a unit: `10` could be meant in seconds.
 * @param longestMs what is longer is none; the default is for times that a timer waits
 */
export function parseDuration(
  value: number | string,
  longestMs: number = LONGEST_MS,
): number | undefined {
  const ms = Math.round(typeof value === 'number' ? value : inMilliseconds(value))
  return ms >= 0 && ms <= longestMs ? ms : undefined
}

function inMilliseconds(text: string): number {
  if (text === '0') return 0
  const match = /^(\d{1,12}(?:\.\d{1,12})?) ?(ms|s|m|h|d)$/.exec(text)
  return Number(match?.[1]) * MS[(match?.[2] ?? 'ms') as keyof typeof MS]
}
