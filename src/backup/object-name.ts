import { createHash } from 'node:crypto'
import { asciiLowerCase } from '../sql/ascii-case.js'

const PLAIN = /^[a-z0-9_][a-z0-9_.-]{0,99}$/
/** Windows takes these for devices, whatever follows a dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/
const LONGEST_SLUG = 60

/**
 * A file name for what is kept of a database, without its ending. Different names never give one
 * file, also where file systems do not tell case or Unicode forms apart; none leads elsewhere. A
 * name that is not plain is followed by `~`, which no plain one has, and a hash.
 *
 * @param name any text
 */
export function objectName(name: string): string {
  if (PLAIN.test(name) && !DEVICE.test(name)) return name
  const slug = asciiLowerCase(name)
    .replaceAll(/[^a-z0-9_-]+/g, '_')
    .slice(0, LONGEST_SLUG)
  const hash = createHash('sha256').update(name, 'utf16le').digest('hex').slice(0, 32)
  return `${slug}~${hash}`
}
