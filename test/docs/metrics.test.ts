import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/cli.js'
import { FAMILIES, OWN_LABELS } from '../../src/metrics/families.js'

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')

describe('docs/metrics.md', () => {
  const rows = [...page.matchAll(/^\| `(dbfleet_\w+)` \|(.*)\| (.+) \|$/gm)].map(
    ([, name = '', labels = '', help]) => ({ name, labels, help }),
  )

  it('has every metric with its help, in the order of the files', () => {
    const expected = Object.entries(FAMILIES).map(([name, help]) => ({ name, help }))
    expect(rows.map(({ name, help }) => ({ name, help }))).toEqual(expected)
  })

  it('has every label', () => {
    const named = rows.flatMap(({ labels }) => [...labels.split(':', 1)[0]!.matchAll(/`(\w+)`/g)])
    expect(new Set(['verb', ...named.map(([, label]) => label)])).toEqual(new Set(OWN_LABELS))
  })

  it('names the verbs that have the flag', async () => {
    const [, list = ''] = /has the flag: (.*?)\. /s.exec(page) ?? []
    const measured: string[] = []
    for (const entry of VERBS) {
      if ('load' in entry && (await entry.load()).verb.measured) measured.push(entry.name)
    }
    expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(measured.sort())
  })

  it('alerts by metrics that there are', () => {
    const [, rules = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
    const used = rules.match(/\bdbfleet_\w+/g) ?? []
    expect(used.length).toBeGreaterThan(4)
    for (const name of used) expect(Object.keys(FAMILIES)).toContain(name)
  })
})
