import type { Findings } from './findings.js'
import { findSqldProcess } from './sqld-process.js'

/** Measured: what sqld keeps open for each namespace that it has in use. */
const FILES_PER_NAMESPACE = 5

interface Server {
  url: string
  /** How many databases the fleet has there. */
  count: number
  /** Requests that were told there is no such database, and then succeeded. */
  falseNotFound: number
  /** Names of the selected databases there. */
  databases: readonly string[]
}

/** Whether a server can have the fleet's databases in use at once, and does not come to a stop. */
export async function checkNamespaces(
  { url, count, falseNotFound, databases }: Server,
  findings: Findings,
): Promise<void> {
  const about = { databases }
  const running = await findSqldProcess(url)
  const tooFew = running !== undefined && running.maxActiveNamespaces < count
  if (tooFew || falseNotFound > 0) {
    const limit =
      running === undefined
        ? 'fewer namespaces open than are in use'
        : `${running.maxActiveNamespaces} namespaces open, and the fleet has ${count} there`
    const seen =
      falseNotFound > 0 ? `; ${falseNotFound} requests were told so now, and then succeeded` : ''
    findings.add(
      {
        code: 'namespace-limit',
        severity: 'warning',
        message: `${url} keeps ${limit}: it says of some that they do not exist${seen}`,
        hint: `Start sqld with --max-active-namespaces ${roundUp(count)}, and \`ulimit -n\` five times that.`,
      },
      about,
    )
  }
  if (running === undefined) {
    findings.add(
      {
        code: 'server-flags-unknown',
        severity: 'note',
        message: `how ${url} was started cannot be seen from here`,
        hint: `See that sqld has --max-active-namespaces ${roundUp(count)} or more (the default is 100), and --checkpoint-interval-s 300.`,
      },
      about,
    )
    return
  }
  if (!running.checkpoints) {
    findings.add(
      {
        code: 'no-checkpoint-interval',
        severity: 'warning',
        message: `${url} runs without a checkpoint interval: large or many writes at once can stop a database for good`,
        hint: 'Start sqld with --checkpoint-interval-s 300.',
      },
      about,
    )
  }
  const needed = FILES_PER_NAMESPACE * Math.min(count, running.maxActiveNamespaces)
  if (running.openFiles !== undefined && running.openFiles < needed) {
    findings.add(
      {
        code: 'open-files-limit',
        severity: 'warning',
        message: `${url} may have ${running.openFiles} files open, and takes some ${needed} for the fleet`,
        hint: `Start sqld after \`ulimit -n ${roundUp(needed)}\`, or set LimitNOFILE in its unit.`,
      },
      about,
    )
  }
}

/** Room to grow, in a round number: a power of two from 256. */
function roundUp(count: number): number {
  return Math.max(256, 2 ** Math.ceil(Math.log2(count * 1.5)))
}
