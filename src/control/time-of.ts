/** A time of the control database, in milliseconds, as ISO 8601 in UTC; `null` where there is none. */
export function timeOf(value: unknown): string | null {
  return typeof value === 'bigint' || typeof value === 'number'
    ? new Date(Number(value)).toISOString()
    : null
}
