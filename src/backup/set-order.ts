const SET_NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-(\d{1,9}))?$/
/** Clocks of machines that share a place may differ by as much, in milliseconds. */
const TOLERANCE_MS = 24 * 60 * 60 * 1000

/**
 * The names of sets that kept the name they got, the newest first. Those of a time that is yet to come
 * are last: some clock was wrong, and what they hold is as old as any.
 */
export function newestFirst(names: readonly string[], now: number): string[] {
  const dated = names.flatMap(name => {
    const [, year, month, day, hour, minute, second, count = '1'] = SET_NAME.exec(name) ?? []
    if (year === undefined) return []
    const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
    return [{ name, time, count: Number(count), isFuture: isFuture(time, now) }]
  })
  return dated
    .sort((a, b) => Number(a.isFuture) - Number(b.isFuture) || b.time - a.time || b.count - a.count)
    .map(({ name }) => name)
}

/** Whether something is called as sets are. */
export function hasSetName(name: string): boolean {
  return SET_NAME.test(name)
}

/** Whether a time cannot be that of something that has happened, both in milliseconds since 1970. */
export function isFuture(time: number, now: number): boolean {
  return time > now + TOLERANCE_MS
}
