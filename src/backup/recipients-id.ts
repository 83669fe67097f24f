import { createHash } from 'node:crypto'

/**
 * Tells objects that the same keys open from others, so that a set refers only to such.
 *
 * @param recipients in any order
 * @returns undefined when there are none, as for what is not encrypted
 */
export function recipientsId(recipients: readonly string[]): string | undefined {
  if (recipients.length === 0) return undefined
  const text = [...recipients].sort().join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
