import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inShard, parseShard } from '../../src/fleet/shard.js'
import { usageErrorOf } from './thrown.js'

describe('a shard', () => {
  it('has every name in exactly one of n', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (name, count) => {
        const holders = Array.from({ length: count }, (_, index) => index + 1).filter(index =>
          inShard(name, { index, count }),
        )
        expect(holders).toHaveLength(1)
      }),
    )
  })

  it('has its part of names that follow one another', () => {
    const names = Array.from({ length: 8_000 }, (_, index) => `tenant-${index}`)
    for (const index of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const size = names.filter(name => inShard(name, { index, count: 8 })).length
      expect(size).toBeGreaterThan(850)
      expect(size).toBeLessThan(1_150)
    }
  })

  it('stays the same from one version to the next', () => {
    const shardOf = (name: string) =>
      [1, 2, 3, 4, 5, 6, 7].find(index => inShard(name, { index, count: 7 }))
    expect(['alice', 'bob', 'carol', '日本'].map(shardOf)).toEqual([5, 4, 4, 3])
  })

  it.each(['1/1', '1/2', '2/2', '7/1000'])('may be %s', text => {
    const [index, count] = text.split('/').map(Number)
    expect(parseShard(text)).toEqual({ index, count })
  })

  it.each([
    '',
    '1',
    '0/2',
    '3/2',
    '1/0',
    '-1/2',
    '1/2/3',
    '1.5/2',
    'a/b',
    ' 1/2',
    '1/2 ',
    '1/9999999999',
  ])('may not be %j', async text => {
    const error = await usageErrorOf(() => parseShard(text))
    expect(error.code).toBe('bad-shard')
    expect(error.message).toContain(`"${text}"`)
  })
})
