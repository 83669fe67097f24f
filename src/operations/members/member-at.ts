import { environmentConfig } from '../../config/environment-config.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Member } from '../../fleet/member.js'
import { openSources } from '../../fleet/open-sources.js'
import type { FleetContext } from './fleet-context.js'

/**
 * The database that a URL or a path of the command line names, of the fleet or not.
 *
 * @throws UsageError `bad-url`, `unsupported-url`, `secret-in-url`, `bad-name`
 */
export async function memberAt(
  { config, connections, clouds }: FleetContext,
  url: string,
): Promise<Member> {
  const named = environmentConfig({ cwd: process.cwd(), env: process.env, url })
  const sources = openSources(named ?? { fleet: [] }, { ...config, connections, clouds })
  const [member] = (await sources[0]?.members()) ?? []
  if (member === undefined) throw new DbfleetError('bug', `${url} names no database`)
  return member
}
