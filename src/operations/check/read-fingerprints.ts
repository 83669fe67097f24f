import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Member } from '../../fleet/member.js'
import { fingerprint } from '../../schema/fingerprint.js'
import { ownSchema } from '../../schema/own-schema.js'
import { parseSchema } from '../../schema/parse-schema.js'
import type { SchemaRow } from '../../schema/schema-row.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { SchemaInit } from '../schemas/schema-job.js'
import { recallSchemas } from './recall-schemas.js'

/**
 * What tells the schemas of databases apart; each different text is understood once. Files that nobody
 * wrote to since a `check` are not read again.
 *
 * @returns in the order of the members: equal where the schemas are; `undefined` where that could not
 * be read
 */
export async function readFingerprints(
  context: FleetContext,
  members: readonly Member[],
  control: RunControl & Pick<SchemaInit, 'mode'>,
): Promise<(string | undefined)[]> {
  const ignore = context.config.check?.ignore ?? []
  const prints = new Map<string, string>()
  return (await recallSchemas(context, members, control)).map(known => {
    if (known === undefined || 'error' in known) return undefined
    const { key, text } = known
    const print = prints.get(key) ?? printOf(text.rows, ignore) ?? key
    prints.set(key, print)
    return print
  })
}

/** @returns `undefined` for a schema that is not understood */
function printOf(rows: readonly SchemaRow[], ignore: readonly string[]): string | undefined {
  try {
    return fingerprint(ownSchema(parseSchema([...rows]), ignore))
  } catch (error) {
    if (error instanceof DbfleetError) return undefined
    throw error
  }
}
