import type { Snapshot } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { digestBuilder } from './content-digest.js'
import type { Definitions } from './definitions.js'
import type { DumpPlan } from './dump-plan.js'
import type { ObjectContent } from './manifest.js'
import { planDump } from './plan-dump.js'
import { writeDump } from './write-dump.js'

/** What SQL text could say of a database. */
export interface Described {
  /** Absent when not even the schema can be written. */
  plan?: DumpPlan
  /** As far as they can be counted. */
  tables: ObjectContent['tables']
  /** As `contentDigest`; absent when SQL text cannot carry all of the content. */
  digest?: string
}

/**
 * Reads all of a database as if it were dumped, also one that SQL text cannot carry.
 *
 * @param definitions as in `planDump`
 */
export async function describeContent(
  snapshot: Snapshot,
  definitions?: Definitions,
): Promise<Described> {
  const described: Described = { tables: [] }
  const tables: ObjectContent['tables'] = []
  try {
    const plan = await planDump(snapshot, { settings: false }, definitions)
    described.plan = plan
    const builder = digestBuilder()
    for await (const piece of writeDump(snapshot, plan, table => tables.push(table))) {
      builder.add(piece)
    }
    described.tables = tables
    if (!plan.remarks.some(({ lost }) => lost)) described.digest = builder.digest()
    return described
  } catch (error) {
    if (error instanceof DbfleetError && error.code === 'not-carried') return described
    throw error
  }
}
