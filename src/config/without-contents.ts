import { KNOWN_KEYS } from './config-schema.js'

const WINDOW = 60
const SHOWN: ReadonlySet<string> = new Set([...KNOWN_KEYS, 'true', 'false', 'null'])

/**
 * A line of a configuration as an error may show it: its shape and the keys that dbfleet knows,
 * with "…" for everything else, which may be a secret, be it in the wrong place or half quoted.
 *
 * @param column where the problem is, from 0; of a long line, only the part around it is shown
 */
export function withoutContents(line: string, column: number): string {
  const start = Math.max(0, column - WINDOW)
  const end = Math.min(line.length, column + WINDOW)
  const shape = line
    .slice(start, end)
    .replace(/[^\s{}[\],:"']+/g, word => (SHOWN.has(word) ? word : '…'))
  return `${start > 0 ? '…' : ''}${shape.trim()}${end < line.length ? '…' : ''}`
}
