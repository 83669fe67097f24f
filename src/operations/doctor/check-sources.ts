import type { Config } from '../../config/config.js'
import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import { openSources } from '../../fleet/open-sources.js'
import { resolveFleet } from '../../fleet/resolve-fleet.js'
import type { SourceServices } from '../../fleet/services.js'
import type { Source } from '../../fleet/source.js'
import { reportError } from '../../report/error-report.js'
import { whyIn } from './check-secrets.js'
import { findingOfReport } from './finding-of.js'
import type { Findings } from './findings.js'

/** The fleet, as far as it can be told. */
export interface FoundFleet {
  sources: Source[]
  members: Member[]
  /** False when a source could not be listed. */
  isWhole: boolean
}

/**
 * Lists each source by itself, so that one which fails hides no other.
 *
 * @param told why secrets cannot be fetched, which has been said
 */
export async function checkSources(
  config: Config,
  services: SourceServices,
  told: ReadonlySet<string>,
  findings: Findings,
): Promise<FoundFleet> {
  const sources: Source[] = []
  const listed: Source[] = []
  let isWhole = true
  for (const entry of config.fleet) {
    try {
      const [source] = openSources({ ...config, fleet: [entry] }, services)
      if (source === undefined) continue
      sources.push(source)
      listed.push(await listedOnce(source, findings))
    } catch (error) {
      isWhole = false
      const report = reportError(error)
      if (!told.has(whyIn(report.message))) findings.add(findingOfReport(report))
    }
  }
  return { sources, members: await merged(listed, config.root, findings), isWhole }
}

/** The source with the list that it gives now; finding it empty is worth a note. */
async function listedOnce(source: Source, findings: Findings): Promise<Source> {
  const members = await source.members()
  if (members.length === 0) {
    findings.add({
      code: 'source-empty',
      severity: 'note',
      message: `${source.label}: ${source.whyEmpty()}`,
      hint: '`dbfleet create <name>` makes a database; otherwise correct `fleet` in the configuration.',
    })
  }
  return { ...source, members: async () => members }
}

async function merged(
  sources: readonly Source[],
  root: string,
  findings: Findings,
): Promise<Member[]> {
  try {
    return await resolveFleet(sources, { root, required: false })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    findings.add(findingOfReport(reportError(error)))
    const lists = await Promise.all(sources.map(source => source.members()))
    const byName = new Map(lists.flat().map(member => [member.name, member]))
    return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
