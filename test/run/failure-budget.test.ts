import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/errors/usage-error.js'
import { parseFailureBudget } from '../../src/run/failure-budget.js'

describe('a failure budget', () => {
  it('is a count, which may be reached but not passed', () => {
    const budget = parseFailureBudget('3', 1000)
    expect([0, 3, 4].map(failed => budget.exceededBy(failed))).toEqual([false, false, true])
    expect(parseFailureBudget('0', 1000).exceededBy(1)).toBe(true)
  })

  it('is a share of the run, rounded down', () => {
    const budget = parseFailureBudget(' 0.5% ', 1000)
    expect([5, 6].map(failed => budget.exceededBy(failed))).toEqual([false, true])
    expect(parseFailureBudget('0.5%', 100).exceededBy(1)).toBe(true)
    expect(parseFailureBudget('100%', 7).exceededBy(7)).toBe(false)
  })

  it('is nothing else', () => {
    for (const text of ['', '-1', '1.5', '101%', '3 %', '%', '1e3', 'none', '٣', '3%%', 'NaN']) {
      expect(() => parseFailureBudget(text, 10), text).toThrow(
        expect.objectContaining({
          code: 'bad-budget',
          message: expect.stringContaining(`"${text}"`),
        }),
      )
      expect(() => parseFailureBudget(text, 10)).toThrow(UsageError)
    }
  })

  it('allows no more than its share of any fleet', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(1000), (total, tenths) => {
        const budget = parseFailureBudget(`${tenths / 10}%`, total)
        const allowed = Math.floor((total * tenths) / 1000)
        expect(budget.exceededBy(allowed + 1)).toBe(true)
        expect(budget.exceededBy(Math.max(0, allowed - 1))).toBe(false)
      }),
    )
  })
})
