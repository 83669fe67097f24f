import type { ControlConfig } from '../config/config.js'
import { isServerUrl, parseServerUrl } from '../config/server-url.js'
import { UsageError } from '../errors/usage-error.js'
import { pathOfUrl } from './file-url.js'
import type { Member } from './member.js'
import { placesOf } from './places-of.js'
import type { Source } from './source.js'

const WHAT = 'the control database'

/**
 * The source without the control database, which a wildcard, or a server that is asked what it has, finds
 * among the others: its ledger is that of dbfleet itself, and no migration of the fleet belongs into it.
 *
 * @throws UsageError `bad-url`, `unsupported-url` or `secret-in-url` of the control database
 */
export function withoutControl(
  source: Source,
  { url }: Pick<ControlConfig, 'url'>,
  root: string,
): Source {
  const control = isServerUrl(url)
    ? { server: parseServerUrl(url, WHAT) }
    : { path: pathOfUrl(url, root, WHAT) }
  const [place = ''] = placesOf(control)
  const isControl = (member: Member) => placesOf(member).includes(place)
  const { creates } = source
  return {
    ...source,
    members: async () => (await source.members()).filter(member => !isControl(member)),
    whyEmpty: () => source.whyEmpty(),
    ...(creates !== undefined && {
      creates: {
        ...creates,
        locate(name) {
          const member = creates.locate(name)
          if (isControl(member)) throw taken(member)
          return member
        },
      },
    }),
  }
}

function taken({ name, url }: Member): UsageError {
  return new UsageError(
    'cannot-create',
    `"${name}" is the control database, ${url}, and no database of the fleet`,
    {
      hint: 'Nothing was touched. Choose another name, or another place for `control` in the configuration.',
    },
  )
}
