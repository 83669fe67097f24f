import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** Code and severity of each finding that is written out in the sources. */
const found = readdirSync(new URL('src/operations/doctor/', root)).flatMap(file =>
  [
    ...read(`src/operations/doctor/${file}`).matchAll(
      /code: '([a-z-]+)',\s+severity(?:: '(\w+)')?/g,
    ),
  ].map(([, code = '', severity]) => ({ code, severity })),
)

it('docs/commands/doctor.md has every finding that is no error of another verb, and no other', () => {
  const errors = read('docs/errors.md')
  const own = new Map(
    found
      .filter(({ code }) => !errors.includes(`\n| \`${code}\` |`))
      .map(({ code, severity }) => [code, severity ?? 'error']),
  )
  expect(own.size).toBeGreaterThan(10)
  const page = read('docs/commands/doctor.md')
  const rows = page.matchAll(/^\| `([a-z-]+)` \| (\w+) \| [^|]+ \| [^|]+ \|$/gm)
  const documented = new Map([...rows].map(([, code = '', severity = '']) => [code, severity]))
  expect([...documented].sort()).toEqual([...own].sort())
})
