const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A moment in UTC, to the minute: `2026-01-05 09:00`. */
export function momentWords(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

/** How long ago something was: `just now`, `12 min ago`, `3 h ago`, `9 days ago`. */
export function ageWords(milliseconds: number): string {
  if (milliseconds < MINUTE_MS) return 'just now'
  if (milliseconds < HOUR_MS) return `${Math.floor(milliseconds / MINUTE_MS)} min ago`
  if (milliseconds < 2 * DAY_MS) return `${Math.floor(milliseconds / HOUR_MS)} h ago`
  return `${Math.floor(milliseconds / DAY_MS)} days ago`
}
