/**
 * How many databases may fail before a run stops, as `--max-failures` takes it: a count (`3`) or a
 * share of the run (`0.5%`); undefined when it is neither.
 */
export function parseMaxFailures(value: number | string): string | undefined {
  const text = String(value).trim()
  const count = /^\d{1,9}$/.test(text)
  const share = /^\d{1,3}(?:\.\d{1,9})?%$/.test(text) && Number.parseFloat(text) <= 100
  return count || share ? text : undefined
}
