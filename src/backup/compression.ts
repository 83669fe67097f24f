import type { ObjectFormat } from './object-format.js'

/** How the objects of a set are compressed. */
export type Compression = (typeof COMPRESSIONS)[number]

export const COMPRESSIONS = ['zstd', 'gzip', 'none'] as const

/** How the names of objects end. */
export function endingOf(
  format: ObjectFormat,
  compression: Compression,
  isEncrypted = false,
): string {
  const content = { sql: '.sql', image: '.db' }[format]
  const packed = { zstd: '.zst', gzip: '.gz', none: '' }[compression]
  return `${content}${packed}${isEncrypted ? '.age' : ''}`
}
