import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffSchemas } from '../../src/schema/diff-schemas.js'
import { mendSchema } from '../../src/schema/mend-schema.js'
import type { Schema } from '../../src/schema/schema.js'
import { schemaSpecs, write } from './random-schema.js'
import { schemaIfSound, schemaOf } from './schema-of.js'
import { chooser } from './spelling.js'

test('the SQL that mends one schema makes it into the other', async () => {
  await fc.assert(
    fc.asyncProperty(schemaSpecs, schemaSpecs, fc.nat(), async (one, two, seed) => {
      const texts = [write(one, chooser(seed)), write(two, chooser(seed + 1))] as const
      const [from, to] = await Promise.all(texts.map(schemaIfSound))
      fc.pre(from !== undefined && to !== undefined)
      const steps = mendSchema(from as Schema, to as Schema)
      const mended = await schemaOf(texts[0], ...steps.map(({ sql }) => sql))
      expect(diffSchemas(mended, to as Schema)).toEqual([])
    }),
    { numRuns: 150 },
  )
})
