import { UsageError } from '../errors/usage-error.js'
import { completionScript, SHELLS, type Shell, WORDS } from '../output/completion-scripts.js'
import type { CompletionReport } from '../report/completion-report.js'
import type { Invocation, VerbModule } from './command.js'
import { completeWords } from './complete-words.js'
import { ExitStatus } from './exit-status.js'
import { openInvokedFleet } from './open.js'

export const verb: VerbModule = {
  configure(command) {
    command.argument('<shell>', 'bash, zsh or fish')
  },
  async run(invocation) {
    const [shell = ''] = invocation.args
    const words = process.env[WORDS]?.split('\n')
    if (shell === 'words' && words !== undefined) {
      await invocation.reporter.stream(lines(await candidates(invocation, words)))
      return ExitStatus.done
    }
    if (!isShell(shell)) {
      throw new UsageError('bad-options', `"${shell}" is no shell that can be completed for`, {
        hint: `There are ${SHELLS.join(', ')}.`,
      })
    }
    const script = completionScript(shell)
    const report: CompletionReport = { schema: 1, command: 'completion', shell, script }
    await invocation.reporter.answer(report, () => script.trimEnd().split('\n'))
    return ExitStatus.done
  },
}

async function candidates(
  invocation: Invocation,
  words: readonly string[],
): Promise<readonly string[]> {
  try {
    const [current = '.', ...earlier] = words
    const { program, words: before } = await invocation.programFor(earlier.filter(Boolean))
    const fleet = () => {
      // The fleet may be named by the words themselves.
      program.parseOptions([...before])
      return openInvokedFleet({ ...invocation, options: program.opts() })
    }
    return await completeWords(program, [...before, current.slice(1)], {
      databases: async () => (await (await fleet()).list()).databases.map(({ name }) => name),
      migrations: async () => (await fleet()).migrationNames(),
    })
  } catch {
    // Whoever presses the tab key is not told what is wrong; running the command says it.
    return []
  }
}

function isShell(text: string): text is Shell {
  return (SHELLS as readonly string[]).includes(text)
}

async function* lines(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(`${text}\n`)
}
