import { hash } from 'node:crypto'
import { UsageError } from '../errors/usage-error.js'

/** One of `count` parts of a fleet; `index` counts from 1. */
export interface Shard {
  index: number
  count: number
}

/** @throws UsageError `bad-shard` unless the text is `i/n` with 1 ≤ i ≤ n. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  if (shard.index >= 1 && shard.index <= shard.count) return shard
  throw new UsageError('bad-shard', `--shard "${text}" is not one of 1/n to n/n`, {
    hint: 'The third of four machines takes --shard 3/4.',
  })
}

/**
 * Whether a database of that name belongs to the shard. It is a matter of the name alone, so that
 * machines agree without asking one another: the first six bytes of its SHA-256, as a big-endian
 * number, modulo `count`, plus 1.
 */
export function inShard(name: string, { index, count }: Shard): boolean {
  return (hash('sha256', name, 'buffer').readUIntBE(0, 6) % count) + 1 === index
}
