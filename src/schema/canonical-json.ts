import { asciiLowerCase } from '../sql/ascii-case.js'

const NAMES = new Set(['name', 'table', 'parent'])
const LISTS_OF_NAMES = new Set(['columns', 'parentColumns'])

/** Equal exactly for parts of schemas that mean the same: without letter case and without text. */
export function canonicalJson(part: unknown): string {
  return JSON.stringify(part, (key, value: unknown) => {
    if (key === 'sql') return undefined
    if (NAMES.has(key) && typeof value === 'string') return asciiLowerCase(value)
    if (!LISTS_OF_NAMES.has(key) || !Array.isArray(value)) return value
    return value.map(item => (typeof item === 'string' ? asciiLowerCase(item) : item))
  })
}
