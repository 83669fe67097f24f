import { UsageError } from '../errors/usage-error.js'
import type { ForeignTool, ToolName } from './foreign-tool.js'
import { FOREIGN_TOOLS, foreignTool } from './foreign-tools.js'
import type { SourceFiles } from './source-files.js'

/**
 * Whose migrations these are.
 *
 * @param directory for the error message
 * @throws UsageError `import-failed` when no tool, or more than one, has such files
 */
export async function recogniseDirectory(
  directory: string,
  files: SourceFiles,
  from: ToolName | undefined,
): Promise<ForeignTool> {
  if (from !== undefined) return foreignTool(from)
  const answers = await Promise.all(FOREIGN_TOOLS.map(tool => tool.recognises(files)))
  const [only, ...others] = FOREIGN_TOOLS.filter((_, index) => answers[index])
  if (only === undefined) {
    throw new UsageError('import-failed', `${directory} holds no migrations of a known tool`, {
      hint: 'Nothing was written. Name the directory of the migration files, and whose they are with --from.',
    })
  }
  if (others.length > 0) {
    const titles = [only, ...others].map(({ title }) => title)
    const last = titles.pop()
    throw new UsageError(
      'import-failed',
      `the files in ${directory} may be those of ${titles.join(', ')} or ${last}`,
      { hint: `Nothing was written. Say whose they are, such as --from ${only.name}.` },
    )
  }
  return only
}
