import { closest, distance } from 'fastest-levenshtein'

/**
 * The known word that `word` was most likely meant to be, or `undefined` when none is near
 * (more than a third of the letters differ).
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const candidate = closest(word.toLowerCase(), known as string[])
  const allowed = Math.max(2, Math.floor(Math.max(word.length, candidate.length) / 3))
  return distance(word.toLowerCase(), candidate.toLowerCase()) <= allowed ? candidate : undefined
}
