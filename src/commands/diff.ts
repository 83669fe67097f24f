import { UsageError } from '../errors/usage-error.js'
import type { Fleet } from '../operations/fleet.js'
import { openFleet } from '../operations/open-fleet.js'
import { renderDiff } from '../output/render-diff.js'
import type { Invocation, VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'
import { openInvokedFleet } from './open.js'

export const verb: VerbModule = {
  configure(command) {
    command
      .argument('<a>', 'a database, the path of a file or of migrations, or <set>#<name>')
      .argument('<b>', 'what it is compared with; likewise')
      .option('--sql', 'the statements that would make the first into the second')
  },
  async run(invocation) {
    const [from = '', to = ''] = invocation.args
    const fleet = await openAnyFleet(invocation)
    const report = await fleet.diff(from, to)
    const withSql = invocation.options.sql === true
    await invocation.reporter.answer(report, (document, screen) =>
      renderDiff(document, screen, { withSql }),
    )
    return report.equal ? ExitStatus.done : ExitStatus.found
  },
}

/** Two files can be compared where there is no configuration. */
async function openAnyFleet(invocation: Invocation): Promise<Fleet> {
  try {
    return await openInvokedFleet(invocation)
  } catch (error) {
    const isOptional = invocation.options.config === undefined
    const isMissing = error instanceof UsageError && error.code === 'config-not-found'
    if (isMissing && isOptional) return openFleet({ config: { fleet: [] } })
    throw error
  }
}
