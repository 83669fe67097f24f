import { readTemplateDirectory } from './template-files.js'

/**
 * The names of all templates of a directory, in order; none when there is no such directory. They
 * are not read.
 *
 * @throws UsageError `template-unreadable`
 */
export async function listTemplates(directory: string): Promise<string[]> {
  return [...(await readTemplateDirectory(directory)).keys()]
}
