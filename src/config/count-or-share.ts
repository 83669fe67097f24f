/**
 * How many of some databases: a count from 1 (`10`) or a share above nothing (`0.5%`); undefined when
 * it is neither.
 */
export function parseCountOrShare(value: number | string): string | undefined {
  const text = String(value).trim()
  const count = /^[1-9]\d{0,8}$/.test(text)
  const share = /^\d{1,3}(?:\.\d{1,9})?%$/.test(text)
  const percent = Number.parseFloat(text)
  return count || (share && percent > 0 && percent <= 100) ? text : undefined
}

/** How many a count or a share of `total` is: at least 1, and no more than there are. */
export function countOf(text: string, total: number): number {
  const number = Number.parseFloat(text)
  const count = text.endsWith('%') ? Math.ceil((total * number) / 100) : number
  return Math.min(total, Math.max(1, count))
}
