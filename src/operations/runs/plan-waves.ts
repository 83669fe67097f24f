import { countOf } from '../../config/count-or-share.js'
import { type CanaryCandidate, chooseCanary } from './choose-canary.js'

/** Databases that are changed together, before what comes after them is touched. */
export interface Wave {
  /** 0 for the canary, then from 1. */
  number: number
  /** `canary`, or `wave 3`. */
  name: string
  /** Names; at least one. */
  databases: readonly string[]
}

export const CANARY = 0

export interface WaveSizes {
  /** How many go first, as a count or a share; without it there is no canary. */
  canary?: string | undefined
  /** How many there are in each wave, as a count or a share; without it one wave takes all. */
  size?: string | undefined
}

/**
 * Divides databases into waves: the canary, then the others in their order. Each is in exactly one.
 *
 * @param first the number of the first wave that is no canary
 */
export function planWaves(
  candidates: readonly CanaryCandidate[],
  { canary, size }: WaveSizes,
  first = 1,
): Wave[] {
  const total = candidates.length
  if (total === 0) return []
  const early = canary === undefined ? [] : chooseCanary(candidates, countOf(canary, total))
  const isEarly = new Set(early)
  const rest = candidates.map(({ name }) => name).filter(name => !isEarly.has(name))
  const length = size === undefined ? total : countOf(size, total)
  const waves = Array.from({ length: Math.ceil(rest.length / length) }, (_, index): Wave => {
    const number = first + index
    const databases = rest.slice(index * length, (index + 1) * length)
    return { number, name: `wave ${number}`, databases }
  })
  return early.length === 0
    ? waves
    : [{ number: CANARY, name: 'canary', databases: early }, ...waves]
}
