import { describe, expect, it } from 'vitest'
import { predictDuration } from '../../src/operations/check/predict-duration.js'

const SMALL = { group: 'a', bytes: 10_000, durationMs: 10 }
const LARGE = { group: 'a', bytes: 1_000_000_000, durationMs: 60_010 }

describe('the predicted time of a fleet', () => {
  it('is that of the copies where they are the fleet', () => {
    expect(predictDuration([SMALL], [SMALL])).toBe(10)
    expect(predictDuration([SMALL, LARGE], [SMALL, LARGE])).toBeCloseTo(60_020.6, 1)
  })

  it('grows with the sizes by the largest copy, not by the small ones', () => {
    const half = { group: 'a', bytes: 500_000_000 }
    expect(predictDuration([half], [SMALL, LARGE])).toBeCloseTo(30_010)
    expect(predictDuration(Array(1000).fill(SMALL), [SMALL, LARGE])).toBeLessThan(11_000)
  })

  it('takes the worst for schemas that were not rehearsed', () => {
    expect(predictDuration([{ group: 'b', bytes: 1_000_000_000 }], [SMALL, LARGE])).toBe(60_010)
  })

  it('is unknown without a copy', () => {
    expect(predictDuration([SMALL], [])).toBeUndefined()
  })
})
