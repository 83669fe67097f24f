import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../src/lint/rules.js'

const page = readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8')

/** Code and severity of each row. */
const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\w+) \| [^|]+ \| [^|]+ \|$/gm)].map(
  ([, code, severity]) => ({ code, severity }),
)

describe('docs/lint.md', () => {
  it('says of every rule why, and what to do', () => {
    const read = rows.slice(0, RULES.length)
    expect(read).toEqual(RULES.map(({ code, severity }) => ({ code, severity })))
  })

  it('has no code twice', () => {
    expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length)
  })
})
