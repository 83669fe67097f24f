import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findErrorCodes } from './error-codes.js'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

/** The types of all sources take their time on a busy machine. */
const COMPILING = 180_000

it(
  'docs/errors.md has every code of the sources, once, and no other',
  () => {
    const { codes, unknown } = findErrorCodes()
    expect(unknown).toEqual([])
    const documented = [...page.matchAll(/^\| `([a-z-]+)` \| .+ \| .+ \|$/gm)].map(
      ([, code]) => code,
    )
    expect(documented.sort()).toEqual(codes)
  },
  COMPILING,
)
