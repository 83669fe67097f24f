import { describe, expect, it } from 'vitest'
import { RemoteFault } from '../../src/database/remote/remote-fault.js'
import { DbfleetError } from '../../src/errors/dbfleet-error.js'
import { ShortLivedTokens } from '../../src/turso/short-lived-tokens.js'

const HOUR = 3_600_000
const ALICE = { name: 'alice', group: 'tenants' }

/** A JWT that lives so many seconds; its signature is not looked at. */
function jwt(life: number, id: number): string {
  const claims = { iat: 1_000, exp: 1_000 + life, id: String(id) }
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`
}

function tokens(make: (count: number) => string) {
  const clock = { now: 0, made: 0 }
  const kept = new ShortLivedTokens(
    async () => {
      clock.made += 1
      return make(clock.made)
    },
    () => clock.now,
  )
  return { clock, kept }
}

describe('short-lived tokens', () => {
  it('are renewed in the second half of their life, once for all who ask', async () => {
    const { clock, kept } = tokens(count => `opaque-${count}`)
    expect(await kept.tokenFor(ALICE)).toBe('opaque-1')
    clock.now = HOUR - 1
    expect(await kept.tokenFor(ALICE)).toBe('opaque-1')
    clock.now = HOUR
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, i) => kept.tokenFor({ ...ALICE, name: `db-${i}` })),
    )
    expect(new Set(many)).toEqual(new Set(['opaque-2']))
    expect(clock.made).toBe(2)
  })

  it('live as long as they say, when that is less than was asked for', async () => {
    const { clock, kept } = tokens(count => jwt(60, count))
    const first = await kept.tokenFor(ALICE)
    clock.now = 29_999
    expect(await kept.tokenFor(ALICE)).toBe(first)
    clock.now = 30_000
    expect(await kept.tokenFor(ALICE)).not.toBe(first)
  })

  it('are used on when they cannot be renewed, as long as enough of their life is left', async () => {
    const { clock, kept } = tokens(count => {
      if (count === 1) return 'opaque'
      throw new DbfleetError('server-error', 'not now')
    })
    await kept.tokenFor(ALICE)
    clock.now = 1.5 * HOUR
    expect(await kept.tokenFor(ALICE)).toBe('opaque')
    clock.now = 2 * HOUR - 1
    await expect(kept.tokenFor(ALICE)).rejects.toThrow('not now')
  })

  it('are made again after a failure that many met at once', async () => {
    const { clock, kept } = tokens(count => {
      if (count > 1) return 'opaque'
      throw new DbfleetError('server-error', 'not now')
    })
    const many = await Promise.allSettled([kept.tokenFor(ALICE), kept.tokenFor(ALICE)])
    expect(many.map(({ status }) => status)).toContain('rejected')
    expect(await kept.tokenFor(ALICE)).toBe('opaque')
    expect(clock.made).toBe(2)
  })

  it('are not asked for a database when those of its group fail for another reason', async () => {
    const { clock, kept } = tokens(() => {
      const cause = new RemoteFault('status', 'oops', { status: 500 })
      throw new DbfleetError('server-error', 'not now', { cause })
    })
    await expect(kept.tokenFor(ALICE)).rejects.toThrow('not now')
    expect(clock.made).toBe(1)
  })
})
