import { renderCreate } from '../output/render-create.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    command
      .argument('<name...>', 'names of the new databases; `-` reads them from standard input')
      .option(
        '--source <n or kind>',
        'the source that makes them; the default is the first that can',
      )
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const { source } = invocation.options as { source?: string }
    const names = await namesFrom(invocation.args)
    const report = await watched(invocation, ({ signal, onProgress }) =>
      fleet.create(names, {
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
        ...(source !== undefined && { source }),
      }),
    )
    await invocation.reporter.report(report, renderCreate)
    return exitStatusOf(report)
  },
}

/** A command line holds some ten thousand names; standard input any number, one a line. */
async function namesFrom(args: readonly string[]): Promise<string[]> {
  if (!args.includes('-')) return [...args]
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  const lines = text.split(/\r?\n/).filter(line => line !== '')
  return [...args.filter(name => name !== '-'), ...lines]
}
