import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The repository's directory, with a `/` at its end. */
export const repository = fileURLToPath(new URL('../../', import.meta.url))

/** What is made or installed, and not part of the repository. */
const NOT_OURS = ['node_modules', 'dist', 'coverage', 'databases']

/** The directories at the top of the repository, hidden ones left out. */
export function topDirectories(): string[] {
  return readdirSync(repository, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .filter(name => !name.startsWith('.') && !NOT_OURS.includes(name))
}

/** All Markdown files, relative to the repository. */
export function markdownPages(): string[] {
  const below = topDirectories().flatMap(directory =>
    readdirSync(repository + directory, { recursive: true, encoding: 'utf8' }).map(
      file => `${directory}/${file}`,
    ),
  )
  return [...readdirSync(repository), ...below].filter(
    file => file.endsWith('.md') && !file.includes('node_modules/'),
  )
}
