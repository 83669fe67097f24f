import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/backup/store/store.js'

const SET = '20260105T090000Z'

/**
 * What every store has to do.
 *
 * @param open a store that is empty
 */
export function storeContract(open: () => Promise<Store>): void {
  async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield Buffer.from(text)
  }

  async function textOf(store: Store, name: string): Promise<string> {
    const parts = []
    for await (const piece of store.read(name)) parts.push(piece)
    return Buffer.concat(parts).toString()
  }

  async function listed(store: Store, under?: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {}
    for await (const { name, bytes } of store.list(under)) found[name] = bytes
    return found
  }

  describe('a store', () => {
    it('holds nothing at first', async () => {
      const store = await open()
      expect(await listed(store)).toEqual({})
      expect(await store.names()).toEqual([])
    })

    it('gives back what was written, also when it is empty or large', async () => {
      const store = await open()
      const large = 'ä'.repeat(3_000_000)
      await store.write(`${SET}/databases/a.sql`, pieces('one', 'two'))
      await store.write(`${SET}/databases/b.sql`, pieces())
      await store.write(`${SET}/databases/c.sql`, pieces(...Array(4).fill(large)))
      expect(await textOf(store, `${SET}/databases/a.sql`)).toBe('onetwo')
      expect(await textOf(store, `${SET}/databases/b.sql`)).toBe('')
      expect(await textOf(store, `${SET}/databases/c.sql`)).toBe(large.repeat(4))
      expect(await listed(store, SET)).toEqual({
        [`${SET}/databases/a.sql`]: 6,
        [`${SET}/databases/b.sql`]: 0,
        [`${SET}/databases/c.sql`]: 24_000_000,
      })
    })

    it('keeps names apart that have a beginning in common', async () => {
      const store = await open()
      await store.write(`${SET}/a`, pieces('1'))
      await store.write(`${SET}-2/a`, pieces('2'))
      expect(await listed(store, SET)).toEqual({ [`${SET}/a`]: 1 })
      expect(await store.names()).toEqual([SET, `${SET}-2`])
    })

    it('lets one of many claim a name', async () => {
      const store = await open()
      const claims = Array.from({ length: 8 }, (_, index) =>
        store.claim(`${SET}/started.json`, Buffer.from(String(index))),
      )
      const winners = (await Promise.all(claims)).flatMap((won, index) => (won ? [index] : []))
      expect(winners).toHaveLength(1)
      expect(await textOf(store, `${SET}/started.json`)).toBe(String(winners[0]))
    })

    it('lets nobody claim a name that something is kept under', async () => {
      const store = await open()
      await store.write(`${SET}/manifest.json`, pieces('{}'))
      expect(await store.claim(`${SET}/started.json`, Buffer.from('x'))).toBe(false)
      expect(await listed(store)).toEqual({ [`${SET}/manifest.json`]: 2 })
    })

    it('publishes a file whole', async () => {
      const store = await open()
      await store.write(`${SET}/databases/a.sql`, pieces('a'))
      await store.publish(
        `${SET}/manifest.json`,
        [Buffer.from('{'), Buffer.from('}')],
        [`${SET}/databases/a.sql`],
      )
      expect(await textOf(store, `${SET}/manifest.json`)).toBe('{}')
      expect(await listed(store)).toEqual({
        [`${SET}/databases/a.sql`]: 1,
        [`${SET}/manifest.json`]: 2,
      })
    })

    it('leaves nothing of a file whose pieces fail, and says why', async () => {
      const store = await open()
      async function* failing() {
        yield Buffer.from('some')
        throw new Error('the engine failed')
      }
      await expect(store.write(`${SET}/databases/a.sql`, failing())).rejects.toThrow(
        'the engine failed',
      )
      expect(await listed(store)).toEqual({})
    })

    it('removes files and what they leave empty, and only those', async () => {
      const store = await open()
      await store.write(`${SET}/databases/a.sql`, pieces('a'))
      await store.write(`${SET}/databases/b.sql`, pieces('b'))
      await store.write('other/a', pieces('c'))
      await store.remove([`${SET}/databases/a.sql`, `${SET}/databases/missing.sql`])
      expect(await store.names()).toEqual([SET, 'other'])
      await store.remove([`${SET}/databases/b.sql`])
      expect(await store.names()).toEqual(['other'])
      await store.remove([])
      expect(await listed(store)).toEqual({ 'other/a': 1 })
    })

    it('says when a file was written, by one clock', async () => {
      const store = await open()
      await store.write(`${SET}/databases/a.sql`, pieces('a'))
      // A store's clock may tell whole seconds only.
      await setTimeout(1100)
      await store.write(`${SET}/databases/b.sql`, pieces('b'))
      const times = new Map<string, number>()
      for await (const { name, changedAt } of store.list(SET)) times.set(name, changedAt)
      const [a = 0, b = 0] = ['a', 'b'].map(name => times.get(`${SET}/databases/${name}.sql`))
      expect(b).toBeGreaterThan(a)
      expect(b - a).toBeLessThan(60_000)
    })

    it('names a file that is missing', async () => {
      const store = await open()
      await expect(textOf(store, `${SET}/databases/a.sql`)).rejects.toMatchObject({
        code: 'object-missing',
        message: expect.stringContaining('databases/a.sql'),
      })
    })
  })
}
