import { randomInt } from 'node:crypto'
import { UsageError } from '../../errors/usage-error.js'

/**
 * A random part, in the order given: a count (`20`) or a share (`5%`), at least one.
 *
 * @throws UsageError `bad-options`
 */
export function sample<Item>(items: readonly Item[], text: string): Item[] {
  const wanted = sizeOf(text, items.length)
  const left = items.map((_, index) => index)
  const taken: number[] = []
  while (taken.length < wanted && left.length > 0) {
    const at = randomInt(left.length)
    taken.push(left[at] as number)
    left[at] = left.at(-1) as number
    left.pop()
  }
  return taken.sort((a, b) => a - b).map(index => items[index] as Item)
}

function sizeOf(text: string, total: number): number {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(%?)$/.exec(text.trim())
  const number = Number(match?.[1])
  const percent = match?.[2] === '%'
  const isRight = number > 0 && (percent ? number <= 100 : Number.isInteger(number))
  if (match === null || !isRight) {
    throw new UsageError('bad-options', `--sample takes a count or a percentage, not "${text}"`, {
      hint: 'Write for instance --sample 20 or --sample 5%.',
    })
  }
  return percent ? Math.max(1, Math.ceil((total * number) / 100)) : number
}
