import fc from 'fast-check'
import { expect, it } from 'vitest'
import { InTurn } from '../../src/operations/query/in-turn.js'

/** Results of some parts each, in an order in which they may come. */
const arrivals = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 8 })
  .chain(counts =>
    fc.record({
      counts: fc.constant(counts),
      order: fc.shuffledSubarray(
        counts.flatMap((count, index) => Array.from({ length: count }, () => index)),
        { minLength: counts.reduce((a, b) => a + b, 0) },
      ),
    }),
  )

async function given(counts: readonly number[], order: readonly number[], most: number) {
  const taken: string[] = []
  let waiting = 0
  let mostWaiting = 0
  const turns = new InTurn<string>(
    async (_, part) => {
      waiting -= 1
      taken.push(part)
    },
    { most, sizeOf: () => 1 },
  )
  const came = counts.map(() => 0)
  for (const index of order) {
    const number = (came[index] ?? 0) + 1
    came[index] = number
    waiting += 1
    await turns.put(index, `${index}.${number}`, { last: number === counts[index] })
    mostWaiting = Math.max(mostWaiting, waiting)
  }
  await turns.end()
  return { taken, mostWaiting }
}

it('gives all parts in the order of their results, whatever order they come in', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async ({ counts, order }) => {
      const { taken } = await given(counts, order, 1_000)
      const expected = counts.flatMap((count, index) =>
        Array.from({ length: count }, (_, i) => `${index}.${i + 1}`),
      )
      expect(taken).toEqual(expected)
    }),
  )
})

it('lets pass what is too much to wait, and keeps the parts of one result in order', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async ({ counts, order }) => {
      const { taken, mostWaiting } = await given(counts, order, 2)
      expect(mostWaiting).toBeLessThanOrEqual(2)
      expect(taken).toHaveLength(order.length)
      for (const [index, count] of counts.entries()) {
        const own = taken.filter(part => part.startsWith(`${index}.`))
        expect(own).toEqual(Array.from({ length: count }, (_, i) => `${index}.${i + 1}`))
      }
    }),
  )
})
