import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/cli.js'
import { schemaErrors } from './report-schema.js'

const page = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8')

/** The commands that the page shows, and the documents that they printed. */
const examples = [...page.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, session = '']) =>
  session
    .split(/^\$ /m)
    .filter(run => run !== '')
    .map((run): [string, Record<string, unknown>] => {
      const end = run.indexOf('\n')
      return [run.slice(0, end), JSON.parse(run.slice(end))]
    }),
)

describe('docs/json.md', () => {
  it.each(examples)('%s', (_, document) => {
    expect(schemaErrors(document)).toEqual([])
  })

  it('has an example of each verb, of a dry run, and of errors', () => {
    const shown = new Set(examples.map(([, { command, error }]) => (error ? 'error' : command)))
    expect([...shown].sort()).toEqual([...VERBS.map(({ name }) => name), 'error'].sort())
    expect(examples.filter(([, { dryRun }]) => dryRun === true)).toHaveLength(1)
  })
})
