import type { DiffReport } from '../report/diff-report.js'
import { findDifferences } from '../schema/find-differences.js'
import { mendSchema } from '../schema/mend-schema.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { schemaNamed } from './schemas/schema-named.js'

export type DiffOptions = Pick<RunControl, 'busyTimeoutMs'>

/**
 * Compares what two schemas mean. Each is named by a database of the fleet, or by the path of a
 * database, of a directory of migrations or of a file of SQL. Changes nothing.
 *
 * @throws UsageError when a name means nothing, or what it means cannot be read
 */
export async function diff(
  context: FleetContext,
  from: string,
  to: string,
  options: DiffOptions = {},
): Promise<DiffReport> {
  const [before, after] = [
    await schemaNamed(context, from, options),
    await schemaNamed(context, to, options),
  ]
  const differences = findDifferences(before, after)
  return {
    schema: 1,
    command: 'diff',
    from,
    to,
    equal: differences.length === 0,
    differences: differences.map(({ kind, subject, detail, isLesser }) => ({
      kind,
      subject,
      ...(detail !== undefined && { detail }),
      essential: !isLesser,
    })),
    sql: mendSchema(before, after).map(({ sql }) => sql),
  }
}
