/** How the objects of a set are compressed. */
export type Compression = (typeof COMPRESSIONS)[number]

export const COMPRESSIONS = ['zstd', 'gzip', 'none'] as const

/** How the names of files end that hold SQL text. */
export function endingOf(compression: Compression, isEncrypted = false): string {
  const ending = { zstd: '.sql.zst', gzip: '.sql.gz', none: '.sql' }[compression]
  return isEncrypted ? `${ending}.age` : ending
}
