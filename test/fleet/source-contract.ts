import { isAbsolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseServerUrl } from '../../src/config/server-url.js'
import { pathOfUrl } from '../../src/fleet/file-url.js'
import type { Source } from '../../src/fleet/source.js'

export interface SourceUnderTest {
  source: Source
  /** The names that it has to list, in order. */
  names: string[]
}

/** What every kind of source promises. */
export function describeSource(kind: Source['kind'], make: () => Promise<SourceUnderTest>): void {
  describe(`the source contract, for ${kind}`, () => {
    it('says its kind', async () => {
      expect((await make()).source.kind).toBe(kind)
    })

    it('lists its members by name in code-unit order, the same each time', async () => {
      const { source, names } = await make()
      expect((await source.members()).map(({ name }) => name)).toEqual(names)
      expect(await source.members()).toEqual(await source.members())
    })

    it('gives each member its label, and a URL that leads to its file or its server', async () => {
      const { source } = await make()
      for (const { url, path, server, source: label } of await source.members()) {
        expect(label).toBe(source.label)
        if (server !== undefined) expect(server).toMatchObject(parseServerUrl(url, 'it'))
        else {
          expect(isAbsolute(path ?? '')).toBe(true)
          expect(pathOfUrl(url, '/elsewhere', 'it')).toBe(path)
        }
      }
    })

    it('says in one clause why it may be empty', async () => {
      expect((await make()).source.whyEmpty()).toMatch(/^[^.\n].*[^.]$/)
    })

    it('hands out lists that can be changed without harm', async () => {
      const { source, names } = await make()
      ;(await source.members()).length = 0
      expect(await source.members()).toHaveLength(names.length)
    })
  })
}
